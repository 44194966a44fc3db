"""A hall of the cast's centre that never closes, with two groups at windows 3 and 8, for the tests of this module and of every address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.hall import services
from yimen.service.hall.models import Group, Hall, Ticket
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
