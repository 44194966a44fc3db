"""A superior's list beside ours: matched, settled, turned into a batch; nothing is applied without that (R026, R027, R040)."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.reform import services
from yimen.service.reform.models import Change, Comparison
from yimen.service.reform.rules import Entry, match
from yimen.service.reform.tests.conftest import NOON, Publish

if TYPE_CHECKING:
    from tests.cast import Cast

HEADER = "事项名称,基本编码,事项类型,设定依据,法定时限\n"


def compare(cast: Cast, *rows: str, title: str = "省级权责清单", who: str = "editor") -> Comparison:
    """A comparison of the market department with these lines."""
    return services.compare_list(
        actor=cast.actor(who), content=(HEADER + "\n".join(rows) + "\n").encode(), file_name="清单.csv", title=title,
        department=cast.units["market"], at=NOON,
    )  # fmt: skip


def sides(comparison: Comparison) -> dict[str, str]:
    """Name to side."""
    return dict(comparison.rows.values_list("name", "side"))


def test_three_views(cast: Cast, publish: Publish) -> None:
    same, other, only = publish("甲证核发"), publish("乙证核发"), publish("丙证核发")
    before = list(ServiceItem.objects.order_by("id").values_list("id", "version", "changed_at"))
    comparison = compare(
        cast,
        "甲证核发,000001001000,行政许可,《公共场所卫生管理条例》第四条,20(工作日)",
        "乙证核发,000001002000,行政许可,《公共场所卫生管理条例》第四条,15(工作日)",
        "丁证核发,000001009000,行政许可,《新条例》第二条,20(工作日)",
    )
    assert sides(comparison) == {"甲证核发": "same", "乙证核发": "different", "丁证核发": "theirs", "丙证核发": "ours"}
    row = comparison.rows.get(side="different")
    assert row.differences == [{"field": "limit", "theirs": "15 个工作日", "ours": "20 个工作日"}]
    assert {row.item for row in comparison.rows.exclude(side="theirs")} == {same, other, only}
    assert list(ServiceItem.objects.order_by("id").values_list("id", "version", "changed_at")) == before


def test_following_makes_a_batch_and_nothing_else(cast: Cast, publish: Publish) -> None:
    publish("乙证核发"), publish("丙证核发")
    comparison = compare(
        cast, "乙证核发,,行政许可,,15(工作日)", "丁证核发,000001009000,行政许可,《新条例》第二条,20(工作日)"
    )
    editor = cast.actor("editor")
    with pytest.raises(Conflict, match="没有要随上级"):
        services.batch_of_comparison(actor=editor, comparison=comparison, at=NOON)
    everything = list(comparison.rows.values_list("id", flat=True))
    services.settle_rows(actor=editor, comparison=comparison, rows=everything, decision="follow", reason="", at=NOON)
    batch = services.batch_of_comparison(actor=editor, comparison=comparison, at=NOON)
    assert batch.state == "draft"
    kinds = {change.name: (change.kind, change.values) for change in Change.objects.filter(batch=batch)}
    assert kinds["乙证核发"] == ("adjust", {"legal_limit": 15, "legal_unit": "working_day"})
    assert kinds["丙证核发"] == ("cancel", {})
    assert kinds["丁证核发"][0] == "undertake" and kinds["丁证核发"][1]["legal_basis"] == "《新条例》第二条"
    assert ServiceItem.objects.count() == 2
    with pytest.raises(Conflict, match="已经转为"):
        services.settle_rows(actor=editor, comparison=comparison, rows=everything, decision="open", reason="", at=NOON)


def test_keeping_needs_a_reason_and_is_remembered(cast: Cast, publish: Publish) -> None:
    publish("乙证核发"), publish("丙证核发")
    line = "乙证核发,,行政许可,,15(工作日)"
    first, editor = compare(cast, line), cast.actor("editor")
    ours = list(first.rows.filter(side="ours").values_list("id", flat=True))
    with pytest.raises(Invalid):
        services.settle_rows(actor=editor, comparison=first, rows=ours, decision="keep", reason="", at=NOON)
    services.settle_rows(
        actor=editor, comparison=first, rows=ours, decision="keep", reason="本县地方性法规设定", at=NOON
    )
    second = compare(cast, line)
    kept = second.rows.get(decision="keep")
    assert (kept.name, kept.reason) == ("丙证核发", "本县地方性法规设定")
    assert second.rows.get(side="different").decision == "open"
    assert not compare(cast, line, title="另一份清单").rows.filter(decision="keep").exists()


def test_only_theirs_needs_a_department(cast: Cast) -> None:
    comparison = services.compare_list(
        actor=cast.actor("manager"),
        content=(HEADER + "丁证核发,,行政许可,,\n").encode(),
        file_name="x.csv",
        title="省",
        at=NOON,
    )
    rows = list(comparison.rows.values_list("id", flat=True))
    with pytest.raises(Invalid, match="承接部门"):
        services.settle_rows(
            actor=cast.actor("manager"), comparison=comparison, rows=rows, decision="follow", reason="", at=NOON
        )
    with pytest.raises(NotAllowed):
        services.settle_rows(
            actor=cast.actor("editor"), comparison=comparison, rows=rows, decision="open", reason="", at=NOON
        )


NO_LISTS = (
    b"", b"\x00\x01", "只有一列\n甲\n".encode(), "编码,部门\n1,2\n".encode(), b"%PDF-1.7", b"PK\x03\x04broken",
    "事项名称,基本编码\n,\n".encode(),
)  # fmt: skip


@pytest.mark.parametrize("content", NO_LISTS)
def test_a_file_that_is_no_list_is_refused_in_words(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        services.compare_list(
            actor=cast.actor("manager"), content=content, file_name="清单.xlsx", title="省级清单", at=NOON
        )
    assert refused.value.status == 422
    assert not Comparison.objects.exists()


def test_a_workbook_with_titles_above(cast: Cast, publish: Publish) -> None:
    publish("甲证核发")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "某省行政权力事项清单")
    for place, row in enumerate([("序号", "事项名称", "设定依据"), (1, "甲证核发", "某条例"), (2, "=1+1", "")], 2):
        for column, value in enumerate(row):
            sheet.write(place, column, value)
    book.close()
    comparison = services.compare_list(
        actor=cast.actor("manager"), content=file.getvalue(), file_name="清单.xlsx", title="省级清单", at=NOON
    )
    assert comparison.matched == 1


def test_matching_by_code_then_by_name() -> None:
    ours = [
        Entry(1, "甲证核发", "000001001000"),
        Entry(2, "乙证核发（新办）", "000001002000"),
        Entry(3, "乙证核发（延续）", "000001002000"),
        Entry(4, "丙证核发", ""),
    ]
    theirs = [
        Entry(11, "改了名的甲证", "000001001000"),
        Entry(12, "乙证核发（延续）", "000001002000"),
        Entry(13, "丙证　核发", "000009999000"),
        Entry(14, "戊证核发", "000008888000"),
    ]
    pairs = {pair.theirs.key: pair for pair in match(theirs, ours) if pair.theirs}
    assert {key: (pair.ours.key, pair.by) for key, pair in pairs.items() if pair.ours} == {
        11: (1, "code"), 12: (3, "code"), 13: (4, "name"),
    }  # fmt: skip
    assert pairs[11].differences[0].field == "name"
    assert pairs[13].differences == ()


def test_each_entry_stands_in_exactly_one_pair() -> None:
    """Whatever the lists are, none of either is lost or counted twice."""
    chance = random.Random(5)
    for _ in range(300):
        lists = [
            [
                Entry(n, f"事{chance.randrange(6)}", chance.choice(["", f"00000{chance.randrange(4)}"]))
                for n in range(chance.randrange(9))
            ]
            for _side in range(2)
        ]
        pairs = match(*lists)
        assert sorted(pair.theirs.key for pair in pairs if pair.theirs) == [entry.key for entry in lists[0]]
        assert sorted(pair.ours.key for pair in pairs if pair.ours) == [entry.key for entry in lists[1]]


def test_real_lists_are_read(shared: Path) -> None:
    """Three real shapes: a list of powers with base codes alone, national codes, hyphenated guide codes."""
    rows, _ = catalogue.read_list((shared / "power_list_liaoning_sample.csv").read_bytes(), "power_list.csv")
    assert len(rows) == 30 and not [row for row in rows if row.problem]
    assert rows[0].base_code == "210973001000" and rows[2].kind == "licence"
    rows, _ = catalogue.read_list((shared / "items_guangdong.csv").read_bytes(), "items.csv")
    good = [row for row in rows if not row.problem]
    assert len(good) > 1700
    assert good[0].limit == (30, "working_day") and good[0].base_code == "440101007000"
    rows, _ = catalogue.read_list((shared / "items_guangan_district.csv").read_bytes(), "items.csv")
    assert len([row for row in rows if not row.problem]) > 850


def test_a_real_list_against_itself_is_the_same(cast: Cast, shared: Path) -> None:
    from yimen.service.catalogue import services as upkeep

    content = (shared / "items_guangdong.csv").read_bytes()
    upkeep.import_now(actor=cast.actor("manager"), content=content, file_name="items.csv", at=NOON)
    comparison = services.compare_list(
        actor=cast.actor("manager"), content=content, file_name="items.csv", title="广东省清单", at=NOON
    )
    counts = {side: comparison.rows.filter(side=side).count() for side in ("same", "different", "theirs", "ours")}
    assert counts["same"] + counts["different"] == comparison.matched
    assert counts["ours"] + comparison.matched == comparison.ours
    assert comparison.matched > 0.98 * comparison.ours
