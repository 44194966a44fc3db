"""From the department's proposal to the public page; from the window's bill to the receipt; from application to leader."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.fees import services
from yimen.service.fees.models import Bill, ChargeVersion, Payment, Reduction, Refund, TicketRange
from yimen.service.fees.tests import stage

pytestmark = pytest.mark.django_db


def test_a_charge_from_department_to_public_page(cast: Cast) -> None:
    stage.hall(cast)
    given = {
        "department": cast.units["market"].pk, "name": "食品经营许可证工本费", "fee_class": "administrative", "revenue": "budget",
        "how": "fixed", "amount": "10", "unit": "证", "raised_at": "window", "basis": "证照工本费标准", "basis_number": "川财综〔2024〕8号",
        "basis_organ": "川东省财政厅", "valid_from": "2024-01-01",
    }  # fmt: skip
    he = cast.client("he")
    wrong = he.post("/manage/charges/new/", given | {"amount": ""})
    assert wrong.status_code == 422
    assert "请填收费标准" in wrong.content.decode()
    assert he.post("/manage/charges/new/", given).status_code == 302
    version = ChargeVersion.objects.get()
    address = f"/manage/charges/{version.uid}/"
    for who, action, words in (
        ("legal", "legal", "合法"),
        ("gu", "price", "一致"),
        ("system", "enter", ""),
        ("manager", "approve", ""),
    ):
        assert "食品经营许可证工本费" in cast.client(who).get("/manage/charges/?box=way").content.decode()
        page = cast.client(who).get(address).content.decode()
        assert f"{address}{action}/" in page
        assert cast.client("wang").post(f"{address}{action}/", {"words": "试"}).status_code == 403
        assert cast.client(who).post(f"{address}{action}/", {"words": words}).status_code == 302
    public = cast.client("li").get("/fees/").content.decode()
    assert "食品经营许可证工本费" in public
    assert "10.00 元/证" in public
    assert "川财综〔2024〕8号" in public
    assert "川财综〔2024〕8号" in cast.client("li").get("/fees/?as=print").content.decode()
    assert cast.client("li").get("/fees/?as=xlsx").status_code == 200
    assert cast.client("wang").get("/manage/charges/").status_code == 403


def test_a_bill_from_window_to_receipt(cast: Cast) -> None:
    stage.hall(cast)
    version = stage.charged(cast)
    manager = cast.client("manager")
    assert manager.post("/manage/fee-tickets/", {"ticket_code": "51", "first": 1, "last": 9}).status_code == 422
    assert manager.post("/manage/fee-tickets/", {"ticket_code": "51990126", "first": 1, "last": 9}).status_code == 302
    assert TicketRange.objects.get().last == 9
    wang, shen = cast.client("wang"), cast.client("shen")
    given = {"charge": version.pk, "quantity": "两", "payer_name": "郭小雨", "subject": "补证"}
    assert wang.post("/desk/bills/new/", given).status_code == 422
    assert wang.post("/desk/bills/new/", given | {"quantity": "1"}).status_code == 302
    bill = Bill.objects.get()
    address = f"/desk/bills/{bill.code}/"
    assert shen.get(f"/desk/bills/?q={bill.code}")["Location"] == address
    page = wang.get(address).content.decode()
    assert "部门窗口不收款" in page
    assert "10 号 统一收费窗口" in page
    refused = wang.post(address, {"way": "cash", "received": "20"})
    assert refused.status_code == 403
    assert "部门窗口不允许收款" in refused.content.decode()
    assert shen.post(address, {"way": "cash", "received": "19.99"}).status_code == 422
    done = shen.post(address, {"way": "cash", "received": "50"}, follow=True).content.decode()
    assert "请找零 30.00 元" in done
    receipt = shen.get(f"{address}receipt/").content.decode()
    assert "0000000001" in receipt
    assert "贰拾元整" in receipt
    assert shen.post(f"{address}void-ticket/", {"words": "抬头写错"}).status_code == 302
    assert "0000000002" in shen.get(f"{address}receipt/").content.decode()
    assert "抬头写错" in manager.get("/manage/fee-tickets/").content.decode()
    assert Payment.objects.get().amount_fen == 2000
    ledger = cast.client("manager").get("/desk/fee-ledger/").content.decode()
    assert bill.code in ledger
    assert "20.00 元" in cast.client("sun").get("/desk/fee-report/").content.decode()


def test_a_reduction_from_window_to_leader(cast: Cast) -> None:
    stage.hall(cast)
    stage.charged(cast)
    bill = stage.bill(cast)
    shen, leader = cast.client("shen"), cast.client("leader")
    given = {"amount": "20.01", "reason": "低保", "document": "通知", "document_number": "清政发〔2024〕3号"}
    assert shen.post(f"/desk/bills/{bill.code}/reduce/", given).status_code == 422
    assert shen.post(f"/desk/bills/{bill.code}/reduce/", given | {"amount": "20"}).status_code == 302
    made = Reduction.objects.get()
    address = f"/desk/fee-reductions/{made.code}/"
    assert shen.post(f"{address}apply/").status_code == 409
    assert leader.post(f"{address}approve/", {"words": "同意免收。"}).status_code == 302
    assert shen.post(f"{address}apply/").status_code == 302
    bill.refresh_from_db()
    assert bill.state == "exempt"


def test_the_case_says_what_is_to_be_paid(cast: Cast) -> None:
    code, bill = stage.case_with_bill(cast)
    assert bill.code in cast.client("wang").get(f"/desk/cases/{code}/").content.decode()
    own = cast.client("li").get(f"/my/matters/{code}/").content.decode()
    assert f"/my/bills/{bill.code}/" in own
    assert "应缴 20.00 元" in cast.client("li").get(f"/my/bills/{bill.code}/").content.decode()
    assert cast.client("qian").get(f"/my/bills/{bill.code}/").status_code == 404
    assert bill.case is not None
    assert "20.00 元/证" in cast.client("li").get(f"/items/{bill.case.item.code}/").content.decode()


def test_a_refund_and_held_money(cast: Cast) -> None:
    payment = stage.paid(cast)
    shen, manager = cast.client("shen"), cast.client("manager")
    address = f"/desk/bills/{payment.bill.code}/refund/"
    assert shen.post(address, {"amount": "20.01", "words": "重复"}).status_code == 422
    assert shen.post(address, {"amount": "5", "words": "重复办理"}).status_code == 302
    refund = Refund.objects.get()
    assert refund.code in shen.get("/desk/refunds/").content.decode()
    assert shen.post(f"/desk/refunds/{refund.code}/confirm/", {"words": "好"}).status_code == 403
    assert manager.post(f"/desk/refunds/{refund.code}/confirm/", {"words": "同意"}).status_code == 302
    assert "已退 5.00 元" in shen.get(f"/desk/bills/{payment.bill.code}/").content.decode()
    said = {"kind": "paid", "serial": "X-1", "order": "NOBODY", "amount_fen": 700, "happened_at": now()}
    services.paying.take_notice(said=said, at=now())
    assert "没有这个订单" in manager.get("/desk/held-money/").content.decode()
    file = SimpleUploadedFile("d.csv", f"日期,种类,渠道,流水号,金额\n{stage.TODAY},收款,扫码,X-1,7.00\n".encode())
    assert shen.post("/desk/fee-days/", {"file": file}).status_code == 302
    assert "没有差异" in shen.get(f"/desk/fee-days/{stage.TODAY}/").content.decode()
    bad = SimpleUploadedFile("d.csv", b"a,b\n1,2\n")
    assert shen.post("/desk/fee-days/", {"file": bad}).status_code == 422
