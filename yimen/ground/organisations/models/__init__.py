"""Divisions, units, windows, posts, grants, authorisation letters and seals (R001–R013)."""

from __future__ import annotations

from yimen.ground.organisations.models.papers import AuthorisationLetter, Seal, SealUse, Stamp
from yimen.ground.organisations.models.posts import AdminRole, Grant, Post, Tenure
from yimen.ground.organisations.models.tree import Division, Unit, Window

__all__ = [
    "AdminRole",
    "AuthorisationLetter",
    "Division",
    "Grant",
    "Post",
    "Seal",
    "SealUse",
    "Stamp",
    "Tenure",
    "Unit",
    "Window",
]
