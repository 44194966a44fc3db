"""Two watches over the limits at once, two presses of 催办 at once: one reminder each, with commits that are real (R011)."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.matters.watching import sweep_all
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases import services
from yimen.service.cases.models import Reminder
from yimen.service.cases.services.reminding import UrgedToday
from yimen.service.cases.tests.stage import published, submitted
from yimen.service.cases.tests.test_reminding import late


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def test_one_reminder_of_two_watches_and_one_of_two_presses(committed_cast: Cast) -> None:
    with transaction.atomic():
        code = submitted(committed_cast, published(committed_cast, kind="confirmation", name="执业兽医备案"))
    moment = late(code, 3)
    told = at_once([lambda: sweep_all(moment).looked] * 3)
    assert sorted(told, key=str) == [0, 0, 1]
    assert Reminder.objects.get().told.exists()
    sun, at = committed_cast.actor("sun"), now()
    pressed = at_once([lambda: services.urge_case(code=code, reason="请抓紧", actor=sun, at=at)] * 3)
    assert sum(isinstance(each, UrgedToday) for each in pressed) == 2
    assert Reminder.objects.filter(kind="urged").count() == 1
