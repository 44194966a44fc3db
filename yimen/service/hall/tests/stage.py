"""A hall of the cast's centre that never closes, with two groups at windows 3 and 8, for the tests of this module and of every address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, local, now
from yimen.service.hall import services
from yimen.service.hall.models import Booking, Group, Hall, Slot, SlotPlan, Ticket
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import acts, desks


def hall(cast: Cast, **more: Any) -> Hall:
    """综合大厅 with A (window 3) and B (windows 3 and 8)."""
    given = {"slug": "main", "name": "一楼综合大厅", "hours": "always", "reset": "daily"} | more
    manager, at = cast.actor("manager"), now()
    made = services.setting_up.save_hall(actor=manager, at=at, centre_id=cast.units["centre"].pk, given=given)
    save = services.setting_up.save_group
    common = {"guess_minutes": 10, "order": 1, "says": ""}
    save(actor=manager, at=at, hall=made, given={"name": "市场准入", "prefix": "A", **common}, windows=[cast.windows["window3"].pk],
         departments=[cast.units["market"].pk])  # fmt: skip
    save(actor=manager, at=at, hall=made, given={"name": "卫生健康", "prefix": "B", **common},
         windows=[cast.windows["window3"].pk, cast.windows["window8"].pk])  # fmt: skip
    return Hall.objects.select_related("centre").get(pk=made.pk)


def group(made: Hall, prefix: str = "A") -> Group:
    return Group.objects.get(hall=made, prefix=prefix)


def take(made: Hall, prefix: str = "A", at: datetime | None = None, **more: Any) -> services.Issued:
    """Somebody takes a number."""
    queue.forget()
    given: dict[str, Any] = {"way": "kiosk"} | more
    return services.issue(hall=made, group=group(made, prefix), at=at or now(), **given)


def opened(cast: Cast, who: str = "wang") -> None:
    desks.open_desk(actor=cast.actor(who), at=now())


def called(cast: Cast, who: str = "wang") -> Ticket:
    """The next ticket, in hand."""
    came = services.call_next(actor=cast.actor(who), at=now())
    return Ticket.objects.get(pk=came.id)


def serving(cast: Cast, who: str = "wang") -> Ticket:
    ticket = called(cast, who)
    return acts.begin(actor=cast.actor(who), uid=ticket.uid, at=now())


def plan(cast: Cast, made: Hall, **more: Any) -> SlotPlan:
    """Group A by appointment, around the clock, every day."""
    given = {
        "weekdays": [1, 2, 3, 4, 5, 6, 7], "begins": time(0, 0), "ends": time(23, 30), "minutes": 30, "quota": 3, "lead_workdays": 0,
        "days_ahead": 14, "release_at": time(0, 0), "starts_on": date(2026, 1, 1),
    } | more  # fmt: skip
    return services.planning.save_plan(actor=cast.actor("manager"), at=now(), group=group(made), given=given)


def booked(cast: Cast, made: Hall, who: str = "li", *, days: int = 2) -> Booking:
    """Somebody has a place at ten, some days ahead."""
    begins = local(now()).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return services.booking.book(actor=cast.actor(who), group=group(made), begins_at=begins, at=now())


def written(made: Hall, party: int, begins: datetime, **more: Any) -> Booking:
    """A booking of any time, as the table keeps it."""
    begins = begins.replace(second=0, microsecond=0)
    ends = begins + timedelta(minutes=30)
    slot, _ = Slot.objects.get_or_create(group=group(made), begins_at=begins, defaults={"ends_at": ends})
    Slot.objects.filter(pk=slot.pk).update(booked=F("booked") + 1)
    return Booking.objects.create(
        code=f"{Booking.objects.count() + 100001}", hall=made, group=group(made), slot=slot,
        party_id=party, day=day_of(begins), begins_at=begins, ends_at=ends, way="web", booked_at=begins - timedelta(days=2),
        **more,
    )  # fmt: skip
