"""Numbers: answered in time per section (R080), answered by the first-asked per unit (R059). Each is a filter over the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.service.windows import policies
from yimen.service.windows.models import FirstAsk, Pull

LATE_NOW = "late_now"

PULL_COLUMNS: Mapping[str, str] = {
    "asked": "要求", "answered": "已答复", "in_time": "按时", "late": "逾期答复", "waiting": "待答复",
    LATE_NOW: "已超期未答", "declined": "说明不能办", "sent_back": "退回过", "withdrawn": "撤回",
}  # fmt: skip
FIRST_COLUMNS: Mapping[str, str] = {
    "recorded": "首问", "answered": "已答复", "by_first": "首问人答复", "handed_over": "转交过", "waiting": "待答复",
    LATE_NOW: "已超期未答", "late": "逾期答复", "case": "转成办件",
}  # fmt: skip


def pull_conditions(at: datetime) -> dict[str, Q]:
    """What each column counts, among pulls asked for in the period."""
    waiting = Q(matter__state="asked", first_answered_at__isnull=True)
    overdue = Q(answer_by__lt=at) | Q(answer_by__isnull=True, matter__due_at__lt=at)
    return {
        "asked": Q(),
        "answered": Q(first_answered_at__isnull=False),
        "in_time": Q(in_time=True),
        "late": Q(in_time=False),
        "waiting": waiting,
        LATE_NOW: waiting & overdue,
        "declined": Q(matter__state__in=("declined", "undone")),
        "sent_back": Q(sent_back__gt=0),
        "withdrawn": Q(matter__state="withdrawn"),
    }


def first_conditions(at: datetime) -> dict[str, Q]:
    """What each column counts, among contacts recorded in the period; the dropped are in none."""
    waiting = Q(matter__state__in=("open", "offered"))
    return {
        "recorded": Q(),
        "answered": Q(answered_at__isnull=False),
        "by_first": Q(answered_by_first=True),
        "handed_over": Q(handed_over__gt=0),
        "waiting": waiting,
        LATE_NOW: waiting & Q(matter__due_at__lt=at),
        "late": Q(answered_at__isnull=False, matter__on_time=False),
        "case": Q(case__isnull=False),
    }


@dataclass(slots=True)
class Line:
    """The numbers of one section or unit; `hours` on average from asking to the first answer."""

    id: int
    name: str
    numbers: dict[str, int] = field(default_factory=dict)
    hours: float | None = None

    def share(self, part: str, whole: str) -> float | None:
        """One number as percent of another; None where there is nothing."""
        return round(100 * self.numbers[part] / self.numbers[whole], 1) if self.numbers.get(whole) else None


def _hours(value: object) -> float | None:
    seconds = getattr(value, "total_seconds", None)
    return round(seconds() / 3600, 1) if seconds is not None else None


def _counts_of(conditions: Mapping[str, Q]) -> dict[str, Count]:
    """The counts under names that no column of the table has, so that none hides another."""
    return {f"n_{name}": Count("pk", filter=each) for name, each in conditions.items()}


def _numbers(row: dict[str, Any], columns: Mapping[str, str]) -> dict[str, int]:
    return {key: row[f"n_{key}"] for key in columns}


def pulls_in(actor: Actor, span: Period) -> QuerySet[Pull]:
    """The pulls an actor may see that were asked for in a period."""
    begin, end = span.moments
    return Pull.objects.filter(policies.pulls(actor), matter__opened_at__gte=begin, matter__opened_at__lt=end)


def first_asks_in(actor: Actor, span: Period) -> QuerySet[FirstAsk]:
    """The contacts an actor may see that were recorded in a period, without the dropped."""
    begin, end = span.moments
    seen = FirstAsk.objects.filter(policies.first_asks(actor)).values("pk")
    found = FirstAsk.objects.filter(pk__in=seen, matter__opened_at__gte=begin, matter__opened_at__lt=end)
    return found.exclude(matter__state="dropped")


def pull_figures(actor: Actor, span: Period, at: datetime) -> tuple[Line, list[Line]]:
    """The whole, and each section; two queries."""
    counts = _counts_of(pull_conditions(at))
    spent = Avg(F("first_answered_at") - F("matter__opened_at"))
    found = pulls_in(actor, span)
    rows = found.values("section", "section__name", "matter__department__short_name", "matter__department__name",
                        "section__kind").annotate(spent=spent, **counts).order_by(
        "matter__department__order", "matter__department", "section")  # fmt: skip
    lines = []
    for row in rows:
        department = row["matter__department__short_name"] or row["matter__department__name"]
        name = f"{department} · {row['section__name']}" if row["section__kind"] == "section" else department
        numbers = _numbers(dict(row), PULL_COLUMNS)
        lines.append(Line(row["section"], name, numbers, _hours(row["spent"])))
    whole = found.aggregate(spent=spent, **counts)
    return Line(0, "合计", _numbers(whole, PULL_COLUMNS), _hours(whole["spent"])), lines


def first_figures(actor: Actor, span: Period, at: datetime) -> tuple[Line, list[Line]]:
    """The whole, and each unit that was asked first; two queries."""
    counts = _counts_of(first_conditions(at))
    spent = Avg(F("answered_at") - F("matter__opened_at"))
    found = first_asks_in(actor, span)
    rows = (
        found.values("first_unit", "first_unit__name", "first_unit__short_name")
        .annotate(spent=spent, **counts)
        .order_by("first_unit__order", "first_unit")
    )
    lines = [
        Line(
            row["first_unit"], row["first_unit__short_name"] or row["first_unit__name"],
            _numbers(dict(row), FIRST_COLUMNS), _hours(row["spent"]),
        )
        for row in rows
    ]  # fmt: skip
    whole = found.aggregate(spent=spent, **counts)
    return Line(0, "合计", _numbers(whole, FIRST_COLUMNS), _hours(whole["spent"])), lines
