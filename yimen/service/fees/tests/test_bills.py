"""A bill follows the case, holds delivery and nothing else; only the fee window collects (R168, R176)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.money import Fen
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters.services import StepHeld
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import case_of, matter_of
from yimen.service.fees import services
from yimen.service.fees.models import Bill, Entry, Payment, Reduction, Ticket, TicketRange
from yimen.service.fees.rules import WrongStandard
from yimen.service.fees.services import Asked
from yimen.service.fees.services.bills import BillMoved, NotCharged
from yimen.service.fees.services.collecting import NotThisSum, PaidAlready
from yimen.service.fees.services.reductions import CannotReduce, ReductionPast
from yimen.service.fees.services.tickets import NoTicket, WrongRange
from yimen.service.fees.tests import stage

pytestmark = pytest.mark.django_db


def test_an_unpaid_bill_holds_delivery_and_nothing_else(cast: Cast) -> None:
    code, bill = stage.case_with_bill(cast)
    assert bill.total_fen == 2000
    assert services.raise_by_rule(code=code, occasion="accepted", at=now()) is None
    cases.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=now())
    cases.grant(code=code, actor=cast.actor("chen"), at=now())
    given: dict[str, Any] = {"code": code, "method": "signature", "receiver": "李明", "actor": cast.actor("wu")}
    with pytest.raises(StepHeld, match="还没有缴"):
        cases.deliver(**given, at=now())
    stage.tickets(cast)
    stage.paid(cast, bill)
    cases.deliver(**given, at=now())
    assert matter_of(code).state == "concluded"


def test_only_the_fee_window_collects(cast: Cast) -> None:
    _code, bill = stage.case_with_bill(cast)
    stage.tickets(cast)
    for who in ("wang", "wu", "manager", "chen", "qian_staff"):
        with pytest.raises(NotAllowed, match="不能收款"):
            services.collect(actor=cast.actor(who), bill=bill, way="cash", received_fen=Fen(2000), at=now())
    assert not Payment.objects.exists()


def test_the_sum_is_that_of_the_bill_and_books_balance(cast: Cast) -> None:
    bill = stage.bill(cast)
    stage.tickets(cast)
    shen = cast.actor("shen")
    with pytest.raises(NotThisSum):
        services.collect(actor=shen, bill=bill, way="cash", received_fen=Fen(1999), at=now())
    with pytest.raises(NotThisSum):
        services.collect(actor=shen, bill=bill, way="card", received_fen=Fen(2001), serial="P-1", at=now())
    payment = services.collect(actor=shen, bill=bill, way="cash", received_fen=Fen(10000), at=now())
    assert payment.amount_fen == 2000
    with pytest.raises(PaidAlready):
        services.collect(actor=shen, bill=bill, way="cash", received_fen=Fen(2000), at=now())
    entry = Entry.objects.get()
    assert (entry.debit, entry.credit, entry.amount_fen) == ("cash", "revenue", 2000)
    assert Ticket.objects.get().number == 1
    other = stage.bill(cast)
    services.collect(actor=shen, bill=other, way="card", received_fen=Fen(2000), serial="P-9", at=now())
    third = stage.bill(cast)
    with pytest.raises(PaidAlready, match="流水号"):
        services.collect(actor=shen, bill=third, way="card", received_fen=Fen(2000), serial="P-9", at=now())


def test_numbers_of_tickets_have_no_gap_and_a_void_one_keeps_its_reason(cast: Cast) -> None:
    stage.tickets(cast, 1, 3)
    with pytest.raises(WrongRange, match="重叠"):
        stage.tickets(cast, 3, 9)
    first = stage.paid(cast)
    stage.paid(cast)
    shen = cast.actor("shen")
    made = services.tickets.void_ticket(actor=shen, ticket=first.tickets.get(), reason="抬头写错", at=now())
    assert made.number == 3
    with pytest.raises(NoTicket):
        stage.paid(cast)
    assert list(Ticket.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert Payment.objects.count() == 2
    assert TicketRange.objects.get().next_number == 4


def test_a_window_charges_nothing_that_is_not_in_the_catalogue(cast: Cast) -> None:
    version = stage.checked(cast)
    with pytest.raises(NotCharged):
        stage.bill(cast, version)
    version = services.enter_charge(actor=cast.actor("system"), version=version, at=now())
    version = services.approve_charge(actor=cast.actor("manager"), version=version, at=now())
    with pytest.raises(NotAllowed):
        services.raise_at_window(
            actor=cast.actor("qian_staff"), asked=[Asked(version)], payer_name="某人", subject="某事", at=now()
        )
    with pytest.raises(WrongStandard):
        services.raise_at_window(
            actor=cast.actor("wang"),
            asked=[Asked(version, chosen_fen=Fen(9900))],
            payer_name="某人",
            subject="某事",
            at=now(),
        )
    made = services.raise_at_window(
        actor=cast.actor("wang"), asked=[Asked(version, 2000)], payer_name="某人", subject="补证两张", at=now()
    )
    assert made.total_fen == 4000


def test_a_quantity_comes_from_the_application(cast: Cast) -> None:
    code, bill = stage.case_with_bill(cast, standard=stage.PER_METRE, quantity_key="area")
    assert case_of(code).pk == bill.case_id
    assert bill.total_fen == 30275  # 86.5 square metres at 3.50
    assert bill.lines.get().quantity_milli == 86500


def test_what_is_taken_back_is_not_paid(cast: Cast) -> None:
    code, bill = stage.case_with_bill(cast)
    cases.withdraw(code=code, reason="不开了。", actor=cast.actor("li"), at=now())
    assert services.bills.cancel_of_case(case_of(code).pk, "申请已撤回", now()) == 1
    bill.refresh_from_db()
    assert bill.state == "cancelled"
    with pytest.raises(BillMoved):
        services.cancel_bill(actor=cast.actor("wang"), bill=bill, reason="再来一次", at=now())


def reduce(cast: Cast, bill: Bill, fen: int, who: str = "wang") -> Reduction:
    return services.reductions.ask_reduction(
        actor=cast.actor(who), bill=bill, amount_fen=Fen(fen), reason="低保家庭。", document="关于困难群众免收证照工本费的通知",
        document_number="清政发〔2024〕3号", at=now(),
    )  # fmt: skip


def test_a_reduction_is_approved_by_the_government_and_carried_out_at_the_fee_window(cast: Cast) -> None:
    code, bill = stage.case_with_bill(cast)
    with pytest.raises(CannotReduce):
        reduce(cast, bill, 2001)
    asked = reduce(cast, bill, 500)
    with pytest.raises(ReductionPast):
        reduce(cast, bill, 100)
    decide = services.reductions.decide_reduction
    for who in ("manager", "he", "shen"):
        with pytest.raises(NotAllowed):
            decide(actor=cast.actor(who), reduction=asked, approved=True, words="同意。", at=now())
    with pytest.raises(ReductionPast):
        services.reductions.apply_reduction(actor=cast.actor("shen"), reduction=asked, at=now())
    decide(actor=cast.actor("leader"), reduction=asked, approved=True, words="同意。", at=now())
    with pytest.raises(NotAllowed):
        services.reductions.apply_reduction(actor=cast.actor("wang"), reduction=asked, at=now())
    bill = services.reductions.apply_reduction(actor=cast.actor("shen"), reduction=asked, at=now())
    assert bill.due_fen == 1500
    rest = reduce(cast, bill, 1500, "shen")
    decide(actor=cast.actor("leader"), reduction=rest, approved=True, words="同意全免。", at=now())
    bill = services.reductions.apply_reduction(actor=cast.actor("shen"), reduction=rest, at=now())
    assert (bill.state, bill.due_fen) == ("exempt", 0)
    assert not case_of(code).matter.holds.filter(lifted_at__isnull=True).exists()
    assert not Entry.objects.exists()
