"""What is asked beside a case: opinions of departments, hearings; both are over with it."""

from __future__ import annotations

from datetime import datetime

from yimen.ground.kit.moments import now, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.service.cases import events
from yimen.service.cases.handlers import words
from yimen.service.cases.handlers.hearers import desk_page, holders_of, tell_applicant, tell_each
from yimen.service.cases.lifecycle_asides import GIVE, HOLD_HEARING
from yimen.service.cases.models import Hearing, OpinionRequest
from yimen.service.cases.services.hearings import call_off_with_case
from yimen.service.cases.services.opinions import lapse_opinions


@handles(events.OpinionAsked)
def tell_asked(event: events.OpinionAsked) -> None:
    """The department hears what it is asked, until when, and what its silence says."""
    request = OpinionRequest.objects.select_related("matter", "asked_by").get(matter__code=event.code)
    due = f"请在 {say_date(request.matter.due_on)} 前答复，" if request.matter.due_on else "请"
    tell_each(
        holders_of(request.matter, GIVE, event.at), f"opinion-asked:{event.code}:{event.at:%Y%m%d%H%M%S}",
        f"{request.asked_by.name}征求意见",
        f"{request.matter.title}。{due}逾期未答复的视为同意。征求的内容：{request.question[:200]}", _page(event.code),
    )  # fmt: skip


@handles(events.OpinionUrged)
def tell_opinion_urged(event: events.OpinionUrged) -> None:
    """The department is urged once more."""
    request = OpinionRequest.objects.select_related("matter", "asked_by").get(pk=event.matter_id)
    tell_each(
        holders_of(request.matter, GIVE, event.at), f"opinion-urged:{event.code}:{event.at:%Y%m%d%H%M%S}",
        f"催办：{request.asked_by.name}征求意见", f"{request.matter.title}，请尽快答复。", _page(event.code),
    )  # fmt: skip


@handles(events.OpinionAnswered)
def tell_answered(event: events.OpinionAnswered) -> None:
    """Whoever asked hears the answer, or that silence has answered."""
    request = OpinionRequest.objects.select_related("matter__department", "case__matter").get(pk=event.matter_id)
    if request.asker_id is None or not request.answer:
        return
    notify_account(
        key=f"opinion-answered:{event.code}:{event.at:%Y%m%d%H%M%S}", account_id=request.asker_id,
        subject=f"{request.matter.department.name}：{request.get_answer_display()}"[:200],
        body=f"{request.matter.title}。{request.text[:200]}", link=desk_page(request.case.matter.code),
    )  # fmt: skip


@handles(events.HearingMoved)
def tell_hearing(event: events.HearingMoved) -> None:
    """The applicant hears of the right, of time and place, of a change; the department that somebody asked or objects."""
    hearing = Hearing.objects.select_related("matter", "case__matter").get(matter__code=event.code)
    code, stamp = hearing.case.matter.code, f"{event.code}:{event.at:%Y%m%d%H%M%S}"
    if event.state == "told":
        body = "您申请的“{item}”（{number}）涉及重大利益关系，您可以要求听证：5 个工作日内在办件页提出。逾期没有提出的，接着办理。"
        tell_applicant(code, f"hearing-told:{stamp}", "可以要求听证", body, words.HEARING_TOLD)
    elif event.state == "noticed" and hearing.planned_at is not None:
        body = f"您申请的“{{item}}”（{{number}}）定于 {say_moment(hearing.planned_at)} 在{hearing.place}听证，主持人{hearing.host_name}。"
        tell_applicant(code, f"hearing-noticed:{stamp}", "听证的时间地点", body, words.HEARING_NOTICED)
    elif event.state in ("requested", "challenged", "waived"):
        said = {"requested": "申请人要求听证", "challenged": "申请人申请主持人回避", "waived": "申请人没有要求听证"}[
            event.state
        ]
        tell_each(
            holders_of(hearing.matter, HOLD_HEARING, event.at), f"hearing-{event.state}:{stamp}", said,
            f"{hearing.matter.title}：{said}。", f"/desk/hearings/{event.code}/",
        )  # fmt: skip


def _end_beside(case_id: int, at: datetime) -> None:
    lapse_opinions(case_id, at)
    call_off_with_case(case_id, at)


@handles(events.CaseDecided)
def end_asides_decided(event: events.CaseDecided) -> None:
    """What was still asked beside a case that the law granted is over with it."""
    _end_beside(event.matter_id, max(event.at, now()))


@handles(events.CaseWithdrawn)
def end_asides_withdrawn(event: events.CaseWithdrawn) -> None:
    """What was asked beside a case that was withdrawn is over with it."""
    _end_beside(event.matter_id, max(event.at, now()))


def _page(code: str) -> str:
    return f"/desk/opinions/{code}/"
