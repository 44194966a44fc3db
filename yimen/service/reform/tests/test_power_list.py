"""The list of any day: what stood on it, with which duty (R027)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.catalogue import services as catalogue
from yimen.service.reform import selectors, services
from yimen.service.reform.models import Duty
from yimen.service.reform.tests.conftest import NOON, Publish, revise

if TYPE_CHECKING:
    from tests.cast import Cast

SPRING = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
SUMMER = datetime(2026, 6, 1, 9, 0, tzinfo=CHINA)


def on(day: datetime) -> dict[str, str]:
    """Code and name of what stood on a day."""
    return {edition.item.code: edition.name for edition in selectors.powers(day_of(day))}


def test_a_day_has_its_own_list(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发", at=SPRING)
    other = publish("乙证核发", at=SPRING)
    revise(cast, item, at=SUMMER, name="甲证核发（承诺办理）")
    catalogue.cancel_item(actor=cast.actor("manager"), item=other, reason="合并", basis="国发〔2026〕1号", at=NOON)
    assert on(SPRING - timedelta(days=1)) == {}
    assert on(SPRING) == {item.code: "甲证核发", other.code: "乙证核发"}
    assert on(SUMMER - timedelta(days=1))[item.code] == "甲证核发"
    assert on(SUMMER)[item.code] == "甲证核发（承诺办理）"
    assert on(NOON) == {item.code: "甲证核发（承诺办理）"}
    assert other.code in on(NOON - timedelta(days=1))


def test_two_editions_of_one_day_are_one_line(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发", at=SPRING)
    revise(cast, item, at=SPRING + timedelta(hours=2), name="甲证核发（更正）")
    assert on(SPRING) == {item.code: "甲证核发（更正）"}
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from catalogue_itemedition where status = 'published'")
        assert cursor.fetchone()[0] == len(on(SPRING))


def test_a_duty_holds_from_its_day(cast: Cast, publish: Publish) -> None:
    item, editor = publish("甲证核发", at=SPRING), cast.actor("editor")
    services.save_duty(actor=editor, item=item, text="一次告知", basis="条例第三条", at=SPRING)
    services.save_duty(actor=editor, item=item, text="一次告知，限时办结", basis="条例第三条", at=SUMMER)
    for day, text in ((SPRING, "一次告知"), (SUMMER, "一次告知，限时办结")):
        row = selectors.with_duties(list(selectors.powers(day_of(day))), day_of(day))[0]
        assert row.duty is not None and row.duty.text == text
    services.save_duty(actor=editor, item=item, text="改一个字", basis="条例第三条", at=SUMMER)
    assert Duty.objects.count() == 2
    with pytest.raises(Invalid):
        services.save_duty(actor=editor, item=item, text="更早", basis="条例", since=day_of(SPRING), at=SUMMER)
    with pytest.raises(NotAllowed):
        services.save_duty(actor=cast.actor("qian_approver"), item=item, text="别人的", basis="条例", at=SUMMER)


def test_everybody_reads_it(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发", at=SPRING)
    services.save_duty(actor=cast.actor("editor"), item=item, text="一次告知清楚", basis="条例第三条", at=SPRING)
    visitor = Client()
    page = visitor.get("/powers/?q=甲证").content.decode()
    assert "甲证核发" in page and "一次告知清楚" in page
    assert "甲证核发" not in visitor.get("/powers/?day=2026-01-01").content.decode()
    assert "不是现在的" in visitor.get("/powers/?day=2026-03-05").content.decode()
    assert "一次告知清楚" in visitor.get(f"/powers/{item.code}/").content.decode()
    assert visitor.get("/powers/?day=没有&department=x&after=1").status_code in (200, 400)
    answer = visitor.get("/api/v1/powers?day=2026-03-05").json()
    assert [row["code"] for row in answer["items"]] == [item.code]
    assert b"".join(visitor.get("/powers/export/")).startswith(b"PK")


def test_a_power_that_is_gone_says_so(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发", at=SPRING)
    catalogue.cancel_item(actor=cast.actor("manager"), item=item, reason="合并", basis="国发〔2026〕1号", at=SUMMER)
    page = Client().get(f"/powers/{item.code}/").content.decode()
    assert "不在权责清单上" in page and "国发〔2026〕1号" in page
