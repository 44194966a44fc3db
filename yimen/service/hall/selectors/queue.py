"""The queue as it stands: lines of groups, somebody's place, what was called, whether the doors are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from yimen.ground.calendar.selectors import sessions_on
from yimen.ground.kit.moments import day_of, local
from yimen.ground.kit.refusals import NotFound
from yimen.ground.kit.remembering import Remembered
from yimen.service.catalogue import selectors as catalogue
from yimen.service.hall import rules
from yimen.service.hall.models import Desk, Group, Hall, Ticket, TicketAct

PACE_SECONDS, DOORS_SECONDS, LINES_SECONDS = 30.0, 20.0, 1.0
"""How long a process keeps what it learnt; what people read of their own place is always asked anew."""
REPLAY = timedelta(minutes=10)
"""A screen that was away is told what was called so long ago at most."""
_paces: Remembered[dict[int, list[float]]] = Remembered(PACE_SECONDS)
_doors: Remembered[Sequence[tuple[time, time]]] = Remembered(DOORS_SECONDS)
_lines: Remembered[dict[int, Line]] = Remembered(LINES_SECONDS)


def forget() -> None:
    """Drop what this process keeps (tests, and whoever changes a hall)."""
    for kept in (_paces, _doors, _lines):
        kept.forget()


# --- Halls


def open_halls() -> QuerySet[Hall]:
    """The halls in use."""
    return Hall.objects.filter(closed_on__isnull=True).select_related("centre").order_by("centre", "pk")


def hall_by_slug(slug: str) -> Hall:
    """The hall in use with this name in the address; raises `NotFound`."""
    found = open_halls().filter(slug=slug[:30]).first()
    if found is None:
        raise NotFound("没有这个大厅，或者已经停用。", next_step="请从“取号排队”里选择大厅。")
    return found


def period_now(hall: Hall, at: datetime) -> str:
    """What the hall's numbers count within now."""
    return rules.period_of(hall.reset, day_of(at), hall.reset_on)


ALL_DAY = ((time(0, 0), time(23, 59, 59)),)


def sessions(hall: Hall, day: date) -> Sequence[tuple[time, time]]:
    """When the hall is open on that day."""
    if hall.hours == Hall.Hours.ALWAYS:
        return ALL_DAY
    division = hall.centre.division_id
    return _doors.get(lambda: sessions_on(day, hall.centre_id, division), hall.centre_id, day)


def next_opening(hall: Hall, at: datetime) -> datetime | None:
    """When the hall opens next."""
    return rules.next_opening(local(at), lambda day: sessions(hall, day))


# --- Lines


@dataclass(frozen=True, slots=True)
class Line:
    """The line of a group: who waits (tickets, people), at how many open windows, how long it takes."""

    group: int
    tickets: int
    people: int
    windows: tuple[int, ...]
    pace: rules.Pace
    load: float
    people_load: float

    @property
    def wait(self) -> tuple[int, int] | None:
        """The interval for somebody who comes now."""
        return rules.wait_of(round(self.load), len(self.windows), self.pace)

    @property
    def says(self) -> str:
        """The same in words."""
        return rules.say_wait(self.wait)


_LINES = """
select g.id, g.guess_minutes, coalesce(w.tickets, 0), coalesce(w.people, 0),
       array(select x.window_id from hall_group_windows x join hall_desk d on d.window_id = x.window_id
             where x.group_id = g.id and d.state = 'open' order by 1)
from hall_group g left join (
    select group_id, count(*) as tickets, sum(party) as people from hall_ticket
    where state = 'waiting' and hall_id = %s and period = %s and printing <> 'failed' group by group_id) w on w.group_id = g.id
where g.hall_id = %s and g.closed_on is null
"""


def lines_of(hall: Hall, at: datetime, *, kept: bool = False) -> dict[int, Line]:
    """Every group's line. `kept` takes what this process asked within the last second."""
    if kept:
        return _lines.get(lambda: lines_of(hall, at), hall.pk)
    period = period_now(hall, at)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [hall.pk, period, hall.pk])
        rows = cursor.fetchall()
    served = {pk: set(windows) for pk, _, _, _, windows in rows}
    found, measured = {}, paces(hall)
    for pk, guess, tickets, people, windows in rows:
        # Windows serve several groups: of another group's line falls on ours the share of its windows that are ours too.
        shares = {
            other: len(served[pk] & served[other]) / len(served[other]) if served[other] else 0.0 for other in served
        }
        shares[pk] = 1.0
        load = sum(row[2] * shares[row[0]] for row in rows)
        people_load = sum(int(row[3]) * shares[row[0]] for row in rows)
        found[pk] = Line(
            pk, tickets, int(people), tuple(windows), rules.pace_of(measured.get(pk, []), guess), load, people_load
        )
    return found


def paces(hall: Hall) -> dict[int, list[float]]:
    """How many minutes the newest services of each group took that were begun and finished; one query."""

    def ask() -> dict[int, list[float]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select g.id, array(select extract(epoch from t.ended_at - t.began_at)::float8 / 60 from hall_ticket t"
                " where t.group_id = g.id and t.state = 'done' and t.began_at is not null order by t.ended_at desc limit %s)"
                " from hall_group g where g.hall_id = %s",
                [rules.SAMPLE, hall.pk],
            )
            return dict(cursor.fetchall())

    return _paces.get(ask, hall.pk)


# --- One ticket


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place: how many tickets are called before, and the interval in words."""

    ahead: int
    says: str
    windows: int


def ticket_by_uid(uid: UUID) -> Ticket:
    """The ticket with this long number, which nobody guesses; raises `NotFound`."""
    found = Ticket.objects.select_related("hall__centre", "group", "window", "only_window").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个号。", next_step="请看号条上的二维码是否完整，或重新取号。")
    return found


def before(ticket: Ticket) -> int:
    """How many who really wait are called before: the same group, an earlier turn."""
    rows = Ticket.objects.filter(
        hall=ticket.hall_id, group=ticket.group_id, period=ticket.period, state="waiting"
    ).exclude(printing="failed")
    earlier = Q(turn_at__lt=ticket.turn_at) | Q(turn_at=ticket.turn_at, pk__lt=ticket.pk)
    return rows.filter(earlier).count()


def place_of(ticket: Ticket, at: datetime) -> Place:
    """The place of a waiting ticket."""
    ahead = before(ticket)
    line = lines_of(ticket.hall, at).get(ticket.group_id)
    if line is None:
        return Place(ahead, rules.say_wait(None), 0)
    others = max(line.load - line.tickets, 0.0)
    share = ahead / line.tickets if line.tickets else 0.0
    wait = rules.wait_of(round(ahead + others * share), len(line.windows), line.pace)
    return Place(ahead, rules.say_wait(wait), len(line.windows))


def is_expired(ticket: Ticket, at: datetime) -> bool:
    """Whether a ticket that still stands open was given in a period that is over."""
    return ticket.period != period_now(ticket.hall, at)


# --- Calls and windows


def calls_of(hall: Hall, at: datetime, *, window_id: int | None = None, most: int = 40) -> list[dict[str, Any]]:
    """What was called within the last minutes, oldest first, as screens say it. A call is `live` while nobody has come: only
    such a one is spoken again by a screen that was away."""
    rows = TicketAct.objects.filter(hall=hall, act__in=("call", "recall"), at__gt=at - REPLAY)
    if window_id is not None:
        rows = rows.filter(window=window_id)
    found = rows.order_by("-pk").values("pk", "code", "at_number", "at", "ticket__state", "act", "window__name")[:most]
    return [
        {
            "id": each["pk"], "code": each["code"], "window": each["at_number"], "name": each["window__name"] or "",
            "at": local(each["at"]).strftime("%H:%M"), "live": each["ticket__state"] == "called",
        }
        for each in reversed(found)
    ]  # fmt: skip


def last_calls(hall: Hall, at: datetime, *, most: int | None = None) -> list[TicketAct]:
    """The newest call of each ticket of this period, newest first."""
    most = most or hall.last_calls
    rows = TicketAct.objects.filter(hall=hall, act__in=("call", "recall"), at__gt=at - timedelta(hours=12))
    found: dict[int, TicketAct] = {}
    for each in rows.select_related("window", "ticket").order_by("-pk")[: most * 4]:
        found.setdefault(each.ticket_id, each)
        if len(found) == most:
            break
    return list(found.values())


def desks_of(hall: Hall) -> QuerySet[Desk]:
    """What goes on at the windows of a hall."""
    return Desk.objects.filter(hall=hall).select_related("window", "current__group").order_by("window__number")


def groups_of(hall: Hall) -> QuerySet[Group]:
    """The groups in use, in their order."""
    return Group.objects.filter(hall=hall, closed_on__isnull=True)


@dataclass(frozen=True, slots=True)
class Way:
    """What somebody wants to do, and the groups of this hall where it is done."""

    item: str
    groups: tuple[Group, ...]


MOST_WAYS = 6


def ways_to(hall: Hall, words: str) -> list[Way]:
    """Where in this hall what somebody says is done: items whose name has all the words lead to the groups that name them, else to
    those that name their department. Four queries; items that are done elsewhere are left out."""
    rows = catalogue.items().filter(status="active")
    for word in words.split()[:4]:
        rows = rows.filter(name__icontains=word)
    found = list(rows.order_by("name", "pk").values_list("pk", "name", "department")[:40]) if words.strip() else []
    groups = {each.pk: each for each in groups_of(hall)} if found else {}
    by_item: dict[int, list[Group]] = {}
    by_department: dict[int, list[Group]] = {}
    if groups:
        for group, item in Group.items.through.objects.filter(
            group__in=groups, serviceitem__in=[pk for pk, _, _ in found]
        ).order_by("pk").values_list("group", "serviceitem"):  # fmt: skip
            by_item.setdefault(item, []).append(groups[group])
        for group, unit in (
            Group.departments.through.objects.filter(group__in=groups).order_by("pk").values_list("group", "unit")
        ):
            by_department.setdefault(unit, []).append(groups[group])
    ways = [Way(name, tuple(by_item.get(pk) or by_department.get(unit or 0) or ())) for pk, name, unit in found]
    return [each for each in ways if each.groups][:MOST_WAYS]


def waiting_for(window_id: int, hall: Hall, at: datetime) -> QuerySet[Ticket]:
    """Whom a window may call, in turn."""
    mine = Q(only_window=window_id) | Q(only_window__isnull=True, group__windows=window_id)
    rows = Ticket.objects.filter(mine, hall=hall, period=period_now(hall, at), state="waiting")
    return rows.exclude(printing="failed").select_related("group").order_by("turn_at", "pk")
