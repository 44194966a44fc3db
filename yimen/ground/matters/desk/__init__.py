"""A matter on a screen, for the modules above: its page with acts, clock and files, its list, its timeline.

A door like `selectors` and `services`: a module gives a `Kind` or a `Listing` and writes only what is its own. A page that
wants more than these give is written by its module.
"""
