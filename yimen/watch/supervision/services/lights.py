"""The watcher of the clocks: which light each matter shines in, each change written once (R215, R216).

It is shown matters that are locked, in portions, and asks the same number of questions for one as for two hundred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from yimen.ground.calendar.rules import WorkCalendar, day_end
from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, live, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as acting
from yimen.ground.matters.rules import Derivation
from yimen.watch.supervision import policies, rules
from yimen.watch.supervision.events import ClocksOverdue, LightsChanged, RejudgeDue
from yimen.watch.supervision.lifecycle import ALERT
from yimen.watch.supervision.models import Alert, LightChange
from yimen.watch.supervision.selectors.rules import newest_versions, terms_of

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter
    from yimen.ground.matters.services import Differs

ORDER = 90
"""After every watcher that may move a matter: what is written here is written for good."""


@dataclass(frozen=True, slots=True)
class _Judged:
    light: str
    turn: rules.Turn | None
    next: datetime | None


def look(found: Sequence[Matter], at: datetime) -> Mapping[int, datetime | None]:
    """Set each matter's light, write its change down, and say when the next colour comes.

    What is closed or has no due day shines no more; what stands still keeps the colour it had when it stopped, if it was
    late by then.
    """
    newest = newest_versions(at)
    places: dict[tuple[int, int | None], tuple[list[rules.SignalTerms], list[Mapping[str, Any]]]] = {}
    version = calendar_version()
    calendar = work_calendar(version)
    judged: dict[int, _Judged] = {}
    late: list[int] = []
    for each in found:
        here = calendar.at(each.division_id, each.centre_id)
        where = (each.department_id, each.centre_id)
        if where not in places:
            holding = rules.chosen(newest, *where)
            overdue_there = [one.params for one in holding if one.kind == rules.OVERDUE.code]
            places[where] = (terms_of(holding), overdue_there)
        terms, overdue = places[where]
        judged[each.pk] = one = _judge(each, terms, here, version, at)
        come, ahead = _overdue(each, overdue, here, version, at)
        if come:
            late.append(each.pk)
        if ahead is not None and (one.next is None or ahead < one.next):
            judged[each.pk] = replace(one, next=ahead)
    if late:
        outbox.publish(ClocksOverdue(tuple(late), at))
    if again := standing_on([each.pk for each in found]):
        outbox.publish(RejudgeDue(tuple(again)))
    changed = [each for each in found if judged[each.pk].light != each.light]
    if changed:
        _write_down(changed, judged, calendar, at)
        for each in changed:
            each.light = judged[each.pk].light
    return {pk: each.next for pk, each in judged.items()}


def standing_on(matter_ids: Sequence[int]) -> list[int]:
    """Which of these matters bear an alert or card that rests on a clock and is not withdrawn: it is judged again."""
    over = ("withdrawn", "accepted", "noted")
    found = Alert.objects.filter(about__in=matter_ids, clock_seq__isnull=False).exclude(matter__state__in=over)
    return sorted(set(found.values_list("about_id", flat=True)))


def _due(matter: Matter, measure: str, version: int) -> tuple[date, datetime] | None:
    """The due day and the last moment in time by the promised or the legal limit; None without one."""
    if matter.due_on is None or matter.due_at is None:
        return None
    if measure == "promised" or matter.legal_due_on == matter.due_on:
        return matter.due_on, matter.due_at
    if matter.legal_due_on is None:
        return None
    return matter.legal_due_on, day_end(matter.legal_due_on, matters.closing_hours(matter.centre_id, version))


def _overdue(
    matter: Matter, overdue: Sequence[Mapping[str, Any]], calendar: WorkCalendar, version: int, at: datetime
) -> tuple[bool, datetime | None]:
    """Whether a limit has run out by some rule, and when the next rule will say so. What stands still grows no later."""
    if matter.closed_at is not None or matter.procedure == ALERT.name:
        return False, None
    come, ahead = False, None
    for params in overdue:
        if params["procedures"] and matter.procedure not in params["procedures"]:
            continue
        if (due := _due(matter, params["measure"], version)) is None:
            continue
        moment = rules.overdue_from(*due, params["late_workdays"], calendar)
        if moment <= (min(at, matter.stopped_since) if matter.stopped_since else at):
            come = True
        elif not matter.stopped_since and (ahead is None or moment < ahead):
            ahead = moment
    return come, ahead


def _judge(
    matter: Matter, terms: Sequence[rules.SignalTerms], calendar: WorkCalendar, version: int, at: datetime
) -> _Judged:
    if matter.closed_at is not None or matter.due_at is None:
        return _Judged(rules.GREEN, None, None)
    stopped = matter.stopped_since
    if stopped is not None and stopped <= matter.due_at:
        return _Judged(rules.GREEN, None, None)
    turns: list[rules.Turn] = []
    for each in terms:
        if not each.concerns(matter.procedure, matter.clock):
            continue
        if (due := _due(matter, each.measure, version)) is not None:
            turns += rules.schedule(each, *due, calendar)
    turn, ahead = rules.judge(turns, min(at, stopped) if stopped else at)
    return _Judged(turn.light if turn else rules.GREEN, turn, None if stopped else ahead)


def _write_down(changed: Sequence[Matter], judged: Mapping[int, _Judged], calendar: WorkCalendar, at: datetime) -> None:
    ids = [each.pk for each in changed]
    before = dict(
        LightChange.objects.filter(matter__in=ids).values_list("matter").annotate(last=Max("pk"))
    )  # the newest is that of the highest number: a matter's changes are written one after the other
    lit = [each.pk for each in changed if judged[each.pk].light in ("yellow", "red")]
    asked = matters.ask_many(lit) if lit else {}
    made = LightChange.objects.bulk_create(
        LightChange(
            matter_id=each.pk, previous=before.get(each.pk), before=each.light, after=judged[each.pk].light,
            since=turn.at if (turn := judged[each.pk].turn) else at, at=at, version_id=turn.version if turn else None,
            department_id=each.department_id, person_name=each.person_name,
            evidence=_evidence(each, judged[each.pk], calendar, asked.get(each.pk), at),
        )
        for each in changed
    )  # fmt: skip
    outbox.publish(LightsChanged(tuple(each.pk for each in made), at))
    live.announce(policies.LIGHTS, *(each.pk for each in changed))


def _evidence(
    matter: Matter, judged: _Judged, calendar: WorkCalendar, asked: matters.Asked | None, at: datetime
) -> dict[str, Any]:
    """What was known and reckoned at this moment; never reckoned again. Days are ISO dates, `left` working days."""
    here = calendar.at(matter.division_id, matter.centre_id)
    said: dict[str, Any] = {
        "state": matter.state,
        "clock": matter.clock,
        "due_on": _iso(matter.due_on),
        "due_at": _iso(matter.due_at),
        "legal_due_on": _iso(matter.legal_due_on),
        "left": here.workdays_between(day_of(at), matter.due_on) if matter.due_on else None,
        "calendar": calendar.version,
        "step": matter.last_seq,
        "why": why_dark(matter) if not judged.light else "",
    }
    if asked is not None:
        promised, legal = matters.derivation_of(asked)
        said["promised"], said["legal"] = said_derivation(promised), said_derivation(legal)
    return said


def why_dark(matter: Matter) -> str:
    """Why a light went out, in words."""
    if matter.closed_at is not None:
        return "已办结"
    if matter.stopped_since is not None:
        return "已停表"
    return "期限或规则有变" if matter.due_at is not None else "没有期限"


def said_derivation(found: Derivation | None) -> dict[str, Any] | None:
    """A derivation as it is kept: its dates, and its days folded into runs `[first, last, days, counted, why, law, number]`."""
    if found is None:
        return None
    return {
        "started_on": _iso(found.started_on),
        "limit": found.limit,
        "unit": found.unit,
        "counted": found.counted,
        "due_on": _iso(found.due_on),
        "reached_on": _iso(found.reached_on),
        "provisional": found.provisional,
        "runs": [
            [run.first.isoformat(), run.last.isoformat(), run.days, run.counted, run.why, run.law, run.number]
            for run in found.runs()
        ],
    }


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


# --- The nightly comparison


@transaction.atomic
def recount_board(*, actor: Actor, at: datetime, mend: bool = False) -> list[Differs]:
    """Compare the board's counts with a count of the matters themselves.

    Returns the groups that differed; `mend` puts them right, with one audit row. Raises `NotAllowed`.
    """
    require_permission(actor, policies.RULES)
    acting.fold_tallies()
    found = acting.recount_tallies(at, mend=mend)
    if found and mend:
        audit.record(
            "supervision.mend_counts", actor=actor, target_kind="board", target="", facts={"groups": len(found)}
        )
    return found
