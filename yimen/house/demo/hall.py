"""The hall of 清河县: three weeks of tickets behind it, today people waiting and two windows serving, and a self-service corner
that never closes. What is over is written in one go; only the set-up goes through the services."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.organisations import selectors as organisations
from yimen.house.demo.acting import Stage
from yimen.service.hall import rules, services
from yimen.service.hall.models import Counter, Desk, Device, Group, Hall, Ticket, TicketAct
from yimen.service.hall.services import devices

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window

MANAGER = "hezhinian"
GROUPS = (
    ("A", "综合受理", "市场监管、卫健、住建", ("3", "4", "5", "6"), 11),
    ("B", "社保医保", "参保、待遇、医保", ("A1", "A2", "A5"), 7),
    ("C", "企业开办", "执照、刻章、发票", ("A3", "A4"), 14),
    ("D", "咨询取件", "问事、拿证", ("11", "1"), 4),
)
"""Prefix, name, what it says, windows, minutes of a service."""
DEVICES = (
    ("kiosk", "1 号取号机", "东门", ""), ("kiosk", "2 号取号机", "西门", ""), ("screen", "大厅主屏", "中庭", ""),
    ("window_screen", "3 号窗口屏", "", "3"), ("evaluator", "3 号评价器", "", "3"), ("touch", "查询触摸屏", "导办台旁", ""),
)  # fmt: skip
BACK, A_DAY = 15, 48


def tell(stage: Stage) -> None:
    """The chapter."""
    manager, centre = stage.actor(MANAGER), stage.county.units["centre"]
    begun = stage.days.at(stage.days.back(BACK), 8, 0)
    given = {"slug": "main", "name": "一楼综合大厅", "floor": "一楼", "hours": "centre", "reset": "daily"}
    hall = services.setting_up.save_hall(actor=manager, at=begun, centre_id=centre.pk, given=given)
    corner = {"slug": "self", "name": "24 小时自助区", "floor": "东侧门厅", "hours": "always", "reset": "keep"}
    night = services.setting_up.save_hall(actor=manager, at=begun, centre_id=centre.pk, given=corner)
    groups = [_group(stage, hall, *each, order=order) for order, each in enumerate(GROUPS)]
    services.setting_up.save_group(
        actor=manager, at=begun, hall=night, windows=[stage.county.windows["3"].pk],
        given={"prefix": "Z", "name": "自助办理有问题", "says": "值班人员到场帮忙", "guess_minutes": 6, "order": 1},
    )  # fmt: skip
    for kind, name, place, number in DEVICES:
        window = stage.county.windows[number].pk if number else None
        device, code = devices.register(
            actor=manager, hall=hall, kind=kind, name=name, place=place, at=begun, window_id=window
        )
        if name != "2 号取号机":
            devices.enrol(code=code, at=begun + timedelta(minutes=20))
            health = dict.fromkeys(rules.SELF_TEST_OF.get(kind, rules.ALWAYS_TESTED), True)
            if kind == "window_screen":
                health["sound"] = False
            Device.objects.filter(pk=device.pk).update(
                seen_at=stage.days.now, health=health, tested_at=stage.days.at(stage.days.back(1), 8, 10)
            )
    chance = random.Random(45)  # noqa: S311 - the same invented day every time
    for back in range(BACK, 0, -1):
        _past_day(stage, hall, groups, stage.days.back(back), chance)
    _today(stage, hall, groups, chance)


def _group(
    stage: Stage, hall: Hall, prefix: str, name: str, says: str, numbers: tuple[str, ...], minutes: int, *, order: int
) -> Group:
    served = [stage.county.windows[each] for each in numbers if each in stage.county.windows]
    units = (
        organisations.departments().filter(served_at__in=served).values_list("pk", flat=True) if prefix != "D" else []
    )
    return services.setting_up.save_group(
        actor=stage.actor(MANAGER), at=stage.days.now, hall=hall, departments=set(units),
        given={"prefix": prefix, "name": name, "says": says, "guess_minutes": minutes, "order": order},
        windows=[each.pk for each in served],
    )  # fmt: skip


def _clerk(stage: Stage, window: Window) -> str:
    name = stage.county.clerks.get(window.number, "")
    return stage.actor(name).name if name else ""


def _ticket(hall: Hall, group: Group, number: int, at: datetime, chance: random.Random, **more: Any) -> Ticket:
    priority = chance.choices(["", "elder", "soldier", "pregnant", "disabled"], [80, 12, 3, 3, 2])[0]
    turn = rules.turn_at(at, hall.head_start_minutes if priority else 0)
    said = f"本人选择：{rules.PRIORITIES[priority]}，窗口核对证件" if priority else ""
    return Ticket(
        hall=hall, group=group, period=day_of(at).isoformat(), number=number, code=rules.ticket_code(group.prefix, number),
        way=chance.choices(["kiosk", "phone", "web", "staff"], [70, 18, 6, 6])[0], priority=priority, priority_reason=said,
        ahead=bool(priority), party=chance.choices([1, 2, 3], [85, 12, 3])[0], issued_at=at, queued_at=at, turn_at=turn,
        **more,
    )  # fmt: skip


def _past_day(stage: Stage, hall: Hall, groups: list[Group], day: date, chance: random.Random) -> None:
    """A finished day: who came when, who was called by whom, how long it took."""
    tickets, logs, numbers = [], [], dict.fromkeys((each.pk for each in groups), 0)
    # One window of a group was open on these mornings, so that people really waited.
    windows = {each.pk: list(each.windows.order_by("pk")[:1]) for each in groups}
    free = {window.pk: datetime.combine(day, time(8, 30), tzinfo=CHINA) for each in windows.values() for window in each}
    came = sorted(
        datetime.combine(day, time(8, 25), tzinfo=CHINA) + timedelta(minutes=chance.random() * 210)
        for _ in range(A_DAY)
    )
    for at in came:
        group = chance.choices(groups, [10, 8, 5, 6])[0]
        numbers[group.pk] += 1
        ticket = _ticket(hall, group, numbers[group.pk], at, chance)
        window = min(windows[group.pk], key=lambda each: free[each.pk])
        called = max(at + timedelta(minutes=1), free[window.pk])
        took = timedelta(minutes=max(1.0, chance.gauss(group.guess_minutes, group.guess_minutes * 0.35)))
        gone = chance.random() < 0.05
        ticket.state, ticket.window, ticket.clerk_name = ("no_show" if gone else "done"), window, _clerk(stage, window)
        ticket.called_at, ticket.ended_at = (
            called,
            called + (timedelta(minutes=2) if gone else took + timedelta(minutes=1)),
        )
        ticket.began_at = None if gone else called + timedelta(minutes=1)
        free[window.pk] = ticket.ended_at
        tickets.append(ticket)
    Ticket.objects.bulk_create(tickets)
    Counter.objects.bulk_create(
        [
            Counter(hall=hall, prefix=each.prefix, period=day.isoformat(), last=numbers[each.pk])
            for each in groups
            if numbers[each.pk]
        ]
    )
    for ticket in tickets:
        logs += _log(ticket)
    TicketAct.objects.bulk_create(logs)


def _log(ticket: Ticket) -> list[TicketAct]:
    acts: list[tuple[str, datetime | None]] = [
        ("issue", ticket.issued_at),
        ("call", ticket.called_at),
        ("begin", ticket.began_at),
    ]
    if ticket.ended_at is not None:
        acts.append(("finish" if ticket.state == "done" else "no_show", ticket.ended_at))
    window = ticket.window
    return [
        TicketAct(
            ticket=ticket, hall_id=ticket.hall_id, act=name, code=ticket.code, at=at,
            actor_name=ticket.clerk_name if name != "issue" else "1 号取号机", window=window if name != "issue" else None,
            at_number=window.number if window is not None and name != "issue" else "",
        )
        for name, at in acts if at is not None
    ]  # fmt: skip


def _today(stage: Stage, hall: Hall, groups: list[Group], chance: random.Random) -> None:
    """People who wait, and windows 3 and 4 with somebody before them."""
    now = stage.days.now
    period = day_of(now).isoformat()
    numbers = dict.fromkeys((each.pk for each in groups), 0)
    waiting = []
    for minutes in range(42, 0, -3):
        group = chance.choices(groups, [10, 8, 5, 6])[0]
        numbers[group.pk] += 1
        waiting.append(_ticket(hall, group, numbers[group.pk], now - timedelta(minutes=minutes), chance))
    for ticket in waiting:
        ticket.period = period
    for number, state in (("3", "serving"), ("4", "called")):
        window, clerk = stage.county.windows[number], stage.actor(stage.county.clerks[number])
        first = next(each for each in waiting if each.group_id == groups[0].pk and each.state == "waiting")
        first.state, first.window, first.clerk_id, first.clerk_name = state, window, clerk.account_id, clerk.name
        first.called_at = now - timedelta(minutes=4 if state == "serving" else 1)
        first.began_at = now - timedelta(minutes=3) if state == "serving" else None
    Ticket.objects.bulk_create(waiting)
    TicketAct.objects.bulk_create(row for ticket in waiting for row in _log(ticket))
    Counter.objects.bulk_create(
        [
            Counter(hall=hall, prefix=each.prefix, period=period, last=numbers[each.pk])
            for each in groups
            if numbers[each.pk]
        ]
    )
    for ticket in waiting:
        if ticket.window is not None:
            Desk.objects.create(
                window=ticket.window, hall=hall, state="open", clerk_id=ticket.clerk_id, clerk_name=ticket.clerk_name,
                since=now - timedelta(hours=1), current=ticket,
            )  # fmt: skip
    for number in ("A1", "A3", "11"):
        if number in stage.county.windows:
            Desk.objects.create(
                window=stage.county.windows[number], hall=hall, state="open", since=now - timedelta(hours=1)
            )
