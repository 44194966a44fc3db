"""Results at the issuing window with Wu, parcels on their way, a cabinet, for the tests of this module and of every address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import decided_on
from yimen.service.delivery import services
from yimen.service.delivery.models import Cabinet, Parcel, Result
from yimen.service.delivery.services import Address

HOME = Address("李明", "13812342671", "清河县城关镇东街 12 号")


def decided(cast: Cast, **more: Any) -> Result:
    """A case that Chen granted, and its result."""
    code = decided_on(cast, **more)
    cases.grant(code=code, actor=cast.actor("chen"), at=now())
    made = services.register(code, now())
    assert made is not None
    return again(made)


def shelved(cast: Cast, shelf: str = "甲 3 排 12", **more: Any) -> Result:
    """It lies on the shelf, and Li has the code."""
    return again(services.shelve(result=decided(cast, **more), actor=cast.actor("wu"), at=now(), shelf=shelf))


def in_cell(cast: Cast, cabinet: Cabinet, cell: int = 1, **more: Any) -> Result:
    """It lies in a cell."""
    return again(
        services.shelve(result=decided(cast, **more), actor=cast.actor("wu"), at=now(), cabinet=cabinet, cell=cell)
    )


def cabinet(cast: Cast, name: str = "一楼东侧柜") -> Cabinet:
    """A cabinet of twenty cells."""
    return services.add_cabinet(
        actor=cast.actor("manager"), centre_id=cast.units["centre"].pk, name=name, cells=20, at=now()
    )


def posted(cast: Cast, **more: Any) -> Parcel:
    """Li wants it by mail; Wu has made the parcel."""
    row = decided(cast, **more)
    services.choose_way(result=row, way="post", actor=cast.actor("li"), at=now(), address=HOME)
    made = services.post(result=again(row), actor=cast.actor("wu"), at=now(), contents="卫生许可证、决定书")
    return again_parcel(made)


def ordered(cast: Cast, tracking: str = "EX20260001", **more: Any) -> Parcel:
    """It has a tracking number."""
    made = posted(cast, **more)
    services.record_order(parcel=made, tracking=tracking, cost_fen=1200, actor=cast.actor("wu"), at=now())
    return again_parcel(made)


def notice(parcel: Parcel, kind: str, event: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """What the courier says of a parcel."""
    said = {
        "event": event, "order": parcel.code, "tracking": parcel.tracking, "kind": kind, "happened_at": at or now(),
        "signed_by": "",
    }  # fmt: skip
    return said | more


def again(row: Result) -> Result:
    """The result as the database has it now."""
    return Result.objects.select_related("matter", "centre", "cabinet").get(pk=row.pk)


def again_parcel(row: Parcel) -> Parcel:
    """The parcel as the database has it now."""
    return Parcel.objects.select_related("matter", "centre", "result").get(pk=row.pk)
