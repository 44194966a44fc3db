"""Results and parcels: one on Wu's shelf, one of Li's parcels under way, one lost, a cabinet, a courier's notice that fits nothing."""

from __future__ import annotations

from typing import Any

from yimen.ground.kit.moments import now
from yimen.service.cases.tests.stage import published, submitted
from yimen.service.delivery import services
from yimen.service.delivery.models import Cabinet, CourierNotice, Parcel
from yimen.service.delivery.tests import stage

LIST = {"delivery:results", "delivery:parcels", "delivery:cabinets", "api:deliveries"}

_BY_WU = {
    "results": 14, "result": 22, "shelve": 14, "new_code": 12, "way": 12, "send": 14, "signature": 12, "parcels": 16, "parcel": 20,
    "parcel_act": 14, "close_notice": 12, "report": 18,
}  # fmt: skip
_BY_LI = {"own_result": 16, "own_mail": 12, "own_window": 12, "own_code": 12, "own_parcel": 14, "own_collect": 14,
          "cabinet": 6, "courier_notice": 6}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{
        f"api:{name}": ("wu", ceiling)
        for name, ceiling in {"deliveries": 10, "delivery": 10, "deliver_result": 10, "parcel_course": 10}.items()
    },
    **{f"delivery:{name}": ("wu", ceiling) for name, ceiling in _BY_WU.items()},
    **{f"delivery:{name}": ("li", ceiling) for name, ceiling in _BY_LI.items()},
    **{
        f"delivery:{name}": ("manager", ceiling)
        for name, ceiling in {"cabinets": 12, "new_cabinet": 12, "end_cabinet": 12}.items()
    },
}

_HAND, _COURIER = "yimen/service/delivery/tests/test_handing.py::", "tests/simulators/test_courier.py::"
ELSEWHERE = {
    "api:deliver_result": f"{_HAND}test_over_the_interface",
    "delivery:result": f"{_HAND}test_by_code_with_a_drawn_signature",
    "delivery:shelve": f"{_HAND}test_a_cell_opens_once",
    "delivery:way": f"{_HAND}test_mail_is_chosen_on_the_phone",
    "delivery:send": f"{_HAND}test_an_unpaid_bill_and_a_bad_certificate_hold_it",
    "delivery:own_mail": f"{_HAND}test_mail_is_chosen_on_the_phone",
    "delivery:own_collect": f"{_COURIER}test_materials_from_home_and_by_hand",
    "delivery:parcel_act": f"{_COURIER}test_materials_from_home_and_by_hand",
    "delivery:close_notice": f"{_COURIER}test_every_trouble",
    "delivery:cabinet": f"{_HAND}test_a_cell_opens_once",
    "delivery:new_cabinet": f"{_HAND}test_a_cell_opens_once",
    "delivery:courier_notice": f"{_COURIER}test_ordered_and_followed_to_the_door",
}
OPEN = {"delivery:cabinet": "the screen of a cabinet: whoever holds a pick-up code opens one cell; guessing is slowed"}
EXPECTED: dict[str, Any] = {}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_delivery", None) or _build(world.cast)
    world._delivery = held
    result, parcel, cabinet = {"uid": held["result"]}, {"uid": held["parcel"]}, {"uid": held["cabinet"]}
    found: dict[str, dict[str, Any]] = {
        **dict.fromkeys(("result", "shelve", "new_code", "way", "send", "own_result", "own_mail", "own_window", "own_code"), result),
        "signature": {"uid": held["signed"]}, "parcel": parcel, "own_parcel": parcel, "parcel_act": parcel | {"action": "move"},
        "close_notice": {"number": held["notice"]}, "cabinet": cabinet, "end_cabinet": cabinet, "own_collect": {"code": held["case"]},
    }  # fmt: skip
    named = {f"delivery:{name}": given for name, given in found.items()}
    return named | {"api:delivery": result, "api:deliver_result": result, "api:parcel_course": parcel}


def _build(cast: Any) -> dict[str, Any]:
    item = published(cast, name="公共场所卫生许可（出件）")
    signed = stage.shelved(cast, item=item)
    from yimen.service.delivery.tests.test_handing import drawn

    services.hand_over(
        result=signed, shown=services.Shown(code=signed.code_kept), actor=cast.actor("wu"), at=now(), drawn=drawn()
    )
    row = stage.shelved(cast, item=item)
    services.choose_way(result=row, way="post", actor=cast.actor("li"), at=now(), address=stage.HOME)
    parcel = stage.ordered(cast, "EX88880001", item=item)
    services.take_notice(said=services.read_notice({
        "event": "ROOM1", "order": "YZ-NONE", "tracking": "EX0", "kind": "accepted", "happened_at": now().isoformat(),
    }), at=now())  # fmt: skip
    return {
        "result": row.uid, "signed": signed.uid, "parcel": parcel.uid, "cabinet": stage.cabinet(cast).uid,
        "notice": CourierNotice.objects.get(event="ROOM1").pk, "case": submitted(cast, item),
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more of what the lists show."""
    item = published(world.cast, name="公共场所卫生许可（多件）")
    for _ in range(count):
        stage.shelved(world.cast, item=item)
        stage.ordered(world.cast, f"EX7777{Parcel.objects.count():05d}", item=item)
        stage.cabinet(world.cast, f"二楼 {Cabinet.objects.count() + 1} 号柜")
