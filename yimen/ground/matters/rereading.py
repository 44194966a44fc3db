"""What those who judge a clock ask of the ledger: one of a matter's clocks as it stood at a moment, and what was taken back since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.matters import rules
from yimen.ground.matters.asking import Asked
from yimen.ground.matters.clocks import clocks_of
from yimen.ground.matters.explaining import closing_hours
from yimen.ground.matters.models import Matter, Step


def by_ids(ids: Sequence[int]) -> list[Matter]:
    """These matters with their department, by number; without any check of access, for handlers and jobs."""
    return list(Matter.objects.filter(pk__in=ids).select_related("department", "window").order_by("pk"))


def due_before(moment: datetime, most: int) -> list[Matter]:
    """The open matters whose running clock ends by then, those due first; without any check of access, for previews."""
    found = Matter.objects.filter(closed_at__isnull=True, stopped_since__isnull=True, due_at__lte=moment)
    return list(found.order_by("sort_at", "pk")[:most])


def clock_seq(asked: Asked) -> int | None:
    """The step that started the present clock; None where no clock ever ran."""
    clocks = clocks_of(asked.marks)
    return clocks[-1].start.seq if clocks else None


def clock_at(
    asked: Asked, seq: int, at: datetime, *, legal: bool = False
) -> tuple[rules.ClockState | None, rules.Derivation | None, datetime | None]:
    """(state, derivation, end) of the clock that the step `seq` started, by the marks up to `at` and the calendar of today.

    None for a clock that is not there or has no such limit. `end` is when it finished or the next one started, if by `at`.
    """
    clocks = clocks_of(asked.marks)
    place = next((place for place, clock in enumerate(clocks) if clock.start.seq == seq), None)
    if place is None:
        return None, None, None
    clock = clocks[place]
    marks = tuple(mark for mark in clock.marks if mark.at <= at)
    ended = next((mark.at for mark in marks if mark.effect == "finish"), None)
    if ended is None and place + 1 < len(clocks):
        following = clocks[place + 1].start
        begun = following.after or following.at
        ended = begun if begun <= at else None
    known = replace(clock, marks=tuple(mark for mark in marks if mark.effect != "finish"))
    close = closing_hours(asked.centre_id, asked.calendar_version)
    calendar = work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)
    terms = known.terms(close, legal=legal)
    return known.state(terms, calendar), known.derivation(terms, calendar), ended


def annulled_clocks(matter_id: int) -> set[int]:
    """The steps whose clock was taken back: what the law did by itself, and an authorised person undid."""
    found: set[int] = set()
    deemed: list[int] = []
    steps = Step.objects.filter(matter=matter_id).order_by("seq").values_list("seq", "action")
    for seq, action in steps:
        if action.startswith("deem_"):
            deemed.append(seq)
        elif action.startswith("undo_") and deemed:
            found.add(deemed.pop())
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """The last step of some actions that a matter took, and by whom."""

    seq: int
    action: str
    actor_uid: str
    actor_name: str
    window: str
    happened_at: datetime
    facts: dict[str, Any]


def last_taken(matter_id: int, actions: Sequence[str]) -> Taken | None:
    """The last step of these actions; None where there is none."""
    step = Step.objects.filter(matter=matter_id, action__in=actions).order_by("-seq").first()
    if step is None:
        return None
    return Taken(
        step.seq,
        step.action,
        str(step.actor_uid),
        step.actor_name,
        step.window,
        step.happened_at,
        json.loads(step.facts or "{}"),
    )


def also_open(matter: Matter, since: datetime) -> list[Matter]:
    """The other open matters of the same applicant for the same subject that were opened since then."""
    if matter.applicant_id is None or not matter.subject:
        return []
    found = Matter.objects.filter(
        applicant=matter.applicant_id, subject=matter.subject, closed_at__isnull=True, opened_at__gte=since
    ).exclude(pk=matter.pk)
    return list(found.select_related("department", "window").order_by("pk")[:20])


def untouched_since(actions: Sequence[str], cutoff: datetime, after_id: int, most: int) -> list[Matter]:
    """The open matters whose last step is one of these actions and older than that, in order of their numbers."""
    last = Step.objects.filter(
        matter=OuterRef("pk"), seq=OuterRef("last_seq"), action__in=actions, happened_at__lte=cutoff
    )
    found = Matter.objects.filter(Exists(last), closed_at__isnull=True, stopped_since__isnull=True, pk__gt=after_id)
    return list(found.select_related("department", "window").order_by("pk")[:most])


# --- Looking through new steps


@dataclass(frozen=True, slots=True)
class Burst:
    """Many steps that one person recorded within one minute; `matter_id` is the first of them."""

    actor_uid: str
    actor_name: str
    minute: datetime
    steps: int
    matters: int
    matter_id: int


@dataclass(frozen=True, slots=True)
class Backdated:
    """A step that was recorded long after it happened, with the basis it was given."""

    matter_id: int
    seq: int
    action: str
    actor_uid: str
    actor_name: str
    happened_at: datetime
    recorded_at: datetime
    basis: str


def last_step() -> int:
    """The number of the newest step; 0 where there is none."""
    return Step.objects.order_by("-id").values_list("id", flat=True).first() or 0


def bursts(after: int, upto: int, least: int) -> list[Burst]:
    """Who recorded at least so many steps within a minute, among the steps with these numbers; people alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select actor_uid::text, max(actor_name), date_trunc('minute', recorded_at), count(*),"
            " count(distinct matter_id), min(matter_id) from matters_step"
            " where id > %s and id <= %s and actor_post not in ('', '系统') group by 1, 3 having count(*) >= %s order by 3, 1",
            [after, upto, least],
        )
        return [Burst(*row) for row in cursor.fetchall()]


def backdated(after: int, upto: int, gap: timedelta) -> list[Backdated]:
    """The steps among these that were recorded later than that; what the law itself dated is none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select matter_id, seq, action, actor_uid::text, actor_name, happened_at, recorded_at, basis from matters_step"
            " where id > %s and id <= %s and basis not in ('', 'statutory_effect') and recorded_at - happened_at > %s * interval '1 second'"
            " order by id",
            [after, upto, int(gap.total_seconds())],
        )
        return [Backdated(*row) for row in cursor.fetchall()]
