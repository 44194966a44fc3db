"""Bringing a change of the calendar to the open matters: preview, a step on each, and the same way back.

A change goes through states (`Recalculation.State`). Previewing reads in batches and writes down what would move.
Applying makes the calendar valid at once, in one short transaction, so that from then on nobody reckons with the old one;
the matters follow in batches, each in a transaction of its own. A matter that somebody has in hand is passed over and
waited for. When the queue is empty a sweep looks at every open matter again, for what was opened or moved meanwhile, until
a whole pass finds nothing. Then people are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar import services as calendar
from yimen.ground.calendar.rules import DayRow
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict
from yimen.ground.matters import moving
from yimen.ground.matters.events import CalendarRecalculated, RecalculationDue
from yimen.ground.matters.many import Told, take_many
from yimen.ground.matters.models import MovedMatter, Recalculation
from yimen.ground.matters.moving import Difference, Move
from yimen.ground.matters.policies import demand_calendar
from yimen.ground.matters.telling_moves import tell_people
from yimen.ground.matters.thinking import ReasonMissing, as_json

if TYPE_CHECKING:
    from yimen.ground.calendar.models import CalendarChange

State, Item = Recalculation.State, MovedMatter.State
LOOK_AT = 4000
"""Open matters looked at in one batch of a preview or a sweep: about a second of a worker."""
STEPS = 250
"""Steps taken in one transaction: their matters are held for about a quarter of a second."""
MOST_PASSES = 50


class StalePreview(Conflict):
    """The calendar has changed since the preview was made."""

    code = "stale_preview"


class NotReady(Conflict):
    """The preview is not finished, or it was applied already."""

    code = "recalculation_not_ready"


class AnotherRuns(Conflict):
    """Another change is being brought to the open matters."""

    code = "another_recalculation_runs"


@transaction.atomic
def preview_change(*, actor: Actor, change: CalendarChange, at: datetime, reason: str = "") -> Recalculation:
    """Look which open matters' dates the draft would move, or, of an applied change, its taking back (with `reason`).

    The first batch is done at once; where more remain the worker goes on. Raises `LaterChange`, `NotADraft`,
    `ReasonMissing`, `NoPermission`, `OutsidePlace`.
    """
    demand_calendar(actor, change.division, change.centre_id)
    undo = change.state == "applied"
    if change.state not in ("draft", "applied"):
        raise calendar.NotADraft(f"这次日历变更{change.get_state_display()}，不能再预览。", next_step="请重新登记。")
    if undo:
        calendar.refuse_with_later(change)
        if not reason.strip():
            raise ReasonMissing("撤销日历变更要写明原因。", fields={"reason": "请写明撤销的原因。"})
    Recalculation.objects.filter(change=change, state__in=(State.PREVIEWING, State.READY)).update(state=State.REPLACED)
    made = Recalculation.objects.create(
        change=change, undo=undo, reason=reason.strip()[:300], version=calendars.calendar_version(), created_at=at,
        created_by=actor.name,
    )  # fmt: skip
    audit.record(
        "matters.preview_calendar", actor=actor, target_kind="calendar_change", target=change.document_number,
        facts={"undo": undo},
    )  # fmt: skip
    if work_a_batch(made.pk, at=at):
        outbox.publish(RecalculationDue(made.pk))
    made.refresh_from_db()
    return made


@transaction.atomic
def apply_recalculation(*, actor: Actor, recalculation: Recalculation, at: datetime) -> Recalculation:
    """Make the previewed change (or its taking back) valid; the worker brings the open matters along.

    Raises `NotReady`, `StalePreview`, `AnotherRuns`, and what `calendar.services` refuses.
    """
    held = Recalculation.objects.select_for_update().get(pk=recalculation.pk)
    change = held.change
    demand_calendar(actor, change.division, change.centre_id)
    if held.state != State.READY:
        raise NotReady(f"这次预览现在是“{held.get_state_display()}”，不能实行。", next_step="请刷新页面，看最新情况。")
    if Recalculation.objects.filter(state__in=(State.APPLYING, State.SWEEPING)).exists():
        raise AnotherRuns("另一次日历变更正在实行。", next_step="等它完成后，请重新预览再实行。")
    if calendars.calendar_version() != held.version:
        raise StalePreview("预览之后日历又有变化，预览的日期已经不准。", next_step="请重新预览，看过新的结果再实行。")
    if held.undo:
        calendar.undo_change(change, by=actor.name, reason=held.reason, at=at)
    else:
        calendar.apply_change(change, by=actor.name, at=at)
    held.state, held.started_at, held.started_by, held.cursor = State.APPLYING, at, actor.name, 0
    held.save()
    audit.record(
        "matters.undo_calendar" if held.undo else "matters.apply_calendar", actor=actor,
        target_kind="calendar_change", target=change.document_number, reason=held.reason,
        facts={"year": change.year, "kind": change.kind},
    )  # fmt: skip
    outbox.publish(RecalculationDue(held.pk))
    return held


def work_a_batch(recalculation_id: int, *, at: datetime) -> bool:
    """Do the next batch in the open transaction; False when nothing is left to do (or only a person can go on)."""
    held = Recalculation.objects.select_for_update().filter(pk=recalculation_id).first()
    if held is None:
        return False
    match held.state:
        case State.PREVIEWING:
            _look(held)
        case State.APPLYING:
            _take_steps(held, at)
        case State.SWEEPING:
            _sweep(held, at)
        case State.TELLING:
            if not tell_people(held):
                held.state, held.finished_at = State.DONE, at
                moved = held.items.filter(state=Item.TAKEN, kind=MovedMatter.Kind.MOVED).count()
                number = held.change.document_number
                outbox.publish(CalendarRecalculated(held.pk, number, held.undo, moved, at))
        case _:
            return False
    held.save()
    return held.state not in (State.READY, State.DONE)


def work_through(recalculation: Recalculation, *, at: datetime) -> Recalculation:
    """Do all batches here and now, each in its own transaction: for commands. Never call it inside a transaction."""
    more = True
    while more:
        with transaction.atomic():
            more = work_a_batch(recalculation.pk, at=at)
    recalculation.refresh_from_db()
    return recalculation


def difference_of(held: Recalculation) -> Difference:
    """The calendar before and after, as they stand on either side of this change: whether or not it is applied by now."""
    change, now = held.change, calendars.work_calendar()
    rows = tuple(calendars.rows_of(change))
    if held.state in (State.PREVIEWING, State.READY):
        before, after = now, calendar.without(change, now) if held.undo else calendar.proposed(change, now)
    elif held.undo:
        before, after = calendar.proposed(change, now), now
    else:
        before, after = calendar.without(change, now), now
    return Difference(before, after, rows, _since(change, rows), str(change), now.version)


def refresh_moments(after_id: int, *, at: datetime) -> int:
    """Put the hours right at which the next open limits end (no day moves); the last id looked at, 0 at the end."""
    now = calendars.work_calendar()
    moves, last, looked = moving.scan(Difference(now, now, (), day_of(at), "", now.version), after_id, LOOK_AT)
    _refresh([move for move in moves if move.kind == "refreshed"])
    return last if looked == LOOK_AT else 0


def _since(change: CalendarChange, rows: Sequence[DayRow]) -> date:
    days = [row.day for row in rows]
    if change.kind != "closure":
        days.append(date(change.year, 1, 1))
    return min(days)


def _look(held: Recalculation) -> None:
    moves, held.cursor, looked = moving.scan(difference_of(held), held.cursor, LOOK_AT)
    _write_down(held, moves, late=False)
    held.looked += looked
    if looked < LOOK_AT:
        held.state = State.READY


def _take_steps(held: Recalculation, at: datetime) -> None:
    """Steps for the next matters of the queue; those that somebody has in hand come last, and are then waited for."""
    found = moving.waiting(held.pk, STEPS, skip_locked=True) or moving.waiting(held.pk, 1, skip_locked=False)
    if not found:
        _leave_closed(held)
        held.state, held.cursor = State.SWEEPING, 0
        return
    difference = difference_of(held)
    moves = []
    for each in found:
        move = moving.think_over(each, difference)
        if move is not None and move.kind != "refreshed":
            moves.append(move)
        else:
            # A step that somebody took in between has reckoned with the new calendar already, or an extension has
            # carried the matter out of reach.
            MovedMatter.objects.filter(pk=each.item_id).update(state=Item.SAME)
    _tell(held, moves, at)


def _sweep(held: Recalculation, at: datetime) -> None:
    """Look at every open matter once more; whatever was opened or acted upon under the old calendar is brought along."""
    moves, held.cursor, looked = moving.scan(difference_of(held), held.cursor, LOOK_AT)
    _refresh([move for move in moves if move.kind == "refreshed"])
    found = [move for move in moves if move.kind != "refreshed"]
    _write_down(held, found, late=True)
    if found:
        held.passes += 1
        held.state = State.APPLYING if held.passes <= MOST_PASSES else State.TELLING
    elif looked < LOOK_AT:
        held.state = State.TELLING


def _write_down(held: Recalculation, moves: Sequence[Move], *, late: bool) -> None:
    MovedMatter.objects.bulk_create(
        [
            MovedMatter(
                recalculation=held,
                matter_id=move.held.asked.id,
                department_id=move.held.asked.department_id,
                kind=move.kind,
                old_due_on=move.held.due_on,
                new_due_on=move.row.due_on,
                old_legal_due_on=move.held.legal_due_on,
                new_legal_due_on=move.row.legal_due_on,
                why=move.why,
                late_found=late,
            )
            for move in moves
            if move.kind != "refreshed"
        ],
        update_conflicts=late,
        unique_fields=["recalculation", "matter"] if late else None,
        update_fields=["kind", "new_due_on", "new_legal_due_on", "why", "state", "late_found"] if late else None,
        batch_size=1000,
    )


def _tell(held: Recalculation, moves: Sequence[Move], at: datetime) -> None:
    """One statement takes the step of each; their rows are locked, so none can have moved since it was read."""
    told = [Told(move.held.item_id, move.held.asked, _facts(held, move), move.row) for move in moves]
    taken = take_many(told, action="recalculate", at=at)
    if not taken:
        return
    changed = [
        [move.held.item_id, taken[move.held.item_id], move.kind, str(move.row.due_on or ""),
         str(move.row.legal_due_on or ""), move.why]
        for move in moves
        if move.held.item_id in taken
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_movedmatter i set state = 'taken', seq = (x.v ->> 1)::integer, kind = x.v ->> 2,"
            " new_due_on = nullif(x.v ->> 3, '')::date, new_legal_due_on = nullif(x.v ->> 4, '')::date, why = x.v ->> 5,"
            " taken_at = %s from jsonb_array_elements(%s::jsonb) as x(v) where i.id = (x.v ->> 0)::bigint",
            [at, as_json(changed)],
        )


def _facts(held: Recalculation, move: Move) -> dict[str, Any]:
    """What the ledger keeps: the document, the day before and after, the reason in words (R060)."""
    return {
        "document_number": held.change.document_number,
        "title": held.change.title,
        "undo": held.undo,
        "old_due_on": move.held.due_on,
        "new_due_on": move.row.due_on,
        "old_legal_due_on": move.held.legal_due_on,
        "new_legal_due_on": move.row.legal_due_on,
        "provisional": move.row.provisional,
        "why": move.why,
        "reason": held.reason if held.undo else "",
    }


def _refresh(moves: Sequence[Move]) -> None:
    """Moments of the cache that say no other day (the warning, the hour of closing) are put right without a step."""
    rows = [
        [
            move.held.asked.id,
            move.row.due_at,
            move.row.warn_at,
            move.row.sort_at,
            move.held.asked.version,
            move.row.watch_at,
        ]
        for move in moves
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter m set due_at = (x.v ->> 1)::timestamptz, warn_at = (x.v ->> 2)::timestamptz,"
            " sort_at = (x.v ->> 3)::timestamptz,"
            " watch_at = least(matters_first_look((x.v ->> 5)::timestamptz, (x.v ->> 1)::timestamptz), m.look_by)"
            " from jsonb_array_elements(%s::jsonb) as x(v)"
            " where m.id = (x.v ->> 0)::bigint and m.version = (x.v ->> 4)::integer",
            [as_json(rows)],
        )


def _leave_closed(held: Recalculation) -> None:
    """What was finished in between keeps the dates under which it was finished."""
    held.items.filter(state=Item.WAITING, matter__closed_at__isnull=False).update(state=Item.CLOSED)
