"""Day-end to the fen: the drawer, the bank's file, a month with injected faults, each found by its name (R183)."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.money import Fen
from yimen.ground.kit.refusals import NotAllowed
from yimen.service.fees import rules, services
from yimen.service.fees.commands import reconcile_fees
from yimen.service.fees.models import BankLine, DayEnd, Difference, Entry
from yimen.service.fees.rules import Moved
from yimen.service.fees.services.days import BadFile, DayPast
from yimen.service.fees.tests import stage

DAY = date(2026, 10, 12)
HEAD = "日期,种类,渠道,流水号,金额\n"


def test_a_month_with_injected_faults_is_found_to_the_fen() -> None:
    """Thirty days of movements; faults of each kind are put in, and exactly these are found."""
    chance = random.Random(2026)
    ours, banks, wanted = [], [], set()
    for number in range(3000):
        day = date(2026, 10, 1) + timedelta(days=number % 30)
        fen = chance.randrange(1, 500_000) * (1 if chance.random() < 0.95 else -1)
        own = bank = Moved(f"qr:{number:06d}", fen, day)
        fault = chance.choice(["only_bank", "only_ours", "amount", "day"]) if chance.random() < 0.02 else ""
        if fault == "amount":
            bank = Moved(own.serial, fen + chance.choice([-1, 1]), day)
        elif fault == "day":
            bank = Moved(own.serial, fen, day + timedelta(days=1))
        if fault != "only_bank":
            ours.append(own)
        if fault != "only_ours":
            banks.append(bank)
        if fault:
            wanted.add((fault, own.serial))
    found, gap = set(), 0
    for number in range(31):
        for each in rules.match(date(2026, 10, 1) + timedelta(days=number), ours, banks):
            assert (each.kind, each.serial) not in found
            found.add((each.kind, each.serial))
            gap += each.ours_fen - each.bank_fen
    assert found == wanted
    assert gap == sum(each.fen for each in ours) - sum(each.fen for each in banks)


@pytest.mark.django_db
def test_the_file_against_the_ledger(cast: Cast) -> None:
    stage.tickets(cast)
    shen, manager, centre = cast.actor("shen"), cast.actor("manager"), cast.units["centre"]
    for serial in ("A1", "A2", "A3"):
        services.collect(actor=shen, bill=stage.bill(cast), way="card", received_fen=Fen(2000), serial=serial, at=now())
    today = stage.TODAY
    text = HEAD + f"{today},收款,刷卡,A1,20.00\n{today},收款,刷卡,A2,20.01\n{today},收款,刷卡,B9,5.00\n"
    with pytest.raises(NotAllowed):
        services.days.take_file(actor=cast.actor("wang"), centre=centre, content=text.encode(), at=now())
    assert services.days.take_file(actor=shen, centre=centre, content=text.encode("gb18030"), at=now()) == (3, [today])
    assert services.days.take_file(actor=shen, centre=centre, content=text.encode(), at=now())[0] == 0
    named = {(each.kind, each.serial, each.ours_fen, each.bank_fen) for each in Difference.objects.all()}
    assert named == {
        ("amount", "card:A2", 2000, 2001),
        ("only_ours", "card:A3", 2000, 0),
        ("only_bank", "card:B9", 0, 500),
    }
    late = HEAD + f"{today + timedelta(days=1)},收款,刷卡,A3,20.00\n"
    services.days.take_file(actor=shen, centre=centre, content=late.encode(), at=now())
    assert Difference.objects.get(kind="only_ours").gone_at is not None
    assert Difference.objects.get(kind="day").other_day == today + timedelta(days=1)
    with pytest.raises(BadFile, match="不一样"):
        services.days.take_file(
            actor=shen, centre=centre, content=(HEAD + f"{today},收款,刷卡,A1,21\n").encode(), at=now()
        )
    for wrong in (
        "日期,金额\n",
        HEAD + f"{today},收款,刷卡,A7,一元\n",
        HEAD + f"{today},收款,刷卡,C1,1\n{today},收款,刷卡,C1,1\n",
    ):
        with pytest.raises(BadFile):
            services.days.take_file(actor=shen, centre=centre, content=wrong.encode(), at=now())
    assert BankLine.objects.count() == 4
    one = Difference.objects.get(kind="amount")
    with pytest.raises(NotAllowed):
        services.days.close_difference(actor=shen, difference=one, reason="多一分", at=now())
    services.days.close_difference(actor=manager, difference=one, reason="银行多划一分，已退回。", at=now())
    said = CliRunner().invoke(reconcile_fees, ["--month", f"{today:%Y-%m}"])
    assert said.exit_code == 1
    assert "银行有，我方没有 card:B9" in said.output
    assert "未处理 2 个" in said.output


@pytest.mark.django_db
def test_the_drawer_is_counted_once(cast: Cast) -> None:
    stage.paid(cast)
    shen, centre = cast.actor("shen"), cast.units["centre"]
    made = services.days.close_day(actor=shen, centre=centre, day=stage.TODAY, counted_fen=Fen(1990), at=now())
    assert (made.ledger_fen, DayEnd.objects.count()) == (2000, 1)
    assert Entry.objects.get(kind="drawer").amount_fen == 10
    assert Difference.objects.get().kind == "drawer"
    with pytest.raises(DayPast):
        services.days.close_day(actor=shen, centre=centre, day=stage.TODAY, counted_fen=Fen(2000), at=now())


@pytest.mark.django_db
def test_the_days_page(cast: Cast) -> None:
    stage.paid(cast)
    shen, manager = cast.client("shen"), cast.client("manager")
    assert shen.get("/desk/fee-days/").status_code == 200
    address = f"/desk/fee-days/{stage.TODAY}/"
    assert shen.post(address, {"counted": "20.50"}).status_code == 302
    page = manager.get(address).content.decode()
    assert "现金长短款" in page
    number = Difference.objects.get().pk
    assert manager.post(f"/desk/fee-differences/{number}/", {"words": "找零少给，已补。"}).status_code == 302
    assert "找零少给" in shen.get(address).content.decode()
    assert shen.get("/desk/fee-days/nonsense/").status_code == 404
