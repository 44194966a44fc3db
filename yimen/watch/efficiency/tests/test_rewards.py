"""举报奖励 R237: proposed, approved by another, paid once, whoever presses at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations.tests.at_once import at_once
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Reward
from yimen.watch.efficiency.services.rewards import NoReward, RewardMoved, SameHands
from yimen.watch.efficiency.tests import stage


@pytest.mark.django_db
def test_from_proposal_to_payment(cast: Cast) -> None:
    report = stage.rewarded(cast)
    paid = services.pay_reward(complaint=report, actor=cast.actor("sun"), voucher="PZ-1", at=now())
    assert (paid.state, paid.amount_fen, paid.voucher) == ("paid", 20_000, "PZ-1")
    with pytest.raises(RewardMoved):
        services.pay_reward(complaint=report, actor=cast.actor("sun"), voucher="PZ-2", at=now())


@pytest.mark.django_db
def test_only_for_a_true_report_that_asked_and_within_the_level(cast: Cast) -> None:
    sun = cast.actor("sun")
    plain = stage.found(cast)
    open_report = stage.accepted(cast, kind="report", wants_reward=True)
    untrue = stage.found(cast, effective=False, kind="report", wants_reward=True)
    for complaint in (plain, open_report, untrue):
        with pytest.raises(NoReward):
            services.propose_reward(
                complaint=complaint, actor=sun, level="reward_third", amount_fen=100, ground="线索属实", at=now()
            )
    good = stage.found(cast, kind="report", wants_reward=True)
    for amount in (0, -1, 30_001):
        with pytest.raises(NoReward):
            services.propose_reward(
                complaint=good, actor=sun, level="reward_third", amount_fen=amount, ground="线索属实", at=now()
            )


@pytest.mark.django_db
def test_nobody_approves_what_they_proposed_or_pays_what_they_approved(cast: Cast) -> None:
    good = stage.found(cast, kind="report", wants_reward=True)
    services.propose_reward(
        complaint=good, actor=cast.actor("sun"), level="reward_third", amount_fen=100, ground="线索属实", at=now()
    )
    with pytest.raises(SameHands):
        services.approve_reward(complaint=good, actor=cast.actor("sun"), at=now())
    services.approve_reward(complaint=good, actor=cast.actor("leader"), at=now())
    with pytest.raises(Refusal):
        services.pay_reward(complaint=good, actor=cast.actor("leader"), voucher="PZ-9", at=now())


@pytest.mark.django_db
def test_one_voucher_pays_one_reward(cast: Cast) -> None:
    first, second = stage.rewarded(cast), stage.rewarded(cast)
    services.pay_reward(complaint=first, actor=cast.actor("sun"), voucher="PZ-1", at=now())
    with pytest.raises(RewardMoved):
        services.pay_reward(complaint=second, actor=cast.actor("sun"), voucher="PZ-1", at=now())


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def test_many_who_pay_at_once_pay_once(committed_cast: Cast) -> None:
    with transaction.atomic():
        report = stage.rewarded(committed_cast)
    sun, at = committed_cast.actor("sun"), now()

    def pay(voucher: str) -> Callable[[], object]:
        return lambda: services.pay_reward(complaint=report, actor=sun, voucher=voucher, at=at)

    said = at_once([pay(f"PZ-{turn}") for turn in range(4)])
    assert sum(isinstance(each, RewardMoved) for each in said) == 3
    assert Reward.objects.get().state == "paid"
