"""Where two people collide, one wins and the other is told: numbers, shifts, answers, with commits that are real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.service.coordination import services
from yimen.service.coordination.models import Issue, Receipt, Remark, Shift
from yimen.service.coordination.services.liaisons import LiaisonMoved
from yimen.service.coordination.tests.stage import again, answered, assigned, leader, next_workday, raised, sent

AT_ONCE = 4


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def at_once(act: Callable[[int], Any]) -> Counter[str]:
    """The same act from several threads, released together; how each ended, by the code of its refusal."""
    gate = Barrier(AT_ONCE)

    def run(turn: int) -> str:
        gate.wait(60)
        try:
            act(turn)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(AT_ONCE)))


def test_numbers_without_gap_or_twin(committed_cast: Cast) -> None:
    assert at_once(lambda turn: raised(committed_cast, title=f"第 {turn} 件")) == {"done": AT_ONCE}
    codes = sorted(Issue.objects.values_list("matter__code", flat=True))
    assert [int(code[-5:]) for code in codes] == [1, 2, 3, 4]


def test_one_answer(committed_cast: Cast) -> None:
    issue = assigned(committed_cast)
    he = committed_cast.actor("he")
    ends = at_once(lambda turn: services.answer(issue=again(issue), actor=he, text=f"答 {turn}", at=now(), seen=2))
    assert ends["done"] == 1 and set(ends) <= {"done", "stale_page", "step_not_open"}
    assert Remark.objects.filter(issue=issue, kind="answer").count() == 1


def test_confirmed_or_returned_but_not_both(committed_cast: Cast) -> None:
    issue, manager = answered(committed_cast), committed_cast.actor("manager")
    verbs = (services.confirm, services.return_answer)
    ends = at_once(lambda turn: verbs[turn % 2](issue=again(issue), actor=manager, reason="就这样。", at=now(), seen=3))
    assert ends["done"] == 1
    assert again(issue).matter.state in ("solved", "assigned")


def test_one_leader_a_day(committed_cast: Cast) -> None:
    people = [leader(committed_cast, name) for name in ("甲", "乙", "丙", "丁")]
    he, market, day = committed_cast.actor("he"), committed_cast.units["market"], next_workday()
    ends = at_once(lambda turn: services.set_shift(actor=he, department=market, day=day, leader=people[turn], at=now()))
    assert ends == {"done": 1, "shift_moved": AT_ONCE - 1}
    assert Shift.objects.count() == 1


def test_one_answer_of_a_unit_to_a_paper(committed_cast: Cast) -> None:
    paper, he = sent(committed_cast, needs_answer=True), committed_cast.actor("he")
    ends = at_once(lambda turn: services.answer_dispatch(actor=he, dispatch=paper, text=f"答 {turn}", at=now()))
    assert ends == {"done": 1, "paper_gone": AT_ONCE - 1}
    assert Receipt.objects.filter(answered_at__isnull=False).count() == 1


def test_one_liaison_of_a_unit(committed_cast: Cast) -> None:
    market, manager = committed_cast.units["market"], committed_cast.actor("manager")
    names = ("zhou", "zhao", "chen", "he")
    ends = at_once(
        lambda turn: services.appoint_liaison(
            actor=manager,
            unit=market,
            account_id=committed_cast.accounts[names[turn]].pk,
            from_on=next_workday(),
            at=now(),
        )
    )
    assert ends["done"] >= 1 and set(ends) <= {"done", LiaisonMoved.code}
    from yimen.service.coordination.models import Liaison

    assert Liaison.objects.filter(unit=market, ended_reason="").count() == 1
