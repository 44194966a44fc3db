"""The workbench: inbox and lists, one case, what is done to it, papers, and intake at the window."""
