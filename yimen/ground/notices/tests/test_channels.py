"""Short messages and pushed news through a gateway that misbehaves: once each, asked after, receipts moved upwards only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from yimen.ground.kit.models import Delivery
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.notices import delivering, gateway, rules, selectors, services
from yimen.ground.notices.choosing import CannotSendAgain
from yimen.ground.notices.models import Message, OptOut, Receipt, Sending
from yimen.ground.notices.rules import Template, UnsuitableMessage
from yimen.ground.notices.simulator import Simulator, serve

LAW = Template(
    "test.law", "请补齐材料", "您的{item}（{number}）要补材料。", kind="law", sms="您的{item}（{number}）要补材料，请登录查看。",
    gaps_of={"number": "code"},
)  # fmt: skip
NEWS = Template("test.news", "有新进展", "您的{item}有新进展。", kind="progress", sms="您的{item}有新进展。")
FACTS = {"item": "公共场所卫生许可", "number": "QH-0001"}


@pytest.fixture
def simulator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A gateway on the loopback, this site told to send through it, two templates approved."""
    monkeypatch.setattr(rules, "_templates", dict(rules._templates))
    for template in (LAW, NEWS):
        rules.register_template(template)
    made = Simulator(hang=1.0)
    server = serve(made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = settings.PUSH_URL = f"http://{made.key}:{made.secret}@127.0.0.1:{server.server_port}/v1"
    monkeypatch.setattr(gateway, "SECONDS", 0.5)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def approved(cast: Any, simulator: Simulator) -> Simulator:
    for code in ("test.law", "test.news"):
        services.register_with_operator(actor=cast.actor("manager"), code=code, registered_id=f"T-{code}", at=now())
    return simulator


def tell(cast: Any, phone: str = "13812342671", *, template: str = "test.law", key: str = "k1") -> Sending | None:
    party = cast.parties["li"]
    party.phone = phone
    party.save()
    facts = {gap: FACTS[gap] for gap in rules.template_of(template).gaps}
    services.notify(key=key, template=template, facts=facts, party_id=party.pk, link="/my/")
    return Sending.objects.filter(message__key=key, channel="sms").first()


def work() -> None:
    """The worker, with every retry due."""
    Delivery.objects.filter(state="waiting").update(next_at="2020-01-01T00:00:00Z")
    deliver_once()


def receipt(simulator: Simulator, sending: Sending, state: str, number: str = "r1", **changed: Any) -> Any:
    """A receipt as the gateway sends it."""
    path = "/notices/receipts/sms/"
    row = {"receipt_id": number, "key": sending.mail_id, "state": state, "code": "X", "at": now().isoformat()} | changed
    body = json.dumps({"receipts": [row]}).encode()
    headers = gateway.signed(simulator.gateway, "POST", path, body)
    return Client().post(path, body, content_type="application/json", headers=headers)


def test_it_goes_out_once_and_is_delivered(cast: Any, approved: Simulator) -> None:
    sending = tell(cast)
    tell(cast)
    assert sending is not None and Message.objects.count() == 1
    assert sending.text == "您的公共场所卫生许可（QH-0001）要补材料，请登录查看。" and sending.segments == 1
    work()
    work()
    sending.refresh_from_db()
    assert (sending.state, sending.to, sending.attempts) == ("sent", "138****2671", 1)
    assert approved.taken[sending.mail_id] == 1 and sending.gateway_id
    assert receipt(approved, sending, "delivered").json() == {"received": 1, "new": 1}
    assert receipt(approved, sending, "delivered").json() == {"received": 1, "new": 0}
    assert receipt(approved, sending, "failed", "r0").json()["new"] == 1  # late and out of order
    sending.refresh_from_db()
    assert sending.state == "delivered" and Receipt.objects.filter(sending=sending).count() == 2


@pytest.mark.parametrize(("tail", "reason"), [("0003", "运营商拒收"), ("0004", "号码不存在")])
def test_a_refusal_is_final(cast: Any, approved: Simulator, tail: str, reason: str) -> None:
    sending = tell(cast, f"1381234{tail}")
    assert sending is not None
    work()
    work()
    sending.refresh_from_db()
    assert (sending.state, sending.reason) == ("failed", reason) and approved.asked[sending.mail_id] == 1


def test_a_busy_gateway_is_tried_again(cast: Any, approved: Simulator) -> None:
    sending = tell(cast, "13812340008")
    assert sending is not None
    for _ in range(3):
        work()
    sending.refresh_from_db()
    assert sending.state == "sent" and approved.taken[sending.mail_id] == 1


def test_an_answer_that_is_lost_is_asked_for_and_never_sent_blindly(cast: Any, approved: Simulator) -> None:
    sending = tell(cast, "13812340005")
    assert sending is not None
    work()
    sending.refresh_from_db()
    assert sending.state == "asking" and "没有回应" in sending.reason
    time.sleep(0.8)
    work()
    sending.refresh_from_db()
    assert sending.state in ("sent", "delivered")
    assert (approved.asked[sending.mail_id], approved.taken[sending.mail_id]) == (1, 1)


def test_a_worker_killed_between_sending_and_recording(
    cast: Any, approved: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway has it, the site knows nothing: the next worker asks, and finds it there."""
    sending = tell(cast)
    assert sending is not None
    usual = gateway.send

    class Killed(BaseException):
        """SIGKILL: nothing after it runs."""

    def killed(*given: Any, **more: Any) -> str:
        usual(*given, **more)
        raise Killed

    monkeypatch.setattr(gateway, "send", killed)
    with pytest.raises(Killed):
        services.send(sending.pk)
    sending.refresh_from_db()
    assert sending.state == "asking" and approved.taken[sending.mail_id] == 1
    monkeypatch.setattr(gateway, "send", usual)
    services.send(sending.pk)
    sending.refresh_from_db()
    assert sending.state in ("sent", "delivered") and approved.asked[sending.mail_id] == 1


def test_receipts_that_are_not_the_gateways(cast: Any, approved: Simulator) -> None:
    sending = tell(cast)
    assert sending is not None
    work()
    path, body = "/notices/receipts/sms/", b'{"receipts": []}'
    forged = gateway.signed(gateway.Gateway("", approved.key, b"somebody else"), "POST", path, body)
    assert Client().post(path, body, content_type="application/json", headers=forged).status_code == 403
    assert Client().post(path, body, content_type="application/json").status_code == 403
    old = gateway.signed(approved.gateway, "POST", path, body) | {"X-Timestamp": str(int(now().timestamp()) - 4000)}
    assert Client().post(path, body, content_type="application/json", headers=old).status_code == 403
    for odd in (b"{", b"[]", b'{"receipts": [{}]}', b'{"receipts": 3}'):
        good = gateway.signed(approved.gateway, "POST", path, odd)
        assert Client().post(path, odd, content_type="application/json", headers=good).status_code == 422
    assert receipt(approved, sending, "delivered", key="nobody").json()["new"] == 0
    assert receipt(approved, sending, "lost").json()["new"] == 0
    sending.refresh_from_db()
    assert sending.state == "sent"


def test_nothing_is_sent_without_the_operators_approval(cast: Any, simulator: Simulator) -> None:
    sending = tell(cast)
    assert sending is not None
    work()
    sending.refresh_from_db()
    assert (sending.state, sending.reason) == ("failed", "短信模板还没有在运营商报备") and not simulator.asked


def test_people_choose_and_the_law_still_reaches_them(cast: Any, approved: Simulator) -> None:
    li = cast.actor("li")
    assert tell(cast, template="test.news", key="usual") is None  # progress: no short message unless asked for
    yes = {"sms": True, "email": False, "push": False}
    services.choose(actor=li, chosen={"progress": yes, "law": dict.fromkeys(yes, False)}, at=now())
    assert tell(cast, template="test.news", key="wanted") is not None
    assert tell(cast, template="test.law", key="law") is not None
    services.opt_out(number="13812342671", how="电话要求", at=now())
    services.opt_out(number="13812342671", how="又一次", at=now())
    assert OptOut.objects.get().to == "138****2671"
    assert tell(cast, template="test.news", key="opted-out") is None
    assert tell(cast, template="test.law", key="law-2") is not None


def test_quiet_hours_hold_back_all_but_the_law(cast: Any, approved: Simulator) -> None:
    li, at = cast.actor("li"), now()
    services.choose(actor=li, chosen={"progress": {"sms": True}}, at=at)
    begins, ends = (at - timedelta(hours=1)).time(), (at + timedelta(hours=2)).time()
    services.set_quiet(actor=li, begins=begins, ends=ends, at=at)
    held = tell(cast, template="test.news", key="late")
    assert held is not None and held.not_before is not None and held.not_before > at
    work()
    held.refresh_from_db()
    assert held.state == "waiting"
    law = tell(cast, key="law")
    assert law is not None and law.not_before is None
    assert selectors.due_again(held.not_before + timedelta(minutes=1)) == [held.pk]


def test_one_number_is_not_flooded(cast: Any, approved: Simulator) -> None:
    for number in range(delivering.PER_NUMBER + 2):
        tell(cast, key=f"k{number}")
    work()
    states = list(Sending.objects.filter(channel="sms").order_by("id").values_list("state", flat=True))
    assert states.count("sent") == delivering.PER_NUMBER and states.count("waiting") == 2
    waiting = Sending.objects.filter(state="waiting").first()
    assert waiting is not None and waiting.not_before is not None and "太密" in waiting.reason


def test_sent_again_once_by_whoever_may(cast: Any, approved: Simulator) -> None:
    sending = tell(cast, "13812340004")
    assert sending is not None
    work()
    with pytest.raises(NotAllowed):
        services.send_again(actor=cast.actor("wang"), sending_id=sending.pk, at=now())
    made = services.send_again(actor=cast.actor("manager"), sending_id=sending.pk, at=now())
    assert made.mail_id != sending.mail_id and made.again_of_id == sending.pk
    with pytest.raises(CannotSendAgain):
        services.send_again(actor=cast.actor("manager"), sending_id=sending.pk, at=now())
    page = cast.client("manager").get("/manage/messages/").content.decode()
    assert "再发" in page and "138****0004" in page and "13812340004" not in page
    found = cast.client("manager").get("/manage/messages/?q=13812340004", follow=True).content.decode()
    assert "138****0004" in found and "13812340004" not in found
    assert (
        "没有符合的消息" in cast.client("manager").get("/manage/messages/?q=13812349999", follow=True).content.decode()
    )


@pytest.mark.parametrize("value", ["王芳 13812342671", "519911199003070029", ""])
def test_a_variable_carries_no_number_of_a_person(value: str) -> None:
    with pytest.raises(UnsuitableMessage):
        NEWS.short({"item": value})


def test_variables_are_checked_and_long_ones_cut() -> None:
    assert NEWS.short({"item": "长" * 60})[1]["item"] == "长" * 39 + "…"
    with pytest.raises(rules.TemplateError):
        NEWS.short({})
    dated = Template("test.dated", "x", "y", sms="{when}前{count}件", gaps_of={"when": "day", "count": "number"})
    for wrong in ({"when": "明天", "count": "3"}, {"when": "1月4日", "count": "三"}):
        with pytest.raises(UnsuitableMessage):
            dated.short(wrong)
    assert rules.segments("字" * 70) == 1 and rules.segments("字" * 71) == 2 and rules.segments("字" * 66, "一门") == 1


def test_no_receipt_for_three_days(cast: Any, approved: Simulator) -> None:
    sending = tell(cast, "13812340010")
    assert sending is not None
    work()
    assert delivering.give_up_waiting(now() + timedelta(hours=71)) == 0
    assert delivering.give_up_waiting(now() + timedelta(hours=73)) == 1
    sending.refresh_from_db()
    assert sending.state == "unknown"
    assert receipt(approved, sending, "delivered").json()["new"] == 1
    sending.refresh_from_db()
    assert sending.state == "delivered"


def test_pushed_news(cast: Any, approved: Simulator) -> None:
    services.add_device(actor=cast.actor("li"), token="device-token-0123456789", name="我的手机", at=now())
    tell(cast)
    work()
    pushed = Sending.objects.get(channel="push")
    assert (pushed.state, pushed.to) == ("sent", "已登记的设备")


def test_the_person_sets_it_on_a_page(cast: Any) -> None:
    li = cast.client("li")
    page = li.get("/my/notices/settings/").content.decode()
    assert "免打扰" in page and "法定告知" in page
    answer = li.post("/my/notices/settings/", {"progress_sms": "on", "begins": "22:00", "ends": "07:00"})
    assert answer.status_code == 302
    chosen = selectors.preferences(cast.parties["li"].pk)
    assert chosen["progress"] == {"sms": True, "push": False, "email": False} and not any(chosen["law"].values())
    assert li.post("/my/notices/settings/", {"begins": "22:00"}).status_code == 422
    assert cast.client("wang").get("/my/notices/settings/").status_code == 403
    assert cast.client("wang").get("/manage/messages/").status_code == 403
