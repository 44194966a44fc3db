"""Fees: the fee window 10 with its cashier Shen, charges on their way and in force, bills unpaid and paid, a reduction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import Cast
from yimen.ground.documents.services import store_file
from yimen.ground.kit.moments import now
from yimen.ground.kit.money import Fen
from yimen.service.fees import services
from yimen.service.fees.models import Difference, Held
from yimen.service.fees.tests import stage
from yimen.service.fees.views.paying import token_of

LIST = {
    f"fees:{name}"
    for name in (
        "bills",
        "reductions",
        "ledger",
        "charges",
        "my_bills",
        "catalogue",
        "differences",
        "refunds",
        "held",
        "days",
    )
} | {"api:charges", "api:bill_list"}

_BY_SHEN = {
    "bills": 14, "new_bill": 12, "bill": 22, "cancel_bill": 12, "reduce": 14, "bill_print": 12, "receipt": 12,
    "void_ticket": 12, "issue_ticket": 12, "reductions": 14, "reduction": 14, "reduction_file": 12, "reduction_act": 14,
    "ledger": 18, "report": 16, "refund": 14, "refunds": 14, "held": 12, "days": 16, "day": 16,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"fees:{name}": ("shen", ceiling) for name, ceiling in _BY_SHEN.items()},
    "fees:catalogue": ("li", 8),
    "fees:my_bills": ("li", 10),
    "fees:my_bill": ("li", 14),
    "fees:charges": ("manager", 12),
    "fees:propose": ("manager", 14),
    "fees:differences": ("manager", 12),
    "fees:charge": ("manager", 16),
    "fees:charge_file": ("manager", 12),
    "fees:charge_act": ("manager", 14),
    "fees:tickets": ("manager", 14),
    "fees:refund_act": ("manager", 14),
    "fees:held_act": ("manager", 12),
    "fees:close_difference": ("manager", 12),
    "fees:pay": ("li", 10),
    "fees:pay_start": ("li", 10),
    "fees:bank_notice": ("li", 6),
    "api:charges": ("li", 6),
    "api:bill_list": ("shen", 8),
    "api:bill_by_number": ("shen", 12),
    "api:pay_bill": ("shen", 12),
    "api:ask_refund": ("shen", 12),
}
_BANK, _DAYS = "tests/simulators/test_bank.py::", "yimen/service/fees/tests/test_days.py::"
_SCREENS = "yimen/service/fees/tests/test_screens.py::"
ELSEWHERE = {
    "fees:new_bill": f"{_SCREENS}test_a_bill_from_window_to_receipt",
    "fees:bill": f"{_SCREENS}test_a_bill_from_window_to_receipt",
    "fees:issue_ticket": f"{_SCREENS}test_a_bill_from_window_to_receipt",
    "fees:void_ticket": f"{_SCREENS}test_a_bill_from_window_to_receipt",
    "fees:reduce": f"{_SCREENS}test_a_reduction_from_window_to_leader",
    "fees:propose": f"{_SCREENS}test_a_charge_from_department_to_public_page",
    "fees:charge_act": f"{_SCREENS}test_a_charge_from_department_to_public_page",
    "fees:tickets": f"{_SCREENS}test_a_bill_from_window_to_receipt",
    "fees:refund": f"{_SCREENS}test_a_refund_and_held_money",
    "fees:days": f"{_SCREENS}test_a_refund_and_held_money",
    "fees:day": f"{_DAYS}test_the_days_page",
    "fees:pay_start": f"{_BANK}test_the_payers_page_from_code_to_result",
    "fees:bank_notice": f"{_BANK}test_an_attempt_is_no_payment_and_money_is_booked_once",
}
BODIES = {
    "api:pay_bill": {"way": "cash", "received_fen": 2000},
    "api:ask_refund": {"amount_fen": 100, "reason": "重复办理"},
}
OPEN = {
    "fees:pay": "the signed address is itself the right, printed on the bill; it says what is to be paid and nothing else",
    "fees:pay_start": "as above: whoever holds the bill may pay it",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_fees", None) or _build(world.cast)
    world._fees = held
    unpaid, paid, reduction = {"code": held["unpaid"]}, {"code": held["paid"]}, {"code": held["reduction"]}
    charge = {"uid": held["charge"]}
    found: dict[str, dict[str, Any]] = {
        "bill": unpaid, "cancel_bill": unpaid, "reduce": {"code": held["free"]}, "bill_print": unpaid, "receipt": paid,
        "void_ticket": paid, "issue_ticket": paid, "reduction": reduction, "reduction_file": reduction,
        "reduction_act": reduction | {"action": "withdraw"}, "my_bill": {"code": held["own"]}, "charge": charge,
        "charge_file": charge, "charge_act": {"uid": held["entered"], "action": "approve"},
    }  # fmt: skip
    found |= {
        "refund": paid, "refund_act": {"code": held["refund"], "action": "confirm"},
        "held_act": {"number": held["held"], "action": "dismiss"}, "day": {"on": stage.TODAY.isoformat()},
        "close_difference": {"number": held["difference"]}, "pay": {"token": held["token"]},
        "pay_start": {"token": held["token"]},
    }  # fmt: skip
    found_by_number = {f"api:{name}": unpaid for name in ("bill_by_number", "pay_bill")} | {"api:ask_refund": paid}
    return {f"fees:{name}": given for name, given in found.items()} | found_by_number


def _build(cast: Cast) -> dict[str, Any]:
    from tests.rooms.coord import picture

    stage.hall(cast)
    shen = cast.actor("shen")
    file = store_file(picture(), actor=cast.actor("he"), at=now())
    _code, own = stage.case_with_bill(cast, file=file)
    charge = own.lines.get().version
    entered = services.enter_charge(actor=cast.actor("system"), version=stage.checked(cast, name="补证费"), at=now())
    payment = stage.paid(cast, stage.bill(cast, charge))
    unpaid, free = stage.bill(cast, charge), stage.bill(cast, charge)
    reduction = services.reductions.ask_reduction(
        actor=shen, bill=unpaid, amount_fen=Fen(500), reason="低保家庭。", document="关于困难群众免收工本费的通知",
        document_number="清政发〔2024〕3号", at=now(), file=store_file(picture(), actor=shen, at=now()),
    )  # fmt: skip
    refunded = stage.paid(cast, stage.bill(cast, charge))
    refund = services.refunds.ask_refund(actor=shen, payment=refunded, amount_fen=Fen(500), reason="重复办理", at=now())
    said = {"kind": "refunded", "serial": "R-1", "order": "TF-NONE", "amount_fen": 100, "happened_at": now()}
    services.paying.take_notice(said=said, at=now())
    centre = cast.units["centre"]
    services.days.close_day(
        actor=shen, centre=centre, day=stage.TODAY - timedelta(days=1), counted_fen=Fen(100), at=now()
    )
    return {
        "refund": refund.code, "held": Held.objects.get(notice__serial="R-1").pk, "difference": Difference.objects.get().pk,
        "token": token_of(free),
        "own": own.code, "charge": charge.uid, "entered": entered.uid, "paid": payment.bill.code, "unpaid": unpaid.code,
        "free": free.code, "reduction": reduction.code,
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more of what the lists show."""
    for number in range(count):
        bill = stage.bill(world.cast)
        stage.paid(world.cast, stage.bill(world.cast))
        type(bill).objects.filter(pk=bill.pk).update(payer=world.cast.parties["li"])
        services.reductions.ask_reduction(
            actor=world.cast.actor("shen"), bill=bill, amount_fen=Fen(100), reason="低保。", document="通知",
            document_number=f"清政发〔2024〕{number + 10}号", at=now(),
        )  # fmt: skip
        stage.charged(world.cast, name=f"工本费{number}")
