"""Between asking and telling: may they, is the step open, what will the clock say. Nothing here reads or writes a row.

A service that asks and tells in statements of its own (`cases.accept_case`) calls `admit` and `think` between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters import lifecycle, policies
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.clocks import ClockMark, ClockRow, clock_row
from yimen.ground.matters.explaining import closing_hours, warn_days
from yimen.ground.matters.lifecycle import ClockStart, Procedure, StepRule
from yimen.ground.organisations import selectors as organisations


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
class Thought:
    """A step that may be taken, in the words of `matters_take_step`.

    `origins` is an array of states, `clock` the mark that the step leaves in the ledger, `clock_row` the matter's clock
    columns after it (JSON; None leaves them), `change` other columns (JSON; None leaves them).
    """

    asked: Asked
    action: str
    origins: str
    to: str | None
    clock: str
    clock_row: str | None
    change: str | None

    def taken(self, verdict: str, step_id: int, seq: int, recorded_at: datetime) -> Taken | None:
        """What came of it; None where the matter moved between reading and writing. Raises `NotFound`."""
        if verdict == "gone":
            raise NotFound("没有找到这件事。")
        if verdict != "taken":
            return None
        state = self.asked.state if self.to is None else self.to
        return Taken(self.asked.id, step_id, seq, self.asked.version + 1, state, recorded_at)


def twice(attempt: Callable[[], Taken | None]) -> Taken:
    """Ask, think and tell; where the matter moved in between (None), once more. Raises `StalePage` the second time."""
    taken = attempt() or attempt()
    if taken is None:
        raise StalePage("这件事正被别人同时办理。", next_step="请刷新页面，看过新情况后再办理。")
    return taken


def admit(asked: Asked, action: str, actor: Actor, at: datetime, seen: int | None = None) -> StepRule:
    """May they, is the step open, is the page fresh, does a hold stop it? Returns the step's rule.

    Raises `StalePage`, `NotFound` (a stranger learns nothing), `NoPermission`, `NoLetter`, `StepNotOpen`, `StepHeld`.
    """
    if seen is not None and asked.version != seen:
        raise StalePage(
            "这件事刚刚有了新进展，您看到的页面已经不是最新的。", next_step="请刷新页面，看过新情况后再办理。"
        )
    table = _table(asked)
    try:
        rule = table.step(action)
    except KeyError:
        raise StepNotOpen(
            f"这件事按办理程序第 {asked.procedure_version} 版办理，没有这一步。", next_step="请按页面上的步骤办理。"
        ) from None
    try:
        policies.demand(actor, rule, asked, day_of(at))
    except NotAllowed as refusal:
        # A stranger learns nothing, not even that the matter exists.
        if not policies.may(actor, "matters.view", asked) and not policies.is_applicant(actor, asked):
            raise NotFound("没有找到这件事。", next_step="请核对编号。") from None
        if isinstance(refusal, policies.NoLetter):
            raise policies.NoLetter(
                why_without_letter(refusal.message, rule, actor, asked, at), next_step=refusal.next_step
            ) from None
        raise
    if asked.state not in table.origins(rule):
        raise StepNotOpen(
            f"这件事现在是“{table.state(asked.state).label}”，不能“{rule.label}”。",
            next_step="请刷新页面，按现在的情况办理。",
        )
    for point, reason in asked.holds:
        if rule.hold_point and point == rule.hold_point:
            raise StepHeld(f"现在不能“{rule.label}”：{reason}。", next_step="这个条件解除后即可办理。")
    return rule


def why_without_letter(said: str, rule: StepRule, actor: Actor, matter: policies.Placed, at: datetime) -> str:
    """The refusal for want of a letter, with what became of the letter that the post had: when it was taken back, and why."""
    became = organisations.why_no_letter(actor.post_id, matter.department_id, rule.power, day_of(at))
    return f"{said}授权委托书 {became}。" if became else said


def under_letter(asked: Asked, rule: StepRule, actor: Actor, at: datetime) -> str:
    """The number of the authorisation letter under which an admitted step is taken (R006); empty where none is needed."""
    if not rule.power or actor.kind != "staff":
        return ""
    letter = policies.letter_for(actor.letters, rule.power, asked, day_of(at))
    return letter.number if letter else ""


def think(
    asked: Asked,
    rule: StepRule,
    actor: Actor,
    at: datetime,
    *,
    clock: ClockStart | None = None,
    extend_by: int = 0,
    stopped_for: str = "",
    effective_at: datetime | None = None,
    basis: str = "",
    facts: Mapping[str, Any] | None = None,
    change: Mapping[str, Any] | None = None,
) -> Thought:
    """Is there what an admitted step needs, and what will the clock say after it?

    Raises `ReasonMissing`, `ImpossibleScript`, and what the checks at `<procedure>.<action>` refuse.
    """
    table = _table(asked)
    if rule.reason_needed and not str((facts or {}).get("reason", "")).strip():
        raise ReasonMissing(f"“{rule.label}”要写明理由。", fields={"reason": "请写明理由。"})
    lifecycle.run_checks(lifecycle.STEP_POINT, matter=asked, rule=rule, actor=actor, at=at)
    lifecycle.run_checks(
        f"{table.name}.{rule.action}", matter=asked, actor=actor, at=at, facts=facts or {}, basis=basis
    )
    mark = mark_of(
        rule, clock, effective_at or at, extend_by, stopped_for, after=at if effective_at not in (None, at) else None
    )
    changes = dict(change or {})
    if rule.to and table.state(rule.to).phase == "closed" and table.state(asked.state).phase != "closed":
        changes.setdefault("closed_at", at.isoformat())
        changes.setdefault("outcome", rule.to)
    if rule.reopens and rule.to and table.state(asked.state).phase == "closed":
        changes |= {"closed_at": None, "outcome": ""}
    return Thought(
        asked=asked,
        action=rule.action,
        origins="{" + ",".join(table.origins(rule)) + "}",
        to=rule.to,
        clock=mark.text() if mark else "",
        clock_row=clock_text([*asked.marks, mark], asked.calendar_version, asked.centre_id, asked.division_id)
        if mark
        else None,
        change=as_json(changes) if changes else None,
    )


def mark_of(
    rule: StepRule, clock: ClockStart | None, at: datetime, by: int, why: str, after: datetime | None = None
) -> ClockMark | None:
    """What the step does to the clock; None where nothing. `after` is when the clock before ended, where that is not `at`."""
    if not rule.clock:
        return None
    if rule.clock == "start":
        if clock is None:
            return None
        return ClockMark.of_start(clock, at, after)
    return ClockMark(at=at, effect=rule.clock, by=by, why=why)


def clock_text(marks: Sequence[ClockMark], calendar_version: int, centre_id: int | None, division: str) -> str:
    """The clock's columns after these marks, as the ledger's functions take them."""
    return _clock_row(marks, calendar_version, centre_id, division).text()


def clock_row_of(asked: Asked) -> ClockRow:
    """The clock's columns as its steps say them now."""
    return _clock_row(asked.marks, asked.calendar_version, asked.centre_id, asked.division_id)


def _clock_row(marks: Sequence[ClockMark], calendar_version: int, centre_id: int | None, division: str) -> ClockRow:
    calendar = work_calendar(calendar_version).at(division, centre_id)
    return clock_row(marks, calendar, closing_hours(centre_id, calendar_version), warn_days())


def post_of(actor: Actor) -> str:
    """The actor's post as the ledger names it: department and title."""
    return f"{actor.department} {actor.post}".strip() if actor.kind == "staff" else actor.post


def as_json(value: object) -> str:
    """JSON as the ledger keeps it: exactly as given, nothing escaped that need not be."""
    return msgspec.json.encode(value, enc_hook=str).decode()


def events_json(events: Sequence[outbox.Event]) -> str | None:
    """Events as `[[name, payload], …]`; None for none."""
    if not events:
        return None
    return "[" + ",".join(event_json(event) for event in events) + "]"


def event_json(event: outbox.Event) -> str:
    """One event as `[name, payload]`."""
    name, payload = outbox.as_row(event)
    return f"[{as_json(name)},{payload}]"


def _table(asked: Asked) -> Procedure:
    return lifecycle.procedure(asked.procedure, asked.procedure_version)
