"""A limit that is near tells the post, one that is past tells further up; each once (R011, R015)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.matters import selectors as matters
from yimen.ground.notices.models import Message
from yimen.service.coordination import events, handlers, services
from yimen.service.coordination.models import Reminder
from yimen.service.coordination.services.reminders import level_of
from yimen.service.coordination.tests.stage import again, assigned, overdue, raised


def told(cast: Cast, *names: str) -> set[str]:
    """Of these people, who has a message about a limit."""
    found = set(Message.objects.filter(subject="协调事项期限提醒").values_list("account_id", flat=True))
    return {name for name in names if cast.accounts[name].pk in found}


def test_near_then_late_then_higher(cast: Cast) -> None:
    issue = assigned(cast)
    due_at = again(issue).matter.due_at
    assert due_at is not None
    moments = [due_at - timedelta(hours=1), due_at + timedelta(hours=2), due_at + timedelta(days=12)]
    assert [level_of(again(issue), at) for at in moments] == [0, 1, 3]
    assert level_of(again(issue), again(issue).matter.opened_at) == -1


def test_each_level_is_told_once(cast: Cast) -> None:

    issue = overdue(assigned(cast), 14)
    assert services.remind_of_limits(now()) == 1
    assert services.remind_of_limits(now()) == 0
    assert [step.action for step in matters.timeline(again(issue).matter)] == ["raise", "assign", "remind"]
    assert Reminder.objects.get(issue=issue).level >= 1
    assert again(issue).matter.state == "assigned"


@pytest.mark.parametrize(("level", "who"), [(0, {"he", "zhou"}), (1, {"he", "zhou"}), (3, {"he", "zhou", "leader"})])
def test_who_is_told(cast: Cast, level: int, who: set[str]) -> None:
    issue = assigned(cast)
    due: Any = again(issue).matter.due_on
    event = events.LimitNear(issue.matter_id, issue.matter.code, due, level, now())
    handlers.tell_limit(event)
    handlers.tell_limit(event)
    assert told(cast, "he", "zhou", "leader", "tang", "wang") == who


def test_the_office_is_told_of_what_it_has_to_assign(cast: Cast) -> None:
    issue = raised(cast)
    due: Any = issue.matter.due_on or again(issue).matter.due_on
    handlers.tell_limit(events.LimitNear(issue.matter_id, again(issue).matter.code, due, 0, datetime.now(tz=CHINA)))
    assert told(cast, "manager", "he") == {"manager"}
