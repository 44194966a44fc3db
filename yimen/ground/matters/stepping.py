"""Ask, think, tell: one query reads, Python decides, one statement writes a step.

Every function here expects to run in the transaction of the service that calls it, or makes its own statement's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import demand_standing
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import say_moment
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import lifecycle
from yimen.ground.matters.asking import Asked, ask
from yimen.ground.matters.clocks import ClockMark, clocks_of
from yimen.ground.matters.durations import Durations, durations
from yimen.ground.matters.explaining import closing_hours
from yimen.ground.matters.fast_forward import recorded
from yimen.ground.matters.lifecycle import BEFORE, ClockStart
from yimen.ground.matters.models import Behalf
from yimen.ground.matters.thinking import (
    StepNotOpen,
    Taken,
    Thought,
    admit,
    as_json,
    clock_text,
    events_json,
    mark_of,
    post_of,
    think,
    twice,
    under_letter,
)


class EnteredAfterwards(Invalid):
    """The step claims a time that nothing supports."""

    code = "entered_afterwards"


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter that was opened with its first step."""

    matter_id: int
    uid: UUID
    step_id: int
    recorded_at: datetime


_OPEN = Statement(
    "select matter_id, matter_uid, step_id, recorded_at from matters_open("
    "%s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)"
)


def open_matter(
    *,
    procedure: str,
    action: str,
    code: str,
    title: str,
    subject: str,
    actor: Actor,
    at: datetime,
    applicant_id: int | None,
    applicant_name: str,
    department_id: int,
    centre_id: int | None,
    division: str,
    channel: str,
    window_id: int | None = None,
    clock: ClockStart | None = None,
    effective_at: datetime | None = None,
    basis: str = "",
    facts: Mapping[str, Any] | None = None,
    documents: Sequence[str] = (),
    events: Sequence[outbox.Event] = (),
    recorded_at: datetime | None = None,
    person_id: int | None = None,
    person_name: str = "",
) -> Opened:
    """Open a matter and take its first step in one statement. `person_id` is the account that has it from the beginning.

    `code` is its number, already taken from its series in this transaction. Each event of `events` gets the new matter's
    id in its payload as `matter_id`. `effective_at` is the moment from which the clock counts, where it is not `at`.
    Raises `NoPermission`, `EnteredAfterwards`, `ImpossibleScript`.
    """
    table = lifecycle.procedure(procedure)
    rule = table.step(action)
    if BEFORE not in rule.origins or rule.to is None:
        raise StepNotOpen(f"“{rule.label}”不是{table.label}的第一步。")
    row: dict[str, Any] = {
        "procedure": table.name,
        "procedure_version": table.version,
        "code": code,
        "title": title,
        "subject": subject,
        "applicant_id": applicant_id,
        "applicant_name": applicant_name,
        "department_id": department_id,
        "window_id": window_id,
        "centre_id": centre_id,
        "division_id": division,
        "channel": channel,
        "person_id": person_id,
        "person_name": person_name,
    }
    if actor.party_id == applicant_id:
        demand_standing(actor, rule.mandate, subject, at)
    mark = mark_of(rule, clock, effective_at or at, 0, "")
    cached = clock_text([mark], calendar_version(), centre_id, division) if mark else None
    context = audit.current()
    with said_in_chinese(at):
        written = _OPEN.one(
            [
                as_json(row),
                action,
                rule.to,
                actor.uid,
                actor.name,
                post_of(actor),
                actor.window,
                at,
                basis,
                mark.text() if mark else "",
                as_json(facts or {}),
                as_json(list(documents)),
                cached,
                events_json(events),
                context.request_id,
                context.ip,
                recorded(at, recorded_at),
            ]
        )
    opened = Opened(*written)
    if actor.standing is not None and actor.account_id is not None:
        Behalf.objects.create(
            matter_id=opened.matter_id,
            account_id=actor.account_id,
            name=actor.standing.agent[:100],
            number=actor.standing.number,
            role=actor.standing.role,
            since=at,
        )
    return opened


def ready_to(*, matter: int | str, action: str, actor: Actor, at: datetime, seen: int | None = None) -> Asked:
    """May they, is the step open, is the page fresh? Before a service spends numbers and seals on a step.

    The answer goes into `take_step` as `ready`, which then need not ask again. Raises as `take_step` does.
    """
    asked = ask(matter)
    admit(asked, action, actor, at, seen)
    return asked


def lock(which: int | str) -> None:
    """Hold a matter still until the transaction ends: nobody takes a step of it meanwhile. Nothing happens for no matter.

    For a service that reads rows of its own, decides by them, and then takes a step or writes them.
    """
    by = "id = %s" if isinstance(which, int) else "code = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"select from matters_matter where {by} for no key update", [which])


def take_step(
    *,
    matter: int | str,
    action: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
    ready: Asked | None = None,
    clock: ClockStart | None = None,
    extend_by: int = 0,
    stopped_for: str = "",
    effective_at: datetime | None = None,
    basis: str = "",
    facts: Mapping[str, Any] | None = None,
    documents: Sequence[str] = (),
    change: Mapping[str, Any] | None = None,
    events: Sequence[outbox.Event] = (),
    recorded_at: datetime | None = None,
) -> Taken:
    """Take one step of a matter's procedure, in the version the matter began with. `matter` is its id or its number.

    `seen` is the version that the actor's page showed: if the matter has moved since, `StalePage` is raised and nothing is
    written; without it the step is thought over once more. `clock` names the clock a `start` rule starts, `extend_by` the
    days of an `extend` rule, `stopped_for` the reason of a `stop` rule (a key of `rules.STOPPED_FOR`). `change` sets other
    columns of the matter (window_id, post_id, person_id, person_name, outcome …).

    Raises `NotFound`, `NoPermission`, `NoLetter`, `StepNotOpen`, `StalePage`, `StepHeld`, `ReasonMissing`,
    `EnteredAfterwards`, `ImpossibleScript`.
    """
    known = ready

    def attempt() -> Taken | None:
        nonlocal known
        asked, known = known or ask(matter), None
        rule = admit(asked, action, actor, at, seen)
        demand_standing(actor, rule.mandate, asked.subject, at)
        thought = think(
            asked, rule, actor, at, clock=clock, extend_by=extend_by, stopped_for=stopped_for, effective_at=effective_at,
            basis=basis, facts=facts, change=change,
        )  # fmt: skip
        letter = under_letter(asked, rule, actor, at)
        said = {**(facts or {}), "under": letter} if letter else facts
        return _tell(thought, actor, at, basis, said, documents, events, recorded_at)

    if actor.standing is None:
        return twice(attempt)
    with transaction.atomic():  # the mandate is held still until the step is written
        return twice(attempt)


_TAKE_STEP = Statement(
    "select verdict, step_id, seq, recorded_at from matters_take_step("
    "%s, %s, %s::text[], %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s)"
)


def _tell(
    thought: Thought,
    actor: Actor,
    at: datetime,
    basis: str,
    facts: Mapping[str, Any] | None,
    documents: Sequence[str],
    events: Sequence[outbox.Event],
    recorded_at: datetime | None,
) -> Taken | None:
    """Write the step; None where the matter moved between reading and writing."""
    context = audit.current()
    with said_in_chinese(at):
        written = _TAKE_STEP.one(
            [
                thought.asked.id,
                thought.asked.version,
                thought.origins,
                thought.action,
                thought.to,
                actor.uid,
                actor.name,
                post_of(actor),
                actor.window,
                at,
                basis,
                thought.clock,
                as_json(facts or {}),
                as_json(list(documents)),
                thought.clock_row,
                thought.change,
                events_json(events),
                context.request_id,
                context.ip,
                recorded(at, recorded_at),
            ]
        )
    return thought.taken(*written)


def handling_result(asked: Asked, at: datetime) -> dict[str, Any]:
    """The derived facts stored once when a decision ends the handling: days used and whether in time."""
    clocks = clocks_of(asked.marks)
    close = closing_hours(asked.centre_id, asked.calendar_version)
    calendar = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
    if not clocks:
        return {}
    last = replace(clocks[-1], marks=(*clocks[-1].marks, ClockMark(at=at, effect="finish")))
    state = last.state(last.terms(close) or last.terms(close, legal=True), calendar)
    if state is None:
        return {}
    return {"work_days": state.counted, "on_time": state.on_time}


def hands_until(asked: Asked, at: datetime) -> Durations | None:
    """Whose hands a matter was in until this moment, in working days."""
    return durations(asked.marks, work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id), at)


@contextmanager
def said_in_chinese(at: datetime) -> Iterator[None]:
    """Turn the database's refusal of a moment into one that a person can read; all else is raised as it is."""
    try:
        yield
    except DatabaseError as refused:
        if getattr(refused.__cause__, "sqlstate", "") != "YM412":
            raise
        raise EnteredAfterwards(
            f"填写的时间 {say_moment(at)} 与记录时间相差太久，不能补录，也不能预先登记。",
            next_step="请按实际时间办理；确有邮件签收单或离线日志的，请注明依据。",
            fields={"at": "没有依据不能补录。"},
        ) from None
