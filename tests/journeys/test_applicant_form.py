"""Step 1: what is filled in is kept, whatever happens to the page, the session or the other device."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast
from tests.journeys.teahouse import ANSWERS, ASKED, begin, fill, open_teahouse, seen_on
from yimen.service.catalogue.models import ServiceItem


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return open_teahouse(cast)


def test_a_visitor_signs_in_and_comes_back_to_the_application(client: Client, item: ServiceItem) -> None:
    answer = client.get(f"/apply/{item.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next=%2Fapply%2F{item.code}%2F")


def test_pressing_the_button_twice_begins_one_draft(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    assert begin(client, item) == begin(client, item)


def test_what_was_filled_in_stands_there_on_another_device(cast: Cast, item: ServiceItem) -> None:
    uid = begin(cast.client("li"), item)
    assert fill(cast.client("li"), uid)["Location"] == f"/apply/{uid}/materials/"
    other = cast.client("li")
    assert 'class="title" href="/apply/' + uid in other.get("/my/").content.decode()
    assert other.get(f"/apply/{uid}/")["Location"] == f"/apply/{uid}/materials/"
    assert 'value="听泉茶馆"' in other.get(f"/apply/{uid}/form/").content.decode()


def test_a_choice_asks_further_questions_first_and_complains_later(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    first = fill(client, uid, air="yes")
    page = first.content.decode()
    assert first.status_code == 422
    assert "还要再填 1 项" in page
    assert "error-summary" not in page
    sent = {**ANSWERS, "air": "yes", "act": "next", "seen": seen_on(page), "asked": f"{ASKED} air_report"}
    second = client.post(f"/apply/{uid}/form/", sent).content.decode()
    assert "请填写“空调卫生检测报告编号”" in second
    assert "<title>有 1 处要改" in second
    sent |= {"air_report": "QHJC-2026-0913", "seen": seen_on(second)}
    assert client.post(f"/apply/{uid}/form/", sent).status_code == 302


def test_the_button_without_javascript_only_shows_what_follows(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    page = client.get(f"/apply/{uid}/form/").content.decode()
    assert "空调卫生检测报告编号" not in page
    shown = client.post(f"/apply/{uid}/form/", {"seen": seen_on(page), "asked": ASKED, "air": "yes", "act": "refresh"})
    assert shown.status_code == 200
    assert "空调卫生检测报告编号" in shown.content.decode()
    assert "error-summary" not in shown.content.decode()


def test_htmx_gets_the_questions_alone(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    page = client.get(f"/apply/{uid}/form/").content.decode()
    sent = {"seen": seen_on(page), "asked": ASKED, "air": "yes", "act": "refresh"}
    part = client.post(f"/apply/{uid}/form/", sent, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="questions"')
    assert "空调卫生检测报告编号" in part
    assert seen_on(part) == str(int(seen_on(page)) + 1)


def test_a_mistake_is_told_at_its_field_and_the_rest_is_saved(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    answer = fill(client, uid, area="八十六")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_area">“经营面积”应是数字' in page
    assert 'value="八十六"' in page
    assert 'value="听泉茶馆"' in cast.client("li").get(f"/apply/{uid}/form/").content.decode()


def test_a_stale_page_loses_nothing_and_overwrites_nothing(cast: Cast, item: ServiceItem) -> None:
    client, other = cast.client("li"), cast.client("li")
    uid = begin(client, item)
    stale = seen_on(client.get(f"/apply/{uid}/form/").content.decode())
    assert fill(other, uid, place_name="另一处填的").status_code == 302
    sent = {**ANSWERS, "place_name": "这里填的", "asked": ASKED, "act": "next", "seen": stale}
    answer = client.post(f"/apply/{uid}/form/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "在别的设备上也改过" in page
    assert 'value="这里填的"' in page
    assert "另一处填的" in other.get(f"/apply/{uid}/form/").content.decode()
    assert client.post(f"/apply/{uid}/form/", {**sent, "seen": seen_on(page)}).status_code == 302
    assert "这里填的" in other.get(f"/apply/{uid}/form/").content.decode()


def test_a_session_that_ends_leads_back_to_the_page_with_what_was_saved(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    fill(client, uid, area="八十六")
    client.cookies.clear()
    page = f"http://testserver/apply/{uid}/form/"
    answer = client.post(f"/apply/{uid}/form/", {"seen": "1"}, headers={"referer": page})
    assert answer["Location"] == f"/sign-in/?next=%2Fapply%2F{uid}%2Fform%2F"
    assert 'value="听泉茶馆"' in cast.client("li").get(f"/apply/{uid}/form/").content.decode()


def test_the_draft_is_saved_while_it_is_filled_in(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    seen = seen_on(client.get(f"/apply/{uid}/form/").content.decode())
    saved = client.post(f"/apply/{uid}/save/", {"seen": seen, "place_name": "半个名"}).content.decode()
    assert "已保存" in saved
    assert seen_on(saved) == str(int(seen) + 1)
    assert "还没有保存" in client.post(f"/apply/{uid}/save/", {"seen": seen, "place_name": "旧的"}).content.decode()
    assert 'value="半个名"' in cast.client("li").get(f"/apply/{uid}/form/").content.decode()


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("place_name", "x" * 1_048_576, "最多 60 个字，现在有 1048576 个"),
        ("place_name", "听泉\x00茶馆", "无法显示的字符"),
        ("area", "99999999999999999999999999", "应是数字"),
        ("area", "0", "不能小于 1"),
        ("kind", "palace", "不在选项中"),
        ("air", "perhaps", "请在“用集中空调吗？”里选“是”或“否”"),
        ("staff.0.checked_on", "2026-02-30", "不是一个日期"),
        ("staff.0.checked_on", "0000-01-01", "不是一个日期"),
        ("staff.0.checked_on", "9999-12-31", "应在 1900-01-01"),
    ],
)
def test_bad_input_is_told_in_words(cast: Cast, item: ServiceItem, field: str, sent: str, said: str) -> None:
    client = cast.client("li")
    answer = fill(client, begin(client, item), **{field: sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert len(answer.content) < 300_000


def test_a_number_nobody_typed_is_refused(cast: Cast, item: ServiceItem) -> None:
    """The ID number comes from the person's file, whatever the browser sends; on the page it is covered."""
    client = cast.client("li")
    uid = begin(client, item)
    assert fill(client, uid, owner_id="519911198511230012", owner="钱进").status_code == 302
    page = client.get(f"/apply/{uid}/form/").content.decode()
    assert "5199**********0029" in page
    assert "199003070029" not in page
    assert "钱进" not in page


def test_a_draft_is_nobody_elses(cast: Cast, item: ServiceItem) -> None:
    uid = begin(cast.client("li"), item)
    for step in ("", "form/", "materials/", "delivery/", "check/", "discard/"):
        assert cast.client("qian").get(f"/apply/{uid}/{step}").status_code == 404
    assert cast.client("wang").get(f"/apply/{uid}/form/").status_code == 403
    assert cast.client("qian").post(f"/apply/{uid}/discard/").status_code == 404


def test_a_draft_is_thrown_away_when_asked_twice(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("li")
    uid = begin(client, item)
    assert "找不回来" in client.get(f"/apply/{uid}/discard/").content.decode()
    assert client.post(f"/apply/{uid}/discard/")["Location"] == "/my/"
    assert client.get(f"/apply/{uid}/form/").status_code == 404
