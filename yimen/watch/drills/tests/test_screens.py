"""What a drill found, on the screen, as a workbook, over the interface; and two of them side by side."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.watch.drills import selectors, services
from yimen.watch.drills.rules import Parameters
from yimen.watch.drills.tests.stage import finished, results


def test_the_answer_comes_first(cast: Cast) -> None:
    made = finished()
    client = cast.client("sun")
    page = client.get(reverse("drills:drill", args=[made.uid])).content.decode()
    assert "1 个事项会超期，最多的是“公共场所卫生许可”（2 件）" in page
    assert "窗口 3 最先撑不住" in page
    assert "《行政许可法》第三十二条第一款第（四）项" in page
    assert "每次一步，没有重复" in page


@pytest.mark.parametrize("slug", list(selectors.PARTS))
def test_each_list_is_a_page_and_a_workbook(cast: Cast, slug: str) -> None:
    made = finished()
    client = cast.client("manager")
    url = reverse("drills:part", args=[made.uid, slug])
    assert client.get(url).status_code == 200
    answer = client.get(url, {"as": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    assert sheet.max_row == 1 + len(results()[slug])


def test_a_long_list_has_pages(cast: Cast) -> None:
    made = finished()
    made.results["effects"] *= 230
    made.save()
    client = cast.client("manager")
    url = reverse("drills:part", args=[made.uid, "effects"])
    pages = [client.get(url, {"from": place}) for place in ("", "100", "200", "999999", "-1", "１")]
    assert [len(page.context["rows"]) for page in pages] == [100, 100, 30, 100, 100, 100]
    assert [(page.context["before"], page.context["after"]) for page in pages[:3]] == [
        (None, 100),
        (0, 200),
        (100, None),
    ]
    assert all(len(page.content) < 300 * 1024 for page in pages)


def test_the_numbers_of_the_head_are_those_of_the_lists() -> None:
    found = results()
    assert found["totals"]["overflows"] == sum(row["overflows"] for row in found["windows"])
    assert found["totals"]["arrived"] == sum(row["arrived"] for row in found["days"])


def test_two_drills_side_by_side(cast: Cast) -> None:
    one, two = finished("人手齐", red=2), finished("少三成", red=5)
    client = cast.client("manager")
    page = client.get(reverse("drills:compare"), {"a": str(one.uid), "b": str(two.uid)}).content.decode()
    assert "公共场所卫生许可" in page
    assert "+3" in page
    book = client.get(reverse("drills:compare"), {"a": str(one.uid), "b": str(two.uid), "as": "xlsx"})
    assert book["Content-Type"].startswith("application/vnd.openxml")
    for wrong in ({}, {"a": str(one.uid), "b": str(one.uid)}, {"a": "x", "b": str(two.uid)}):
        assert client.get(reverse("drills:compare"), wrong).status_code == 302


def test_one_under_way_shows_its_progress(cast: Cast) -> None:
    made = services.ask_drill(actor=cast.actor("manager"), parameters=Parameters(), at=now())
    services.begin_drill(made, scratch="x", at=now())
    services.note_progress(made, progress=40, doing="2026-10-08：来件 3")
    client = cast.client("manager")
    page = client.get(reverse("drills:drill", args=[made.uid])).content.decode()
    assert "2026-10-08：来件 3" in page
    assert 'aria-valuenow="40"' in page
    assert client.get(reverse("drills:drills")).status_code == 200


def test_strangers_find_nothing(cast: Cast) -> None:
    made = finished()
    client = cast.client("qian")
    assert client.get(reverse("drills:drill", args=[made.uid])).status_code in (403, 404)
    assert client.get(reverse("drills:drills")).status_code == 403
