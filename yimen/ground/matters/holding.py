"""What stands around the steps of a matter: holds, the unit that answers for it, when the watch looks at it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import outbox
from yimen.ground.matters.stepping import take_step
from yimen.ground.matters.thinking import (
    Taken,
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
