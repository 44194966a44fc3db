"""Screens of the administration: kinds of case, public promises."""
