"""电子监察 in 清河县: lights over everything open, alerts in every state, cards given, appealed, softened and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from yimen.ground.identity.rules import Actor
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as acting
from yimen.house.demo import judging
from yimen.house.demo.acting import Stage
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.models import Alert

HOUR = timedelta(hours=1)


def tell(stage: Stage) -> None:
    """The chapter: what ran late is found, explained and judged; what a supervisor saw is raised by hand."""
    sun = stage.actor(stage.county.first("supervision", "supervisor"))
    leader = stage.actor(stage.county.first("government", "leader"))
    now = stage.days.now
    _by_hand(stage, sun, leader)
    known = {unit.pk for unit in stage.county.units.values()}  # not those that the reorganisation has just set up
    late = [
        each
        for each in matters.due_before(now - 2 * HOUR, 60)
        if each.procedure != "alert" and each.department_id in known
    ]
    for turn, matter in enumerate(late[:9]):
        found_at = min(now - HOUR, (matter.due_at or now) + HOUR)
        services.raise_overdue([matter.pk], found_at)
        for alert in selectors.alerts(sun).filter(about=matter, matter__state="raised", department__in=known)[:1]:
            _course(stage, alert, sun, leader, found_at, turn)
    services.nightly(now)
    judging.judge(stage, sun)
    acting.sweep_all(now)
    acting.fold_tallies()


def _again(alert: Alert) -> Alert:
    return Alert.objects.select_related("matter", "department", "version__rule", "window", "about", "card").get(
        pk=alert.pk
    )


def _party(stage: Stage, alert: Alert) -> Actor:
    """Whoever answers: the one in whose hands it was, or the head of the department."""
    named = [name for name, each in stage.county.staff.items() if each.pk == alert.person_id]
    if named and alert.per == "person":
        found = named[0]
    else:
        keys = {unit.pk: key for key, unit in stage.county.units.items()}
        found = stage.county.first(keys[alert.department_id], "head")
    return policies.as_concerned(stage.actor(found), alert)


def _course(stage: Stage, alert: Alert, sun: Actor, leader: Actor, at: datetime, turn: int) -> None:
    """How far this one goes: left alone, explained, accepted, carded, appealed, softened, revoked, confirmed, noted."""
    moments = _after(at, stage.days.now)
    if turn == 0:
        return
    services.explain(
        alert=_again(alert), actor=_party(stage, alert), at=next(moments),
        text="申请材料多，核对用时长；已安排专人，今天办结。",
    )  # fmt: skip
    if turn == 1:
        return
    if turn == 2:
        services.accept_explanation(
            alert=_again(alert), actor=sun, reason="当日系统检修，有公告，说明成立。", at=next(moments)
        )
        return
    if turn == 8:
        services.note(alert=_again(alert), actor=sun, reason="首次，情节轻微，提醒注意。", at=next(moments))
        return
    level = "red" if alert.level == "red" else "yellow"
    services.give_card(
        alert=_again(alert), actor=sun, level=level, reason="超期事实清楚，说明的理由不能成立。", at=next(moments)
    )
    if turn == 3:
        return
    services.appeal(
        alert=_again(alert), actor=_party(stage, alert), reason="当天窗口停电，有物业证明，请复核。", at=next(moments)
    )
    if turn == 4:
        return
    verb = services.revoke if turn == 5 else services.confirm
    if turn == 6 and level == "red":
        verb = services.soften
    verb(alert=_again(alert), actor=leader, reason="已核对证明材料，按本意见办理。", at=next(moments))


def _by_hand(stage: Stage, sun: Actor, leader: Actor) -> None:
    """Two things that no rule sees: an attitude, and people taken back without asking."""
    days = stage.days
    first = services.raise_alert(
        actor=sun, violation="obstruction", text="群众反映材料在科室之间来回转，三天没有人接办。", level="yellow",
        unit=stage.county.units["housing"], at=days.at(days.back(4), 9, 40),
    )  # fmt: skip
    moments = _after(days.at(days.back(4), 9, 40), days.now)
    services.explain(
        alert=_again(first),
        actor=_party(stage, first),
        text="科室交接不清，已明确由审批科一个人接办到底。",
        at=next(moments),
    )
    services.give_card(
        alert=_again(first), actor=sun, level="yellow", reason="交接不清造成拖延，事实清楚。", at=next(moments)
    )
    services.raise_alert(
        actor=sun, violation="arbitrary", text="未经中心同意，撤回一名派驻窗口人员。", level="notice",
        unit=stage.county.units["land"], at=days.at(days.back(1), 15, 10),
    )  # fmt: skip


def _after(at: datetime, now: datetime) -> Iterator[datetime]:
    """Moments after one, none after now."""
    while True:
        at = min(now, at + 3 * HOUR)
        yield at
