"""Standing in for a colleague in the main job: both names in the ledger, never review and decision in one hand (R016)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.identity.rules import Actor, LetterPower
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters.conflicts import ReviewedThemselves
from yimen.ground.matters.models import Step
from yimen.ground.matters.policies import NoLetter
from yimen.ground.matters.selectors import next_steps
from yimen.ground.organisations.capacities import Standing, as_stand_in
from yimen.service.cases import services
from yimen.service.cases.tests.stage import matter_of, submitted


def standing_for(cast: Cast, who: str, holder: str, *, may_decide: bool = True) -> Actor:
    own, theirs = cast.actor(who), cast.actor(holder)
    if may_decide:  # as if the head had given this power to the stand-in's own post too
        letters = tuple(replace(letter, powers=letter.powers | {"decide"}) for letter in own.letters)
        own = replace(own, letters=letters)
    codes = frozenset(right.code for right in theirs.permissions)
    return as_stand_in(own, Standing(1, codes, now() + timedelta(days=1), theirs))


def reviewed(cast: Cast, by: Actor) -> str:
    code = submitted(cast)
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    services.pass_review(code=code, text="符合条件。", actor=by, at=now())
    return code


def test_the_ledger_names_both(cast: Cast) -> None:
    code = reviewed(cast, cast.actor("zhou"))
    services.grant(code=code, actor=standing_for(cast, "zhao", "chen"), at=now())
    step = Step.objects.get(matter__code=code, action="grant")
    assert step.actor_name == "赵强（代陈静）"
    assert step.actor_uid == cast.accounts["zhao"].uid
    assert step.actor_post.endswith("审批岗")


def test_who_reviewed_does_not_decide_for_the_approver(cast: Cast) -> None:
    code = reviewed(cast, cast.actor("zhao"))
    with pytest.raises(ReviewedThemselves):
        services.grant(code=code, actor=standing_for(cast, "zhao", "chen"), at=now())
    with pytest.raises(ReviewedThemselves):
        services.refuse(code=code, reason="不符合", actor=standing_for(cast, "zhao", "chen"), at=now())
    services.grant(code=code, actor=cast.actor("chen"), at=now())


def test_who_reviewed_for_a_colleague_does_not_decide_as_oneself(cast: Cast) -> None:
    code = reviewed(cast, standing_for(cast, "chen", "zhao"))
    with pytest.raises(ReviewedThemselves):
        services.grant(code=code, actor=cast.actor("chen"), at=now())
    services.grant(code=code, actor=cast.actor("zhou"), at=now())


def test_the_button_says_why_it_is_closed(cast: Cast) -> None:
    code = reviewed(cast, standing_for(cast, "chen", "zhao"))
    steps = {
        each.rule.action: each.closed_because for each in next_steps(matter_of(code), cast.actor("chen"), day_of(now()))
    }
    assert "审查是您自己办的" in steps["grant"] and "审查是您自己办的" in steps["refuse"]
    assert steps["return_to_review"] == "", "sending it back decides nothing"
    page = cast.client("chen").get(f"/desk/cases/{code}/").content.decode()
    assert "审查是您自己办的" in page
    assert "请由另一位有权签发的同事决定" in page
    assert 'id="ask-grant"' not in page, "nothing is asked that is refused"
    assert "审查是您自己办的" not in cast.client("zhou").get(f"/desk/cases/{code}/").content.decode()
    asked = {
        each.rule.action: each.closed_because for each in next_steps(matter_of(code), cast.actor("zhou"), day_of(now()))
    }
    assert asked["grant"] == ""


def test_without_a_letter_of_ones_own_there_is_no_deciding(cast: Cast) -> None:
    code = reviewed(cast, cast.actor("zhou"))
    with pytest.raises(NoLetter):
        services.grant(code=code, actor=standing_for(cast, "zhao", "chen", may_decide=False), at=now())


def test_a_chief_representative_may_still_review_and_decide(cast: Cast) -> None:
    chief = cast.actor("zhou")
    assert isinstance(chief.letters[0], LetterPower)
    services.grant(code=reviewed(cast, chief), actor=chief, at=now())
