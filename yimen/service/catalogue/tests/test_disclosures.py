"""Six, eight or nine disclosures are data; who lacks what is counted; the guide and the board follow the centre's set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import checking, disclosing, quality_report, services
from yimen.service.catalogue.models import EditionCheck, ItemEdition
from yimen.service.catalogue.rules.disclosures import KNOWN, SIX, Entry, gaps
from yimen.service.catalogue.tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cast import Cast


def test_the_six_are_those_of_the_rule() -> None:
    assert [entry.label for entry in SIX] == ["服务内容", "申报材料", "办事程序", "收费标准", "收费依据", "办结时限"]
    assert [len(known.entries) for known in KNOWN] == [6, 8, 9, 3]
    assert gaps(SIX, ["fee_basis", "hours"]) == ["收费依据"]


def test_gaps_are_counted_as_the_database_counts(cast: Cast, published: ItemEdition) -> None:
    checking.check_all(NOON)
    nine = next(disclosing.as_standard(each) for each in disclosing.sets() if each.key == "nine")
    checks = quality_report.checks_of(SYSTEM)
    three = disclosing.as_standard(next(each for each in disclosing.sets() if each.key == "three"))
    found = disclosing.gaps_by_department(checks, three)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where e.hours = '' or e.place = '') from catalogue_itemedition e where status = 'published'"
        )
        counted = cursor.fetchone()
    assert [(row.items, row.items - row.whole) for row in found] == [counted]
    assert found[0].lacking[1] == 1  # no hours
    assert disclosing.gaps_by_department(checks, nine)[0].whole == 1
    assert list(disclosing.lacking(checks, three.entries[1], three)) == list(EditionCheck.objects.all())


def test_a_centre_works_by_its_set(cast: Cast, published: ItemEdition) -> None:
    address = f"/items/{published.item.code}/"
    assert "六公开" in Client().get(address).content.decode()
    manager = cast.actor("manager")
    disclosing.sets()
    disclosing.choose_set(actor=manager, centre=cast.units["centre"], key="nine", at=NOON)
    page = Client().get(address).content.decode()
    assert "九公开" in page
    assert "九公开" in Client().get(f"{address}board/").content.decode()
    with pytest.raises(Conflict):
        disclosing.choose_set(actor=manager, centre=cast.units["market"], key="nine", at=NOON)
    disclosing.choose_set(actor=manager, centre=cast.units["centre"], key="", at=NOON)
    assert "六公开" in Client().get(address).content.decode()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "1 到 20"),
        ([Entry("收费", ())], "没有对应的要素"),
        ([Entry("收费", ("moon",))], "没有对应的要素"),
        ([Entry("收费", ("fee_basis",)), Entry("收费", ("limit",))], "同名"),
    ],
)
def test_a_set_must_say_what_it_asks_for(cast: Cast, entries: list[Entry], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        disclosing.save_set(actor=cast.actor("manager"), key="ours", name="七公开", source="", entries=entries, at=NOON)
    assert said in refused.value.message


def test_the_screens_speak(cast: Cast, published: ItemEdition) -> None:
    manager = cast.client("manager")
    assert "六公开" in manager.get("/manage/disclosures/").content.decode()
    page = manager.get("/manage/disclosures/?set=three").content.decode()
    assert "缺什么时候能办" in page
    assert published.name in manager.get("/manage/disclosures/items/?set=three").content.decode()
    assert b"".join(manager.get("/manage/disclosures/export/?set=three&items=1"))[:2] == b"PK"
    assert b"".join(manager.get("/manage/disclosures/export/"))[:2] == b"PK"
    sent = {
        "key": "seven", "name": "七公开", "usual": "on", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0",
        "form-0-label": "办结时限", "form-0-elements": ["limit"],
    }  # fmt: skip
    assert manager.post("/manage/disclosures/new/", {**sent, "form-0-elements": []}).status_code == 422
    assert manager.post("/manage/disclosures/new/", sent).status_code == 302
    assert "七公开" in Client().get(f"/items/{published.item.code}/").content.decode()
    assert manager.get("/manage/disclosures/seven/").status_code == 200
    chosen = {"centre": cast.units["centre"].pk, "key": "nine"}
    assert manager.post("/manage/disclosures/choose/", chosen).status_code == 302
    assert cast.client("editor").get("/manage/disclosures/seven/").status_code == 403
    services.retire_edition(actor=cast.actor("manager"), item=published.item, reason="停办", at=NOON)
    assert Client().get(f"/items/{published.item.code}/board/").status_code >= 400
