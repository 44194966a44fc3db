"""Entries of the residence in the menus, and what it says on lower pages."""

from __future__ import annotations


def register() -> None:
    """Put the entries in; called once when the app is ready."""
