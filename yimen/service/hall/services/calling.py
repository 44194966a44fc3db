"""The next one, please: one statement, in which no ticket can be called twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Conflict
from yimen.service.hall import policies
from yimen.service.hall.models import Desk
from yimen.service.hall.selectors import queue


class NotBegun(Conflict):
    """The ticket called last has neither been begun nor passed."""

    code = "not_begun"


class DeskMoved(Conflict):
    """The window has another ticket than the page showed: somebody pressed before."""

    code = "desk_moved"


class DeskClosed(Conflict):
    """The window does not call."""

    code = "desk_closed"


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a press: the ticket's id and number, or 0 and "" where nobody waits."""

    id: int
    code: str


_CALL = Statement(f"select verdict, ticket_id, ticket_code from hall_call_next({', '.join(['%s'] * 13)})")  # noqa: S608 - places alone


def call_next(*, actor: Actor, at: datetime, seen: int = 0) -> Called:
    """Call the next ticket to the actor's window, ending the one that was being served. `seen` is the ticket in hand as the
    page showed it (0: none). Raises `DeskClosed`, `DeskMoved`, `NotBegun`, `NotAllowed`.
    """
    desk = desk_of(actor)
    hall, where = desk.hall, audit.current()
    verdict, pk, code = _CALL.one([
        hall.pk, desk.pk, desk.window.number, queue.period_now(hall, at), seen, hall.most_ahead_in_a_row, at,
        actor.account_id, actor.uid, actor.name, actor.post, where.request_id, str(where.ip or ""),
    ])  # fmt: skip
    match verdict:
        case "closed":
            raise DeskClosed("这个窗口没有开始叫号。", next_step="请先按“开始叫号”。")
        case "moved":
            raise DeskMoved("这个窗口刚才已经叫过号。", next_step="请看现在叫的是几号，再往下办。")
        case "not_begun":
            raise NotBegun(f"{code} 叫了还没有办。", next_step="来了请按“开始办理”，没来请按“过号”。")
        case _:
            return Called(pk, code)


def desk_of(actor: Actor) -> Desk:
    """What goes on at the actor's window; raises `DeskClosed` where it has never called, `NotAllowed`."""
    window_id = policies.own_window(actor)
    found = Desk.objects.select_related("window", "hall__centre").filter(window=window_id).first()
    if found is None:
        raise DeskClosed("这个窗口没有开始叫号。", next_step="请先按“开始叫号”。")
    return found
