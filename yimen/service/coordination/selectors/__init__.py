"""What may be asked of coordination."""

from __future__ import annotations

from yimen.service.coordination.selectors.figures import COLUMNS, Line, behind, by_department, owner, totals
from yimen.service.coordination.selectors.groups import access_group, due_days_of, late_groups, standing, standings
from yimen.service.coordination.selectors.groups import visible as visible_groups
from yimen.service.coordination.selectors.issues import (
    file_of,
    in_course,
    open_counts,
    raised_by,
    remarks_of,
    reports,
    to_answer,
    to_manage,
    visible,
)
from yimen.service.coordination.selectors.leaders import (
    changes_of,
    deputies,
    leaders_of,
    roster,
    shift_leaders,
    site_visits,
    visit_standings,
)
from yimen.service.coordination.selectors.papers import (
    access_dispatch,
    counterpart_windows,
    counterparts,
    liaison_accounts,
    liaison_rows,
    liaisons_of,
    received,
    sent,
    waiting,
)
from yimen.service.coordination.selectors.terms import NoCentre, office_of, own_unit, resident_departments, terms_of

__all__ = [
    "COLUMNS",
    "Line",
    "NoCentre",
    "access_dispatch",
    "access_group",
    "behind",
    "by_department",
    "changes_of",
    "counterpart_windows",
    "counterparts",
    "deputies",
    "due_days_of",
    "file_of",
    "in_course",
    "late_groups",
    "leaders_of",
    "liaison_accounts",
    "liaison_rows",
    "liaisons_of",
    "office_of",
    "open_counts",
    "own_unit",
    "owner",
    "raised_by",
    "received",
    "remarks_of",
    "reports",
    "resident_departments",
    "roster",
    "sent",
    "shift_leaders",
    "site_visits",
    "standing",
    "standings",
    "terms_of",
    "to_answer",
    "to_manage",
    "totals",
    "visible",
    "visible_groups",
    "visit_standings",
    "waiting",
]
