"""The full life of cases in 清河县: other departments asked for their opinion, one of them silent; a hearing on its way and one held;
a licence renewed by silence, another with its expiry ahead;"""

from __future__ import annotations

from datetime import datetime, timedelta

from yimen.ground.kit.moments import day_of, local
from yimen.ground.matters.models import Step
from yimen.house.demo.acting import Stage
from yimen.service.cases import services
from yimen.service.cases.models import Case, Hearing, OpinionRequest
from yimen.service.cases.services.hearings import possible_hosts

QUESTIONS = (
    ("health", "拟设经营场所的通风、给排水是否符合卫生要求，请提出意见。"),
    ("housing", "拟设经营场所的房屋安全和消防验收有无问题，请提出意见。"),
    ("land", "拟设经营场所的土地用途是否相符，请提出意见。"),
)


def tell(stage: Stage) -> None:
    """Before the watch goes over everything: it writes down who was silent."""
    _opinions(stage)
    _renewals(stage)
    _hearings(stage)


def _running(stage: Stage, department: str, *states: str) -> list[Case]:
    """Cases of a department in these states, the oldest first."""
    found = Case.objects.select_related("matter").filter(
        matter__department=stage.county.units[department], matter__state__in=states, matter__procedure="licence"
    )
    return list(found.order_by("accepted_at", "pk"))


def _opinions(stage: Stage) -> None:
    """The market department asks three others: one is silent, one agrees under a condition, one has still to answer."""
    asked = stage.actor(stage.county.by_duty["market", "reviewer"][0])
    cases = [
        each for each in _running(stage, "market", "reviewing") if each.accepted_at and "经营" in each.matter.title
    ]
    if not cases:
        return
    case, now = cases[0], stage.days.now
    for place, (department, question) in enumerate(QUESTIONS):
        unit = stage.county.units[department]
        at = max(stage.days.at(stage.days.back((8, 2, 0)[place]), 9, 20), _after(case))
        made = services.ask_opinion(code=case.matter.code, department_id=unit.pk, question=question, actor=asked, at=at)
        if place == 1:
            request = OpinionRequest.objects.select_related("matter", "case__matter").get(pk=made.pk)
            who = stage.actor(stage.county.by_duty[department, "approver"][0])
            services.answer_opinion(
                request=request, answer="conditions", text="房屋鉴定为 B 级，可以使用。",
                conditions="开业前完成消防备案，保持疏散通道畅通。",
                actor=who, at=min(now, at + timedelta(hours=3)),
            )  # fmt: skip


def _after(case: Case) -> datetime:
    """Soon after the case's last act."""
    last = Step.objects.filter(matter=case.pk).order_by("-seq").values_list("happened_at", flat=True).first()
    return local(last or case.matter.opened_at) + timedelta(minutes=5)


def _renewals(stage: Stage) -> None:
    """A nurse whose certificate ran out while nobody decided, and one whose certificate still holds."""
    days, now = stage.days, stage.days.now
    early = days.at(days.back(26), 9, 40)
    until = day_of(early) + timedelta(days=33)
    if until < day_of(now):
        first = stage.apply("nurse", "hexiulan", early, expires_on=until.isoformat())
        stage.accept(first, "nurse", early + timedelta(hours=1))
    later = days.at(days.back(3), 10, 5)
    second = stage.apply("nurse", "hexiulan", later, expires_on=(day_of(later) + timedelta(days=45)).isoformat())
    stage.accept(second, "nurse", later + timedelta(hours=1))


def _hearings(stage: Stage) -> None:
    """One applicant has been told and may still ask; one hearing is set, its case stands still meanwhile."""
    days, now = stage.days, stage.days.now
    actor = stage.actor(stage.county.by_duty["health", "reviewer"][0])
    places = [
        each for each in _running(stage, "health", "reviewing") if each.accepted_at and "场所" in each.matter.title
    ]
    cases = places[-2:]
    for place, case in enumerate(cases):
        told_at = max(days.at(days.back(3 if place else 1), 10, 30), _after(case))
        if told_at > now:
            continue
        made = services.tell_hearing_right(
            code=case.matter.code, subject="拟设场所与相邻住户共用通道和排风，住户提出异议。", interested="同楼住户代表", actor=actor,
            at=told_at,
        )  # fmt: skip
        if not place:
            continue
        hearing = Hearing.objects.select_related("matter", "case__matter").get(pk=made.pk)
        services.request_hearing(hearing=hearing, actor=actor, at=min(now, told_at + timedelta(hours=2)))
        hearing = Hearing.objects.select_related("matter", "case__matter").get(pk=made.pk)
        notice = min(now, told_at + timedelta(hours=4))
        day = day_of(notice)
        for _ in range(9):
            day = days.after(day)
        hosts = possible_hosts(hearing, notice)
        if hosts:
            services.notify_hearing(
                hearing=hearing, planned_at=told_at.replace(year=day.year, month=day.month, day=day.day, hour=9, minute=30),
                place="政务服务中心三楼 302 会议室", host_id=hosts[0][0], clerk_name="综合受理科记录员", open_to_public=True,
                actor=actor, at=notice,
            )  # fmt: skip
