"""What must be in the hall, what is, and on whose decision (R004, R005, R020–R024, R035–R037, R039)."""

from __future__ import annotations

from yimen.service.residence.models.demands import Demand, DemandAnswer
from yimen.service.residence.models.directories import Directory, DirectoryLine, DirectoryUpload, LineMove
from yimen.service.residence.models.entries import Adjustment, AdjustmentLine, Entry, Function, WithdrawalAttempt
from yimen.service.residence.models.lists import (
    ListBatch,
    ListLine,
    ProvinceField,
    ProvinceItem,
    ProvinceWindow,
)
from yimen.service.residence.models.plans import (
    Plan,
    PlanFunction,
    PlanReview,
    PlanStaff,
    ReadinessMark,
    ReadinessPoint,
)
from yimen.service.residence.models.settings import Setting

__all__ = [
    "Adjustment",
    "AdjustmentLine",
    "Demand",
    "DemandAnswer",
    "Directory",
    "DirectoryLine",
    "DirectoryUpload",
    "Entry",
    "Function",
    "LineMove",
    "ListBatch",
    "ListLine",
    "Plan",
    "PlanFunction",
    "PlanReview",
    "PlanStaff",
    "ProvinceField",
    "ProvinceItem",
    "ProvinceWindow",
    "ReadinessMark",
    "ReadinessPoint",
    "Setting",
    "WithdrawalAttempt",
]
