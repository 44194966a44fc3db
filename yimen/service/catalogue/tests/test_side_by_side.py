"""Two editions beside one another: what changed is marked, materials meet their like, another place's item too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yimen.service.catalogue import selectors, services, side_by_side
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.rules.wording import marked
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.tests.conftest import CODES, NOON, row, table

if TYPE_CHECKING:
    from tests.cast import Cast


def test_only_the_words_that_changed_are_marked() -> None:
    left, right = marked("承诺 10 个工作日内办结", "承诺 8 个工作日内办结")
    assert [piece.text for piece in left if piece.changed] == ["10"]
    assert [piece.text for piece in right if piece.changed] == ["8"]
    assert "".join(piece.text for piece in right) == "承诺 8 个工作日内办结"
    assert [piece.changed for piece in marked("甲乙丙", "子丑寅卯")[0]] == [True]
    assert marked("", "新写的")[0] == []
    assert all(piece.changed for piece in marked("长" * 7000, "短" * 10)[0])


def test_elements_and_materials_are_compared(cast: Cast, published: ItemEdition) -> None:
    editor = cast.actor("editor")
    draft = services.new_edition(actor=editor, item=published.item, at=NOON)
    services.save_edition(
        actor=editor, edition=draft, values={"promise_limit": 8}, at=NOON,
        materials=[
            MaterialValues(name="公共场所卫生许可申请表格", source_channel="在线填写", basis="条例第四条"),
            MaterialValues(name="平面图", source_channel="自备", basis="条例第四条"),
        ],
    )  # fmt: skip
    old, new = (selectors.edition_of(published.item, number) for number in (1, 2))
    found = side_by_side.compare(old, new)
    assert [(title, [row.label for row in rows]) for title, rows in found.groups] == [("时限", ["承诺时限"])]
    pairs = {(pair.left, pair.right) for pair in found.materials}
    assert pairs == {
        ("公共场所卫生许可申请表", "公共场所卫生许可申请表格"), ("集中空调卫生检测报告", None), (None, "平面图"),
    }  # fmt: skip
    assert found.changes == 4
    client = cast.client("editor")
    address = f"/manage/items/{published.item.code}/2/compare/1/"
    page = client.get(address).content.decode()
    assert "<del>10</del>" in page
    assert "<ins>8</ins>" in page
    assert "设定依据" not in page
    assert "设定依据" in client.get(f"{address}?all=1").content.decode()
    assert "事项要素比较" in client.get(f"{address}?print=1").content.decode()


def test_the_same_item_of_another_place_stands_beside(cast: Cast, published: ItemEdition) -> None:
    services.import_now(
        actor=cast.actor("manager"), content=table(*(row(code, f"事项{n}") for n, code in enumerate(CODES))),
        file_name="a.csv", at=NOON,
    )  # fmt: skip
    one, other = ServiceItem.objects.exclude(pk=published.item_id).order_by("pk")[:2]
    ServiceItem.objects.filter(pk=other.pk).update(base_code=one.base_code)
    assert side_by_side.elsewhere(one) == []
    edition = other.editions.get()
    ItemEdition.objects.filter(pk=edition.pk).update(status="published", published_at=NOON, effective_on=NOON.date())
    ServiceItem.objects.filter(pk=other.pk).update(current=edition, department=cast.units["market"])
    assert [item.pk for item in side_by_side.elsewhere(one)] == [other.pk]
    client = cast.client("manager")
    assert "别处的现行版本" in client.get(f"/manage/items/{one.code}/1/").content.decode()
    assert client.get(f"/manage/items/{one.code}/1/beside/{other.code}/").status_code == 200
    assert client.get(f"/manage/items/{one.code}/1/beside/{published.item.code}/").status_code == 404
