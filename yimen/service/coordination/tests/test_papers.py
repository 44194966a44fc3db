"""Papers go up and down, are signed for, answered and urged; liaisons are told by name (R002, R012, R015)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.notices.models import Message
from yimen.service.coordination import events, handlers, selectors, services
from yimen.service.coordination.models import Liaison, Receipt
from yimen.service.coordination.services.liaisons import LiaisonMoved
from yimen.service.coordination.services.papers import NoReceiver, PaperGone
from yimen.service.coordination.tests.stage import next_workday, sent


def test_down_to_the_town_and_up_again(cast: Cast) -> None:
    centre, town = cast.units["centre"], cast.units["town"]
    assert town in selectors.counterparts(centre)["down"]
    assert centre in selectors.counterparts(town)["up"]
    paper = sent(cast, receivers=[town, cast.units["market"]], needs_answer=True, answer_by=next_workday(3))
    services.sign_receipt(actor=cast.actor("he"), dispatch=paper, at=now())
    receipt = Receipt.objects.get(dispatch=paper, unit=cast.units["market"])
    assert (receipt.read_by, receipt.answered_at) == ("何伟", None)
    services.answer_dispatch(actor=cast.actor("zhou"), dispatch=paper, text="已安排。", at=now())
    with pytest.raises(PaperGone):
        services.answer_dispatch(actor=cast.actor("he"), dispatch=paper, text="再答。", at=now())
    services.urge_receipt(actor=cast.actor("manager"), dispatch=paper, unit_id=town.pk, at=now())
    with pytest.raises(PaperGone):
        services.urge_receipt(actor=cast.actor("manager"), dispatch=paper, unit_id=town.pk, at=now())
    with pytest.raises(PaperGone):
        services.urge_receipt(actor=cast.actor("manager"), dispatch=paper, unit_id=cast.units["market"].pk, at=now())


def test_strangers_neither_read_nor_sign(cast: Cast) -> None:
    paper = sent(cast)
    with pytest.raises(NotFound):
        selectors.access_dispatch(cast.actor("tang"), paper.uid)
    with pytest.raises(NotAllowed):
        services.sign_receipt(actor=cast.actor("tang"), dispatch=paper, at=now())
    with pytest.raises(NotAllowed):
        services.send_dispatch(
            actor=cast.actor("tang"), sender=cast.units["market"], receivers=[cast.units["centre"]], kind="request",
            subject="请示", body="请示。", at=now(),
        )  # fmt: skip


def test_a_paper_is_taken_back_before_anybody_signed(cast: Cast) -> None:
    manager = cast.actor("manager")
    paper, other = sent(cast), sent(cast)
    services.withdraw_dispatch(actor=manager, dispatch=paper, reason="日期写错。", at=now())
    with pytest.raises(NotFound):
        selectors.access_dispatch(cast.actor("he"), paper.uid)
    services.sign_receipt(actor=cast.actor("he"), dispatch=other, at=now())
    with pytest.raises(PaperGone):
        services.withdraw_dispatch(actor=manager, dispatch=other, reason="日期写错。", at=now())


def test_what_cannot_be_sent(cast: Cast) -> None:
    with pytest.raises(NoReceiver):
        sent(cast, receivers=[cast.units["centre"]])
    with pytest.raises(Invalid):
        sent(cast, answer_by=day_of(now()) - timedelta(days=1))


def test_a_unit_has_one_liaison_at_a_time(cast: Cast) -> None:
    market, manager, today = cast.units["market"], cast.actor("manager"), day_of(now())
    units = list(selectors.resident_departments(cast.units["centre"]))
    assert [row.unit for row in selectors.liaison_rows(units, today) if row.liaison is None] == units
    first = services.appoint_liaison(
        actor=manager, unit=market, account_id=cast.accounts["zhou"].pk, substitute_id=cast.accounts["chen"].pk,
        from_on=today - timedelta(days=10), at=now(),
    )  # fmt: skip
    services.appoint_liaison(actor=manager, unit=market, account_id=cast.accounts["zhao"].pk, from_on=today, at=now())
    first.refresh_from_db()
    assert (first.to_on, first.ended_reason) == (today - timedelta(days=1), "换任")
    (row,) = [row for row in selectors.liaison_rows([market], today) if row.liaison]
    assert row.liaison is not None and row.liaison.account == cast.accounts["zhao"]
    with pytest.raises(LiaisonMoved):
        services.appoint_liaison(
            actor=manager, unit=market, account_id=cast.accounts["zhao"].pk, from_on=today, at=now()
        )
    with pytest.raises(Invalid):
        services.appoint_liaison(
            actor=manager, unit=market, account_id=cast.accounts["chen"].pk, substitute_id=cast.accounts["chen"].pk,
            from_on=today, at=now(),
        )  # fmt: skip
    services.end_liaison(
        actor=manager, liaison=Liaison.objects.get(pk=row.liaison.pk), to_on=today, reason="调离。", at=now()
    )
    assert selectors.liaison_rows([market], today)[0].liaison is None


def test_a_notice_to_liaisons_reaches_the_liaison(cast: Cast) -> None:
    manager, today = cast.actor("manager"), day_of(now())
    services.appoint_liaison(
        actor=manager, unit=cast.units["market"], account_id=cast.accounts["zhao"].pk, from_on=today, at=now()
    )
    paper = sent(cast, kind="liaison", receivers=[cast.units["market"], cast.units["housing"]])
    handlers.tell_sent(events.DispatchSent(paper.pk, now()))
    told = set(Message.objects.filter(subject__startswith="联络通知").values_list("account_id", flat=True))
    assert cast.accounts["zhao"].pk in told and cast.accounts["he"].pk not in told and cast.accounts["luo"].pk in told
    services.sign_receipt(
        actor=cast.actor("zhao"), dispatch=selectors.access_dispatch(cast.actor("zhao"), paper.uid), at=now()
    )
