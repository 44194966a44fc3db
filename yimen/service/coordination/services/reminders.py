"""Warn of a limit before it ends, and tell one step further up the chain when it has (R011, R015)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import services as matters
from yimen.service.coordination.events import LimitNear
from yimen.service.coordination.models import Issue, Reminder
from yimen.service.coordination.selectors.issues import due_for_reminder
from yimen.service.coordination.selectors.terms import terms_of

HIGHEST = 3
"""0 due soon: the post that has to act. 1 late: the head too. 2 and 3: so many working days later, one step higher each."""

SAID = ("期限快到，提醒承办岗位", "已经超期，提醒单位负责人", "持续超期，提醒分管领导", "持续超期，提醒政府领导")


def remind_of_limits(at: datetime) -> int:
    """Remind of every limit that is near or past, each level once for each due day; returns how many reminders there were.

    May run as often as one likes and in several processes: the row in `Reminder` is written first, and only once.
    """
    return sum(_remind(issue, at) for issue in due_for_reminder(at))


def level_of(issue: Issue, at: datetime) -> int:
    """How far up the chain a limit has to be told at this moment; -1 for one that nobody need be told of."""
    matter = issue.matter
    if matter.due_on is None or matter.due_at is None or matter.warn_at is None or at < matter.warn_at:
        return -1
    if at <= matter.due_at:
        return 0
    after = terms_of(matter.centre_id or 0).escalate_workdays
    late = work_calendar().workdays_between(matter.due_on, day_of(at))
    return min(HIGHEST, 1 + late // after)


def _remind(issue: Issue, at: datetime) -> bool:
    level = level_of(issue, at)
    due_on = issue.matter.due_on
    if level < 0 or due_on is None:
        return False
    with transaction.atomic():
        _, new = Reminder.objects.get_or_create(issue=issue, due_on=due_on, level=level, defaults={"reminded_at": at})
        if not new:
            return False
        matters.take_step(
            matter=issue.matter_id, action="remind", actor=SYSTEM, at=at, facts={"reason": SAID[level], "level": level},
            events=[LimitNear(issue.matter_id, issue.matter.code, due_on, level, at)],
        )  # fmt: skip
    return True
