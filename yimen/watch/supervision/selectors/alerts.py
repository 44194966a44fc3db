"""Alerts and cards: lists, what waits for whom, and their figures (R216–R218)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import selectors as reading
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import policies
from yimen.watch.supervision.lifecycle import EXPLAIN, STANDING
from yimen.watch.supervision.models import Alert, Card, CardChange, Terms, Violation

STATES = {"open": ("raised", "explained", "carded", "appealed"), "judge": ("explained",), "review": ("appealed",)}
"""What a list may be narrowed to besides a single state."""

LEVELS = {"notice": "预警提示", "yellow": "黄牌", "red": "红牌"}


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """Narrow a list of alerts; empty means all. `first` and `last` are days of the finding, both included."""

    state: str = ""
    level: str = ""
    rule: str = ""
    violation: str = ""
    department: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""
    card: str = ""
    mark: str = ""
    source: str = ""


def alerts(actor: Actor, asked: AlertFilters | None = None) -> QuerySet[Alert]:
    """The alerts an actor may see, newest first; page by `-found_at`, `-pk`."""
    return narrowed(Alert.objects.filter(policies.scope(actor)), asked or AlertFilters())


def narrowed(found: QuerySet[Alert], asked: AlertFilters) -> QuerySet[Alert]:
    """These alerts as far as the question goes."""
    if asked.state in STATES:
        found = found.filter(matter__state__in=STATES[asked.state])
    elif asked.state:
        found = found.filter(matter__state=asked.state)
    if asked.level:
        found = found.filter(level=asked.level)
    if asked.rule:
        found = found.filter(version__rule__code=asked.rule)
    if asked.source:
        found = found.filter(source=asked.source)
    if asked.violation:
        found = found.filter(violation=asked.violation)
    if asked.department is not None:
        found = found.filter(department=asked.department)
    if asked.first is not None:
        found = found.filter(found_at__gte=_begins(asked.first))
    if asked.last is not None:
        found = found.filter(found_at__lt=_begins(asked.last + timedelta(days=1)))
    if asked.card:
        found = found.filter(card__level=asked.card).exclude(card__standing="withdrawn")
    if asked.mark:
        found = found.filter(MARKS[asked.mark])
    if text := asked.text.strip()[:60]:
        found = found.filter(
            Q(matter__code__startswith=text) | Q(text__contains=text) | Q(person_name=text) | Q(about__code=text)
        )
    return found.select_related(
        "matter", "department", "violation", "version__rule", "window", "about", "card"
    ).order_by("-found_at", "-pk")


MARKS: dict[str, Q] = {
    "all": Q(),
    "open": Q(matter__state__in=STATES["open"]),
    "red": Q(card__level="red") & ~Q(card__standing="withdrawn"),
    "yellow": Q(card__level="yellow") & ~Q(card__standing="withdrawn"),
    "noted": Q(matter__state="noted"),
    "accepted": Q(matter__state="accepted"),
    "appealed": Q(card__changes__what="appealed"),
    "withdrawn": Q(matter__state="withdrawn"),
}
"""The columns of the figures, and at once the lists behind them."""

MARK_LABELS = {
    "all": "预警", "open": "在办", "red": "红牌", "yellow": "黄牌", "noted": "提醒", "accepted": "说明成立",
    "appealed": "申诉", "withdrawn": "撤销",
}  # fmt: skip


def mine(actor: Actor) -> QuerySet[Alert]:
    """The alerts that concern the actor: personally, or the unit spoken for; what waits for an answer first."""
    found = Q(person=actor.account_id or 0)
    for held in actor.held(EXPLAIN):
        found |= Q(department=held.scope_id or actor.department_id or 0) & ~Q(per="person")
    return (
        Alert.objects.filter(found)
        .select_related("matter", "department", "violation", "version__rule", "window", "about", "card")
        .order_by("-found_at", "-pk")
    )


def waiting_for(actor: Actor) -> QuerySet[Alert]:
    """Of those, the ones to be explained, and the cards that may still be appealed."""
    return mine(actor).filter(matter__state__in=("raised", "carded"))


def cards(
    actor: Actor,
    *,
    level: str = "",
    standing: str = "",
    department: int | None = None,
    text: str = "",
    violation: str = "",
) -> QuerySet[Card]:
    """The register of cards an actor may see, newest first; page by `-given_at`, `-pk`."""
    found = Card.objects.filter(alert__in=Alert.objects.filter(policies.scope(actor)))
    if level:
        found = found.filter(level=level)
    if standing:
        found = found.filter(standing=standing)
    if violation:
        found = found.filter(alert__violation=violation)
    if department is not None:
        found = found.filter(alert__department=department)
    if text := text.strip()[:60]:
        found = found.filter(Q(number__startswith=text) | Q(alert__person_name=text) | Q(alert__text__contains=text))
    return found.select_related(
        "alert__matter", "alert__department", "alert__violation", "alert__window", "version__rule"
    ).order_by("-given_at", "-pk")


def every_card() -> QuerySet[Card]:
    """All cards, whoever asks: for what is counted by the system itself. People read `cards`."""
    return Card.objects.all()


def changes_of(card: Card) -> list[CardChange]:
    """What became of a card, first to last."""
    return list(card.changes.order_by("id"))


def violations(*, all_of_them: bool = False) -> list[Violation]:
    """The kinds of violation in use."""
    found = Violation.objects.all()
    return list(found if all_of_them else found.filter(in_use=True))


def departments_seen(actor: Actor) -> list[tuple[int, str]]:
    """The departments that have alerts the actor may see, by name."""
    ids = Alert.objects.filter(policies.scope(actor)).values_list("department", flat=True).distinct()
    return sorted(organisations.short_names(set(ids.order_by())).items(), key=lambda each: each[1])


# --- Figures


@dataclass(slots=True)
class Line:
    """One line of the figures: `key` narrows the list behind its numbers."""

    key: str
    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MARKS, 0))


BY = {"rule": "规则", "department": "部门", "month": "月份", "violation": "违规行为"}


def figures(actor: Actor, first: date, last: date, by: str) -> list[Line]:
    """Alerts found in these days by rule, department, month or violation, and what became of them; one question.

    Cards count by what they say now, withdrawn ones not at all.
    """
    found = Alert.objects.filter(
        policies.scope(actor), found_at__gte=_begins(first), found_at__lt=_begins(last + timedelta(days=1))
    )
    column: Any = {"rule": "version__rule__code", "department": "department", "violation": "violation"}.get(by)
    if column is None:
        found, column = found.annotate(month=TruncMonth("found_at", tzinfo=CHINA)), "month"
    rows = (
        found.order_by()
        .values_list(column)
        .annotate(
            **{
                f"n_{name}": Count("pk", filter=q, distinct=True) if q else Count("pk", distinct=True)
                for name, q in MARKS.items()
            }
        )
    )
    lines = [Line(_key(each[0]), "", dict(zip(MARKS, each[1:], strict=True))) for each in rows]
    names = _names(by, [line.key for line in lines])
    for line in lines:
        line.name = names.get(line.key, line.key)
    return sorted(
        lines, key=(lambda line: line.key) if by == "month" else lambda line: (-line.counts["all"], line.name)
    )


def _key(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m}"
    return "" if value is None else str(value)


def _names(by: str, keys: Sequence[str]) -> dict[str, str]:
    if by == "department":
        return {str(pk): name for pk, name in organisations.short_names([int(key) for key in keys]).items()}
    if by == "violation":
        return {each.code: each.name for each in violations(all_of_them=True)}
    if by == "rule":
        from yimen.watch.supervision.models import RuleVersion

        labels = RuleVersion.objects.filter(rule__code__in=keys).order_by("rule", "-number").distinct("rule")
        return {"": "人工发出"} | dict(labels.values_list("rule__code", "label"))
    return {key: f"{key[:4]} 年 {int(key[5:])} 月" for key in keys}


@dataclass(slots=True)
class Score:
    """The appraisal of one department from supervision data (R217): 100 points less what is counted, never below 0."""

    department_id: int
    name: str
    red: int = 0
    yellow: int = 0
    noted: int = 0
    late: int = 0
    closed: int = 0
    points: int = 100


def scores(actor: Actor, first: date, last: date, terms: Terms) -> list[Score]:
    """Departments within the actor's scope that closed anything or have marks in these days, the best first.

    Points = 100 − red × `red_points` − yellow × `yellow_points` − reminders × `notice_points` − closed late × `late_points`.
    Cards by the day they were given, withdrawn ones not counted; closed late by the board's own sums.
    """
    found: dict[int, Score] = {}

    def of(department: int) -> Score:
        return found.setdefault(department, Score(department, ""))

    marks = Alert.objects.filter(
        policies.matters_scope(actor), found_at__gte=_begins(first), found_at__lt=_begins(last + timedelta(days=1))
    )
    for department, level, count in (
        marks.filter(matter__state__in=STANDING)
        .order_by()
        .values_list("department", "card__level")
        .annotate(n=Count("pk"))
    ):
        setattr(of(department), level, count)
    for department, count in (
        marks.filter(matter__state="noted").order_by().values_list("department").annotate(n=Count("pk"))
    ):
        of(department).noted = count
    for department, what, count in reading.closed_by_department(actor, policies.WATCH, first, last):
        setattr(of(department), what, count)
    names = organisations.short_names(list(found))
    for score in found.values():
        score.name = names.get(score.department_id, "")
        lost = (
            score.red * terms.red_points + score.yellow * terms.yellow_points + score.noted * terms.notice_points
            + score.late * terms.late_points
        )  # fmt: skip
        score.points = max(0, 100 - lost)
    return sorted(found.values(), key=lambda each: (-each.points, -each.closed, each.name))


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
