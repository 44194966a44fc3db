"""The report on the quality of the catalogue: by department, by rule, by day; counted from what `checking` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.service.catalogue import policies
from yimen.service.catalogue.models import CheckTally, EditionCheck
from yimen.service.catalogue.rules.quality_rules import RULES

TREND_DAYS = 30


@dataclass(frozen=True, slots=True)
class DepartmentQuality:
    """How a department's editions stand."""

    department: int | None
    name: str
    editions: int
    flawless: int
    with_errors: int
    errors: int
    warnings: int

    @property
    def percent(self) -> float:
        """The share without an error, in percent, one place."""
        return round(100 * (self.editions - self.with_errors) / self.editions, 1) if self.editions else 0.0


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many editions a rule speaks of."""

    rule: str
    title: str
    source: str
    editions: int


def checks_of(actor: Actor, *, standing: bool | None = True) -> QuerySet[EditionCheck]:
    """What is kept of the editions that the actor sees: in force (True), on their way (False), or both (None)."""
    scope = policies.scope(actor)
    found = EditionCheck.objects.all()
    if scope:
        found = found.filter(edition__item__in=policies.visible(actor))
    return found if standing is None else found.filter(standing=standing)


def by_department(checks: QuerySet[EditionCheck]) -> list[DepartmentQuality]:
    """The departments, the worst first; one query."""
    rows = (
        checks.values("department_id", "department__name")
        .annotate(
            editions=Count("pk"),
            flawless=Count("pk", filter=Q(errors=0, warnings=0)),
            with_errors=Count("pk", filter=Q(errors__gt=0)),
            all_errors=Sum("errors"),
            all_warnings=Sum("warnings"),
        )
        .order_by("-all_errors", "-all_warnings", "department__name")
    )
    return [
        DepartmentQuality(
            row["department_id"], row["department__name"] or "（部门未对应）", row["editions"], row["flawless"],
            row["with_errors"], row["all_errors"], row["all_warnings"],
        )
        for row in rows
    ]  # fmt: skip


def by_rule(checks: QuerySet[EditionCheck]) -> list[RuleCount]:
    """The rules that speak, the most often first; one query."""
    inner, arguments = checks.order_by().values("edition_id", "rules").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select rule, count(*) from ({inner}) kept, unnest(kept.rules) rule group by rule order by count(*) desc, rule",  # noqa: S608  (the query of the ORM)
            arguments,
        )
        found = cursor.fetchall()
    return [
        RuleCount(
            rule, RULES[rule].title if rule in RULES else rule, RULES[rule].source if rule in RULES else "", count
        )
        for rule, count in found
    ]


def trend(day: date, department: int | None = None) -> list[tuple[date, int, int]]:
    """(day, editions, editions with errors) of the last thirty days that were tallied."""
    tallies = CheckTally.objects.filter(day__gt=day - timedelta(days=TREND_DAYS), day__lte=day)
    if department is not None:
        tallies = tallies.filter(department=department)
    rows = tallies.values("day").annotate(all=Sum("editions"), wrong=Sum("with_errors")).order_by("day")
    return [(row["day"], row["all"], row["wrong"]) for row in rows]


def checked_at(checks: QuerySet[EditionCheck]) -> object:
    """When the editions were last judged; None where none was."""
    return checks.aggregate(last=Max("checked_at"))["last"]


def narrowed(checks: QuerySet[EditionCheck], asked: Mapping[str, str]) -> QuerySet[EditionCheck]:
    """Those of a department (`department`, `none` for no department), of a rule, of a weight (error, warning, none)."""
    department = asked.get("department", "")
    if department == "none":
        checks = checks.filter(department__isnull=True)
    elif department.isascii() and department.isdigit() and len(department) < 10:
        checks = checks.filter(department=int(department))
    if asked.get("rule") in RULES:
        checks = checks.filter(rules__contains=[asked["rule"]])
    weight = asked.get("weight", "")
    if weight == "error":
        return checks.filter(errors__gt=0)
    if weight == "warning":
        return checks.filter(warnings__gt=0)
    return checks.filter(errors=0, warnings=0) if weight == "none" else checks
