"""And afterwards? Who is told. Each may run twice: a notice has its key."""

from __future__ import annotations

from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseAbandoned, CaseDecided, CaseWithdrawn
from yimen.service.scrutiny import events
from yimen.service.scrutiny.models import Challenge, Survey
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
