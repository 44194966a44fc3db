"""What is done with a ticket after it was called, and by those who wait. Locks in this order: the window's row, the ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, live
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.hall import policies
from yimen.service.hall.lifecycle import ACTS, STATES
from yimen.service.hall.models import Desk, Group, Hall, Ticket, TicketAct
from yimen.service.hall.services.calling import DeskClosed, desk_of
from yimen.service.hall.services.desks import HandsFull


class WrongMoment(Conflict):
    """The ticket is not where this act begins: somebody was faster, or it lies at another window."""

    code = "wrong_moment"


class NowhereToGo(Invalid):
    """A transfer without a target, or to where nobody serves."""

    code = "nowhere_to_go"


class PassedTooOften(Conflict):
    """The ticket was passed more often than the hall lets it come back."""

    code = "passed_too_often"


# --- At the window


@transaction.atomic
def recall(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """Call the same ticket again."""
    _, ticket = _in_hand(actor, uid)
    row = _move(ticket, "recall", actor, at, {})
    live.announce(policies.CALLS, f"{ticket.hall_id}:{row.pk}:{ticket.code}:{row.at_number}")
    return ticket


@transaction.atomic
def begin(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """The holder has come and is served: from here the time of a service is measured."""
    _, ticket = _in_hand(actor, uid)
    _move(ticket, "begin", actor, at, {"began_at": at})
    live.announce(policies.CALLS, ticket.hall_id)
    return ticket


@transaction.atomic
def finish(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """The visit is over."""
    desk, ticket = _in_hand(actor, uid)
    _move(ticket, "finish", actor, at, {"ended_at": at})
    return _let_go(desk, ticket)


@transaction.atomic
def pass_over(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """The holder did not come; they may be put back as often as the hall allows, after that it ends as not come."""
    desk, ticket = _in_hand(actor, uid)
    over = ticket.passes >= desk.hall.passes_allowed
    change: dict[str, Any] = {"passes": ticket.passes + 1}
    if over:
        _move(ticket, "no_show", actor, at, {**change, "ended_at": at}, reason=f"第 {ticket.passes + 1} 次过号")
    else:
        _move(ticket, "pass", actor, at, change)
    return _let_go(desk, ticket)


@transaction.atomic
def no_show(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """The holder has gone and does not come back."""
    desk, ticket = _in_hand(actor, uid)
    _move(ticket, "no_show", actor, at, {"ended_at": at})
    return _let_go(desk, ticket)


@transaction.atomic
def hold(*, actor: Actor, uid: UUID, at: datetime, reason: str) -> Ticket:
    """The holder fetches something (a copy, a photograph); the window calls others meanwhile."""
    desk, ticket = _in_hand(actor, uid)
    _move(ticket, "hold", actor, at, {}, reason=_reason(reason))
    return _let_go(desk, ticket)


@transaction.atomic
def resume(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """Go on with a ticket that this window holds. Raises `HandsFull` while another is in hand."""
    desk = _desk(actor)
    if desk.current_id is not None:
        raise HandsFull("手上还有一个号没有办完。", next_step="请先办结、挂起或转出，再接着办这个号。")
    ticket = _ticket(uid, desk.hall)
    if ticket.window_id != desk.pk:
        raise WrongMoment(f"{ticket.code} 不是这个窗口挂起的。", next_step="请到挂起它的窗口接着办。")
    _move(ticket, "resume", actor, at, {})
    Desk.objects.filter(pk=desk.pk).update(current=ticket)
    live.announce(policies.CALLS, ticket.hall_id)
    return ticket


@transaction.atomic
def transfer(
    *, actor: Actor, uid: UUID, at: datetime, reason: str, group: Group | None = None, window_id: int | None = None
) -> Ticket:
    """Send the holder on to another group, or to one window alone. The turn still counts from when they came, so nobody has to
    queue twice. Raises `NowhereToGo`.
    """
    desk, ticket = _in_hand(actor, uid)
    said = _reason(reason)
    if group is None and window_id is None:
        raise NowhereToGo("请选转到哪里。", fields={"to": "请选业务分组或窗口"})
    if group is not None and (group.hall_id != desk.hall_id or group.closed_on is not None):
        raise NowhereToGo("这个业务分组不在本大厅，或者已停用。", fields={"to": "请重新选择"})
    if group is not None and group.pk == ticket.group_id and window_id is None:
        raise NowhereToGo("本来就是这个业务分组。", fields={"to": "请选别的分组或窗口"})
    if window_id is not None:
        if window_id == desk.pk:
            raise NowhereToGo("不能转给自己的窗口。", fields={"to": "请选别的窗口"})
        if not Desk.objects.filter(pk=window_id, hall=desk.hall_id).exists():
            raise NowhereToGo("这个窗口没有开始叫号。", fields={"to": "请选正在叫号的窗口"})
    change: dict[str, Any] = {"only_window_id": window_id, "window_id": None, "called_at": None, "began_at": None}
    if group is not None:
        change["group_id"] = group.pk
    _move(ticket, "transfer", actor, at, change, reason=said, to_group=group)
    live.announce(policies.QUEUE, desk.hall_id)
    return _let_go(desk, ticket)


@transaction.atomic
def send_back(*, actor: Actor, uid: UUID, at: datetime, reason: str) -> Ticket:
    """Back into the queue, to the old place: the window cannot serve just now, and nobody loses by it."""
    desk, ticket = _in_hand(actor, uid)
    change = {"window_id": None, "called_at": None, "began_at": None}
    _move(ticket, "back", actor, at, change, reason=_reason(reason))
    live.announce(policies.QUEUE, desk.hall_id)
    return _let_go(desk, ticket)


# --- Those who wait


@transaction.atomic
def requeue(*, actor: Actor, uid: UUID, at: datetime) -> Ticket:
    """Somebody who was passed has come back and queues from now on. Raises `PassedTooOften`, `NotAllowed`."""
    ticket = _ticket(uid, None)
    policies.demand(policies.may_receive(actor, ticket.hall), "您不能在这个大厅重排。", "请导办台办理。")
    if ticket.passes > ticket.hall.passes_allowed:
        raise PassedTooOften(f"{ticket.code} 已经过号 {ticket.passes} 次。", next_step="请重新取号。")
    _move(ticket, "requeue", actor, at, {"queued_at": at, "turn_at": at, "ahead": False, "window_id": None})
    live.announce(policies.QUEUE, ticket.hall_id)
    return ticket


@transaction.atomic
def withdraw(*, uid: UUID, at: datetime, actor: Actor | None = None) -> Ticket:
    """The holder does not want to wait any more; who knows the ticket's long number may say so."""
    ticket = _ticket(uid, None)
    _move(ticket, "withdraw", actor, at, {"ended_at": at})
    return ticket


def expire(*, at: datetime, period: str, hall: Hall, most: int = 1000) -> int:
    """Close what stands open of periods that are over, so that no number of yesterday looks alive. Called by a task."""
    rows = Ticket.objects.filter(hall=hall, state__in=("waiting", "passed", "held", "called", "serving"))
    done = 0
    for ticket in rows.exclude(period=period).order_by("pk")[:most]:
        with transaction.atomic():
            desk = Desk.objects.select_for_update().filter(current=ticket).first()
            left = Ticket.objects.filter(pk=ticket.pk, state=ticket.state).update(state="expired", ended_at=at)
            if not left:
                continue
            if desk is not None:
                Desk.objects.filter(pk=desk.pk).update(current=None)
            TicketAct.objects.create(
                ticket=ticket, hall=hall, act="expire", code=ticket.code, at=at, actor_name="系统", reason="号码已清空"
            )
            done += 1
    if done:
        with transaction.atomic():
            audit.record("hall.expire", actor=None, target_kind="hall", target=hall.slug, facts={"tickets": done})
    return done


# --- Below


def _desk(actor: Actor) -> Desk:
    """The actor's window, locked."""
    desk = Desk.objects.select_for_update().get(pk=desk_of(actor).pk)
    if desk.state == Desk.State.CLOSED and desk.current_id is None:
        raise DeskClosed("这个窗口没有开始叫号。", next_step="请先按“开始叫号”。")
    return desk


def _in_hand(actor: Actor, uid: UUID) -> tuple[Desk, Ticket]:
    """The window, locked, and the ticket it has in hand. Raises `WrongMoment` where that is another one."""
    desk = _desk(actor)
    ticket = _ticket(uid, desk.hall)
    if desk.current_id != ticket.pk:
        raise WrongMoment(
            f"{ticket.code} 现在是“{STATES[ticket.state]}”，不在这个窗口手上。",
            next_step="请刷新页面，看现在叫的是几号。",
        )
    return desk, ticket


def _ticket(uid: UUID, hall: Hall | None) -> Ticket:
    from yimen.service.hall.selectors.queue import ticket_by_uid

    found = ticket_by_uid(uid)
    if hall is not None and found.hall_id != hall.pk:
        raise WrongMoment(f"{found.code} 是{found.hall}的号。", next_step=f"请持号人到{found.hall}办理。")
    return found


def _move(
    ticket: Ticket, name: str, actor: Actor | None, at: datetime, change: dict[str, Any], *, reason: str = "",
    to_group: Group | None = None,
) -> TicketAct:  # fmt: skip
    """One conditional UPDATE, its log row and its audit row."""
    act = ACTS[name]
    window = ticket.window if act.at_window else None
    if act.after:
        change = {**change, "state": act.after}
    rows = Ticket.objects.filter(pk=ticket.pk, state__in=act.before)
    moved = rows.update(**change) if change else rows.exists()
    if not moved:
        now = Ticket.objects.filter(pk=ticket.pk).values_list("state", flat=True).first() or ""
        raise WrongMoment(
            f"{ticket.code} 现在是“{STATES.get(now, '')}”，不能{act.label}。", next_step="请刷新页面，看现在到哪一步。"
        )
    for key, value in change.items():
        setattr(ticket, key, value)
    row = TicketAct.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, act=name, code=ticket.code, at=at, actor_uid=actor.uid if actor else None,
        actor_name=actor.name if actor else "持号人", window=window, at_number=window.number if window else "", reason=reason,
        to_group=to_group,
    )  # fmt: skip
    audit.record(f"hall.{name}", actor=actor, target_kind="ticket", target=str(ticket.uid), reason=reason)
    return row


def _let_go(desk: Desk, ticket: Ticket) -> Ticket:
    Desk.objects.filter(pk=desk.pk).update(current=None)
    live.announce(policies.CALLS, desk.hall_id)
    return ticket


def _reason(text: str) -> str:
    return tidy(text, "理由", 200, field="reason")
