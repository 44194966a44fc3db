"""Volumes, intake outside the hall, windows open to everybody, the whole province, two tiers (R024, R020, R034, R039, R002)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import INSTALLER, Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Conflict
from yimen.ground.organisations import services as places
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import submitted
from yimen.service.catalogue import services as catalogue
from yimen.service.residence import selectors, services
from yimen.service.residence.checks import OutsideTheHall
from yimen.service.residence.models import ProvinceField, ReadinessMark, ReadinessPoint
from yimen.service.residence.selectors import settings as kept
from yimen.service.residence.tests.stage import AT, TODAY, item


def test_volumes_equal_a_count(cast: Cast) -> None:
    made = item(cast)
    for _ in range(3):
        submitted(cast, made)
    day = day_of(now())
    for by in ("department", "window", "item"):
        rows = selectors.volume_rows(by, day, day)
        assert sum(row.received for row in rows) == 3, by
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from cases_case where item_id = %s", [made.pk])
        (row,) = [row for row in selectors.volume_rows("item", day, day) if row.id == made.pk]
        assert row.received == cursor.fetchone()[0]
    market = next(row for row in selectors.volume_rows("department", day - timedelta(days=29), day) if row.received)
    assert market.few  # three in thirty days are fewer than ten


def test_what_is_taken_in_outside_is_reported(cast: Cast) -> None:
    made = item(cast)
    code = submitted(cast, made)
    day = day_of(now())
    (found,) = selectors.outside(day, day)
    assert (found.code, found.why) == (code, "事项没有进驻大厅")
    services.take_over(actor=cast.actor("manager"), at=now())
    assert selectors.outside(day, day) == []


def test_refused_outside_where_the_place_says_so(cast: Cast) -> None:
    made = item(cast)
    cases.start_draft(item_code=made.code, actor=cast.actor("wang"), at=now(), party_id=cast.parties["li"].pk)
    services.set_value(actor=cast.actor("manager"), key="intake_outside", value="refuse", at=AT)
    kept._kept.forget()
    answers = {"shop": "听泉茶馆", "area": "86.5", "air": "no"}
    take: dict[str, Any] = {
        "item_code": made.code,
        "party_id": cast.parties["li"].pk,
        "answers": answers,
        "channel": "window",
    }
    with pytest.raises(OutsideTheHall, match="没有进驻"):
        cases.submit_application(actor=cast.actor("wang"), at=now(), **take)
    services.take_over(actor=cast.actor("manager"), at=now())
    assert cases.submit_application(actor=cast.actor("wang"), at=now(), **take).code
    kept._kept.forget()


def test_a_window_says_what_when_and_how_long(cast: Cast) -> None:
    made = item(cast)
    services.take_over(actor=cast.actor("manager"), at=now())
    window = cast.windows["window3"].pk
    for url in (f"/hall/windows/{window}/", f"/hall/windows/{window}/print/"):
        said = Client().get(url).content.decode()
        for word in (made.name, "场所、设施符合卫生标准", "工作日 9:00—17:30", "10 个工作日"):
            assert word in said, (url, word)
    assert Client().get("/hall/windows/999999/").status_code == 404
    assert "综合窗口 3 号" in Client().get(f"/items/{made.code}/").content.decode()
    said = Client().get(f"/api/v1/items/{made.code}/places").json()
    assert said["places"][0]["window"] == "综合窗口 3 号"


def test_the_whole_province(cast: Cast) -> None:
    assert ProvinceField.objects.count() == 9
    made, manager = item(cast), cast.actor("manager")
    field = ProvinceField.objects.get(code="social")
    give: dict[str, Any] = {"actor": manager, "field": field, "from_on": TODAY, "basis": "川政务〔2026〕1号", "at": AT}
    window = services.designate_window(window=cast.windows["window3"], **give)
    services.designate_item(item=made, **give)
    with pytest.raises(Conflict, match="已经指定"):
        services.designate_window(window=cast.windows["window3"], **give)
    said = Client().get("/lists/province/").content.decode()
    assert "专窗 1 个" in said
    assert made.name in said
    services.end_window(actor=manager, designation=window, at=AT)
    assert "专窗 0 个" in Client().get("/lists/province/").content.decode()


def test_items_of_two_tiers_by_base_code(cast: Cast) -> None:
    city = places.create_unit(
        actor=INSTALLER, kind="department", name="安平市市场监督管理局", parent=cast.units["government"],
        division=cast.divisions["city"], use_level="3", at=AT,
    )  # fmt: skip
    both, only, here = (item(cast, name) for name in ("市县都有", "只有市有", "市县都有（县）"))
    for made, department, base in (
        (both, city, "000131001000"),
        (only, city, "000131002000"),
        (here, cast.units["market"], "000131001000"),
    ):
        # As an import of two catalogues would leave them.
        type(made).objects.filter(pk=made.pk).update(base_code=base, national=True, department=department)
    gaps = selectors.tier_gaps("519900000000", "519911000000")
    assert [(gap.side, gap.name) for gap in gaps] == [("above", "只有市有")]


def test_three_in_place(cast: Cast) -> None:
    item(cast)
    point = ReadinessPoint.objects.order_by("pk")[0]
    market = cast.units["market"]
    services.mark_readiness(actor=cast.actor("manager"), department=market, point=point, reached=True, note="", at=AT)
    (row,) = selectors.concentration(TODAY, only=market.pk)
    assert (row.points, row.reached) == (9, 1)
    services.put_point(actor=cast.actor("manager"), side="rules", text="首问负责已上墙", at=AT)
    services.end_point(actor=cast.actor("manager"), point=point, at=AT)
    (row,) = selectors.concentration(TODAY, only=market.pk)
    assert (row.points, row.reached) == (9, 0)
    assert ReadinessMark.objects.get().reached


def test_the_cancelled_item_leaves_the_windows_page(cast: Cast) -> None:
    made = item(cast)
    services.take_over(actor=cast.actor("manager"), at=now())
    catalogue.cancel_item(actor=cast.actor("manager"), item=made, reason="改革取消", basis="国发〔2026〕1号", at=now())
    said = Client().get(f"/hall/windows/{cast.windows['window3'].pk}/").content.decode()
    assert made.name not in said
