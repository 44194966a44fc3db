"""What may be told to a matter. Ask, think, tell: one query reads, Python decides, one statement writes.

Every function here expects to run in the transaction of the service that calls it, or makes its own statement's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters import fast_forward, lifecycle, policies
from yimen.ground.matters.clocks import ClockMark, clock_row, clocks_of
from yimen.ground.matters.fast_forward import in_its_own_time, is_synthetic, mark_synthetic
from yimen.ground.matters.lifecycle import BEFORE, ClockStart, Procedure, StepRule
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.selectors import Asked, ask, closing_hours, warn_days

__all__ = [
    "ClockStart",
    "Opened",
    "Taken",
    "claim",
    "hand_over",
    "in_its_own_time",
    "is_synthetic",
    "lift_hold",
    "mark_synthetic",
    "open_matter",
    "place_hold",
    "release",
    "take_step",
]


class StepNotOpen(Conflict):
    """The matter's state does not allow this step (any more)."""

    code = "step_not_open"


class StalePage(Conflict):
    """The page that the actor saw is older than the matter."""

    code = "stale_page"


class StepHeld(Conflict):
    """A hold stops this step."""

    code = "step_held"


class ReasonMissing(Invalid):
    """The step needs a written reason."""

    code = "reason_missing"


class EnteredAfterwards(Invalid):
    """The step claims a time that nothing supports."""

    code = "entered_afterwards"


class AlreadyClaimed(Conflict):
    """Somebody else works on it."""

    code = "already_claimed"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was written: its place in the ledger, the matter's new version and state."""

    matter_id: int
    step_id: int
    seq: int
    version: int
    state: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter that was opened with its first step."""

    matter_id: int
    uid: UUID
    step_id: int
    recorded_at: datetime


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
) -> Opened:
    """Open a matter and take its first step in one statement.

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
    }
    mark = _mark(rule, clock, effective_at or at, 0, "")
    version = calendar_version()
    close = closing_hours(centre_id, version)
    cached = clock_row([mark], work_calendar(version), close, warn_days()).text() if mark else None
    context = audit.current()
    with _said_in_chinese(at), connection.cursor() as cursor:
        cursor.execute(
            "select matter_id, matter_uid, step_id, recorded_at from matters_open("
            "%s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)",
            [
                _json(row),
                action,
                rule.to,
                actor.uid,
                actor.name,
                _post(actor),
                actor.window,
                at,
                basis,
                mark.text() if mark else "",
                _json(facts or {}),
                _json(list(documents)),
                cached,
                _events(events),
                context.request_id,
                context.ip,
                fast_forward.recorded(at, recorded_at),
            ],
        )
        return Opened(*cursor.fetchone())


def ready_to(*, matter: int | str, action: str, actor: Actor, at: datetime, seen: int | None = None) -> Asked:
    """May they, is the step open, is the page fresh? Before a service spends numbers and seals on a step.

    The answer goes into `take_step` as `ready`, which then need not ask again. Raises as `take_step` does.
    """
    asked = ask(matter)
    _fresh(asked, seen)
    table = lifecycle.procedure(asked.procedure, asked.procedure_version)
    _admit(table, table.step(action), asked, actor, at)
    return asked


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
    for attempt in range(2):
        asked = ready if ready is not None and attempt == 0 else ask(matter)
        _fresh(asked, seen)
        table = lifecycle.procedure(asked.procedure, asked.procedure_version)
        rule = table.step(action)
        _think(table, rule, asked, actor, at, facts, basis)
        taken = _tell(
            table, rule, asked, actor, at, clock, extend_by, stopped_for, effective_at, basis, facts, documents, change,
            events, recorded_at,
        )  # fmt: skip
        if taken is not None:
            return taken
    raise StalePage("这件事正被别人同时办理。", next_step="请刷新页面，看过新情况后再办理。")


def _fresh(asked: Asked, seen: int | None) -> None:
    if seen is not None and asked.version != seen:
        raise StalePage(
            "这件事刚刚有了新进展，您看到的页面已经不是最新的。", next_step="请刷新页面，看过新情况后再办理。"
        )


def _admit(table: Procedure, rule: StepRule, asked: Asked, actor: Actor, at: datetime) -> None:
    """May they, is the step open, does a hold stop it?"""
    try:
        policies.demand(actor, rule, asked, day_of(at))
    except NotAllowed:
        # A stranger learns nothing, not even that the matter exists.
        if not policies.may(actor, "matters.view", asked) and not policies.is_applicant(actor, asked):
            raise NotFound("没有找到这件事。", next_step="请核对编号。") from None
        raise
    if asked.state not in table.origins(rule):
        raise StepNotOpen(
            f"这件事现在是“{table.state(asked.state).label}”，不能“{rule.label}”。",
            next_step="请刷新页面，按现在的情况办理。",
        )
    for point, reason in asked.holds:
        if rule.hold_point and point == rule.hold_point:
            raise StepHeld(f"现在不能“{rule.label}”：{reason}。", next_step="这个条件解除后即可办理。")


def _think(
    table: Procedure,
    rule: StepRule,
    asked: Asked,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None,
    basis: str,
) -> None:
    """May they, is the step open, does a hold stop it, is what it needs there? Raises the refusal."""
    _admit(table, rule, asked, actor, at)
    if rule.reason_needed and not str((facts or {}).get("reason", "")).strip():
        raise ReasonMissing(f"“{rule.label}”要写明理由。", fields={"reason": "请写明理由。"})
    lifecycle.run_checks(
        f"{table.name}.{rule.action}", matter=asked, actor=actor, at=at, facts=facts or {}, basis=basis
    )


def _tell(
    table: Procedure,
    rule: StepRule,
    asked: Asked,
    actor: Actor,
    at: datetime,
    clock: ClockStart | None,
    extend_by: int,
    stopped_for: str,
    effective_at: datetime | None,
    basis: str,
    facts: Mapping[str, Any] | None,
    documents: Sequence[str],
    change: Mapping[str, Any] | None,
    events: Sequence[outbox.Event],
    recorded_at: datetime | None,
) -> Taken | None:
    """Write the step; None where the matter moved between reading and writing."""
    mark = _mark(rule, clock, effective_at or at, extend_by, stopped_for)
    changes = dict(change or {})
    cached = None
    if mark is not None:
        marks = [*asked.marks, mark]
        calendar = work_calendar(asked.calendar_version)
        close = closing_hours(asked.centre_id, asked.calendar_version)
        cached = clock_row(marks, calendar, close, warn_days()).text()
    target = asked.state if rule.to is None else rule.to
    if table.state(target).phase == "closed" and table.state(asked.state).phase != "closed":
        changes.setdefault("closed_at", at.isoformat())
        changes.setdefault("outcome", target)
    context = audit.current()
    with _said_in_chinese(at), connection.cursor() as cursor:
        cursor.execute(
            "select verdict, step_id, seq, recorded_at from matters_take_step("
            "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s)",
            [
                asked.id,
                asked.version,
                list(table.origins(rule)),
                rule.action,
                rule.to,
                actor.uid,
                actor.name,
                _post(actor),
                actor.window,
                at,
                basis,
                mark.text() if mark else "",
                _json(facts or {}),
                _json(list(documents)),
                cached,
                _json(changes) if changes else None,
                _events(events),
                context.request_id,
                context.ip,
                fast_forward.recorded(at, recorded_at),
            ],
        )
        verdict, step_id, seq, recorded = cursor.fetchone()
    if verdict == "gone":
        raise NotFound("没有找到这件事。")
    if verdict != "taken":
        return None
    return Taken(asked.id, step_id, seq, asked.version + 1, target, recorded)


def claim(*, matter_id: int, actor: Actor, at: datetime) -> Taken:
    """Take a matter into one's own hands. Of many who try at once one gets it; the others get `AlreadyClaimed`."""
    if actor.account_id is None:
        raise NoPermission("只有工作人员本人可以认领。")
    asked = ask(matter_id)
    if asked.person_id is not None:
        mine = asked.person_id == actor.account_id
        who = "您" if mine else asked.person_name
        raise AlreadyClaimed(f"这件事已由{who}认领。", next_step="请从收件箱选择另一件。")
    try:
        return take_step(
            matter=matter_id,
            action="claim",
            actor=actor,
            at=at,
            seen=asked.version,
            change={"person_id": actor.account_id, "person_name": actor.name, "post_id": actor.post_id},
        )
    except StalePage:
        asked = ask(matter_id)
        if asked.person_id is not None:
            raise AlreadyClaimed(f"这件事刚被{asked.person_name}认领。", next_step="请从收件箱选择另一件。") from None
        raise


def release(*, matter_id: int, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Give a claimed matter back to its window or department; only the one who holds it may."""
    if ask(matter_id).person_id != actor.account_id:
        raise StepNotOpen("这件事不在您手上，不用退回。", next_step="请刷新页面。")
    return take_step(
        matter=matter_id,
        action="release",
        actor=actor,
        at=at,
        seen=seen,
        change={"person_id": None, "person_name": "", "post_id": None},
    )


def hand_over(
    *, matter_id: int, actor: Actor, at: datetime, to_account: int, to_name: str, to_post: int | None, reason: str,
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """Hand a matter to a colleague, with the reason; both names stand in the ledger."""
    return take_step(
        matter=matter_id,
        action="hand_over",
        actor=actor,
        at=at,
        seen=seen,
        facts={"reason": reason, "to": to_name},
        change={"person_id": to_account, "person_name": to_name, "post_id": to_post},
    )


def place_hold(*, matter_id: int, kind: str, point: str, reason: str, at: datetime) -> Taken:
    """Let an upper module stop the steps of `point` until it lifts the hold of this `kind`. `reason` is read by people."""
    taken = take_step(
        matter=matter_id,
        action="place_hold",
        actor=SYSTEM,
        at=at,
        facts={"kind": kind, "point": point, "reason": reason},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into matters_hold (matter_id, kind, point, reason, placed_at) values (%s, %s, %s, %s, %s)"
            " on conflict (matter_id, kind) where lifted_at is null do nothing",
            [matter_id, kind, point, reason, at],
        )
    return taken


def lift_hold(*, matter_id: int, kind: str, at: datetime) -> Taken | None:
    """Lift the hold of this kind; None where there was none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_hold set lifted_at = %s where matter_id = %s and kind = %s and lifted_at is null",
            [at, matter_id, kind],
        )
        if not cursor.rowcount:
            return None
    return take_step(matter=matter_id, action="lift_hold", actor=SYSTEM, at=at, facts={"kind": kind})


def handling_result(asked: Asked, at: datetime) -> dict[str, Any]:
    """The derived facts stored once when a decision ends the handling: days used and whether in time."""
    clocks = clocks_of(asked.marks)
    close = closing_hours(asked.centre_id, asked.calendar_version)
    calendar = work_calendar(asked.calendar_version)
    if not clocks:
        return {}
    last = replace(clocks[-1], marks=(*clocks[-1].marks, ClockMark(at=at, effect="finish")))
    state = last.state(last.terms(close) or last.terms(close, legal=True), calendar)
    if state is None:
        return {}
    return {"work_days": state.counted, "on_time": state.on_time}


@contextmanager
def _said_in_chinese(at: datetime) -> Iterator[None]:
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


def _mark(rule: StepRule, clock: ClockStart | None, at: datetime, by: int, why: str) -> ClockMark | None:
    if not rule.clock:
        return None
    if rule.clock == "start":
        if clock is None:
            return None
        return ClockMark(
            at=at,
            effect="start",
            name=clock.name,
            limit=clock.limit,
            unit=clock.unit,
            legal=clock.legal,
            legal_unit=clock.legal_unit,
            law=clock.law,
            source=clock.source,
        )
    return ClockMark(at=at, effect=rule.clock, by=by, why=why)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _events(events: Sequence[outbox.Event]) -> str | None:
    if not events:
        return None
    rows = (outbox.as_row(event) for event in events)
    return "[" + ",".join(f"[{_json(name)},{payload}]" for name, payload in rows) + "]"


def _post(actor: Actor) -> str:
    return f"{actor.department} {actor.post}".strip() if actor.kind == "staff" else actor.post
