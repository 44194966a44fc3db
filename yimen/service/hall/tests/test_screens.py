"""The screens as people use them: the kiosk, the telephone, the caller's panel, the wall, the centre's set-up."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.service.cases.tests.stage import accepted
from yimen.service.hall import services
from yimen.service.hall.models import Device, Group, Hall, Ticket, TicketCase
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import acts
from yimen.service.hall.tests import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(cast: Cast) -> Hall:
    queue.forget()
    return stage.hall(cast)


def newest() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def acts_since(last: int) -> list[str]:
    rows = AuditEntry.objects.filter(pk__gt=last).exclude(action="identity.sign_in").order_by("pk")
    return list(rows.values_list("action", flat=True))


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_a_number_by_telephone(cast: Cast, hall: Hall) -> None:
    visitor, last = Client(), newest()
    assert "市场准入" in page(visitor, "/queue/main/")
    given = {"group": stage.group(hall).pk, "party": "1", "priority": "", "id_number": ""}
    answer = visitor.post("/queue/main/", given, headers={"user-agent": "Mobile"})
    assert answer.status_code == 302 and acts_since(last) == ["hall.issue"]
    url = answer["Location"]
    assert "下一个就是您" in page(visitor, url) and Ticket.objects.get().way == "phone"
    assert json.loads(page(visitor, f"{url}place/"))["ahead"] == 0
    assert visitor.post("/queue/main/", given | {"party": "99"}).status_code == 422
    assert visitor.post("/queue/main/", given | {"id_number": "123"}).status_code == 422
    last = newest()
    assert visitor.post(f"{url}withdraw/").status_code == 302 and acts_since(last) == ["hall.withdraw"]
    assert visitor.post(f"{url}withdraw/").status_code == 409
    assert "已退号" in page(visitor, url)
    page(visitor, "/queue/nowhere/", 404)


def test_a_kiosk_is_enrolled_once_and_prints(cast: Cast, hall: Hall) -> None:
    manager, kiosk, last = cast.client("manager"), Client(), newest()
    page(kiosk, "/queue/main/kiosk/", 403)
    url = f"/manage/halls/{hall.pk}/devices/"
    shown = manager.post(url, {"kind": "kiosk", "name": "1 号取号机", "place": "东门", "window": ""}).content.decode()
    code = re.findall(r'class="code">(\d{8})<', shown)[0]
    assert acts_since(last) == ["hall.register_device"]
    assert kiosk.post("/queue/device/", {"code": "00000000"}).status_code == 422
    assert kiosk.post("/queue/device/", {"code": code})["Location"] == "/queue/main/kiosk/"
    assert Client().post("/queue/device/", {"code": code}).status_code == 422  # good once
    assert "市场准入" in page(kiosk, "/queue/main/kiosk/")
    group = stage.group(hall)
    given = {"group": group.pk, "party": "2", "priority": "soldier", "id_number": ""}
    slip = kiosk.post(f"/queue/main/kiosk/?group={group.pk}", given)["Location"]
    assert "A001" in page(kiosk, slip)
    last = newest()
    assert kiosk.post(slip, {"result": "failed"}).status_code == 302 and acts_since(last) == ["hall.print"]
    assert "再打一次" in page(kiosk, "/queue/main/kiosk/")
    assert Device.objects.get().paper_out and "缺纸" in page(manager, url)
    assert kiosk.post(f"{slip}printed/", {"result": "printed"}).json()["printing"] == "printed"
    device = Device.objects.get()
    assert manager.post(f"{url}{device.uid}/renew/").status_code == 200  # stolen: the old token is worth nothing
    page(kiosk, "/queue/main/kiosk/", 403)
    assert manager.post(f"{url}{device.uid}/retire/").status_code == 302


def test_the_panel_calls_with_one_key(cast: Cast, hall: Hall) -> None:
    wang, visitor = cast.client("wang"), Client()
    assert "还没有开始叫号" in page(wang, "/desk/caller/")
    last = newest()
    assert wang.post("/desk/caller/open/").status_code == 302 and acts_since(last) == ["hall.open_desk"]
    one, two = stage.take(hall), stage.take(hall)
    last = newest()
    assert wang.post("/desk/caller/next/", {"seen": "0"}).status_code == 302 and acts_since(last) == ["hall.call"]
    shown = page(wang, "/desk/caller/")
    assert one.code in shown and 'data-key="b"' in shown
    again = wang.post("/desk/caller/next/", {"seen": "0"})
    assert again.status_code == 409 and "刚才已经叫过号" in again.content.decode()
    screen = page(visitor, "/queue/main/screen/")
    assert "A001" in screen and "3" in screen
    assert "A001" in page(visitor, "/queue/main/screen/3/")
    said = json.loads(page(visitor, "/queue/main/calls/"))["calls"]
    assert [(each["code"], each["window"], each["live"]) for each in said] == [("A001", "3", True)]
    url = f"/desk/caller/tickets/{one.uid}/"
    assert wang.post(f"{url}begin/").status_code == 302
    assert "正在办理" in page(visitor, "/queue/main/screen/3/")
    assert wang.post(f"{url}hold/", {"reason": ""}).status_code == 422
    assert wang.post(f"{url}hold/", {"reason": "去复印"}).status_code == 302
    assert wang.post(f"{url}resume/").status_code == 302
    to = f"g{stage.group(hall, 'B').pk}"
    assert wang.post(f"{url}transfer/", {"to": "", "reason": "转"}).status_code == 422
    assert wang.post(f"{url}transfer/", {"to": to, "reason": "还要办卫生证"}).status_code == 302
    assert wang.post("/desk/caller/next/", {"seen": "0"}).status_code == 302
    first = Ticket.objects.get(state="called")
    assert first.code == one.code  # window 3 serves B as well, and who came first is first
    assert wang.post(f"/desk/caller/tickets/{first.uid}/pass/").status_code == 302
    assert "重新排队" in page(wang, "/desk/caller/")
    assert wang.post(f"/desk/tickets/{first.uid}/requeue/").status_code == 302
    assert wang.post("/desk/caller/nonsense/").status_code == 404
    assert two.code in page(wang, "/desk/tickets/?state=waiting")
    assert wang.get("/desk/tickets/?as=xlsx")["Content-Type"].startswith("application/vnd.openxml")
    assert "王芳" in page(wang, f"/desk/tickets/{one.uid}/")
    assert cast.client("zhao").get("/desk/caller/").status_code == 403


def test_the_centre_sets_up_and_reads_figures(cast: Cast, hall: Hall) -> None:
    manager, last = cast.client("manager"), newest()
    given: dict[str, Any] = {
        "name": "二楼大厅", "slug": "second", "floor": "二楼", "hours": "centre", "reset": "keep", "reset_on": "", "last_calls": "4",
        "head_start_minutes": "15", "most_ahead_in_a_row": "2", "early_minutes": "20", "passes_allowed": "2",
        "book_early_minutes": "30", "book_grace_minutes": "15", "book_cancel_hours": "2", "no_shows_allowed": "3", "no_show_days": "90",
        "ban_days": "30",
    }  # fmt: skip
    assert manager.post("/manage/halls/new/", given).status_code == 302 and acts_since(last) == ["hall.set_hall"]
    assert manager.post("/manage/halls/new/", given).status_code == 422  # the name is taken
    assert manager.post("/manage/halls/new/", given | {"slug": "third", "reset": "by_date"}).status_code == 422
    second = Hall.objects.get(slug="second")
    url = f"/manage/halls/{second.pk}/"
    assert manager.post(url, given | {"reset": "by_date", "reset_on": "2027-01-01"}).status_code == 302
    group = {
        "name": "社保", "prefix": "s", "says": "", "guess_minutes": "8", "order": "1", "most_a_day": "1",
        "windows": [str(cast.windows["window8"].pk)],
    }  # fmt: skip
    last = newest()
    assert manager.post(f"{url}groups/new/", group).status_code == 302 and acts_since(last) == ["hall.set_group"]
    assert manager.post(f"{url}groups/new/", group).status_code == 422
    made = Group.objects.get(prefix="S")
    assert manager.post(f"{url}groups/{made.pk}/", group | {"closed": "on"}).status_code == 302
    assert "已停用" in page(manager, "/manage/halls/")
    stage.take(hall)
    assert "优先是不是公平" in page(manager, "/manage/halls/figures/")
    for by in ("window", "priority", "way", "hour", "day", "nonsense"):
        page(manager, f"/manage/halls/figures/?by={by}")
    assert manager.get("/manage/halls/figures/?as=xlsx")["Content-Type"].startswith("application/vnd.openxml")
    assert cast.client("wang").get("/manage/halls/").status_code == 403


def test_a_ticket_and_its_case_are_one_line(cast: Cast, hall: Hall) -> None:
    stage.opened(cast)
    stage.take(hall)
    ticket = stage.serving(cast)
    code, wang = accepted(cast), cast.client("wang")
    url = f"/desk/tickets/{ticket.uid}/"
    last = newest()
    assert wang.post(url, {"code": "没有这件"}).status_code in (404, 422)
    assert wang.post(url, {"code": code}).status_code == 302
    assert "hall.link" in acts_since(last)
    assert wang.post(url, {"code": code}).status_code == 409
    assert TicketCase.objects.count() == 1
    assert code in page(wang, url) and ticket.code in page(wang, f"/desk/cases/{code}/")


def test_the_interface(cast: Cast, hall: Hall) -> None:
    client, token = Client(), cast.token("wang", "hall.*")
    headers = {"authorization": f"Bearer {token}"}

    def call(url: str, **body: Any) -> Any:
        return client.post(f"/api/v1{url}", body, content_type="application/json", headers=headers)

    lines = client.get("/api/v1/queue/main").json()["lines"]
    assert [each["prefix"] for each in lines] == ["A", "B"]
    given = {"hall": "main", "group": lines[0]["group"], "party": 1}
    made = client.post("/api/v1/queue-tickets", given, content_type="application/json",
                       headers=headers | {"Idempotency-Key": "k1"})  # fmt: skip
    again = client.post("/api/v1/queue-tickets", given, content_type="application/json",
                        headers=headers | {"Idempotency-Key": "k1"})  # fmt: skip
    assert made.status_code == 201 and again.json()["code"] == made.json()["code"] == "A001"
    uid = made.json()["uid"]
    stage.opened(cast)
    assert call("/queue-calls/next").json()["code"] == "A001"
    assert call(f"/queue-tickets/{uid}/acts", act="begin").json()["state"] == "serving"
    assert call(f"/queue-tickets/{uid}/acts", act="hold", reason="").status_code == 422
    assert call(f"/queue-tickets/{uid}/print", result="printed").json()["printing"] == "printed"
    assert client.get(f"/api/v1/queue-tickets/{uid}").json()["window"] == "3"
    assert Client().post("/api/v1/queue-tickets", given, content_type="application/json").status_code == 401


def test_an_intake_is_linked_by_the_event(cast: Cast, hall: Hall) -> None:
    from yimen.ground.matters.models import Matter
    from yimen.service.hall.services.linking import link_intake

    stage.opened(cast)
    stage.take(hall)
    ticket = stage.serving(cast)
    code = accepted(cast)
    at = now()
    Matter.objects.filter(code=code).update(channel="web", window=cast.windows["window3"])
    assert link_intake(code=code, at=at) is None  # online applications have a window too, and no ticket
    Matter.objects.filter(code=code).update(channel="window")
    acts.finish(actor=cast.actor("wang"), uid=ticket.uid, at=now())
    link = link_intake(code=code, at=at)  # late, when the visit is over
    assert link is not None and link.ticket_id == ticket.pk
    assert link_intake(code=code, at=at) is None
    assert services.call_next(actor=cast.actor("wang"), at=now()).code == ""
