"""The bank over real HTTP, misbehaving: an attempt is no payment, money is booked once, what fits no bill is held (R168)."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.money import Fen
from yimen.ground.kit.outbound import Unreachable
from yimen.ground.kit.refusals import NotAllowed
from yimen.house.simulators.bank import NOTICES, Bank
from yimen.service.fees import bank as wire
from yimen.service.fees import services
from yimen.service.fees.models import Attempt, BankNotice, Bill, Entry, Held, Payment, Refund, Ticket
from yimen.service.fees.services.refunds import TooMuch
from yimen.service.fees.tests import stage
from yimen.service.fees.views.paying import token_of

pytestmark = pytest.mark.django_db
SECRET = "simulated-secret"


@pytest.fixture
def simulator(settings: Any) -> Iterator[Bank]:
    with Bank(0, secret=SECRET) as running:
        running.state.slow_seconds = 0.3
        settings.BANK_URL = f"http://QH001:{SECRET}@127.0.0.1:{running.server_port}/v1"
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def attempt(bill: Bill) -> Attempt:
    return services.paying.start_attempt(bill=bill, by="缴款人", at=now(), notify="http://127.0.0.1/x")


def told(simulator: Bank, said: dict[str, Any]) -> list[tuple[int, str]]:
    """The bank's notices of this, each as the site answered it."""
    found = []
    for body, headers in simulator.state.notices(said):
        answer = Client().post(NOTICES, body, content_type="application/json", headers=headers)
        found.append((answer.status_code, answer.json()["outcome"] if answer.status_code == 200 else ""))
    return found


def balance(account: str) -> int:
    into = Entry.objects.filter(debit=account).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    out = Entry.objects.filter(credit=account).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return int(into) - int(out)


def test_an_attempt_is_no_payment_and_money_is_booked_once(cast: Cast, simulator: Bank) -> None:
    stage.tickets(cast)
    bill = stage.bill(cast)
    first = attempt(bill)
    assert first.pay_url.endswith(f"/pay/{first.code}")
    assert attempt(bill) == first  # the open code is shown again
    bill.refresh_from_db()
    assert bill.state == "unpaid"
    said = simulator.state.pay(first.code)
    simulator.state.trouble = "twice"
    assert told(simulator, said) == [(200, "booked")] + [(200, "duplicate")] * 4
    assert Payment.objects.get().amount_fen == 2000
    assert Ticket.objects.count() == 1
    assert BankNotice.objects.get().times == 5
    bill.refresh_from_db()
    assert bill.state == "paid"
    assert balance("qr") == 2000


def test_another_amount_is_not_booked(cast: Cast, simulator: Bank) -> None:
    stage.tickets(cast)
    bill = stage.bill(cast)
    said = simulator.state.pay(attempt(bill).code)
    simulator.state.trouble = "less"
    assert told(simulator, said) == [(200, "held")]
    assert not Payment.objects.exists()
    assert (balance("qr"), balance("held")) == (1999, -1999)
    simulator.state.trouble = "other_amount"  # the same serial, once with the sum, once with more
    other = stage.bill(cast)
    said = simulator.state.pay(attempt(other).code)
    assert told(simulator, said) == [(200, "booked"), (200, "held")]
    assert Held.objects.order_by("-pk")[0].reason == "contradicts"
    assert balance("qr") == 3999


def test_late_after_another_way_and_unknown(cast: Cast, simulator: Bank) -> None:
    stage.tickets(cast)
    bill = stage.bill(cast)
    first = attempt(bill)
    Attempt.objects.filter(pk=first.pk).update(expires_at=now() - timedelta(hours=2))
    second = attempt(bill)
    assert second.code != first.code
    assert told(simulator, simulator.state.pay(first.code)) == [(200, "booked")]  # late, and still the whole sum
    assert told(simulator, simulator.state.pay(second.code)) == [(200, "held")]  # he has paid twice
    assert Held.objects.get().reason == "paid_before"
    assert told(simulator, simulator.state.pay("ZF-NOBODY", amount_fen=700)) == [(200, "held")]
    back = services.held.return_held(
        actor=cast.actor("manager"), held=Held.objects.order_by("pk")[0], words="重复付款", at=now()
    )
    assert back.state == "returned"
    assert balance("held") == -700


def test_unsigned_old_and_unreadable_notices_change_nothing(cast: Cast, simulator: Bank) -> None:
    bill = stage.bill(cast)
    said = simulator.state.pay(attempt(bill).code)
    for trouble in ("unsigned", "old"):
        simulator.state.trouble = trouble
        assert [status for status, _ in told(simulator, said)] == [401]
    simulator.state.trouble = ""
    for wrong in (
        {"amount_fen": "2000"},
        {"amount_fen": -1},
        {"kind": "gift"},
        {"serial": ""},
        {"happened_at": "昨天"},
    ):
        assert told(simulator, said | wrong)[0][0] == 422
    assert not BankNotice.objects.exists()
    body = json.dumps(said).encode()
    headers = wire.signed(wire.SignedBank("", "QH001", b"another"), "POST", NOTICES, body)
    assert Client().post(NOTICES, body, content_type="application/json", headers=headers).status_code == 401


@pytest.mark.parametrize("trouble", ["error_500", "garbage", "no_code"])
def test_a_bank_that_gives_no_code(cast: Cast, simulator: Bank, trouble: str) -> None:
    bill = stage.bill(cast)
    simulator.state.trouble = trouble
    answer = Client().post(f"/pay/{token_of(bill)}/start/")
    assert answer.status_code == 503
    simulator.state.trouble = ""
    assert attempt(bill).pay_url
    assert Attempt.objects.count() == 1


def test_money_that_came_without_a_number(cast: Cast, simulator: Bank) -> None:
    bill = stage.bill(cast)
    assert told(simulator, simulator.state.pay(attempt(bill).code)) == [(200, "booked")]
    assert not Ticket.objects.exists()
    stage.tickets(cast)
    address = f"/desk/bills/{bill.code}/ticket/"
    assert cast.client("shen").post(address).status_code == 302
    assert cast.client("shen").post(address).status_code == 409
    assert Ticket.objects.get().payment.bill == bill


def test_refunds_in_part_by_two_persons_and_never_above(cast: Cast, simulator: Bank) -> None:
    stage.tickets(cast)
    bill = stage.bill(cast)
    told(simulator, simulator.state.pay(attempt(bill).code))
    payment = Payment.objects.get()
    shen, manager = cast.actor("shen"), cast.actor("manager")

    def ask(fen: int) -> Refund:
        return services.refunds.ask_refund(
            actor=shen, payment=payment, amount_fen=Fen(fen), reason="重复办理", at=now()
        )

    with pytest.raises(NotAllowed):
        services.refunds.ask_refund(actor=cast.actor("wang"), payment=payment, amount_fen=Fen(1), reason="x", at=now())
    first = ask(500)
    with pytest.raises(TooMuch):
        ask(1501)
    with pytest.raises(NotAllowed):
        services.refunds.confirm_refund(actor=shen, refund=first, agreed=True, words="好", at=now())
    simulator.state.trouble = "garbage"
    with pytest.raises((wire.BankSaidNo, Unreachable)):
        services.refunds.confirm_refund(actor=manager, refund=first, agreed=True, words="同意", at=now())
    first.refresh_from_db()
    assert first.state == "sent"
    simulator.state.trouble = ""
    done = services.refunds.send(actor=manager, refund=first, at=now())
    assert (done.state, len(simulator.state.refunds)) == ("done", 1)
    said = {"kind": "refunded", "serial": done.serial.removeprefix("qr:"), "order": done.code, "amount_fen": 500,
            "happened_at": now().isoformat()}  # fmt: skip
    assert told(simulator, said) == [(200, "known")]
    services.refunds.confirm_refund(actor=manager, refund=ask(1500), agreed=True, words="同意", at=now())
    bill.refresh_from_db()
    assert (bill.state, bill.refunded_fen, balance("qr"), balance("revenue")) == ("refunded", 2000, 0, 0)
    with pytest.raises(TooMuch):
        ask(1)
    assert told(simulator, simulator.state.pay(Attempt.objects.get().code, serial="LATE-1"))[0] == (200, "held")


def test_the_payers_page_from_code_to_result(cast: Cast, simulator: Bank) -> None:
    bill = stage.bill(cast)
    page, browser = f"/pay/{token_of(bill)}/", Client()
    assert "扫码缴费" in browser.get(page).content.decode()
    assert browser.post(f"{page}start/").status_code == 302
    waiting = browser.get(page).content.decode()
    assert "去付款" in waiting
    assert 'http-equiv="refresh"' in waiting
    told(simulator, simulator.state.pay(Attempt.objects.get().code))
    assert "不用再付" in browser.get(page).content.decode()
    assert browser.get("/pay/altered/").status_code == 404
    assert browser.post(f"{page}start/").status_code == 409


def test_shuffled_repeated_notices_balance(cast: Cast, simulator: Bank) -> None:
    """The long run stands in bench/; this is its small sister."""
    bills = [stage.bill(cast) for _ in range(12)]
    notices = []
    for bill in bills:
        notices += [simulator.state.pay(attempt(bill).code)] * 3
    random.Random(7).shuffle(notices)
    outcomes = [told(simulator, said)[0][1] for said in notices]
    assert (outcomes.count("booked"), outcomes.count("duplicate")) == (12, 24)
    assert (balance("qr"), balance("revenue"), balance("held")) == (24000, -24000, 0)
