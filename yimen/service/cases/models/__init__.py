"""办件 and drafts; what reports count; what a centre sets for itself."""

from __future__ import annotations

from yimen.service.cases.models.asides import Hearing, OpinionRequest, OpinionTerms
from yimen.service.cases.models.case import Case, CaseFile, CaseMaterial, Draft, DraftFile, Opinion, SparedMaterial
from yimen.service.cases.models.figures import CaseFact, CaseSum, Measure
from yimen.service.cases.models.moving import MovedCase, MovePlan
from yimen.service.cases.models.paths import (
    CaseMark,
    ExternalHandling,
    ExternalSystem,
    PathTerms,
    PriorityProject,
    ProhibitedMatter,
    ReportUp,
)
from yimen.service.cases.models.promising import ItemPathTerms, SignedPromise, Tolerance
from yimen.service.cases.models.reminders import Reminder, ReminderTerms, ReminderTold
from yimen.service.cases.models.revoking import PromiseBar, Revocation, RevocationStatement
from yimen.service.cases.models.settings import CentreKind, ExtensionTerms, ServicePromise

__all__ = [
    "Case",
    "CaseFact",
    "CaseFile",
    "CaseMark",
    "CaseMaterial",
    "CaseSum",
    "CentreKind",
    "Draft",
    "DraftFile",
    "ExtensionTerms",
    "ExternalHandling",
    "ExternalSystem",
    "Hearing",
    "ItemPathTerms",
    "Measure",
    "MovePlan",
    "MovedCase",
    "Opinion",
    "OpinionRequest",
    "OpinionTerms",
    "PathTerms",
    "PriorityProject",
    "ProhibitedMatter",
    "PromiseBar",
    "Reminder",
    "ReminderTerms",
    "ReminderTold",
    "ReportUp",
    "Revocation",
    "RevocationStatement",
    "ServicePromise",
    "SignedPromise",
    "SparedMaterial",
    "Tolerance",
]
