"""The page's own requests, the pages of what waits, the centre's view, the public check, the interface."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases.models import Case
from yimen.service.cases.tests.stage import published
from yimen.service.offline import rules
from yimen.service.offline.models import Device, Entry, Fault
from yimen.service.offline.simulated import Browser
from yimen.service.offline.tests import stage

pytestmark = pytest.mark.django_db


def post(client: Client, name: str, sent: Any, **headers: str) -> Any:
    return client.post(reverse(f"offline:{name}"), json.dumps(sent), content_type="application/json", headers=headers)


def envelope(entry: Any) -> dict[str, Any]:
    return {"seq": entry.seq, "text": entry.text, "signature": entry.signature}


def test_a_browser_from_enrolment_to_merge(cast: Cast) -> None:
    item = published(cast)
    client = cast.client("wang", csrf=True)
    state = client.get(reverse("offline:state")).json()
    assert state["device"] is None
    assert [each["code"] for each in client.get(reverse("offline:items")).json()["items"]] == [item.code]
    browser = Browser(now())
    sent: dict[str, Any] = {"name": "左边的电脑", "key": browser.spki}
    assert post(client, "enrol", sent).status_code == 403  # no token, no act
    made = post(client, "enrol", sent, **{"X-CSRFToken": state["csrf"]}).json()
    assert len(made["device"]["blocks"][0]["numbers"]) == 50
    device = Device.objects.get()
    browser.enrolled(device.uid, made["device"]["blocks"][0]["numbers"])
    window = stage.Window(cast, browser, device, item)
    window.receive(now())
    head = browser.head()
    sent = {
        "device": str(device.uid), "entries": [envelope(browser.journal[0])], "unsent": 0,
        "head": {"text": head[0], "signature": head[1]},
    }  # fmt: skip
    answer = post(client, "sync", sent, **{"X-CSRFToken": state["csrf"]}).json()
    assert [each["state"] for each in answer["outcomes"]] == ["merged"]
    assert post(client, "sync", sent, **{"X-CSRFToken": state["csrf"]}).json()["outcomes"] == answer["outcomes"]
    assert Case.objects.count() == 1
    assert browser.numbers[0] not in answer["device"]["blocks"][0]["numbers"]


@pytest.mark.parametrize(
    "sent", [{}, [], {"device": "x"}, {"device": "6b1f0c1e-1111-4222-8333-444455556666", "entries": [{"seq": 0}]}]
)
def test_what_cannot_be_read(cast: Cast, sent: Any) -> None:
    answer = post(cast.client("wang"), "sync", sent)
    assert answer.status_code == 400
    assert "读不出来" in answer.json()["said"]


def test_a_stranger_and_a_colleague(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive(answers={})
    window.send()
    number = Entry.objects.get().number
    assert post(cast.client("qian_staff"), "sync", {"device": str(window.device.uid)}).status_code == 404
    assert cast.client("qian_staff").get(reverse("offline:receipt", args=[number])).status_code == 404
    assert cast.client("zhao").get(reverse("offline:receipt", args=[number])).status_code == 403
    state = cast.client("qian_staff").get(f"{reverse('offline:state')}?device={window.device.uid}").json()
    assert state["device"]["ours"] is False
    assert "blocks" not in state["device"]


def test_the_worker_keeps_the_shell_and_nothing_else(cast: Cast) -> None:
    answer = Client().get(reverse("offline:worker"))
    assert answer["Service-Worker-Allowed"] == "/desk/offline/"
    text = answer.content.decode()
    files = json.loads(text.partition("FILES = ")[2].partition(", PATIENCE")[0])
    assert files
    assert all(each.startswith("/static/") for each in files)
    page = cast.client("wang").get("/desk/offline/").content.decode()
    assert "王芳" not in page
    assert page == cast.client("qian_staff").get("/desk/offline/").content.decode()


def test_what_waits_is_settled_on_its_page(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive(answers={"shop": "听泉茶馆"})
    window.send()
    entry = Entry.objects.get()
    client = cast.client("wang")
    page = client.get(reverse("offline:receipt", args=[entry.number])).content.decode()
    assert "面积" in page
    assert "519911199204150017" in page  # to be held against the document, in the form of who may set it right
    sent = {**stage.LI, "answer_area": "", "answer_air": "no", "reason": "补填。"}
    wrong = client.post(reverse("offline:correct", args=[entry.number]), sent)
    assert wrong.status_code == 422
    done = client.post(reverse("offline:correct", args=[entry.number]), {**sent, "answer_area": "86"})
    assert done.status_code == 302, done.content.decode()
    entry.refresh_from_db()
    assert entry.case is not None
    found = client.get(f"{reverse('offline:receipts')}?q={entry.case.matter.code}").content.decode()
    assert entry.number in found
    assert entry.number in client.get(f"/desk/cases/{entry.case.matter.code}/").content.decode()


def test_a_second_person_lets_through(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive()
    manager = cast.client("manager")
    device = reverse("offline:end_device", args=[window.device.uid, "revoke"])
    assert manager.post(device, {"reason": "电脑丢失。"}).status_code == 302
    window.send()
    number = Entry.objects.get().number
    assert cast.client("wang").post(reverse("offline:confirm", args=[number]), {"reason": "好。"}).status_code == 403
    assert manager.post(reverse("offline:confirm", args=[number]), {"reason": "对过存根。"}).status_code == 302
    assert Entry.objects.get().why == "open"


def test_the_centre_sees_and_sets(cast: Cast) -> None:
    window = stage.window(cast)
    good = window.receive()
    window.receive()
    window.send(good)
    window.send(replace(window.browser.journal[1], text="{}"))
    client = cast.client("manager")
    page = client.get(reverse("offline:devices")).content.decode()
    assert "左边的电脑" in page
    assert "第 2 条" in page
    assert "号段" in client.get(reverse("offline:device", args=[window.device.uid])).content.decode()
    assert client.get(f"{reverse('offline:outages')}?as=xlsx").status_code == 200
    assert client.get(f"{reverse('offline:receipts')}?as=xlsx").status_code == 200
    fault = reverse("offline:fault", args=[Fault.objects.get().uid])
    assert client.get(fault).status_code == 200
    assert client.post(fault, {"reason": "对照存根。", "take": "1"}).status_code == 302
    settings = {"block": "30", "low": "10", "devices": "2", "stale": "24"}
    assert client.post(reverse("offline:settings"), settings).status_code == 302
    assert client.post(reverse("offline:settings"), {**settings, "block": "9999"}).status_code == 422
    block = window.again().blocks.get()
    assert client.post(reverse("offline:close_block", args=[window.device.uid, block.pk])).status_code == 302


def test_anybody_checks_a_receipt(cast: Cast) -> None:
    window = stage.window(cast)
    entry = window.receive()
    number, code = window.browser.numbers[0], rules.proof_code(rules.link_of(entry.text))
    client, address = Client(), reverse("offline:verify")
    assert "还没有把它传回来" in client.post(address, {"number": number, "code": code}).content.decode()
    window.send()
    case = Entry.objects.get().case
    assert case is not None
    said = client.post(address, {"number": f" {number.lower()} ", "code": code.lower()}).content.decode()
    assert case.matter.code in said
    assert "李" not in said
    assert "对不上" in client.post(address, {"number": number, "code": "A" * 12}).content.decode()
    assert client.post(address, {"number": number[:-1] + "?", "code": code}).status_code == 422


def test_the_interface_is_the_same_way_in(cast: Cast) -> None:
    window = stage.window(cast)
    entry = window.receive()
    token = {"authorization": f"Bearer {cast.token('wang', 'offline.*', 'cases.*', 'identity.*')}"}
    sent = {"device": str(window.device.uid), "entries": [envelope(entry)]}
    answer = Client().post("/api/v1/offline/journal", json.dumps(sent), content_type="application/json", headers=token)
    assert answer.status_code == 200, answer.content
    assert answer.json()["outcomes"][0]["state"] == "merged"
    found = Client().get("/api/v1/offline/receipts", headers=token).json()
    assert found["receipts"][0]["case"] == answer.json()["outcomes"][0]["code"]
