"""What stands beside a case, told by two people at once, with real commits: one is heard, the other is told what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Hold, Matter, Step
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases import services
from yimen.service.cases.models import Hearing, OpinionRequest, SignedPromise
from yimen.service.cases.tests.stage import published, submitted

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)
LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real, and whose time is an argument."""
    with transaction.atomic():
        mark_synthetic()
        return build_cast()


def reviewing(cast: Cast) -> str:
    with in_its_own_time(), transaction.atomic():
        code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
        services.accept_case(code=code, actor=cast.actor("wang"), at=MONDAY)
    return code


def in_own_time(act: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with in_its_own_time():
            return act()

    return run


def refusals(came: list[object]) -> list[Refusal]:
    return [each for each in came if isinstance(each, Refusal)]


def test_one_department_is_asked_once(cast: Cast) -> None:
    code, zhao = reviewing(cast), cast.actor("zhao")

    def ask() -> object:
        return services.ask_opinion(
            code=code, department_id=cast.units["health"].pk, question="通风？", actor=zhao, at=LATER
        )

    came = at_once([in_own_time(ask)] * 3)
    assert OpinionRequest.objects.count() == 1
    assert len(refusals(came)) == 2
    assert all(isinstance(each, Conflict) for each in refusals(came))
    assert Hold.objects.filter(lifted_at__isnull=True).count() == 1


def test_an_answer_and_a_withdrawal_meet(cast: Cast) -> None:
    code = reviewing(cast)
    with in_its_own_time():
        made = services.ask_opinion(
            code=code, department_id=cast.units["health"].pk, question="通风？", actor=cast.actor("zhao"), at=LATER
        )

    def request() -> OpinionRequest:
        return OpinionRequest.objects.select_related("matter", "case__matter").get(pk=made.pk)

    health, zhao, at = cast.actor("qian_approver"), cast.actor("zhao"), LATER + timedelta(hours=1)
    acts = [
        lambda: services.answer_opinion(request=request(), answer="agree", text="符合。", actor=health, at=at),
        lambda: services.withdraw_opinion(request=request(), reason="不用了", actor=zhao, at=at),
    ]
    came = at_once([in_own_time(act) for act in acts])
    assert len(refusals(came)) == 1
    kept = request()
    assert (kept.matter.state, bool(kept.answer)) in (("answered", True), ("withdrawn", False))
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()


def test_a_hearing_is_asked_for_or_waived_never_both(cast: Cast) -> None:
    code = reviewing(cast)
    with in_its_own_time():
        made = services.tell_hearing_right(code=code, subject="与相邻住户有关", actor=cast.actor("zhao"), at=LATER)

    def hearing() -> Hearing:
        return Hearing.objects.select_related("matter", "case__matter").get(pk=made.pk)

    li, at = cast.actor("li"), LATER + timedelta(hours=1)
    acts = [
        lambda: services.request_hearing(hearing=hearing(), actor=li, at=at),
        lambda: services.waive_hearing(hearing=hearing(), actor=li, at=at),
    ]
    came = at_once([in_own_time(act) for act in acts])
    assert len(refusals(came)) == 1
    state = hearing().matter.state
    stopped = Matter.objects.get(code=code).stopped_since is not None
    assert (state, stopped) in (("requested", True), ("waived", False))
    assert Step.objects.filter(matter=made.pk).count() == 2


def test_a_promise_is_signed_once(committed_db: object) -> None:
    with transaction.atomic():
        cast = build_cast()
        item = published(cast)
        services.set_item_terms(
            actor=cast.actor("manager"), item=item, may_follow=(), follow_workdays=10, by_promise=("平面图",),
            promise_text="经营场所符合卫生标准。", check_workdays=20, at=now(),
        )  # fmt: skip
        code = submitted(cast, item, paper=False)
    li = cast.actor("li")
    came = at_once([lambda: services.sign_promise(code=code, signer="李禾", agreed=True, actor=li, at=now())] * 3)
    assert SignedPromise.objects.count() == 1
    assert len(refusals(came)) == 2
    assert Step.objects.filter(matter__code=code, action="sign_promise").count() == 1
