"""The courier over real HTTP, misbehaving: a proof of receipt delivers once, what fits no parcel is held (R137)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.house.simulators.courier import NOTICES, Courier
from yimen.service.cases.tests.stage import case_of, published
from yimen.service.delivery import services
from yimen.service.delivery.courier import CourierSaidNo
from yimen.service.delivery.models import CourierNotice, Parcel
from yimen.service.delivery.tests import stage

pytestmark = pytest.mark.django_db
SECRET = "simulated-secret"


@pytest.fixture
def simulator(settings: Any) -> Iterator[Courier]:
    with Courier(0, secret=SECRET) as running:
        running.state.slow_seconds = 0.3
        settings.COURIER_URL = f"http://QH001:{SECRET}@127.0.0.1:{running.server_port}/v1"
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def told(simulator: Courier, order: str) -> list[tuple[int, str]]:
    """What the courier tells of a parcel that travels, each as the site answered it."""
    found = []
    for body, headers in simulator.state.notices(simulator.state.course(order, now())):
        answer = Client().post(NOTICES, body, content_type="application/json", headers=headers)
        found.append((answer.status_code, answer.json()["outcome"] if answer.status_code == 200 else ""))
    return found


def ordered(cast: Cast, item: Any) -> Parcel:
    made = stage.posted(cast, item=item)
    services.order(parcel=made, actor=cast.actor("wu"), at=now(), notify="http://127.0.0.1/x")
    return stage.again_parcel(made)


def test_ordered_and_followed_to_the_door(cast: Cast, simulator: Courier) -> None:
    item = published(cast)
    parcel = ordered(cast, item)
    assert (parcel.state, parcel.cost_fen) == ("ordered", 1200) and parcel.tracking.startswith("EX")
    simulator.state.trouble = "twice"
    assert told(simulator, parcel.code) == [
        each for _ in range(3) for each in ((200, "moved"), *([(200, "duplicate")] * 4))
    ]
    row, case = stage.again_parcel(parcel), case_of(parcel.matter.code)
    assert row.state == "delivered" and row.result is not None and row.result.by == "post"
    assert case.matter.state == "concluded" and parcel.tracking in case.delivery_proof and case.receiver == "本人"
    assert CourierNotice.objects.count() == 3
    page = cast.client("li").get(f"/my/parcels/{parcel.uid}/").text
    assert "已签收" in page and parcel.tracking in page and "东街 12 号" not in page


def test_every_trouble(cast: Cast, simulator: Courier) -> None:
    item, state = published(cast), simulator.state
    parcel = ordered(cast, item)
    for trouble in ("unsigned", "old"):
        state.trouble = trouble
        assert told(simulator, parcel.code) == [(401, "")] * 3
    state.trouble = "reordered"
    assert told(simulator, parcel.code) == [(200, "moved"), (200, "late"), (200, "late")]
    assert stage.again_parcel(parcel).state == "delivered"
    assert parcel.course.count() == 5

    state.trouble = "unknown"
    assert told(simulator, parcel.code) == [(200, "unknown")]
    back = ordered(cast, item)
    state.trouble = "after_return"
    assert [each for _, each in told(simulator, back.code)] == ["moved", "moved", "moved", "contradicts"]
    back = stage.again_parcel(back)
    assert back.state == "returned" and "矛盾" in back.trouble and case_of(back.matter.code).delivered_at is None
    wu = cast.client("wu")
    assert "对不上的快递回执" in wu.get("/desk/parcels/").text
    held = CourierNotice.objects.filter(outcome="contradicts").get()
    assert (
        wu.post(f"/desk/courier-notices/{held.pk}/", {"words": "快递公司核实：退回属实，签收为误报。"}).status_code
        == 302
    )
    assert wu.post(f"/desk/courier-notices/{held.pk}/", {"words": "再来。"}).status_code == 409
    assert stage.again_parcel(back).trouble == ""

    lost = ordered(cast, item)
    state.trouble = "lost"
    told(simulator, lost.code)
    again = {"name": "李明", "phone": "13812342671", "address": "清河县城关镇东街 12 号", "contents": "补制的许可证"}
    assert wu.post(f"/desk/parcels/{lost.uid}/again/", again).status_code == 302
    assert wu.post(f"/desk/parcels/{lost.uid}/again/", again).status_code == 409
    made = Parcel.objects.get(replaces=lost)
    assert stage.again_parcel(made).result.state == "mailing"  # type: ignore[union-attr]
    for trouble in ("no_number", "error_500", "garbage"):
        state.trouble = trouble
        with pytest.raises(CourierSaidNo):
            services.order(parcel=made, actor=cast.actor("wu"), at=now(), notify="x")
    state.trouble = ""
    assert wu.post(f"/desk/parcels/{made.uid}/order/").status_code == 302
    assert len(state.orders) == 4, "the troubles ordered nothing twice"
    assert [each for _, each in told(simulator, made.code)] == ["moved"] * 3
    assert case_of(made.matter.code).matter.state == "concluded"


def test_materials_from_home_and_by_hand(cast: Cast) -> None:
    from yimen.service.cases.tests.stage import submitted

    code, li, wu = submitted(cast), cast.client("li"), cast.client("wu")
    here = f"/my/matters/{code}/collect/"
    given = {"name": "李明", "phone": "13812342671", "address": "清河县城关镇东街 12 号", "contents": "申请表一份"}
    assert "约快递员来取" in li.get(f"/my/matters/{code}/").text
    assert li.post(here, given | {"phone": "12"}).status_code == 422
    assert li.post(here, given).status_code == 302
    assert li.post(here, given).status_code == 409
    parcel = Parcel.objects.get()
    assert parcel.direction == "in"
    act = f"/desk/parcels/{parcel.uid}/"
    assert wu.post(f"{act}order/").status_code == 503
    assert wu.post(f"{act}tracking/", {"tracking": "坏", "cost": "15"}).status_code == 422
    assert wu.post(f"{act}tracking/", {"tracking": "SF100200", "cost": "15", "company": "顺路快递"}).status_code == 302
    assert (
        wu.post(f"{act}move/", {"kind": "delivered", "words": "快递员交到窗口。", "signed_by": "吴敏"}).status_code
        == 302
    )
    assert wu.post(f"{act}move/", {"kind": "lost", "words": "再说。"}).status_code == 409
    report = cast.client("manager").get("/desk/delivery-report/").text
    assert "顺路快递" in report and "15.00" in report
    for query in ({"as": "xlsx"}, {"as": "xlsx", "of": "postage"}):
        assert b"".join(cast.client("wu").get("/desk/delivery-report/", query)).startswith(b"PK")


def test_what_cannot_be_read(cast: Cast) -> None:
    good: dict[str, Any] = {
        "event": "E1",
        "order": "YZ1",
        "tracking": "EX1",
        "kind": "accepted",
        "happened_at": now().isoformat(),
    }
    assert services.take_notice(said=services.read_notice(good), at=now()) == "unknown"
    for odd in ({"event": ""}, {"kind": "flown"}, {"happened_at": "2026-01-01"}, {"order": None}, {"signed_by": 5}):
        with pytest.raises(Refusal):
            services.read_notice(good | odd)
    unreadable: tuple[Any, ...] = (None, [], "x")
    for nothing in unreadable:
        with pytest.raises(Refusal):
            services.read_notice(nothing)


def test_a_proof_from_the_future_or_the_past(cast: Cast) -> None:
    parcel = stage.ordered(cast)
    said = stage.notice(parcel, "delivered", "E9", now() + timedelta(days=3), signed_by="本人")
    assert services.take_notice(said=said, at=now()) == "moved"
    assert case_of(parcel.matter.code).delivered_at <= now()  # type: ignore[operator]
