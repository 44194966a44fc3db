"""中心会审 (R072): convene, reply, say the department's opinion, postpone, conclude with minutes, sign, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.services import IssuedLetter, issue_letter
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import Taken, lock, open_matter, take_step
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import access_case
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.events import PanelMoved
from yimen.service.scrutiny.lifecycle import CONVENE, PANELS
from yimen.service.scrutiny.models import Panel, PanelTerms, Seat

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

MOST_CASES, MOST_SEATS = 20, 40


class PanelOver(Conflict):
    """The joint review is over; nothing more is replied or said."""

    code = "panel_over"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who of a department was there: `attendee` empty where nobody was, then `reason` says why."""

    attended: bool
    attendee: str = ""
    reason: str = ""


def terms_of(centre_id: int | None) -> PanelTerms:
    """How soon minutes are due at a centre."""
    return PanelTerms.objects.filter(centre=centre_id or 0).first() or PanelTerms(centre_id=centre_id or 0)


def set_panel_terms(*, actor: Actor, centre: Unit, minutes_workdays: int, at: datetime) -> PanelTerms:
    """Set how soon minutes are due."""
    if not 1 <= minutes_workdays <= 30:
        raise Invalid("请核对天数。", fields={"minutes_workdays": "1 到 30 个工作日"})
    with transaction.atomic():
        held, _ = PanelTerms.objects.update_or_create(
            centre=centre, defaults={"minutes_workdays": minutes_workdays, "changed_at": at, "changed_by": actor.name}
        )
        audit.record("scrutiny.set_panel_terms", actor=actor, target_kind="unit", target=str(centre.pk))
        return held


def _centre(actor: Actor) -> Unit:
    held = next((each for each in actor.held(CONVENE) if each.scope in ("centre", "all")), None)
    centre_id = (held.scope_id if held and held.scope == "centre" else None) or actor.centre_id
    if held is None or centre_id is None:
        raise NotAllowed("您没有召集会审的权限。", next_step="会审由政务服务中心召集。")
    return organisations.unit(centre_id)


def convene_panel(
    *, subject: str, agenda: str, planned_at: datetime, place: str, host: str, codes: Sequence[str],
    departments: Sequence[tuple[int, str]], actor: Actor, at: datetime, papers: Sequence[StoredFile] = (),
) -> Panel:  # fmt: skip
    """Convene a joint review over the cases `codes`; `departments` are (unit, invited person or ""). Each is told.

    Raises `NotAllowed`, `Invalid`, `NotFound` (a case the actor does not see).
    """
    centre = _centre(actor)
    wrong = {
        name: said for name, given, said in (
            ("subject", subject, "请填写议题。"), ("agenda", agenda, "请填写议程。"), ("place", place, "请填写地点。"),
            ("host", host, "请填写主持人。"),
        ) if not given.strip()
    }  # fmt: skip
    if planned_at <= at:
        wrong["planned_at"] = "请填写以后的时间。"
    if not 1 <= len(set(codes)) <= MOST_CASES:
        wrong["cases"] = f"请填写 1 至 {MOST_CASES} 件办件的编号。"
    if not 1 <= len(dict(departments)) <= MOST_SEATS:
        wrong["departments"] = "请至少邀请一个部门。"
    if wrong:
        raise Invalid("会审的安排没有填全。", fields=wrong)
    found = [access_case(actor, code) for code in dict.fromkeys(codes)]
    with transaction.atomic():
        own = place_number("HS", centre.division_id, at)
        opened = open_matter(
            procedure=PANELS.name, action="convene", code=own, title=f"会审：{subject.strip()}"[:200], subject="", actor=actor, at=at,
            applicant_id=None, applicant_name=centre.name, department_id=centre.pk, centre_id=centre.pk,
            division=centre.division_id, channel="web", clock=_clock(centre, planned_at, at),
            facts={"planned_at": planned_at.isoformat(), "place": place.strip(), "cases": [case.matter.code for case in found]},
            documents=[file.name for file in papers], events=[PanelMoved(matter_id=0, code=own, why="convene", at=at)],
        )  # fmt: skip
        panel = Panel.objects.create(
            matter_id=opened.matter_id, subject=subject.strip()[:200], agenda=agenda.strip(), planned_at=planned_at,
            place=place.strip()[:200], host=host.strip()[:100],
        )  # fmt: skip
        panel.cases.set(found)
        panel.papers.set(list(papers))
        for unit, person in dict(departments).items():
            Seat.objects.create(panel=panel, department_id=unit, person=person.strip()[:100])
        return panel


def _clock(centre: Unit, planned_at: datetime, at: datetime) -> ClockStart:
    """To the minutes: the working days until the meeting, and those the centre gives itself after it."""
    days = work_calendar().at(centre.division_id, centre.pk).workdays_between(day_of(at), day_of(planned_at))
    return ClockStart(
        name="joint_review", limit=max(days, 0) + terms_of(centre.pk).minutes_workdays, law="本中心会审规则"
    )


def invite_more(
    *, panel: Panel, departments: Sequence[tuple[int, str]], actor: Actor, at: datetime, codes: Sequence[str] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """Further departments or cases; those there already stay as they are."""
    found = [access_case(actor, code) for code in dict.fromkeys(codes)]
    if not departments and not found:
        raise Invalid("请填写要增加的部门或办件。", fields={"departments": "请选择部门。"})
    with transaction.atomic():
        taken = take_step(
            matter=panel.matter_id, action="invite_more", actor=actor, at=at, seen=seen,
            facts={"departments": [unit for unit, _ in departments], "cases": [case.matter.code for case in found]},
            events=[_moved(panel, "invite_more", at)],
        )  # fmt: skip
        for unit, person in departments:
            Seat.objects.get_or_create(panel=panel, department_id=unit, defaults={"person": person.strip()[:100]})
        panel.cases.add(*found)
        return taken


def postpone_panel(
    *, panel: Panel, planned_at: datetime, place: str, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Another time or place, with the reason; everybody is asked anew whether they come."""
    if planned_at <= at:
        raise Invalid("请填写以后的时间。", fields={"planned_at": "请填写以后的时间。"})
    with transaction.atomic():
        centre = organisations.unit(panel.matter.department_id)
        taken = take_step(
            matter=panel.matter_id, action="postpone", actor=actor, at=at, seen=seen, clock=_clock(centre, planned_at, at),
            facts={"reason": reason, "planned_at": planned_at.isoformat()}, events=[_moved(panel, "postpone", at)],
        )  # fmt: skip
        Panel.objects.filter(pk=panel.pk).update(planned_at=planned_at, place=place.strip()[:200] or panel.place)
        panel.seats.update(reply=Seat.Reply.WAITING, attendee="", reply_note="", replied_at=None)
        return taken


def cancel_panel(*, panel: Panel, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """No meeting after all."""
    return take_step(
        matter=panel.matter_id, action="cancel", actor=actor, at=at, seen=seen, facts={"reason": reason},
        events=[_moved(panel, "cancel", at)],
    )  # fmt: skip


# --- The departments


def speaks_for(actor: Actor, seat: Seat) -> bool:
    """Whether the actor replies and speaks for this department."""
    return any(seat.department_id == (held.scope_id or actor.department_id) for held in actor.held(policies.ATTEND))


def _seat(seat: Seat, actor: Actor, *, over: bool = False) -> Seat:
    lock(seat.panel_id)
    held = Seat.objects.select_related("panel__matter", "department").get(pk=seat.pk)
    if not speaks_for(actor, held):
        raise NotAllowed("您不能代表这个部门。", next_step="请由被邀请部门的人员办理。")
    if (held.panel.matter.state == "convened") == over:
        raise PanelOver(
            "会审还没有形成纪要。" if over else "这次会审已经结束，不能再改。", next_step="请回到会审页面查看。"
        )
    return held


def reply(*, seat: Seat, answer: str, actor: Actor, at: datetime, attendee: str = "", note: str = "") -> Seat:
    """Come (`coming`), send somebody else (`stand_in`, who), or not (`declined`, why)."""
    wrong: dict[str, str] = {}
    if answer not in (Seat.Reply.COMING, Seat.Reply.STAND_IN, Seat.Reply.DECLINED):
        wrong["answer"] = "请选择参加、派人代为参加或不能参加。"
    if answer != Seat.Reply.DECLINED and not attendee.strip():
        wrong["attendee"] = "请填写谁参加。"
    if answer == Seat.Reply.DECLINED and not note.strip():
        wrong["note"] = "不能参加的，请写明原因。"
    if wrong:
        raise Invalid("回复没有填全。", fields=wrong)
    with transaction.atomic():
        held = _seat(seat, actor)
        held.reply, held.reply_note, held.replied_at = answer, note.strip()[:300], at
        held.attendee = "" if answer == Seat.Reply.DECLINED else attendee.strip()[:100]
        held.save(update_fields=["reply", "reply_note", "replied_at", "attendee"])
        _noted("scrutiny.reply_panel", held, actor, answer)
        return held


def say_opinion(*, seat: Seat, opinion: str, text: str, actor: Actor, at: datetime) -> Seat:
    """The department's opinion, before or in the meeting; it may be changed until the conclusion."""
    if opinion not in Seat.Opinion.values:
        raise Invalid("请选择意见。", fields={"opinion": "请选择意见。"})
    if not text.strip():
        raise Invalid("请写明意见内容。", fields={"text": "写明依据；有条件同意的逐条写明条件。"})
    with transaction.atomic():
        held = _seat(seat, actor)
        held.opinion, held.text, held.written_at = opinion, text.strip(), at
        held.written_by = f"{actor.department} {actor.name}".strip()[:200]
        held.save(update_fields=["opinion", "text", "written_by", "written_at"])
        _noted("scrutiny.say_opinion", held, actor, opinion)
        return held


def sign_minutes(*, seat: Seat, actor: Actor, at: datetime) -> Seat:
    """Whoever was there for the department signs the minutes."""
    with transaction.atomic():
        held = _seat(seat, actor, over=True)
        if held.panel.matter.state != "concluded" or not held.attended:
            raise Conflict("没有到会的部门不用签字。", next_step="对结论有意见的，请书面告知中心。")
        if held.signed_at is not None:
            raise Conflict(f"{held.signed_by}已经签过字。")
        held.signed_by, held.signed_at = actor.name, at
        held.save(update_fields=["signed_by", "signed_at"])
        _noted("scrutiny.sign_minutes", held, actor, "")
        return held


def _noted(action: str, seat: Seat, actor: Actor, reason: str) -> None:
    audit.record(
        action, actor=actor, target_kind="matter", target=seat.panel.matter.code, reason=reason,
        facts={"department": seat.department_id},
    )  # fmt: skip


# --- The end


def conclude_panel(
    *, panel: Panel, conclusion: str, concluded: str, minutes: str, attendance: Mapping[int, Attendance], actor: Actor,
    at: datetime, seen: int | None = None,
) -> Taken:  # fmt: skip
    """Enter who was there, what was said and the conclusion; the minutes are a sealed letter of the centre.

    `attendance` by seat. Raises `Invalid` (a seat without attendance, an absence without a reason), `Conflict` before the meeting.
    """
    if at < panel.planned_at:
        raise Conflict(f"会审定在 {say_moment(panel.planned_at)}，还没有开。", next_step="提前召开的，请先改期。")
    wrong: dict[str, str] = {}
    if conclusion not in Panel.Conclusion.values:
        wrong["conclusion"] = "请选择结论。"
    if not concluded.strip():
        wrong["concluded"] = "请写明结论内容。"
    with transaction.atomic():
        lock(panel.matter_id)
        if not may(actor, CONVENE, panel.matter):
            raise NotAllowed("您没有登记会审纪要的权限。", next_step="请由召集会审的中心登记。")
        seats = list(panel.seats.select_related("department").order_by("pk"))
        for seat in seats:
            there = attendance.get(seat.pk)
            if there is None or (not there.attended and not there.reason.strip()):
                wrong[f"absent_{seat.pk}"] = "没有到会的，请写明缺席原因。"
            elif there.attended and not there.attendee.strip():
                wrong[f"attendee_{seat.pk}"] = "请填写谁到会。"
        if wrong:
            raise Invalid("纪要没有填全。", fields=wrong)
        for seat in seats:
            there = attendance[seat.pk]
            seat.attended = there.attended
            seat.attendee = there.attendee.strip()[:100] if there.attended else ""
            seat.absent_reason = "" if there.attended else there.reason.strip()[:300]
            seat.save(update_fields=["attended", "attendee", "absent_reason"])
        letter = _minutes(panel, seats, Panel.Conclusion(conclusion).label, concluded, minutes, actor, at)
        taken = take_step(
            matter=panel.matter_id, action="conclude", actor=actor, at=at, seen=seen,
            facts={"reason": concluded.strip()[:500], "conclusion": conclusion, "letter": letter.number},
            documents=[letter.code], events=[_moved(panel, "conclude", at)],
        )  # fmt: skip
        Panel.objects.filter(pk=panel.pk).update(
            conclusion=conclusion, concluded=concluded.strip(), minutes=minutes.strip(), held_on=day_of(panel.planned_at),
            minutes_number=letter.number, minutes_code=letter.code,
        )  # fmt: skip
        return taken


def _minutes(
    panel: Panel, seats: Sequence[Seat], label: str, concluded: str, minutes: str, actor: Actor, at: datetime
) -> IssuedLetter:
    head = organisations.letterhead(panel.matter.department_id, day=day_of(at))
    cases = "、".join(
        f"{case.matter.title}（{case.matter.applicant_name}，{case.matter.code}）"
        for case in panel.cases.select_related("matter")
    )
    return issue_letter(
        kind="joint_review_minutes", series=f"{head.series_word}会审纪", matter_code=panel.matter.code, seal_id=None, actor=actor,
        at=at,
        facts={
            "department": head.name, "item": panel.subject, "planned": say_moment(panel.planned_at), "meeting_place": panel.place,
            "host": panel.host, "cases": cases, "minutes": minutes.strip(), "conclusion": f"{label}。{concluded.strip()}",
            "attendance": [
                {
                    "department": seat.department.name, "who": seat.attendee or f"缺席：{seat.absent_reason}",
                    "opinion": seat.get_opinion_display() or "—", "text": seat.text or "—",
                }
                for seat in seats
            ],
        },
    )  # fmt: skip


def _moved(panel: Panel, why: str, at: datetime) -> PanelMoved:
    return PanelMoved(matter_id=panel.matter_id, code=panel.matter.code, why=why, at=at)
