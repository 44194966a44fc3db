"""What a leaver had in hand goes back to its window or department, by a step (等保 8.1.4.2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.matters.handlers import give_back
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.services import claim
from yimen.ground.matters.tests.stage import errand
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.events import StaffWithoutPost


@pytest.mark.django_db
def test_a_leavers_matters_go_back_by_a_step_and_a_stayers_do_not(cast: Cast) -> None:
    for name in ("zhao", "chen"):
        made = errand(cast.actor("he"))
        Matter.objects.filter(pk=made.matter_id).update(department=cast.units["market"])
        claim(matter_id=made.matter_id, actor=cast.actor(name), at=now())
    organisations.end_post(actor=cast.actor("system"), post=cast.posts["zhao"], at=now())
    for name in ("zhao", "zhao", "chen"):
        give_back(StaffWithoutPost(account_id=cast.accounts[name].pk, at=now()))
    assert not Matter.objects.filter(person=cast.accounts["zhao"]).exists()
    assert Matter.objects.filter(person=cast.accounts["chen"]).count() == 1
    step = Step.objects.get(action="give_back")
    assert "赵强" in step.facts
    assert "已离岗" in step.facts
