"""Leaders on site, issues, return visits, papers sent up and down, liaisons, leading groups (R002, R009, R010, R012, R014, R015)."""

from __future__ import annotations

from yimen.service.coordination.models.groups import GroupMember, GroupReport, LeadingGroup, ReportingDuty
from yimen.service.coordination.models.issues import GovernmentReport, Issue, Remark, Reminder, ReportLine
from yimen.service.coordination.models.leaders import Charge, Leader, Shift, ShiftChange, Stationing
from yimen.service.coordination.models.papers import Dispatch, Liaison, Receipt
from yimen.service.coordination.models.terms import Terms
from yimen.service.coordination.models.visits import ReturnVisit, SiteVisit

__all__ = [
    "Charge",
    "Dispatch",
    "GovernmentReport",
    "GroupMember",
    "GroupReport",
    "Issue",
    "Leader",
    "LeadingGroup",
    "Liaison",
    "Receipt",
    "Remark",
    "Reminder",
    "ReportLine",
    "ReportingDuty",
    "ReturnVisit",
    "Shift",
    "ShiftChange",
    "SiteVisit",
    "Stationing",
    "Terms",
]
