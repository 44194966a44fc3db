"""A chart taken along is a whole file: it draws without our style sheet and leads nowhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from yimen.ground.kit.charts import Mark, Series, bars, line, ring
from yimen.ground.kit.pictures import picture

MARKS = (Mark("人社局", 507, "/desk/?d=1"), Mark("住建局 <1>", 241.5, status="red"))


def test_each_kind_of_chart_is_a_file_of_its_own() -> None:
    for drawing in (
        bars(MARKS, "人社局最多"),
        ring(MARKS, "人社局最多", middle="748"),
        line((Series("今年", (1, 2)),), ("一", "二"), "人社局最多"),
    ):
        response = picture("办件量.svg", drawing, title="办件量 <年>", source="清河县 2026-11-22")
        root = ET.fromstring(response.content)  # noqa: S314 - our own drawing
        assert root.get("aria-label") == "人社局最多"
        said = "".join(root.itertext())
        assert "办件量 <年>" in said
        assert "清河县 2026-11-22" in said
        assert not root.findall(".//{http://www.w3.org/2000/svg}a")
        assert response["Content-Disposition"].startswith("attachment")


def test_its_numbers_are_those_of_the_page() -> None:
    said = picture("x.svg", bars(MARKS, "s"), title="t", source="u").content.decode()
    assert "507" in said
    assert "241.5" in said
