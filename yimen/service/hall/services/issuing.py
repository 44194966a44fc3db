"""A number for somebody who came."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, keyring, live
from yimen.ground.kit.moments import day_of, local, say_date
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.postgresql.statements import Statement
from yimen.ground.kit.refusals import Conflict, Invalid, Refusal
from yimen.service.hall import policies, rules
from yimen.service.hall.models import Device, Group, Hall, Ticket
from yimen.service.hall.selectors import queue, slots


class HallShut(Conflict):
    """The doors are shut; the words say when they open."""

    code = "hall_shut"


class NoTimeLeft(Conflict):
    """Those who wait and this party would not be served before closing."""

    code = "no_time_left"


class GroupFull(Conflict):
    """The group has given its most numbers of the period."""

    code = "group_full"


class GroupClosed(Conflict):
    """The group gives no numbers any more."""

    code = "group_closed"


class AlreadyWaiting(Conflict):
    """This person has a ticket of this group that is not finished."""

    code = "already_waiting"


class BadTicket(Invalid):
    """What was asked for is not to be had: way, priority or size of the party."""

    code = "bad_ticket"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new ticket and what its slip says."""

    uid: UUID
    id: int
    code: str
    ahead: int
    says: str
    priority: str


_ISSUE = Statement(f"select verdict, ticket_id, ticket_code from hall_issue({', '.join(['%s'] * 22)})")  # noqa: S608 - places alone


def issue(
    *, hall: Hall, group: Group, way: str, at: datetime, actor: Actor | None = None, party: int = 1, priority: str = "",
    reason: str = "", id_number: str = "", device: Device | None = None, paper: bool = False,
    turn: datetime | None = None,
) -> Issued:  # fmt: skip
    """Give the next number of the group, in one statement: without gap and without double, however many press at once.

    Raises `HallShut`, `NoTimeLeft`, `GroupFull`, `AlreadyWaiting`, `BadTicket`. `turn` is set for appointments alone.
    """
    if group.closed_on is not None or group.hall_id != hall.pk:
        raise GroupClosed(f"“{group.name}”不再取号。", next_step="请选其他业务，或问导办台。")
    holder, age = _holder(id_number, at)
    priority, reason = _priority(way, priority, reason, age)
    if not 1 <= party <= rules.MOST_PARTY:
        raise BadTicket(
            "人数不对。",
            next_step=f"一个号最多 {rules.MOST_PARTY} 人。",
            fields={"party": f"请填 1 到 {rules.MOST_PARTY}"},
        )
    line = demand_time(hall, group, at, party, promised=turn is not None)
    ahead = turn is not None or bool(priority)
    own = rules.turn_at(at, hall.head_start_minutes if priority else 0)
    turns = own if turn is None else min(turn, own) if priority else turn
    uid, where, most = uuid4(), audit.current(), group.most_a_day if turn is None else None
    try:
        # Within a transaction a refusal must leave it usable; alone, the statement is its own transaction.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            verdict, pk, code = _ISSUE.one([
            uid, hall.pk, group.pk, group.prefix, queue.period_now(hall, at), most, way, priority, reason,
            "true" if ahead and turns < at else "false", party, holder, "asked" if paper else "none",
            device.pk if device else None, at, turns, at, actor.uid if actor else None,
            actor.name if actor else device.name if device else "", actor.post if actor else "", where.request_id,
            str(where.ip or ""),
        ])  # fmt: skip
    except IntegrityError as wrong:
        if "hall_one_ticket_a_person" not in str(wrong):
            raise
        raise _has_one(group, holder) from None
    if verdict == "full":
        raise GroupFull(f"“{group.name}”今天的号已经取完。", next_step=_come_again(hall, at))
    if line.tickets == 0:
        with transaction.atomic():  # clerks who have nobody to call learn at once that somebody came
            live.announce(policies.QUEUE, hall.pk)
    return Issued(uid, pk, code, line.tickets, line.says, priority)


def demand_time(hall: Hall, group: Group, at: datetime, party: int, *, promised: bool = False) -> queue.Line:
    """The line of the group. Raises `HallShut`, or `NoTimeLeft` where the doors close before the party is served: the end is
    asked after, not the beginning. Where the hall keeps its line overnight, whoever is not served today comes first tomorrow.
    Whoever has an appointment (`promised`) is served.
    """
    here = local(at)
    sessions = queue.sessions(hall, day_of(at))
    if not rules.takes_now(here, sessions, hall.early_minutes):
        raise HallShut("现在不取号。", next_step=_come_again(hall, at))
    line = queue.lines_of(hall, at, kept=True).get(group.pk)
    if line is None:
        raise GroupClosed(f"“{group.name}”不再取号。", next_step="请选其他业务，或问导办台。")
    if promised or hall.reset == "keep" or hall.hours == Hall.Hours.ALWAYS:
        return line
    left = rules.minutes_left(here, sessions)
    if not rules.fits(left, round(line.people_load), len(line.windows), party, line.pace):
        many = f"{party} 人同行" if party > 1 else "现在取号"
        raise NoTimeLeft(
            f"今天来不及了：前面等候 {line.people} 人，{many}到下班也办不完。", next_step=_come_again(hall, at)
        )
    return line


def _come_again(hall: Hall, at: datetime) -> str:
    opens = queue.next_opening(hall, at)
    early = timedelta(minutes=hall.early_minutes)
    if opens is None:
        return "请拨打中心电话询问开门时间。"
    day = "今天" if opens.date() == local(at).date() else say_date(opens.date(), year=False)
    also = "；也可以网上预约，不用排队" if slots.takes_bookings(hall, at) else ""
    return f"{day} {opens - early:%H:%M} 起可以取号，{opens:%H:%M} 开门{also}。"


def _holder(id_number: str, at: datetime) -> tuple[str, int | None]:
    """The keyed form of the card's number, and the holder's age; nothing else is kept."""
    if not id_number:
        return "", None
    number = people.checked("resident", id_number, today=day_of(at))
    born = people.birth_date(number)
    today = day_of(at)
    age = None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return keyring.blind_index(number, kind="hall.holder"), age


def _priority(way: str, priority: str, reason: str, age: int | None) -> tuple[str, str]:
    if way not in rules.WAYS:
        raise BadTicket("没有这种取号方式。", fields={"way": "请重新选择"})
    if priority and priority not in rules.PRIORITIES:
        raise BadTicket("没有这种优先。", fields={"priority": "请重新选择"})
    said = tidy(reason, "优先的说明", 100, field="reason", needed=False)
    if priority == "other" and (way != "staff" or not said):
        raise BadTicket(
            "其他急需由导办台办理，并写明原因。", next_step="请到导办台说明情况。", fields={"reason": "请写明原因"}
        )
    if not priority and age is not None and age >= rules.ELDER_AGE:
        return "elder", f"身份证显示已满 {rules.ELDER_AGE} 岁"
    if priority and not said:
        said = f"本人选择：{rules.PRIORITIES[priority]}，窗口核对证件"
    return priority, said


def _has_one(group: Group, holder: str) -> Refusal:
    rows = Ticket.objects.filter(group=group, holder=holder, state__in=("waiting", "called", "serving", "held"))
    held = rows.order_by("-pk").first()
    code = held.code if held else ""
    return AlreadyWaiting(
        f"您已经有号了：{code}。", next_step=f"请等叫号；不要了请先退号，再重新取“{group.name}”的号。"
    )
