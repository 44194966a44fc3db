"""Judging clocks, and judging them again: what a rule found on a clock stands only as long as the clock's derivation bears it.

A calendar that changed, a suspension that was entered, an effect that was taken back: each changes the derivation. What no longer
holds is withdrawn or softened by the system, with the old and the new derivation side by side; never made worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.matters import selectors as reading
from yimen.ground.matters import services as matters
from yimen.watch.supervision import rules
from yimen.watch.supervision.events import AlertClosed
from yimen.watch.supervision.lifecycle import ALERT
from yimen.watch.supervision.models import Alert, Card, CardChange, RuleVersion
from yimen.watch.supervision.selectors.rules import newest_versions
from yimen.watch.supervision.services.alerts import Found, detect
from yimen.watch.supervision.services.course import write_change
from yimen.watch.supervision.services.lights import said_derivation

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

BATCH = 200
RANK = {"": 0, "notice": 1, "yellow": 2, "red": 3}


def raise_overdue(matter_ids: Sequence[int], at: datetime) -> int:
    """Raise what the overdue rules in force find on these matters; returns how many alerts are new."""
    found = newest_versions(at, kind=rules.OVERDUE.code)
    if not found or not matter_ids:
        return 0
    asked = reading.ask_many(matter_ids)
    raised = 0
    for matter in reading.by_ids(list(asked)):
        if matter.procedure == ALERT.name or matter.closed_at is not None:
            continue
        for version in rules.chosen(found, matter.department_id, matter.centre_id):
            raised += _raise_if_late(matter, asked[matter.pk], version, at) is not None
    return raised


def _raise_if_late(matter: Matter, asked: reading.Asked, version: RuleVersion, at: datetime) -> Alert | None:
    params = version.params
    if params["procedures"] and matter.procedure not in params["procedures"]:
        return None
    seq = reading.clock_seq(asked)
    if seq is None:
        return None
    found, derivation = lateness(asked, seq, params["measure"], at)
    if not found.late or not rules.is_overdue(found, params["late_workdays"], calendar_of(asked)):
        return None
    if found.due_on is None or found.due_at is None:
        return None
    person = (matter.person_id, matter.person_name) if matter.person_id else None
    words = f"“{matter.title}”应于{say_date(found.due_on)}前办结，已超期 {found.workdays} 个工作日。"
    return detect(
        Found(
            key=f"{version.rule.code}:{matter.pk}:{found.due_at.isoformat()}", text=words, level=version.level,
            violation=rules.OVERDUE.violation, department_id=matter.department_id, since=found.due_at, about=matter,
            person=person, version=version, clock_seq=seq,
            evidence={"version": version.number, "measure": params["measure"], "late_workdays": found.workdays,
                      "due_on": found.due_on.isoformat(), "due_at": found.due_at.isoformat(), "at": at.isoformat(),
                      "calendar": asked.calendar_version, "derivation": said_derivation(derivation)},
        ),
        at,
    )  # fmt: skip


def calendar_of(asked: reading.Asked) -> Any:
    """The working calendar of a matter's place."""
    return work_calendar(asked.calendar_version).at(asked.division_id, asked.centre_id)


def lateness(
    asked: reading.Asked, clock_seq: int, measure: str, at: datetime, annulled: Iterable[int] = ()
) -> tuple[rules.Lateness, Any]:
    """How the clock that the step `clock_seq` started stood at `at`, by what the ledger and the calendar say now."""
    state, derivation, ended = reading.clock_at(asked, clock_seq, at, legal=measure == "legal")
    if state is None or clock_seq in set(annulled):
        return rules.Lateness(None, None, at, 0), derivation
    moment = min(at, ended) if ended is not None else at
    due_on, due_at = state.due_on, state.due_at
    if due_on is None or due_at is None or moment <= due_at:
        return rules.Lateness(due_on, due_at, moment, 0), derivation
    days = max(1, calendar_of(asked).workdays_between(due_on, day_of(moment)))
    return rules.Lateness(due_on, due_at, moment, days), derivation


# --- Again


def _rejudgeable() -> Any:
    return (
        Alert.objects.filter(version__kind__in=rules.CLOCKED, clock_seq__isnull=False)
        .exclude(matter__state__in=("withdrawn", "accepted", "noted"))
        .select_related("matter", "about", "version__rule", "card")
    )


def rejudge_matters(matter_ids: Sequence[int], at: datetime) -> int:
    """Judge again whatever rests on the clocks of these matters; returns how many alerts or cards changed."""
    return _rejudge(list(_rejudgeable().filter(about__in=matter_ids).order_by("pk")), at)


def rejudge_all(after_id: int, at: datetime) -> tuple[int, int]:
    """The same for the next batch of all: (last id, 0 at the end; how many changed)."""
    batch = list(_rejudgeable().filter(pk__gt=after_id).order_by("pk")[:BATCH])
    changed = _rejudge(batch, at)
    return (batch[-1].pk if len(batch) == BATCH else 0), changed


def _rejudge(found: Sequence[Alert], at: datetime) -> int:
    if not found:
        return 0
    asked = reading.ask_many([each.about_id for each in found if each.about_id is not None])
    standing = newest_versions(at, kind=rules.OVERDUE.code)
    return sum(_judge_again(each, asked[each.about_id], standing, at) for each in found if each.about_id in asked)


def _judge_again(alert: Alert, asked: reading.Asked, standing: Sequence[RuleVersion], at: datetime) -> bool:
    """Judge by the facts of the moment of the finding, under the version it was made by; whether anything changed."""
    if alert.version is None or alert.clock_seq is None:
        return False
    params = alert.version.params
    annulled = reading.annulled_clocks(alert.about_id or 0)
    now, derivation = lateness(asked, alert.clock_seq, params["measure"], alert.found_at, annulled)
    calendar = calendar_of(asked)
    if rules.is_overdue(now, params["late_workdays"], calendar):
        return False
    card = getattr(alert, "card", None)
    why = _why(alert, now)
    evidence = {
        "before": alert.evidence, "now": said_derivation(derivation), "late_workdays": now.workdays,
        "due_on": now.due_on.isoformat() if now.due_on else None, "calendar": asked.calendar_version,
        "annulled": alert.clock_seq in annulled,
    }  # fmt: skip
    softer = _softer(alert, card, now, standing, calendar)
    if card is not None and softer:
        if card.level == softer:
            return False
        _step(alert, "rejudge_softer", why, at)
        before, card.level = card.level, softer
        card.save(update_fields=["level"])
        write_change(card, CardChange.What.SOFTENED, before, softer, why, SYSTEM, at, evidence=evidence)
        return True
    over = alert.matter.state in ("confirmed", "softened")
    closed = [] if card else [AlertClosed(alert.matter_id, alert.matter.code, "withdrawn", at)]
    _step(alert, "rejudge_later" if over else "rejudge", why, at, closed)
    # Should the same limit run out again, as when the change is taken back, that is a finding of its own.
    alert.key = f"{alert.key[:180]}#{alert.pk}"
    alert.save(update_fields=["key"])
    if card is not None and card.standing != Card.Standing.WITHDRAWN:
        card.standing, card.withdrawn_at = Card.Standing.WITHDRAWN, at
        card.save(update_fields=["standing", "withdrawn_at"])
        write_change(card, CardChange.What.WITHDRAWN, card.level, "", why, SYSTEM, at, evidence=evidence)
    return True


def _softer(
    alert: Alert, card: Card | None, now: rules.Lateness, standing: Sequence[RuleVersion], calendar: Any
) -> str:
    """The lighter card that another rule of the kind still bears out; "" where none does."""
    if card is None:
        return ""
    lighter = [
        each for each in rules.chosen(standing, alert.department_id, alert.matter.centre_id)
        if each.level == Card.Level.YELLOW and rules.is_overdue(now, each.params["late_workdays"], calendar)
        and (not each.params["procedures"] or alert.about is None or alert.about.procedure in each.params["procedures"])
    ]  # fmt: skip
    return Card.Level.YELLOW if lighter else ""


def _why(alert: Alert, now: rules.Lateness) -> str:
    before = alert.evidence.get("due_on", "")
    if now.due_on is None:
        return f"原按 {before} 到期认定超期；现在这段期限已撤销或停表，不再超期。"
    if now.late:
        return f"期限由 {before} 重新推算为 {now.due_on.isoformat()}，超期减为 {now.workdays} 个工作日。"
    return f"期限由 {before} 重新推算为 {now.due_on.isoformat()}，发现时没有超期。"


def _step(alert: Alert, action: str, why: str, at: datetime, events: Sequence[Any] = ()) -> None:
    matters.take_step(matter=alert.matter_id, action=action, actor=SYSTEM, at=at, facts={"reason": why}, events=events)
