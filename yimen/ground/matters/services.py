"""What may be told to a matter. Ask, think, tell: one query reads, Python decides, one statement writes.

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
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.identity.services import demand_standing
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import lifecycle
from yimen.ground.matters.clocks import ClockMark, clocks_of
from yimen.ground.matters.durations import Durations, durations
from yimen.ground.matters.effects import (
    STATUTORY_EFFECT,
    Effect,
    at_clock,
    in_force,
    note_undone,
    register_effect,
    set_effect,
)
from yimen.ground.matters.fast_forward import in_its_own_time, is_synthetic, mark_synthetic, recorded, written_at
from yimen.ground.matters.keeping import (
    ClosurePaper,
    Paper,
    correct_notice,
    discard_change,
    end_exception,
    register_closure,
    register_notice,
    set_exception,
    set_week,
)
from yimen.ground.matters.lifecycle import BEFORE, ClockStart
from yimen.ground.matters.models import Behalf
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.recalculating import (
    apply_recalculation,
    preview_change,
    work_through,
)
from yimen.ground.matters.selectors import Asked, ask, closing_hours, takers
from yimen.ground.matters.tallies import Differs
from yimen.ground.matters.tallies import fold as fold_tallies
from yimen.ground.matters.tallies import recount as recount_tallies
from yimen.ground.matters.thinking import (
    ReasonMissing,
    StalePage,
    StepHeld,
    StepNotOpen,
    Taken,
    Thought,
    admit,
    as_json,
    clock_row_of,
    clock_text,
    event_json,
    events_json,
    mark_of,
    post_of,
    think,
    twice,
    under_letter,
)
from yimen.ground.matters.watching import database_now, look_again, look_now, register_watcher, sweep_all, watch_ahead

__all__ = [
    "STATUTORY_EFFECT",
    "CannotTake",
    "ClockStart",
    "ClosurePaper",
    "Differs",
    "Effect",
    "Opened",
    "Paper",
    "ReasonMissing",
    "StalePage",
    "StepHeld",
    "StepNotOpen",
    "Taken",
    "Thought",
    "admit",
    "apply_recalculation",
    "as_json",
    "at_clock",
    "claim",
    "clock_row_of",
    "correct_notice",
    "database_now",
    "discard_change",
    "end_exception",
    "event_json",
    "fold_tallies",
    "hand_over",
    "handling_result",
    "hands_until",
    "in_force",
    "in_its_own_time",
    "is_synthetic",
    "lift_hold",
    "lock",
    "look_again",
    "look_by",
    "look_now",
    "look_soon",
    "mark_synthetic",
    "note_undone",
    "open_matter",
    "pass_on",
    "place",
    "place_hold",
    "post_of",
    "preview_change",
    "ready_to",
    "recorded",
    "recount_tallies",
    "register_closure",
    "register_effect",
    "register_notice",
    "register_watcher",
    "release",
    "said_in_chinese",
    "set_effect",
    "set_exception",
    "set_week",
    "sweep_all",
    "take_step",
    "think",
    "twice",
    "under_letter",
    "watch_ahead",
    "work_through",
    "written_at",
]


class EnteredAfterwards(Invalid):
    """The step claims a time that nothing supports."""

    code = "entered_afterwards"


class AlreadyClaimed(Conflict):
    """Somebody else works on it."""

    code = "already_claimed"


class CannotTake(Invalid):
    """A matter handed to somebody who could not go on with it."""

    code = "cannot_take"


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


@transaction.atomic
def pass_on(*, applicant_id: int, account_id: int, to_account: int, to_name: str, at: datetime) -> int:
    """The open matters that one of an enterprise's people handled go to a colleague; returns how many. Twice does no harm."""
    theirs = Behalf.objects.filter(
        matter__applicant=applicant_id, matter__closed_at__isnull=True, account=account_id, number=""
    )
    return theirs.update(account=to_account, name=to_name[:100], since=at)


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
    *, matter_id: int, actor: Actor, at: datetime, to_account: int, reason: str, seen: int | None = None
) -> Taken:
    """Hand a matter to a colleague, with the reason; both names stand in the ledger.

    Raises `CannotTake` for whoever could not go on with it (`selectors.takers`), oneself included.
    """
    asked = ready_to(matter=matter_id, action="hand_over", actor=actor, at=at, seen=seen)
    taker = next((each for each in takers(asked, day_of(at)) if each.account_id == to_account), None)
    if taker is None or to_account == actor.account_id:
        raise CannotTake(
            "这位同事不能接办这件事：不在办理它的部门、窗口任职，或者没有办理它的权限。",
            next_step="请从名单中另选一位同事。",
            fields={"to": "请另选一位同事。"},
        )
    return take_step(
        matter=matter_id,
        action="hand_over",
        actor=actor,
        at=at,
        seen=seen,
        ready=asked,
        facts={"reason": reason, "to": taker.name},
        change={"person_id": taker.account_id, "person_name": taker.name, "post_id": taker.post_id},
    )


def place(*, matter_id: int, department_id: int) -> None:
    """Let another unit answer for a matter from now on. In the transaction of the step that says so, and after it: the
    step holds the row until the commit. Nothing is checked here; the procedure whose step it is decides who may.
    """
    if not connection.in_atomic_block:
        raise outbox.OutsideTransactionError("a matter placed outside the transaction of its step")
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set department_id = %s where id = %s", [department_id, matter_id])


def look_by(matter_id: int, moment: datetime | None) -> None:
    """Have the watch look at a matter no later than `moment`, whatever its clock says (an expiry); None: by its clock alone.

    In the transaction of the step that brings it about, and after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter set look_by = %s, watch_at = least(watch_at, %s) where id = %s",
            [moment, moment, matter_id],
        )


def look_soon(matter_id: int, at: datetime) -> None:
    """Have the watch look at a matter as soon as it comes by; in the transaction of the step that brings it about, after it."""
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set watch_at = least(watch_at, %s) where id = %s", [at, matter_id])


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
