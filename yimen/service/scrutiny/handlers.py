"""And afterwards? Who is told. Each may run twice: a notice has its key."""

from __future__ import annotations

from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import events as cases
from yimen.service.cases.events import CaseAbandoned, CaseDecided, CaseWithdrawn
from yimen.service.scrutiny import events
from yimen.service.scrutiny.models import Challenge, Observer, Panel, Survey
from yimen.service.scrutiny.policies import ATTEND
from yimen.service.scrutiny.services.appointing import lapse_surveys


@handles(events.ChallengeMoved)
def tell_challenge(event: events.ChallengeMoved) -> None:
    """The organ's heads and whoever has the case in hand: something must be answered, obeyed, or is over."""
    if event.state not in ("answering", "complying", "closed"):
        return
    found = Challenge.objects.select_related("matter__department", "case__matter").get(matter__code=event.code)
    matter, on = found.matter, day_of(event.at)
    due = f"请在{say_date(matter.due_on)}前" if matter.due_on else "请尽快"
    said = {
        "answering": f"{found.body}已受理{found.challenger}就“{found.case.matter.title}”提出的{found.get_kind_display()}"
        f"（{found.number}），{due}提交答复和证据。",
        "complying": f"{found.number}结果：{found.get_outcome_display()}，{due}履行：{found.orders}",
        "closed": f"{found.number}已审结：{found.get_outcome_display()}。",
    }[event.state]
    told = {account.pk for account in organisations.heads_of(matter.department, on)}
    if found.case.matter.person_id is not None:
        told.add(found.case.matter.person_id)
    for account in sorted(told):
        notify_account(
            key=f"challenge:{event.code}:{event.state}:{account}", account_id=account,
            subject=f"{found.get_kind_display()}：{ASKS[event.state]}",
            body=said[:500], link=f"/desk/challenges/{event.code}/",
        )  # fmt: skip


ASKS = {"answering": "请答复", "complying": "要求履行", "closed": "已审结"}


@handles(events.SurveyMoved)
def tell_survey(event: events.SurveyMoved) -> None:
    """The applicant: when and who, what came of it. Those who go: when, and that something was put right."""
    found = Survey.objects.select_related("matter", "case__matter").get(matter__code=event.code)
    matter, case = found.matter, found.case.matter
    people = [each for each in found.surveyors.order_by("pk") if each.going]
    names = "、".join(each.name for each in people)
    key = f"survey:{event.code}:{event.why}:{event.at:%Y%m%d%H%M%S}"
    if event.why in ("appoint", "rearrange", "appoint_again"):
        subject = "踏勘改期" if event.why == "rearrange" else "现场踏勘的时间"
        said = (
            f"您申请的“{case.title}”定于{say_moment(found.planned_at)}到{found.place}踏勘，由{names}前往，请派人到场。"
        )
        ours = f"{say_moment(found.planned_at)}到{found.place}踏勘“{case.title}”（{matter.applicant_name}）。"
    elif event.why == "report_rectified":
        subject, said, ours = "申请人报告已整改", "", f"“{case.title}”的申请人报告已整改，请约定复查。"
    else:
        subject = "踏勘结果" if event.why != "cancel" else "踏勘已取消"
        said = {
            "passed": f"您申请的“{case.title}”现场踏勘符合要求，记录可以在办件页查看。",
            "failed": f"您申请的“{case.title}”现场踏勘不符合要求，理由写在踏勘记录里，请在办件页查看。",
            "rectifying": f"您申请的“{case.title}”现场踏勘后需要整改，要求写在踏勘记录里，整改好以后请在办件页报告。",
            "cancelled": f"您申请的“{case.title}”原定的踏勘已取消。",
        }[event.state]
        ours = ""
    if said and matter.applicant_id is not None:
        notify_party(
            key=key, party_id=matter.applicant_id, subject=subject, body=said[:500],
            link=f"/my/matters/{case.code}/surveys/{matter.code}/",
        )  # fmt: skip
    for each in people if ours else ():
        notify_account(
            key=f"{key}:{each.account_id}", account_id=each.account_id, subject=subject, body=ours[:500],
            link=f"/desk/surveys/{event.code}/",
        )  # fmt: skip


@handles(CaseDecided)
def lapse_with_decision(event: CaseDecided) -> None:
    """The case is decided (as when the law decides it): nobody goes."""
    lapse_surveys(event.matter_id, event.at)


@handles(CaseWithdrawn)
def lapse_with_withdrawal(event: CaseWithdrawn) -> None:
    """The application is withdrawn: nobody goes."""
    lapse_surveys(event.matter_id, event.at)


@handles(CaseAbandoned)
def lapse_with_abandoned(event: CaseAbandoned) -> None:
    """The application counts as given up: nobody goes."""
    lapse_surveys(event.matter_id, event.at)


@handles(events.PanelMoved)
def tell_panel(event: events.PanelMoved) -> None:
    """The invited departments: come and say, another time, not at all, what came of it."""
    found = Panel.objects.select_related("matter").get(matter__code=event.code)
    if event.why not in PANEL_NEWS:
        return
    subject, words = PANEL_NEWS[event.why]
    said = words.format(
        subject=found.subject, when=say_moment(found.planned_at), place=found.place, number=found.minutes_number
    )
    told: set[int] = set()
    for seat in found.seats.all():
        place = organisations.Place(seat.department_id)
        told |= {each.account_id for each in organisations.holders([ATTEND], place, day_of(event.at))}
    key = f"panel:{event.code}:{event.why}:{event.at:%Y%m%d%H%M%S}"
    for account in sorted(told):
        notify_account(
            key=f"{key}:{account}",
            account_id=account,
            subject=subject,
            body=said[:500],
            link=f"/desk/panels/{event.code}/",
        )


PANEL_NEWS = {
    "convene": ("会审邀请", "“{subject}”{when}在{place}会审，请回复谁参加，可以先写好部门意见。"),
    "invite_more": ("会审邀请", "“{subject}”{when}在{place}会审，请回复谁参加。"),
    "postpone": ("会审改期", "“{subject}”的会审改到{when}，{place}，请重新回复。"),
    "cancel": ("会审取消", "“{subject}”的会审已取消。"),
    "conclude": ("会审纪要", "“{subject}”的会审已形成纪要{number}，到会的请签字。"),
}


def _tell_observers(code: str, what: str, key: str) -> None:
    for each in Observer.objects.select_related("case__matter").filter(case__matter__code=code, ended_at__isnull=True):
        notify_account(
            key=f"observer:{each.pk}:{key}", account_id=each.account_id, subject=f"全程参与：{what}",
            body=f"您参与的“{each.case.matter.title}”（{each.case.matter.applicant_name}）{what}。"[:500], link=f"/desk/cases/{code}/",
        )  # fmt: skip


@handles(cases.CaseAccepted)
def observers_of_case_accepted(event: cases.CaseAccepted) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "已受理", f"case_accepted:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CorrectionRequested)
def observers_of_correction_requested(event: cases.CorrectionRequested) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "已告知补正", f"correction_requested:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CaseSupplemented)
def observers_of_case_supplemented(event: cases.CaseSupplemented) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "材料已补齐", f"case_supplemented:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CaseSuspended)
def observers_of_case_suspended(event: cases.CaseSuspended) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "进入特别程序", f"case_suspended:{event.at:%Y%m%d%H%M%S}")


@handles(cases.LimitExtended)
def observers_of_limit_extended(event: cases.LimitExtended) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "期限已延长", f"limit_extended:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CaseReportedUp)
def observers_of_case_reported_up(event: cases.CaseReportedUp) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "已上报上级", f"case_reported_up:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CaseDecided)
def observers_of_case_decided(event: cases.CaseDecided) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "已作出决定", f"case_decided:{event.at:%Y%m%d%H%M%S}")


@handles(cases.CaseDelivered)
def observers_of_case_delivered(event: cases.CaseDelivered) -> None:
    """Who takes part throughout is told."""
    _tell_observers(event.code, "结果已送达", f"case_delivered:{event.at:%Y%m%d%H%M%S}")


@handles(events.SurveyMoved)
def observers_of_survey(event: events.SurveyMoved) -> None:
    """Who takes part throughout is told of the survey too."""
    survey = Survey.objects.select_related("case__matter").get(matter__code=event.code)
    _tell_observers(survey.case.matter.code, "现场踏勘有进展", f"survey:{event.why}:{event.at:%Y%m%d%H%M%S}")
