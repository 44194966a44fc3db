"""The screens as people use them, and one audit row for each act."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.service.cases.tests.stage import accepted
from yimen.service.windows.models import FirstAsk, Paper, Pull
from yimen.service.windows.tests import stage
from yimen.service.windows.tests.test_kinds import set_kind

pytestmark = pytest.mark.django_db


def newest() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def acts_since(last: int) -> list[str]:
    rows = AuditEntry.objects.filter(pk__gt=last).exclude(action="identity.sign_in").order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_a_pull_about_a_case(cast: Cast) -> None:
    code, wang, zhao = accepted(cast), cast.client("wang"), cast.client("zhao")
    page = wang.get(f"/desk/cases/{code}/").content.decode()
    assert "请股室协办" in page
    last = newest()
    given: dict[str, Any] = {
        "section": cast.units["market_section"].pk, "title": "核对茶馆面积", "text": "请看图纸。", "limit": "4",
        "unit": "hour", "about": code,
    }  # fmt: skip
    answer = wang.post("/desk/pulls/new/", given)
    pull = Pull.objects.select_related("matter").get()
    assert answer["Location"] == f"/desk/pulls/{pull.matter.code}/"
    assert acts_since(last) == ["pull.ask"]
    for client in (wang, zhao):
        assert "核对茶馆面积" in client.get(f"/desk/cases/{code}/").content.decode()
    assert "核对茶馆面积" in zhao.get("/desk/pulls/").content.decode()  # what waits for the section stands first
    url = f"/desk/pulls/{pull.matter.code}/"
    assert zhao.post(f"{url}answer/", {"reason": "", "seen": ""}).status_code == 422
    assert zhao.post(f"{url}answer/", {"reason": "不用另办。", "seen": ""}).status_code == 302
    assert zhao.post(f"{url}confirm/", {"reason": "", "seen": ""}).status_code == 403
    assert "不用另办。" in wang.get(url).content.decode()
    assert wang.post(f"{url}confirm/", {"reason": "", "seen": ""}).status_code == 302
    assert cast.client("qian_staff").get(url).status_code == 404
    book = wang.get("/desk/pulls/?box=all&as=xlsx")
    assert book["Content-Type"].startswith("application/vnd.openxml")


def test_bad_input_is_said_at_its_field(cast: Cast) -> None:
    wang = cast.client("wang")
    given: dict[str, Any] = {
        "section": cast.units["market_section"].pk, "title": "事", "text": "请看。", "limit": "0", "unit": "hour", "about": "",
    }  # fmt: skip
    page = wang.post("/desk/pulls/new/", given)
    assert page.status_code == 422 and "1 到 80" in page.content.decode()
    assert wang.post("/desk/pulls/new/", given | {"limit": "2", "about": "没有这件"}).status_code in (404, 422)
    assert wang.post("/desk/pulls/new/", given | {"limit": "99999999999"}).status_code == 422
    assert wang.post("/desk/first-asks/new/", {"question": "", "way": "window"}).status_code == 422
    unknown = wang.post("/desk/first-asks/new/", {"question": "问", "way": "window", "item_code": "没有这个"})
    assert unknown.status_code == 422 and "没有这个事项" in unknown.content.decode()
    assert not Pull.objects.exists() and not FirstAsk.objects.exists()


def test_a_first_ask_from_window_to_query(cast: Cast) -> None:
    wang, visitor, last = cast.client("wang"), Client(), newest()
    shown = wang.post("/desk/first-asks/new/", {"question": "开茶馆要哪些手续？", "way": "window"}, follow=True)
    assert acts_since(last) == ["first_ask.record"]
    code, secret = re.findall(r'<dd class="code[^"]*">([^<]+)</dd>', shown.content.decode())
    url = f"/desk/first-asks/{code}/"
    to = f"u{cast.units['market'].pk}"
    assert wang.post(f"{url}offer/", {"to": to, "reason": "请审批股室答。", "seen": ""}).status_code == 302
    assert "开茶馆要哪些手续" in wang.get("/desk/first-asks/?box=first").content.decode()
    assert "开茶馆要哪些手续" not in cast.client("qian_staff").get("/desk/first-asks/?box=all").content.decode()
    zhao = cast.client("zhao")
    assert code in zhao.get("/desk/first-asks/?box=take").content.decode()
    assert zhao.post(f"{url}take/", {"seen": ""}).status_code == 302
    assert zhao.post(f"{url}answer/", {"reason": "要办食品经营许可。", "seen": ""}).status_code == 302
    assert "市场监督管理局" in wang.get(url).content.decode()
    assert visitor.post("/first-asks/track/", {"code": code, "secret": "222222"}).status_code == 404
    found = visitor.post("/first-asks/track/", {"code": code, "secret": secret}, follow=True).content.decode()
    assert "要办食品经营许可。" in found and "王芳" in found
    assert visitor.get("/first-asks/track/zzz/").status_code == 404


def test_a_first_ask_becomes_a_case(cast: Cast) -> None:
    case, code, wang = accepted(cast), stage.recorded(cast).code, cast.client("wang")
    last = newest()
    assert wang.post(f"/desk/first-asks/{code}/case/", {"code": "没有这件"}).status_code == 422
    assert wang.post(f"/desk/first-asks/{code}/case/", {"code": case}).status_code == 302
    assert "windows.link_case" in acts_since(last)
    assert case in wang.get(f"/desk/first-asks/{code}/").content.decode()


def test_a_window_for_complaints_points_to_the_complaint_centre(cast: Cast) -> None:
    wang = cast.client("wang")
    assert "效能投诉页" not in wang.get("/desk/first-asks/new/").content.decode()
    set_kind(cast, "help")
    assert "效能投诉页" in wang.get("/desk/first-asks/new/").content.decode()


def test_the_centre_sets_kinds_and_limits(cast: Cast) -> None:
    manager, window = cast.client("manager"), cast.windows["window3"].pk
    assert manager.post(f"/manage/window-services/{window}/", {"kind": "both", "reason": "试行"}).status_code == 302
    assert "自然人＋法人通办" in manager.get("/manage/window-services/").content.decode()
    assert manager.post(f"/manage/window-services/{window}/", {"kind": "both"}).status_code == 422
    held = {
        "pull_days": "3", "pull_confirm": "1", "pull_extensions": "1", "first_answer": "1", "escalate": "1",
        "paper_months": "12", "two_plus_two": "1",
    }  # fmt: skip
    last = newest()
    assert manager.post("/manage/window-services/settings/", held).status_code == 302
    assert acts_since(last) == ["windows.set_setting", "windows.set_setting"]
    assert manager.post("/manage/window-services/settings/", held | {"pull_days": "999"}).status_code == 422
    assert cast.client("wang").get("/manage/window-services/").status_code == 403


def test_a_paper_from_draft_to_reading(cast: Cast) -> None:
    wang, manager = cast.client("wang"), cast.client("manager")
    given = {
        "kind": "contingency", "of": f"w{cast.windows['window3'].pk}", "title": "停电预案", "text": "一、安抚群众。",
    }  # fmt: skip
    assert wang.post("/desk/window-papers/new/", given).status_code == 302
    paper = Paper.objects.get()
    url = f"/desk/window-papers/{paper.uid}/"
    assert wang.post(f"{url}change/", {"title": "停电断网预案", "text": "一、安抚群众。"}).status_code == 302
    assert wang.post(f"{url}submit/").status_code == 302
    assert "待批准" in manager.get("/manage/window-papers/").content.decode()
    assert manager.post(f"{url}approve/", {"in_force_from": "2099-01-01"}).status_code == 302
    assert manager.get(f"{url}print/").status_code == 200
    assert wang.post(f"{url}read/").status_code == 302
    assert wang.get(f"{url}nonsense/").status_code == 405
    Paper.objects.update(in_force_from="2024-01-02")
    assert (
        wang.post("/desk/contingencies/start/", {"window": cast.windows["window3"].pk, "reason": "停电"}).status_code
        == 302
    )
    assert "正在处置" in manager.get(url).content.decode()
    uid = paper.activations.get().uid
    assert wang.post(f"/desk/contingencies/{uid}/end/", {"done": ""}).status_code == 422
    assert wang.post(f"/desk/contingencies/{uid}/end/", {"done": "来电了。"}).status_code == 302


def test_over_the_interface(cast: Cast) -> None:
    token = {"authorization": f"Bearer {cast.token('wang')}"}
    client = Client()
    given = {"section": cast.units["market_section"].pk, "title": "核对面积", "text": "请看图纸。", "limit": 2}
    made = client.post("/api/v1/pulls", given, content_type="application/json", headers=token)
    assert made.status_code == 201, made.content
    code = made.json()["code"]
    assert client.get(f"/api/v1/pulls/{code}", headers=token).json()["state"] == "asked"
    assert [each["code"] for each in client.get("/api/v1/pulls", headers=token).json()["pulls"]] == [code]
    asked = client.post("/api/v1/first-asks", {"way": "phone", "question": "几点下班？", "answer_text": "五点半。"},
                        content_type="application/json", headers=token)  # fmt: skip
    assert asked.status_code == 201
    look = {name: asked.json()[name] for name in ("code", "secret")}
    status = client.post("/api/v1/first-asks/status", look, content_type="application/json").json()
    assert (status["state"], status["answers"]) == ("answered", ["五点半。"])
    set_kind(cast, "both")
    windows = client.get("/api/v1/window-services").json()
    assert {each["number"]: each["kind"] for each in windows["windows"]} == {"1": "", "3": "both", "8": ""}
    assert stage.asked(cast)
