"""Reading many running cases at once and thinking over what a plan would make of each. Nothing here writes.

A batch costs a fixed number of queries: matters with their marks, cases, materials, what their ledgers hold, the target once.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection

from yimen.ground.calendar.rules import day_end
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.matters import lifecycle
from yimen.ground.matters.selectors import Asked, ask_many
from yimen.ground.matters.services import OtherLimits, clock_row_of, in_force, standing_limits, under_limits
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard, card_of, pinned_edition
from yimen.service.cases.models import Case, CaseMaterial, MovePlan
from yimen.service.cases.rules_moving import UNACCEPTED, Dates, Fate, Limit, Line, Running, Target, fate_of
from yimen.service.cases.selectors_moving import population
from yimen.service.cases.services.effects import ABANDONED_AFTER, DEEMED_ABANDONED, WITH_EFFECTS
from yimen.service.cases.services.renewing import WITH_LIFE
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.questions import clean_answers, material_needed


@dataclass(frozen=True, slots=True)
class Wanted:
    """A material of the target edition; `standard_id` is the standard material behind it, if any."""

    id: int
    name: str
    necessity: str
    condition: Any
    exempt: bool
    standard_id: int | None


@dataclass
class Goal:
    """The target of a plan, read once a batch."""

    plan: MovePlan
    card: EditionCard | None
    materials: list[Wanted] = field(default_factory=list)

    @cached_property
    def numbers(self) -> str:
        """The target in a few words, for the ledger."""
        return self.plan.target


@dataclass(frozen=True, slots=True)
class Thought:
    """One case with its fate and all that carrying it out needs."""

    asked: Asked
    case: Case
    fate: Fate
    version: int
    old_due_on: date | None
    other: OtherLimits | None = None
    lines: tuple[CaseMaterial, ...] = ()
    wanted: tuple[tuple[Wanted, bool], ...] = ()


def goal_of(plan: MovePlan, at: datetime) -> Goal:
    """Read where a plan leads."""
    if plan.edition_id is None:
        return Goal(plan, None)
    edition = catalogue.edition_by_id(plan.edition_id)
    materials = [
        Wanted(each.pk, each.name, each.necessity, each.condition, each.exempt, each.standard_id)
        for each in catalogue.materials_of(edition, day_of(at))
    ]
    return Goal(plan, card_of(edition), materials)


def next_ids(plan: MovePlan, after: int, limit: int) -> list[int]:
    """The next cases of the population, by number."""
    return list(population(plan).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def think_over(goal: Goal, ids: Sequence[int], at: datetime) -> list[Thought]:
    """The fate of each of these cases now, in the order of their numbers."""
    asked = ask_many(ids)
    cases = Case.objects.filter(pk__in=ids).select_related("matter").defer("contact_phone", "delivery_address")
    if goal.card is None:
        cases = cases.defer("answers", "situation", "contact_phone", "delivery_address")
    lines: dict[int, list[CaseMaterial]] = defaultdict(list)
    if goal.card is not None:
        for line in CaseMaterial.objects.filter(case__in=ids).select_related("material").order_by("order"):
            lines[line.case_id].append(line)
    actions = _actions(ids)
    return [
        _thought(goal, asked[case.pk], case, tuple(lines[case.pk]), actions.get(case.pk, frozenset()), at)
        for case in cases.order_by("pk")
        if case.pk in asked
    ]


def _actions(ids: Sequence[int]) -> dict[int, frozenset[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select matter_id, array_agg(distinct action) from matters_step where matter_id = any(%s) group by 1",
            [list(ids)],
        )
        return {matter: frozenset(found) for matter, found in cursor.fetchall()}


def _thought(
    goal: Goal,
    asked: Asked,
    case: Case,
    lines: tuple[CaseMaterial, ...],
    actions: frozenset[str],
    at: datetime,
) -> Thought:
    version = max(asked.procedure_version, goal.plan.procedure_version or 0)
    name = goal.card.power.procedure if goal.card else asked.procedure
    old = pinned_edition(case.edition_id)
    start = rules.handling_clock(goal.card.terms, case.kind) if goal.card else None
    standing = standing_limits(asked, "handling")
    begun = rules.handling_clock(old.terms, case.kind)
    wanted = _wanted(goal, case)
    running = Running(
        procedure=asked.procedure,
        version=asked.procedure_version,
        state=asked.state,
        state_label=lifecycle.procedure(asked.procedure, asked.procedure_version).state(asked.state).label,
        accepted=asked.state not in UNACCEPTED,
        told_once=case.corrections > 0,
        actions=actions,
        edition=case.edition_id,
        limit=Limit(*standing) if standing else Limit(begun.limit, begun.unit),
        lines=tuple(Line(_key(line.name), line.name, line.required, line.state) for line in lines),
        asks=_asks(asked, case, version, at),
    )
    target = Target(
        table=lifecycle.procedure(asked.procedure, version),
        procedure=name,
        edition=goal.card.id if goal.card else None,
        limit=Limit(start.limit, start.unit) if start else Limit(None),
        faults=_faults(goal, case),
        wanted=tuple(_as_line(each, required, lines) for each, required in wanted),
        lengthen_law=goal.plan.lengthen_law,
    )
    old_due, other, dates = case.matter.due_on, None, None
    if start is not None and standing is not None and running.limit != target.limit:
        other = under_limits(asked, start, at, keep_legal=not goal.plan.lengthen_law)
        dates = _dates(other, old_due) if other else None
    fate = fate_of(running, target, dates, day_of(at))
    return Thought(asked, case, fate, version, old_due, other if fate.limits else None, lines, tuple(wanted))


def _dates(other: OtherLimits, now_due: date | None) -> Dates:
    why_not = ""
    if other.impossible:
        why_not = "新版时限不按日计算，或者早于已经批准的延长；期限仍按原来的承诺。"
    return Dates(None if other.stopped else now_due, other.due_on, other.stopped, other.used, why_not)


# --- The materials and the form


def _wanted(goal: Goal, case: Case) -> list[tuple[Wanted, bool]]:
    """The target's materials for the answers of a case, each with whether it must be handed in."""
    if goal.card is None:
        return []
    said = answers_of(case)
    found = []
    for each in goal.materials:
        needed = material_needed(each.condition, each.necessity, said)
        if needed or each.necessity != "conditional" or not each.condition:
            found.append((each, needed and not each.exempt))
    return found


def answers_of(case: Case) -> dict[str, Any]:
    """What decides materials: the situation and the form."""
    situation: Mapping[str, Any] = json.loads(case.situation) if case.situation else {}
    return {**situation, **json.loads(case.answers or "{}")}


def _faults(goal: Goal, case: Case) -> tuple[str, ...]:
    if goal.card is None or goal.card.form_version == case.form_version:
        return ()
    _, wrong = clean_answers(goal.card.form, json.loads(case.answers or "{}"))
    return tuple(said.rstrip("。") for said in wrong.values())


_SPACE = re.compile(r"\s+")


def _key(name: str) -> str:
    return _SPACE.sub("", name)


def same_line(each: Wanted, lines: Iterable[CaseMaterial]) -> CaseMaterial | None:
    """The case's own line of a material: of the same name, else resting on the same standard material."""
    known = list(lines)
    by_name = next((line for line in known if _key(line.name) == _key(each.name)), None)
    if by_name is not None or each.standard_id is None:
        return by_name
    return next((line for line in known if line.material.standard_id == each.standard_id), None)


def _as_line(each: Wanted, required: bool, lines: Sequence[CaseMaterial]) -> Line:
    held = same_line(each, lines)
    return Line(_key(held.name if held else each.name), each.name, required)


# --- What the law would do at once


def _asks(asked: Asked, case: Case, version: int, at: datetime) -> str:
    """Why a newer procedure would bring an effect by itself as soon as the case follows it; empty where it would not."""
    if asked.procedure_version < WITH_EFFECTS <= version and asked.state == "received" and asked.procedure == "licence":
        row = clock_row_of(asked)
        if row.due_at is not None and row.due_at < at:
            return "收件审查期限已过，移过去会立即视为受理；请先按原版本办完收件。"
    if asked.procedure_version < WITH_LIFE <= version:
        if case.licence_expires_on is not None and case.licence_expires_on < day_of(at):
            return f"许可有效期已于 {say_date(case.licence_expires_on)} 届满，移过去会立即视为准予延续；按原版本办完。"
        if asked.state == "correction_requested" and _given_up(asked, at):
            return "补正等待已超过本地规定的日数，移过去会立即视为放弃申请；按原版本办完。"
    return ""


def _given_up(asked: Asked, at: datetime) -> bool:
    terms = in_force(DEEMED_ABANDONED)
    stopped = next((mark.at for mark in reversed(asked.marks) if mark.effect == "stop"), None)
    if not terms.in_use or stopped is None:
        return False
    here = work_calendar().at(asked.division_id, asked.centre_id)
    return day_end(here.nth_workday_after(day_of(stopped), terms.days or ABANDONED_AFTER), None) < at
