"""Charts are readable without eyes and without colour, and can be drawn of anything, also of nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from yimen.ground.kit import charts
from yimen.ground.kit.charts import Box, Branch, Mark, Series

MARKS = (Mark("人社局", 507, "/desk/?d=1"), Mark("<script>", 0), Mark("住建局", 241.5))


@pytest.mark.parametrize(
    "drawing",
    [
        charts.bars(MARKS, "结论"),
        charts.bars((), "结论"),
        charts.line((Series("今年", (1, None, 3)), Series("去年", (2, 2, 2), past=True)), ("一", "二", "三"), "结论"),
        charts.line((Series("今年", ()),), (), "结论"),
        charts.ring(MARKS, "结论", middle="748", under="在办"),
        charts.ring((Mark("全部", 5),), "结论"),
        charts.ring((), "结论"),
        charts.share_bar(MARKS, "结论"),
        charts.spark((1, 1, 1), "结论"),
        charts.flow([Box(f"第{n}步", "5 日") for n in range(7)], [Branch(1, Box("补正", "停表", "stop"))], "结论"),
        charts.flow([Box("申请")], [], "结论"),
    ],
)
def test_a_drawing_is_well_formed_named_and_free_of_styles(drawing: str) -> None:
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    assert root.get("aria-label") == "结论"
    assert root.get("role") in ("img", "group")
    assert "style=" not in drawing
    assert "nan" not in drawing.lower().replace("nance", "")


def test_links_are_not_hidden_in_a_picture() -> None:
    assert 'role="group"' in charts.bars(MARKS, "结论")
    assert 'role="img"' in charts.bars(MARKS[1:], "结论")


def test_the_twin_has_every_number_and_escapes_names() -> None:
    drawn = charts.figure(charts.bars(MARKS, "结论"), MARKS, title="在办", name="部门", unit="件")
    for said in ("507", "241.5", "&lt;script&gt;", "看表", "（件）"):
        assert said in drawn
    assert "<script>" not in drawn


def test_a_small_part_can_still_be_seen() -> None:
    drawn = charts.share_bar((Mark("正常", 99999), Mark("红牌", 1, status="red")), "结论")
    widths = [float(rect.get("width", "0").rstrip("%")) for rect in ET.fromstring(drawn)]  # noqa: S314
    assert widths[1] > 0.5


def test_an_empty_spark_is_nothing() -> None:
    assert charts.spark((), "结论") == ""
    assert charts.spark((3,), "结论") == ""
