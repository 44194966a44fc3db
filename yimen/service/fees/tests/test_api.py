"""Fees over the interface: the same services as behind the screens."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.service.fees.models import Bill, Payment, Refund
from yimen.service.fees.tests import stage

pytestmark = pytest.mark.django_db


def get(cast: Cast, who: str, path: str, **query: str) -> Any:
    return Client().get(f"/api/v1/{path}", query, headers={"authorization": f"Bearer {cast.token(who)}"})


def post(cast: Cast, who: str, path: str, given: dict[str, Any], key: str = "") -> Any:
    headers = {"authorization": f"Bearer {cast.token(who)}"} | ({"Idempotency-Key": key} if key else {})
    return Client().post(f"/api/v1/{path}", data=given, content_type="application/json", headers=headers)


def test_the_catalogue_is_public(cast: Cast) -> None:
    stage.charged(cast)
    (charge,) = Client().get("/api/v1/fees/charges").json()["charges"]
    assert charge["standard"] == "20.00 元/证" and charge["basis_number"] == "川发改价格〔2024〕12号"


def test_money_is_taken_once_at_the_fee_window(cast: Cast) -> None:
    stage.tickets(cast)
    bill = stage.bill(cast)
    path, given = f"bills/{bill.code}/pay", {"way": "cash", "received_fen": 5000}
    assert post(cast, "wang", path, given).status_code in (403, 404), "a department's window does not collect (R168)"
    assert post(cast, "shen", path, given | {"received_fen": 1000}).status_code == 422
    first = post(cast, "shen", path, given, key="once")
    assert first.status_code == 201, first.content
    assert (first.json()["amount_fen"], first.json()["change_fen"]) == (2000, 3000) and first.json()["ticket"]
    assert post(cast, "shen", path, given, key="once").json() == first.json()
    assert post(cast, "shen", path, given).status_code == 409
    assert Payment.objects.count() == 1


def test_a_refund_is_asked_for(cast: Cast) -> None:
    bill = stage.bill(cast)
    path = f"bills/{bill.code}/refunds"
    assert post(cast, "shen", path, {"amount_fen": 500, "reason": "重复办理"}).status_code == 404
    stage.paid(cast, bill)
    assert post(cast, "shen", path, {"amount_fen": 2001, "reason": "重复办理"}).status_code == 422
    made = post(cast, "shen", path, {"amount_fen": 500, "reason": "重复办理"})
    assert made.status_code == 201 and Refund.objects.get().code == made.json()["code"]


def test_bills_are_the_payer_s_and_the_office_s(cast: Cast) -> None:
    _code, own = stage.case_with_bill(cast)
    assert [each["code"] for each in get(cast, "li", "bills").json()["bills"]] == [own.code]
    whole = get(cast, "li", f"bills/{own.code}").json()
    assert whole["lines"][0]["amount_fen"] == 2000 and whole["due_fen"] == 2000
    assert get(cast, "qian", "bills").json()["bills"] == []
    assert get(cast, "qian", f"bills/{own.code}").status_code == 404
    assert get(cast, "shen", "bills", state="unpaid").json()["bills"][0]["code"] == own.code
    assert get(cast, "shen", "bills", state="paid").json()["bills"] == []
    assert get(cast, "qian_approver", f"bills/{own.code}").status_code == 404
    assert Bill.objects.get().state == "unpaid"


def test_the_receipt_is_named_after_its_money(cast: Cast) -> None:
    fiscal, business = stage.bill(cast), stage.bill(cast, stage.charged(cast, name="资料复印费", revenue="business"))
    for bill, heading in ((fiscal, "<h1>非税收入一般缴款书"), (business, "<h1>经营收入收据</h1>")):
        stage.paid(cast, bill)
        assert heading in cast.client("shen").get(f"/desk/bills/{bill.code}/receipt/").text
