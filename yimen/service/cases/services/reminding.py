"""Tell the worker before a limit ends, and go up the responsibility chain once it has (R011); urge a case by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.policies import NoPermission, may
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseReminded
from yimen.service.cases.models import Reminder, ReminderTerms, ReminderTold
from yimen.service.cases.policies import may_set_up
from yimen.service.cases.selectors import OURS, access_case, reminder_terms

if TYPE_CHECKING:
    from yimen.ground.calendar.rules import WorkCalendar
    from yimen.ground.matters.models import Matter
    from yimen.ground.organisations.models import Unit

UNTOLD, NEAR, LATE, DEPUTY, PRINCIPAL = range(-1, 4)
"""The levels of a reminder; each tells the rungs below it again."""

RUNG_OF = {LATE: "team", DEPUTY: "deputy", PRINCIPAL: "principal"}

MOST_WORKDAYS = 60


class UrgedToday(Conflict):
    """One person urges a case once a day."""

    code = "urged_today"


def look(found: Sequence[Matter], at: datetime) -> dict[int, datetime | None]:
    """Remind of each case that is near its limit or past it, each level once for each due day; a watcher (`matters.watching`)."""
    ours = [matter for matter in found if matter.procedure in OURS and matter.closed_at is None]
    terms = {centre: reminder_terms(centre) for centre in {matter.centre_id for matter in ours}}
    told: dict[tuple[int, date | None], int] = {}
    rows = Reminder.objects.filter(matter__in=[matter.pk for matter in ours], kind=Reminder.Kind.DUE)
    for matter_id, due_on, level in rows.values_list("matter", "due_on", "level"):
        told[matter_id, due_on] = max(level, told.get((matter_id, due_on), UNTOLD))
    calendar = work_calendar()
    wishes: dict[int, datetime | None] = {}
    for matter in ours:
        level, late = level_of(matter, terms[matter.centre_id], at)
        # Of an effect that comes with the limit its own warnings speak.
        warned = level == NEAR and matters.takes_effect_at(matter) is not None
        if level > told.get((matter.pk, matter.due_on), UNTOLD) and not warned:
            _remind(matter, level, late, at)
        wishes[matter.pk] = _next_look(matter, level, calendar.at(matter.division_id, matter.centre_id), at)
    return wishes


def _next_look(matter: Matter, level: int, calendar: WorkCalendar, at: datetime) -> datetime | None:
    """The warning, then the end of the limit, then every working day until the top of the chain has been told."""
    if matter.due_at is None or matter.warn_at is None or matter.stopped_since is not None:
        return None
    if at < matter.warn_at:
        return matter.warn_at
    if at <= matter.due_at:
        return matter.due_at + timedelta(microseconds=1)
    if level >= PRINCIPAL:
        return None
    return datetime.combine(calendar.nth_workday_after(day_of(at), 1), time(), tzinfo=CHINA)


def level_of(matter: Matter, terms: ReminderTerms, at: datetime) -> tuple[int, int]:
    """How far up the chain this has to be told, and how many working days late it is; `UNTOLD` where nobody need be told."""
    if matter.due_on is None or matter.due_at is None or matter.warn_at is None or at < matter.warn_at:
        return UNTOLD, 0
    if matter.stopped_since is not None:
        return UNTOLD, 0
    if at <= matter.due_at:
        return (NEAR if terms.before_due else UNTOLD), 0
    calendar = work_calendar().at(matter.division_id, matter.centre_id)
    late = max(0, calendar.workdays_between(matter.due_on, day_of(at)))
    if late >= terms.principal_after:
        return PRINCIPAL, late
    return (DEPUTY if late >= terms.deputy_after else LATE), late


@transaction.atomic
def urge_case(*, code: str, reason: str, actor: Actor, at: datetime) -> Reminder:
    """Urge a case by hand: the worker hears it, and as much of the chain as its lateness already reaches.

    Raises `NotFound`, `NoPermission`, `UrgedToday`, `Conflict` (closed, or nothing to be done by us now), `Invalid`.
    """
    matter = access_case(actor, code).matter
    if not may(actor, "cases.urge", matter):
        raise NoPermission("您没有催办这件办件的权限。", next_step="请联系办理部门负责人或中心管理人员催办。")
    if matter.closed_at is not None:
        raise Conflict("这件办件已经办结，不用催办。", next_step="请刷新页面。")
    if matter.stopped_since is not None:
        raise Conflict(
            "这件办件正在停表，等申请人补正或者特别程序结束，现在催办没有用。", next_step="恢复计时后再催办。"
        )
    level, late = level_of(matter, reminder_terms(matter.centre_id), at)
    text = tidy(reason, "催办理由", 300, field="reason")
    try:
        with transaction.atomic():
            made = Reminder.objects.create(
                matter=matter, kind=Reminder.Kind.URGED, level=max(level, NEAR), due_on=matter.due_on, late_workdays=late,
                reminded_at=at, on_day=day_of(at), by_uid=actor.uid, by_name=actor.name, reason=text,
            )  # fmt: skip
    except IntegrityError as refused:
        raise UrgedToday("您今天已经催办过这件办件。", next_step="请先看办理进展，明天还没动再催。") from refused
    _write_told(made, matter, at)
    audit.record("cases.urge", actor=actor, target_kind="matter", target=matter.code, reason=text)
    return made


def set_reminder_terms(
    *, actor: Actor, centre: Unit, before_due: bool, deputy_after: int, principal_after: int, at: datetime
) -> ReminderTerms:
    """Set how far up late cases go and when; counts from the next watch on. Raises `NotAllowed`, `Invalid`."""
    if not may_set_up(actor, centre.pk):
        raise NotAllowed("您不能设置这个中心的办件催办。", next_step="请由中心管理人员设置。")
    given = {"deputy_after": deputy_after, "principal_after": principal_after}
    wrong = {
        name: f"填 0 到 {MOST_WORKDAYS} 之间的数。" for name, days in given.items() if not 0 <= days <= MOST_WORKDAYS
    }
    if not wrong and principal_after < deputy_after:
        wrong = {"principal_after": "不能早于告知分管领导的日子。"}
    if wrong:
        raise Invalid("有的天数不合适。", next_step="请改正标出的天数。", fields=wrong)
    values = {"before_due": before_due, **given}
    with transaction.atomic():
        terms, _ = ReminderTerms.objects.update_or_create(
            centre=centre, defaults={**values, "changed_at": at, "changed_by": actor.name}
        )
        audit.record("cases.set_reminders", actor=actor, target_kind="unit", target=centre.name, facts=values)
    return terms


def _remind(matter: Matter, level: int, late: int, at: datetime) -> None:
    made, new = Reminder.objects.get_or_create(
        matter=matter, due_on=matter.due_on, level=level, kind=Reminder.Kind.DUE,
        defaults={"reminded_at": at, "on_day": day_of(at), "late_workdays": late},
    )  # fmt: skip
    if new:
        _write_told(made, matter, at)


def _write_told(reminder: Reminder, matter: Matter, at: datetime) -> None:
    """Put down who is told, one row each, and announce it. Nobody is told twice, though they stand on two rungs."""
    on = day_of(at)
    rows: dict[int, ReminderTold] = {}
    if matter.person_id is not None:
        rows[matter.person_id] = _told(reminder, "worker", matter.person_id, matter.person_name, "")
    else:
        for each in matters.takers(matter, on):
            rows.setdefault(each.account_id, _told(reminder, "worker", each.account_id, each.name, "待认领"))
    lacking = [] if rows else ["worker"]
    if upto := RUNG_OF.get(reminder.level, "" if rows else "team"):
        climb = organisations.escalation(matter.department, upto, on)
        lacking += climb.lacking
        for rung in climb.told:
            if rung.account_id is not None:
                title = f"{rung.unit} {rung.title}"[:120]
                rows.setdefault(rung.account_id, _told(reminder, rung.rung, rung.account_id, rung.name, title))
    gaps = [_told(reminder, rung, None, "", "") for rung in lacking]
    ReminderTold.objects.bulk_create([*rows.values(), *gaps])
    outbox.publish(CaseReminded(matter.pk, matter.code, reminder.pk, reminder.level, at))


def _told(reminder: Reminder, rung: str, account_id: int | None, name: str, title: str) -> ReminderTold:
    return ReminderTold(reminder=reminder, rung=rung, account_id=account_id, name=name, title=title)
