"""Effects at expiry: what the law says has happened when a limit ran out and nobody acted (视为受理, 视为准予延续, 超时默认 …).

An effect is data: its article, the states in which it can come, the moment at which it falls due, the step it takes. It comes
by itself at that moment, is announced some working days before, and only an authorised person takes it back, by a step with a
reason. A statute's own effect cannot be switched off; one that a place has made for itself can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters import policies
from yimen.ground.matters.clocks import WATCH_WORKDAYS, workdays_before
from yimen.ground.matters.events import EffectCame, EffectNear
from yimen.ground.matters.models import EffectTaken, EffectTerms, EffectWarning, Matter
from yimen.ground.matters.policies import EFFECTS, NoPermission

if TYPE_CHECKING:
    from yimen.ground.matters.thinking import Taken

STATUTORY_EFFECT = "statutory_effect"
"""The basis of a step that counts from the moment the law names, and is written down when the system came to it."""

MOMENT = timedelta(microseconds=1)
MOST_WARNINGS = 5
MOST_DAYS = 250
LONGEST_WARNING = WATCH_WORKDAYS
"""No warning earlier than the watch begins to look."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `falls_due` gives the last moment that is still in time, None where this matter has none.

    `take(matter, moment, at)` takes the step: `moment` is the first at which the effect stands, `at` is now.
    `warn_workdays` are the working days before, at whose beginning the worker is warned. `days`: after how many working days,
    where a place sets them. `at_fault`: it is the office whose limit ran out.
    """

    code: str
    label: str
    law: str
    text: str
    procedures: tuple[str, ...]
    states: tuple[str, ...]
    falls_due: Callable[[Matter], datetime | None]
    take: Callable[[Matter, datetime, datetime], Taken]
    statutory: bool = True
    usual: bool = True
    warn_workdays: tuple[int, ...] = (3, 1)
    order: int = 50
    days: int | None = None
    at_fault: bool = True

    def concerns(self, matter: Matter) -> bool:
        """Whether the effect can come to this matter as it stands."""
        return matter.procedure in self.procedures and matter.state in self.states


@dataclass(frozen=True, slots=True)
class EffectInForce:
    """An effect with what has been set about it."""

    effect: Effect
    in_use: bool
    warn_workdays: tuple[int, ...]
    changed_at: datetime | None = None
    changed_by: str = ""
    days: int | None = None


_effects: dict[str, Effect] = {}


def register_effect(effect: Effect) -> None:
    """Make an effect known, from the module whose matters it concerns; raises ValueError for a second one of the code."""
    if _effects.get(effect.code, effect) != effect:
        raise ValueError(f"two effects {effect.code!r}")
    _effects[effect.code] = effect


def effect(code: str) -> Effect:
    """A registered effect; raises `NotFound`."""
    try:
        return _effects[code]
    except KeyError:
        raise NotFound("没有这种法定后果。") from None


def effects() -> list[EffectInForce]:
    """Every effect with its settings, in order."""
    set_here = {each.effect: each for each in EffectTerms.objects.all()}
    return [
        _in_force(each, set_here.get(each.code))
        for each in sorted(_effects.values(), key=lambda one: (one.order, one.code))
    ]


def in_force(code: str) -> EffectInForce:
    """One effect with its settings; raises `NotFound`."""
    return _in_force(effect(code), EffectTerms.objects.filter(effect=code).first())


def _in_force(each: Effect, terms: EffectTerms | None) -> EffectInForce:
    if terms is None:
        return EffectInForce(each, each.usual, each.warn_workdays, days=each.days)
    in_use = each.statutory or terms.in_use
    days = each.days if each.days is None else terms.days or each.days
    return EffectInForce(each, in_use, tuple(terms.warn_workdays), terms.changed_at, terms.changed_by, days)


def set_effect(
    *, actor: Actor, code: str, in_use: bool, warn_workdays: Sequence[int], at: datetime, days: int | None = None
) -> EffectInForce:
    """Set when people are warned, and whether a place's own effect is in use. Raises `NoPermission`, `Invalid`, `NotFound`.

    Running matters are looked at anew by the next sweep of theirs; a warning that has been given is not given again.
    """
    found = effect(code)
    if not any(actor.held(EFFECTS)):
        raise NoPermission("您没有设置法定后果的权限。", next_step="请由中心管理人员设置。")
    warned = tuple(sorted(set(warn_workdays), reverse=True))
    if len(warned) > MOST_WARNINGS or any(not 1 <= each <= LONGEST_WARNING for each in warned):
        said = f"填 1 到 {LONGEST_WARNING} 之间的数，最多 {MOST_WARNINGS} 个。"
        raise Invalid("提醒的天数不合适。", fields={"warn_workdays": said})
    if found.statutory and not in_use:
        raise Invalid(f"“{found.label}”是法律直接规定的后果，不能停用。", fields={"in_use": f"依据：{found.law}。"})
    if found.days is not None and days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid("天数不合适。", fields={"days": f"填 1 到 {MOST_DAYS} 个工作日。"})
    with transaction.atomic():
        terms, _ = EffectTerms.objects.update_or_create(
            effect=code,
            defaults={
                "in_use": in_use,
                "warn_workdays": list(warned),
                "days": days,
                "changed_at": at,
                "changed_by": actor.name,
            },
        )
        audit.record(
            "matters.set_effect", actor=actor, target_kind="effect", target=found.label,
            facts={"in_use": in_use, "warn_workdays": list(warned)} | ({"days": days} if days else {}),
        )  # fmt: skip
        # Rare, and an act of administration: what stands under it is looked at as soon as the watch comes by.
        Matter.objects.filter(
            procedure__in=found.procedures, state__in=found.states, closed_at__isnull=True, due_at__isnull=True
        ).update(watch_at=at)
    return _in_force(found, terms)


# --- The watcher


def look(found: Sequence[Matter], at: datetime) -> dict[int, datetime | None]:
    """Take what has fallen due, warn of what is near, and say when each matter has to be looked at next."""
    rules = [each for each in effects() if each.in_use]
    calendar = work_calendar()
    return {
        matter.pk: _look_at(matter, rules, calendar.at(matter.division_id, matter.centre_id), at) for matter in found
    }


def _look_at(matter: Matter, rules: Iterable[EffectInForce], calendar: WorkCalendar, at: datetime) -> datetime | None:
    wishes: list[datetime] = []
    for rule in rules:
        if not rule.effect.concerns(matter):
            continue
        last = rule.effect.falls_due(matter)
        if last is None:
            continue
        if at > last:
            _take(rule.effect, matter, last, at)
            return None  # the matter has moved: its next look is written with the step
        wishes += _warn(rule, matter, last, calendar, at)
        wishes.append(last + MOMENT)
    return min(wishes, default=None)


def _take(found: Effect, matter: Matter, last: datetime, at: datetime) -> None:
    """The effect stands from the moment after the limit ran out, whenever the system comes to write it down."""
    taken = found.take(matter, last + MOMENT, at)
    EffectTaken.objects.create(
        matter=matter, effect=found.code, label=found.label, law=found.law, fell_due_at=last, taken_at=at, seq=taken.seq,
        department_id=matter.department_id, person_name=matter.person_name, at_fault=found.at_fault,
    )  # fmt: skip
    outbox.publish(EffectCame(matter.pk, matter.code, found.code, last, at))


def _warn(
    rule: EffectInForce, matter: Matter, last: datetime, calendar: WorkCalendar, at: datetime
) -> Iterator[datetime]:
    """Warn by the nearest warning whose day has begun; yields the moments of those to come."""
    moments = warning_moments(rule.warn_workdays, day_of(last), calendar)
    begun = [workdays for workdays, moment in moments.items() if moment <= at]
    if begun:
        workdays = min(begun)
        _, new = EffectWarning.objects.get_or_create(
            matter=matter, effect=rule.effect.code, falls_due_at=last, workdays=workdays, defaults={"warned_at": at}
        )
        if new:
            outbox.publish(EffectNear(matter.pk, matter.code, rule.effect.code, last, workdays, at))
    yield from (moment for moment in moments.values() if moment > at)


def warning_moments(workdays: Iterable[int], last_day: date, calendar: WorkCalendar) -> Mapping[int, datetime]:
    """When each warning is given: at the beginning of the working day so many working days before the last one."""
    return {
        each: datetime.combine(workdays_before(last_day, each, calendar), time(), tzinfo=CHINA) for each in workdays
    }


def takes_effect_at(matter: Matter) -> tuple[Effect, datetime] | None:
    """The next effect that awaits this matter, with the last moment that is still in time; None where none does."""
    if matter.closed_at is not None:
        return None
    ahead = [
        (last, each)
        for each in _effects.values()
        if each.concerns(matter) and (last := each.falls_due(matter)) is not None and _in_use(each)
    ]
    if not ahead:
        return None
    last, found = min(ahead, key=lambda each: each[0])
    return found, last


def _in_use(each: Effect) -> bool:
    return each.statutory or in_force(each.code).in_use


def note_undone(*, matter_id: int, code: str, seq: int, actor: Actor, reason: str, at: datetime) -> EffectTaken:
    """Note that the step `seq` took back the last effect of this code; raises `NotFound` where none stands."""
    standing = EffectTaken.objects.filter(matter=matter_id, effect=code, undone_at__isnull=True).order_by("-id").first()
    if standing is None:
        raise NotFound("这件事没有这样的法定后果可以撤销。")
    standing.undone_seq, standing.undone_by, standing.undone_at, standing.undone_reason = (
        seq,
        actor.name,
        at,
        reason[:300],
    )
    standing.save(update_fields=["undone_seq", "undone_by", "undone_at", "undone_reason"])
    return standing


def effects_that_came(actor: Actor, *, text: str = "", state: str = "") -> QuerySet[EffectTaken]:
    """The effects that came to matters this actor may see; page by `-taken_at`, `-id`. `state`: `standing`, `undone` or all."""
    within = policies.scope(actor, "matters.view")
    found = EffectTaken.objects.select_related("matter", "department")
    if within:
        found = found.filter(matter__in=Matter.objects.filter(within))
    if state in ("standing", "undone"):
        found = found.filter(undone_at__isnull=state == "standing")
    if text:
        found = found.filter(
            Q(matter__code__startswith=text) | Q(matter__title__contains=text) | Q(department__name__contains=text)
        )
    return found


def effect_standing(matter: Matter) -> EffectTaken | None:
    """The last effect that came to a matter and was not taken back."""
    return EffectTaken.objects.filter(matter=matter, undone_at__isnull=True).order_by("-id").first()


def at_clock(name: str) -> Callable[[Matter], datetime | None]:
    """An effect that falls due with the clock of this name."""

    def falls_due(matter: Matter) -> datetime | None:
        return matter.due_at if matter.clock == name and matter.stopped_since is None else None

    return falls_due
