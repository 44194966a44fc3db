"""Divisions, units, windows, posts, grants, authorisation letters and seals (R001–R013)."""

from __future__ import annotations

from yimen.ground.organisations.models.papers import AuthorisationLetter, Seal, SealUse, Stamp
from yimen.ground.organisations.models.posts import AdminRole, Grant, Post, Tenure
from yimen.ground.organisations.models.registers import (
    ChainPost,
    Counterpart,
    CounterpartWindow,
    EntryPlan,
    SealEvent,
    SupportingRole,
)
from yimen.ground.organisations.models.reorganising import (
    FormerName,
    Reorganisation,
    ReorganisationPart,
    UnitSuccession,
)
from yimen.ground.organisations.models.standing import Delegation, Emergency, StaffRules
from yimen.ground.organisations.models.tree import Division, Unit, Window
from yimen.ground.organisations.models.upkeep import AccessReview, AccountClosing, ReviewLine

__all__ = [
    "AccessReview",
    "AccountClosing",
    "AdminRole",
    "AuthorisationLetter",
    "ChainPost",
    "Counterpart",
    "CounterpartWindow",
    "Delegation",
    "Division",
    "Emergency",
    "EntryPlan",
    "FormerName",
    "Grant",
    "Post",
    "Reorganisation",
    "ReorganisationPart",
    "ReviewLine",
    "Seal",
    "SealEvent",
    "SealUse",
    "StaffRules",
    "Stamp",
    "SupportingRole",
    "Tenure",
    "Unit",
    "UnitSuccession",
    "Window",
]
