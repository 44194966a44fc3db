"""Every date that ever applied to a matter, and what moved it; from the ledger alone. No date is overwritten: it is followed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.calendar.rules import BusinessClose, WorkCalendar
from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import lifecycle
from yimen.ground.matters.clocks import ClockMark, clock_row
from yimen.ground.matters.explaining import CLOCK_LABELS, closing_hours, warn_days
from yimen.ground.matters.models import Step
from yimen.ground.matters.rules import standing_still

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


@dataclass(frozen=True, slots=True)
class DateChange:
    """One step that set, stopped or moved the date. `due_on` None: from here on no date ran.

    `by_calendar`: the holidays were changed later; the day was then another, and stands here as the present calendar gives it.
    """

    seq: int
    at: datetime
    recorded_at: datetime
    what: str
    why: str
    law: str
    clock: str
    before: date | None
    due_on: date | None
    legal_due_on: date | None
    by_calendar: bool = False

    @property
    def moved_days(self) -> int | None:
        """By how many days the date moved; None where there was none before or is none now."""
        return (self.due_on - self.before).days if self.due_on and self.before else None


def deadline_history(matter: Matter) -> list[DateChange]:
    """Every date of a matter in the order in which they applied, each with what brought it about."""
    version = calendar_version()
    calendar = work_calendar(version).at(matter.division_id, matter.centre_id)
    close = closing_hours(matter.centre_id, version)
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    rows = list(
        Step.objects.filter(matter=matter)
        .order_by("seq")
        .values_list("seq", "action", "happened_at", "recorded_at", "clock", "facts")
    )
    found: list[DateChange] = []
    marks: list[ClockMark] = []
    label = ""
    for seq, action, happened_at, recorded_at, clock, facts in rows:
        rule = table.step(action)
        said = json.loads(facts or "{}")
        if action == "recalculate":
            found = _by_calendar(found, said)
            found.append(
                DateChange(
                    seq, happened_at, recorded_at, rule.label, f"{said.get('document_number', '')}：{said.get('why', '')}", "", label,
                    _day(said, "old_due_on"), _day(said, "new_due_on"), _day(said, "new_legal_due_on"),
                )
            )  # fmt: skip
            continue
        if not clock:
            continue
        mark = ClockMark.read(clock, seq)
        marks.append(mark)
        if mark.effect == "start":
            label = CLOCK_LABELS.get(mark.name, mark.name)
        due_on, legal = _dates(marks, calendar, close)
        before = found[-1].due_on if found and mark.effect != "start" else None
        found.append(
            DateChange(
                seq,
                happened_at,
                recorded_at,
                rule.label,
                _why(mark, said),
                _law(mark, rule.law, said),
                label,
                before,
                due_on,
                legal,
            )
        )
    return found


def _dates(marks: Sequence[ClockMark], calendar: WorkCalendar, close: BusinessClose) -> tuple[date | None, date | None]:
    try:
        row = clock_row(marks, calendar, close, warn_days())
    except Refusal:
        return None, None  # a ledger that the reckoning cannot follow is shown, without a date
    standing = row.stopped_since is not None
    return (None if standing else row.due_on), (None if standing else row.legal_due_on)


def _by_calendar(found: list[DateChange], said: dict[str, Any]) -> list[DateChange]:
    """Before a change of the calendar the last date was the one that its step says; those before it are as reckoned now."""
    earlier = [replace(each, by_calendar=True) for each in found]
    old = _day(said, "old_due_on")
    if earlier and old is not None:
        earlier[-1] = replace(
            earlier[-1],
            due_on=old,
            legal_due_on=_day(said, "old_legal_due_on") or earlier[-1].legal_due_on,
            by_calendar=False,
        )
    return earlier


def _why(mark: ClockMark, said: dict[str, Any]) -> str:
    reason = str(said.get("reason", ""))
    if mark.effect == "extend":
        return f"延长 {mark.by} 个工作日{'：' if reason else ''}{reason}"
    if mark.effect == "stop":
        words, _ = standing_still(mark.why)
        return f"{words}{'：' if reason else ''}{reason}"
    if mark.effect in ("start", "limit") and mark.limit is not None:
        unit = {"workday": "个工作日", "calendar": "日", "hour": "小时", "month": "个月"}[mark.unit]
        return f"期限 {mark.limit} {unit}{'：' if reason else ''}{reason}"
    return reason


def _law(mark: ClockMark, article: str, said: dict[str, Any]) -> str:
    if said.get("law"):
        return str(said["law"])
    if mark.effect in ("start", "limit") and mark.law:
        return mark.law
    return f"《行政许可法》{article}" if article else ""


def _day(said: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(said[name]) if said.get(name) else None
