"""Halls with things in them, for tests that stand on the cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, now
from yimen.service.cases.tests.stage import published
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence import services
from yimen.service.residence.models import Adjustment, Directory, Function

TODAY = date(2026, 9, 16)
AT = datetime(2026, 9, 16, 10, 0, tzinfo=CHINA)


def item(cast: Cast, name: str = "公共场所卫生许可（新办）", **change: Any) -> ServiceItem:
    """A published item of the market department, in force long before `AT`."""
    change.setdefault("at", datetime(2026, 3, 2, 9, 0, tzinfo=CHINA))
    return published(cast, name=name, **change)


def function(cast: Cast, name: str = "食品经营许可", kind: str = "approval", **more: Any) -> Function:
    """A function of the market department."""
    return services.record_function(
        actor=cast.actor("he"), department=cast.units["market"], name=name, kind=kind, at=AT, **more
    )


def entered(
    cast: Cast, *items: ServiceItem, window: str = "window3", on: date | None = None, at: datetime = AT
) -> Adjustment:
    """Applied for by the head, decided by the centre."""
    asked = services.propose(
        actor=cast.actor("he"), kind="enter", department=cast.units["market"], reason="按目录进驻",
        item_ids=[each.pk for each in items], windows=[cast.windows[window]], at=at,
    )  # fmt: skip
    return services.decide_adjustment(
        actor=cast.actor("manager"), adjustment=asked, number="", text="同意进驻", effective_on=on or TODAY, at=at
    )


def directory(cast: Cast, *lines: dict[str, Any], on: date = date(2026, 6, 1), at: datetime = AT) -> Directory:
    """A directory published with these lines."""
    made = services.new_directory(actor=cast.actor("manager"), centre=cast.units["centre"], title="应进驻目录", at=at)
    for line in lines:
        services.put_line(actor=cast.actor("manager"), directory=made, at=at, **line)
    return services.publish_directory(
        actor=cast.actor("manager"), directory=made, document_number="清政务〔2026〕8号", document_on=on, at=at
    )


def long_ago() -> datetime:
    """Half a year before now."""
    return now() - timedelta(days=180)
