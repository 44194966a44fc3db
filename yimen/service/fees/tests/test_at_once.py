"""Real parallel notices and cashiers: the same money is booked once, tickets have no gap (a connection each)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.money import Fen
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.fees import services
from yimen.service.fees.models import Attempt, BankNotice, Entry, Payment, Ticket
from yimen.service.fees.tests import stage


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def test_the_same_money_at_once(committed_cast: Cast) -> None:
    cast = committed_cast
    stage.tickets(cast)
    bill = stage.bill(cast)
    at = now()
    Attempt.objects.create(code="ZF-1", bill=bill, amount_fen=2000, started_at=at, expires_at=at)
    said = {"kind": "paid", "serial": "S1", "order": "ZF-1", "amount_fen": 2000, "happened_at": at}
    told = at_once([partial(services.paying.take_notice, said=said, at=at) for _ in range(6)])
    assert sorted(map(str, told)) == ["booked"] + ["duplicate"] * 5
    assert (Payment.objects.count(), Entry.objects.count(), BankNotice.objects.get().times) == (1, 1, 6)

    other = stage.bill(cast)
    shen = cast.actor("shen")
    taken = at_once(
        [partial(services.collect, actor=shen, bill=other, way="cash", received_fen=Fen(2000), at=at) for _ in range(4)]
    )
    assert sum(isinstance(each, Refusal) for each in taken) == 3
    bills = [stage.bill(cast) for _ in range(6)]
    at_once(
        [partial(services.collect, actor=shen, bill=each, way="cash", received_fen=Fen(2000), at=at) for each in bills]
    )
    assert list(Ticket.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 9))

    payment = Payment.objects.get(bill=other)
    asked = at_once(
        [
            partial(services.refunds.ask_refund, actor=shen, payment=payment, amount_fen=Fen(1500), reason="退", at=at)
            for _ in range(3)
        ]
    )
    assert sum(isinstance(each, Refusal) for each in asked) == 2
