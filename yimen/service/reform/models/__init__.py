"""Power list and its changes, clean-ups, comparisons, measures and standards (R026–R030, R040, R041, R043, R044, R046, R047)."""

from yimen.service.reform.models.changes import Change, ChangeBatch, Duty, Exercise, Suspension
from yimen.service.reform.models.cleanups import CleanUp, CleanUpDepartment, CleanUpLine
from yimen.service.reform.models.comparisons import Comparison, ComparisonRow
from yimen.service.reform.models.measures import ItemClass, ItemClassMember, ItemTags, Proof, Rebuilding, Simplification
from yimen.service.reform.models.standards import Standard, StandardCheck, Wording

__all__ = [
    "Change",
    "ChangeBatch",
    "CleanUp",
    "CleanUpDepartment",
    "CleanUpLine",
    "Comparison",
    "ComparisonRow",
    "Duty",
    "Exercise",
    "ItemClass",
    "ItemClassMember",
    "ItemTags",
    "Proof",
    "Rebuilding",
    "Simplification",
    "Standard",
    "StandardCheck",
    "Suspension",
    "Wording",
]
