"""Tell whoever has to act before a limit ends, and one step further up the chain once it has (R011). A watcher (ADR 0032)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import services as matters
from yimen.service.windows import rules
from yimen.service.windows.events import WindowLimit
from yimen.service.windows.lifecycle import PROCEDURES
from yimen.service.windows.models import LimitTold, Pull
from yimen.service.windows.selectors.common import setting

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

OURS = {table.name for table in PROCEDURES}
TICK = timedelta(microseconds=1)


def look(found: Sequence[Matter], at: datetime) -> dict[int, datetime | None]:
    """Each level once for each due moment; returns when to look next. A limit in hours is watched by the hour."""
    ours = [each for each in found if each.procedure in OURS and each.closed_at is None and each.due_at is not None]
    asked = [each.pk for each in ours if each.procedure == "pull" and each.state == "asked"]
    hours = (
        dict(Pull.objects.filter(pk__in=asked, answer_by__isnull=False).values_list("pk", "answer_by")) if asked else {}
    )
    return {matter.pk: _look(matter, hours.get(matter.pk), at) for matter in ours}


def _look(matter: Matter, answer_by: datetime | None, at: datetime) -> datetime | None:
    due = answer_by or matter.due_at
    warn = rules.near(matter.opened_at, answer_by) if answer_by else matter.warn_at
    if due is None or warn is None:
        return None
    late = work_calendar().workdays_between(day_of(due), day_of(at)) if at > due else 0
    step = setting("escalate", matter.centre_id)
    level = rules.level_of(at, warn, due, late, step)
    if level < 0:
        return warn
    _, new = LimitTold.objects.get_or_create(matter_id=matter.pk, due_at=due, level=level, defaults={"told_at": at})
    if new:
        matters.take_step(
            matter=matter.pk, action="remind", actor=SYSTEM, at=at,
            facts={"reason": rules.LEVELS[level], "level": level},
            events=[WindowLimit(matter.pk, matter.code, due, level, at)],
        )  # fmt: skip
    if level == 0:
        return due + TICK
    return at + timedelta(days=1) if level < len(rules.LEVELS) - 1 else None
