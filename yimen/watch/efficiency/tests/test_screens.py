"""The screens as people use them, and one audit row for each act."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import day_of, now
from yimen.watch.efficiency.models import Complaint, Correction, Entry, Fault
from yimen.watch.efficiency.registers import REGISTERS
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db


def acts_since(last: int) -> list[tuple[str, str]]:
    return list(
        AuditEntry.objects.filter(pk__gt=last)
        .exclude(action="identity.sign_in")
        .order_by("pk")
        .values_list("action", "result")
    )


def newest() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_a_complaint_from_form_to_rating(cast: Cast) -> None:
    client, last = Client(), newest()
    given = {
        "kind": "complaint", "accused": cast.units["market"].pk, "violation": "slow", "statement": stage.STATEMENT,
        "anonymous": "on", "name": "不该留下的名字", "phone": "13700001234",
    }  # fmt: skip
    answer = client.post("/complaints/new/", given, follow=True)
    page = answer.content.decode()
    assert acts_since(last) == [("complaint.submit", "ok")]
    row = AuditEntry.objects.order_by("-pk")[0]
    assert (row.actor_name, row.ip) == ("投诉人", None)
    code, secret = re.findall(r'<dd class="code[^"]*">([^<]+)</dd>', page)
    assert Complaint.objects.get().name == ""
    tracked = client.post("/complaints/track/", {"code": code, "secret": secret})
    assert tracked.status_code == 302
    url = tracked["Location"]
    assert "已收到" in client.get(url).content.decode()
    assert client.post(f"{url}supplement/", {"text": "还有一个人看到。"}).status_code == 302
    assert client.post(f"{url}supplement/", {"text": ""}).status_code == 422
    sun = cast.client("sun")
    desk = f"/desk/complaints/{code}/"
    for action, more in (
        ("accept", {}), ("find_effective", {"reason": "监控为证，属实。"}), ("answer", {"reason": "已责令整改。"}),
    ):  # fmt: skip
        assert sun.post(f"{desk}{action}/", {"seen": "", **more}).status_code == 302, action
    assert "已责令整改" in client.get(url).content.decode()
    assert client.post(f"{url}rate/", {"satisfied": "yes", "text": "谢谢"}).status_code == 302
    assert Complaint.objects.get().satisfied is True


def test_a_wrong_secret_and_a_stale_link(cast: Cast) -> None:
    made = stage.lodged(cast)
    client = Client()
    wrong = client.post("/complaints/track/", {"code": made.code, "secret": "AAAAAAAA"})
    assert wrong.status_code == 404
    assert "编号或查询码不对" in wrong.content.decode()
    assert client.get("/complaints/track/nonsense/").status_code == 404
    assert client.get("/complaints/lodged/nonsense/").status_code == 404


def test_mine_are_mine_alone(cast: Cast) -> None:
    made = stage.lodged(cast, owner="li")
    li, qian = cast.client("li"), cast.client("qian")
    assert "市场监督管理局" in li.get("/my/complaints/").content.decode()
    assert li.get(f"/my/complaints/{made.code}/").status_code == 302
    assert "市场监督管理局" not in qian.get("/my/complaints/").content.decode()
    assert qian.get(f"/my/complaints/{made.code}/").status_code == 404


def test_a_call_is_taken_down(cast: Cast) -> None:
    last = newest()
    given = {
        "channel": "phone", "desk": "environment", "kind": "report", "accused": cast.units["market"].pk,
        "violation": "extortion", "statement": stage.STATEMENT, "name": "郭小雨", "phone": "13700001234",
        "wants_reward": "on",
    }  # fmt: skip
    page = cast.client("sun").post("/desk/complaints/new/", given).content.decode()
    assert "查询码只显示这一次" in page
    assert acts_since(last) == [("complaint.register", "ok")]
    assert cast.client("sun").post("/desk/complaints/new/", given | {"phone": ""}).status_code == 422


def test_an_order_is_given_on_the_desk(cast: Cast) -> None:
    last = newest()
    given: dict[str, Any] = {
        "unit": cast.units["market"].pk, "source": "daily", "violation": "inaction", "problem": "窗口缺岗。",
        "demand": "补齐人员。", "days": 3,
    }  # fmt: skip
    sun = cast.client("sun")
    answer = sun.post("/desk/corrections/new/", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert acts_since(last) == [("correction.issue", "ok")]
    code = Correction.objects.select_related("matter").get().matter.code
    letter = sun.get(f"/desk/corrections/{code}/letter/")
    assert (letter.status_code, letter["Content-Type"]) == (200, "application/pdf")
    assert sun.post("/desk/corrections/new/", given | {"days": 99}).status_code == 422
    he = cast.client("he")
    assert "待本单位整改" in he.get("/desk/corrections/").content.decode()
    assert he.post(f"/desk/corrections/{code}/report/", {"reason": "已补齐。", "seen": ""}).status_code == 302
    assert sun.post(f"/desk/corrections/{code}/verify/", {"reason": "看过。", "seen": "1"}).status_code == 409
    assert sun.post(f"/desk/corrections/{code}/verify/", {"reason": "看过。", "seen": ""}).status_code == 302


def test_a_fault_is_opened_and_the_person_finds_it(cast: Cast) -> None:
    sun, market = cast.client("sun"), cast.units["market"].pk
    assert "先选责任单位" in sun.get("/desk/faults/new/").content.decode()
    given = {
        "unit": market, "person": cast.accounts["zhao"].pk, "violation": "slow", "rule": "《限时办结制》第五条",
        "facts": "一件即办件拖了三天。",
    }  # fmt: skip
    answer = sun.post(f"/desk/faults/new/?unit={market}", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    code = Fault.objects.select_related("matter").get().matter.code
    zhao = cast.client("zhao")
    assert code in zhao.get("/desk/faults/mine/").content.decode()
    assert zhao.post(f"/desk/faults/{code}/state/", {"reason": "系统故障。", "seen": ""}).status_code == 302
    assert cast.client("wang").get(f"/desk/faults/{code}/").status_code == 404


@pytest.mark.parametrize("register", REGISTERS)
def test_every_register_has_its_form(cast: Cast, register: str) -> None:
    today = day_of(now()).isoformat()
    given: dict[str, Any] = {
        "unit": cast.units["market"].pk, "on_date": today, "title": "窗口缺岗", "text": "十点。", "due_on": today,
        "stage": REGISTERS[register].stages[0][0] if REGISTERS[register].stages else "",
        **{f"details_{name}": value for name, value in stage.DETAILS[register].items()},
    }  # fmt: skip
    last = newest()
    answer = cast.client("sun").post(f"/manage/efficiency/registers/{register}/new/", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert acts_since(last) == [("efficiency.record_entry", "ok")]
    assert Entry.objects.get().title == "窗口缺岗"


@pytest.mark.parametrize(
    "url",
    [
        "/desk/corrections/", "/desk/complaints/", "/desk/faults/", "/desk/faults/mine/", "/desk/ladders/",
        "/desk/entry-checks/", "/manage/efficiency/", "/manage/efficiency/figures/", "/manage/efficiency/registers/",
        "/manage/efficiency/settings/", "/desk/ladders/new/", "/desk/entry-checks/new/", "/desk/complaints/new/",
    ],
)  # fmt: skip
def test_empty_pages_open(cast: Cast, url: str) -> None:
    assert cast.client("sun").get(url).status_code == 200


@pytest.mark.parametrize("query", ["?box=x&unit=abc&first=zz&last=9999-99-99&q=%00%F0&after=zzz", "?state=x&found=y"])
def test_nonsense_in_the_question_narrows_nothing(cast: Cast, query: str) -> None:
    stage.lodged(cast)
    assert cast.client("sun").get(f"/desk/complaints/{query}").status_code in (200, 400)
