"""听证 (行政许可法 arts. 46–48): its own matter beside the case, with the law's own clocks.

Told of the right → applied for within five working days → organised within twenty → notice seven days before → held by somebody who
did not review → a signed record, which the decision must take into account. From the application on the case's clock stands
(art. 45) and nobody decides; both go on when the record is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.identity.selectors import account_uids
from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import ClockStart, register_check
from yimen.ground.matters.policies import is_applicant, may
from yimen.ground.matters.selectors import ask
from yimen.ground.matters.services import (
    STATUTORY_EFFECT,
    Effect,
    Taken,
    at_clock,
    lift_hold,
    lock,
    open_matter,
    place_hold,
    register_effect,
    take_step,
    written_at,
)
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseSuspended, HearingMoved
from yimen.service.cases.lifecycle import PROCEDURES
from yimen.service.cases.lifecycle_asides import HEARING, HOLD_HEARING
from yimen.service.cases.models import Case, Hearing, Opinion
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.review import special_until

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.matters.models import Matter

HEARING_WAIVED = "hearing_waived"
ASKED_WITHIN, HELD_WITHIN, NOTICE_BEFORE = 5, 20, 7
"""Working days (art. 82): to ask for it, to organise it, between the notice and the day (arts. 47, 48)."""
OPEN = ("told", "requested", "noticed")
STATES = ("reviewing", "deciding")


class HearingOpen(Conflict):
    """A hearing of this case is under way."""

    code = "hearing_open"


class HostReviewed(Invalid):
    """Whoever reviewed the application does not preside (art. 48 (3))."""

    code = "host_reviewed"


class NoticeTooShort(Invalid):
    """Time and place are told at least seven days before (art. 48 (1))."""

    code = "notice_too_short"


def register() -> None:
    """Make the end of the applicant's five days known, and that nobody goes on reviewing while a hearing is under way."""
    register_effect(
        Effect(
            code=HEARING_WAIVED,
            label="视为不要求听证",
            law="《行政许可法》第四十七条第一款",
            text=f"申请人、利害关系人被告知听证权利后 {ASKED_WITHIN} 个工作日内没有提出听证申请的，不再组织听证，本件接着办理。",
            procedures=(HEARING.name,),
            states=("told",),
            falls_due=at_clock("hearing_request"),
            take=_deem_waived,
            order=25,
            at_fault=False,
        )
    )
    for table in PROCEDURES:
        register_check(f"{table.name}.resume", _refuse_while_open)


def _refuse_while_open(*, matter: object, **_more: object) -> None:
    if Hearing.objects.filter(case=matter.id, matter__state__in=OPEN[1:]).exists():  # type: ignore[attr-defined]
        raise HearingOpen("听证还没有结束，不能恢复审查。", next_step="登记听证笔录或取消听证后，审查会自动恢复。")


# --- Beginning


def tell_hearing_right(*, code: str, subject: str, actor: Actor, at: datetime, interested: str = "") -> Hearing:
    """Tell the applicant (and whoever else is affected) that they may ask for a hearing (art. 47); a letter goes out."""
    return _open(code, "tell_right", Hearing.Ground.AFFECTED, subject, interested, actor, at)


def announce_hearing(*, code: str, subject: str, actor: Actor, at: datetime, interested: str = "") -> Hearing:
    """Hold a hearing of the organ's own accord, because a law orders it or the public is concerned (art. 46)."""
    return _open(code, "announce", Hearing.Ground.PUBLIC, subject, interested, actor, at)


def _open(code: str, action: str, ground: str, subject: str, interested: str, actor: Actor, at: datetime) -> Hearing:
    if not subject.strip():
        raise Invalid("请写明听证的内容。", fields={"subject": "写明涉及谁的什么利益、要听证什么。"})
    with transaction.atomic():
        lock(code)
        found = open_case(code)
        matter = found.case.matter
        if not may(actor, HOLD_HEARING, matter):
            raise NotAllowed("您没有为这件办件组织听证的权限。", next_step="请由审查人员或首席代表办理。")
        if matter.state not in STATES or matter.procedure_version < WITH_HEARINGS:
            raise Conflict("这件办件现在不能进入听证。", next_step="听证在受理以后、作出决定之前进行。")
        if Hearing.objects.filter(case=found.matter_id, matter__state__in=OPEN).exists():
            raise HearingOpen("这件办件已经有一场听证在进行。", next_step="请在办件页打开那场听证。")
        hearing_code = place_number("TZ", matter.division_id, at)
        told = action == "tell_right"
        letters = []
        if told:
            letter = issue(
                "hearing_right_notice", case=found.case, code=found.code, title=matter.title, party=found.party,
                edition=found.edition, actor=actor, at=at, subject=subject.strip(), interested=interested.strip(),
            )  # fmt: skip
            letters = [letter.code]
        opened = open_matter(
            procedure=HEARING.name, action=action, code=hearing_code, title=f"听证：{matter.title}", subject=matter.subject,
            actor=actor, at=at, applicant_id=matter.applicant_id, applicant_name=matter.applicant_name,
            department_id=matter.department_id, centre_id=matter.centre_id, division=matter.division_id, channel="web",
            clock=_request_clock() if told else _hearing_clock(ground), documents=letters,
            facts={"case": matter.code, "reason": subject.strip(), "interested": interested.strip()},
            events=[HearingMoved(matter_id=0, code=hearing_code, state="told" if told else "requested", at=at)],
        )  # fmt: skip
        hearing = Hearing.objects.create(
            matter_id=opened.matter_id, case_id=found.matter_id, ground=ground, subject=subject.strip(),
            interested=interested.strip()[:500],
        )  # fmt: skip
        place_hold(
            matter_id=found.matter_id, kind="hearing", point="decide", reason="听证没有结束，不能作出决定", at=at
        )
        if not told:
            _stop_case(found, hearing_code, subject.strip(), at)
        return hearing


def _request_clock() -> ClockStart:
    return ClockStart(
        name="hearing_request", limit=ASKED_WITHIN, legal=ASKED_WITHIN, law="《行政许可法》第四十七条第一款"
    )


def _hearing_clock(ground: str) -> ClockStart:
    if ground == Hearing.Ground.PUBLIC:
        return ClockStart(name="hearing", limit=HELD_WITHIN, law="本中心办理规则（参照第四十七条）")
    return ClockStart(name="hearing", limit=HELD_WITHIN, legal=HELD_WITHIN, law="《行政许可法》第四十七条第一款")


WITH_HEARINGS = 3
OVER = ("withdrawn", "abandoned", "declined", "not_required", "concluded", "archived")


def _stop_case(found: OpenCase, hearing_code: str, reason: str, at: datetime) -> None:
    """The time of a hearing is not counted, and the needed time is told in writing (art. 45)."""
    matter = found.case.matter
    asked = ask(found.matter_id)
    if asked.state not in STATES:
        return  # another special procedure holds the clock already
    letter = issue(
        "suspension_notice", case=found.case, code=found.code, title=matter.title, party=found.party, edition=found.edition,
        actor=SYSTEM, at=at, procedure="听证", days_needed=HELD_WITHIN, reason=reason,
    )  # fmt: skip
    take_step(
        matter=found.matter_id, action="begin_hearing", actor=SYSTEM, at=at, stopped_for="hearing",
        facts={"reason": reason, "procedure": "听证", "days_needed": HELD_WITHIN, "hearing": hearing_code},
        documents=[letter.code],
        events=[CaseSuspended(matter_id=found.matter_id, code=found.code, procedure="hearing", at=at)],
    )  # fmt: skip
    until = special_until(matter.division_id, matter.centre_id, day_of(at), HELD_WITHIN)
    Case.objects.filter(pk=found.matter_id).update(special_until=until)


def _let_case_go(hearing: Hearing, at: datetime, result: str) -> None:
    asked = ask(hearing.case_id)
    if asked.state == "suspended" and asked.marks and asked.marks[-1].why == "hearing":
        take_step(
            matter=hearing.case_id, action="end_hearing", actor=SYSTEM, at=at,
            facts={"reason": result, "hearing": hearing.matter.code},
        )  # fmt: skip
    if asked.state not in OVER:
        lift_hold(matter_id=hearing.case_id, kind="hearing", at=at)


# --- Asking for it, or not


def request_hearing(
    *, hearing: Hearing, actor: Actor, at: datetime, reason: str = "", seen: int | None = None
) -> Taken:
    """The applicant asks for it, on the phone or at the window; from here on the case's clock stands."""
    with transaction.atomic():
        found = open_case(hearing.case.matter.code)
        taken = take_step(
            matter=hearing.matter_id, action="request", actor=actor, at=at, seen=seen, clock=_hearing_clock(hearing.ground),
            facts={"reason": reason}, events=[_moved(hearing, "requested", at)],
        )  # fmt: skip
        _stop_case(found, hearing.matter.code, f"申请人要求听证：{hearing.subject}", at)
        return taken


def waive_hearing(*, hearing: Hearing, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The applicant says that none is wanted; the case goes on at once."""
    with transaction.atomic():
        taken = take_step(
            matter=hearing.matter_id,
            action="waive",
            actor=actor,
            at=at,
            seen=seen,
            events=[_moved(hearing, "waived", at)],
        )
        _let_case_go(hearing, at, "申请人放弃听证。")
        return taken


def _deem_waived(matter: Matter, moment: datetime, at: datetime) -> Taken:
    hearing = Hearing.objects.select_related("matter").get(pk=matter.pk)
    taken = take_step(
        matter=matter.pk, action="deem_waived", actor=SYSTEM, at=moment, basis=STATUTORY_EFFECT,
        facts={"reason": f"被告知后 {ASKED_WITHIN} 个工作日内没有要求听证。"}, events=[_moved(hearing, "waived", at)],
        recorded_at=written_at(at),
    )  # fmt: skip
    _let_case_go(hearing, at, "没有要求听证。")
    return taken


# --- Notice, host, record


def reviewers_of(case: Case) -> set[str]:
    """The uids of those who reviewed the case: none of them presides."""
    found = Opinion.objects.filter(case=case.pk, kind__in=[Opinion.Kind.REVIEW, Opinion.Kind.SURVEY])
    return {str(uid) for uid in found.values_list("author_uid", flat=True)}


def possible_hosts(hearing: Hearing, at: datetime) -> list[tuple[int, str]]:
    """Who may preside: staff of the department, without those who reviewed the case or have it in hand."""
    matter = hearing.matter
    place = organisations.Place(matter.department_id, None, matter.centre_id, matter.division_id)
    case = Case.objects.select_related("matter").get(pk=hearing.case_id)
    barred = reviewers_of(case)
    found = {
        each.account_id: each.name
        for each in organisations.holders(
            ["cases.review", "cases.decide", "cases.extend", HOLD_HEARING], place, day_of(at)
        )
        if each.account_id != case.matter.person_id
    }
    uids = account_uids(found)
    return [(pk, name) for pk, name in found.items() if str(uids.get(pk)) not in barred]


def notify_hearing(
    *, hearing: Hearing, planned_at: datetime, place: str, host_id: int, clerk_name: str, open_to_public: bool, actor: Actor,
    at: datetime, reason: str = "", seen: int | None = None,
) -> Taken:  # fmt: skip
    """Tell time, place and host, at least seven working days before (art. 48 (1)). Also the second time, with the reason why it
    is another (`rearrange`). Raises `NoticeTooShort`, `HostReviewed`, `Invalid`.
    """
    wrong: dict[str, str] = {}
    if not place.strip():
        wrong["place"] = "请填写地点。"
    if not clerk_name.strip():
        wrong["clerk_name"] = "请填写记录人。"
    if wrong:
        raise Invalid("听证通知没有填全。", fields=wrong)
    matter = hearing.matter
    again = matter.state == "noticed"
    if not (again and hearing.planned_at == planned_at):
        calendar = work_calendar().at(matter.division_id, matter.centre_id)
        days = calendar.workdays_between(day_of(at), day_of(planned_at)) if planned_at > at else -1
        if days < NOTICE_BEFORE:
            earliest = calendar.nth_workday_after(day_of(at), NOTICE_BEFORE)
            raise NoticeTooShort(
                f"应当在举行听证的 {NOTICE_BEFORE} 个工作日前通知（《行政许可法》第四十八条第一款第（一）项）。",
                next_step=f"今天通知的，最早在 {say_date(earliest)} 举行。", fields={"planned_at": f"最早 {say_date(earliest)}。"},
            )  # fmt: skip
    hosts = dict(possible_hosts(hearing, at))
    if host_id not in hosts:
        raise HostReviewed(
            "主持人不能是审查这份申请的工作人员，也要是本机关的人（《行政许可法》第四十八条第一款第（三）项）。",
            fields={"host_id": "请另选主持人。"},
        )
    with transaction.atomic():
        found = open_case(hearing.case.matter.code)
        letter = issue(
            "hearing_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, subject=hearing.subject, planned=say_moment(planned_at),
            hearing_place=place.strip(), host=hosts[host_id], clerk=clerk_name.strip(),
            publicly="公开举行" if open_to_public else "不公开举行（涉及国家秘密、商业秘密或者个人隐私）",
            again=reason.strip() if again else "",
        )  # fmt: skip
        taken = take_step(
            matter=hearing.matter_id, action="rearrange" if again else "notify", actor=actor, at=at, seen=seen,
            facts={"planned_at": planned_at.isoformat(), "place": place.strip(), "host": hosts[host_id], "reason": reason},
            documents=[letter.code], events=[_moved(hearing, "noticed", at)],
        )  # fmt: skip
        hearing.planned_at, hearing.place, hearing.host_id, hearing.host_name = (
            planned_at, place.strip()[:200], host_id, hosts[host_id],
        )  # fmt: skip
        hearing.clerk_name, hearing.open_to_public, hearing.challenge = clerk_name.strip()[:100], open_to_public, ""
        hearing.save()
        return taken


def challenge_host(*, hearing: Hearing, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The applicant thinks that the host has an interest in it and asks for another (art. 48 (3))."""
    with transaction.atomic():
        taken = take_step(
            matter=hearing.matter_id, action="challenge", actor=actor, at=at, seen=seen, facts={"reason": reason},
            events=[_moved(hearing, "challenged", at)],
        )  # fmt: skip
        hearing.challenge = reason.strip()
        hearing.save(update_fields=["challenge"])
        return taken


def record_hearing(
    *, hearing: Hearing, record: str, participants: str, signed_by: str, actor: Actor, at: datetime,
    files: Sequence[StoredFile] = (), seen: int | None = None,
) -> Taken:  # fmt: skip
    """Enter the record, which those taking part have found right and signed (art. 48 (5)); the review goes on.

    Raises `Invalid`; `Conflict` before the day on which it was to be held.
    """
    wrong = {
        name: said
        for name, given, said in (
            ("record", record, "请填写笔录。"),
            ("participants", participants, "请写明参加人。"),
            ("signed_by", signed_by, "笔录要由参加人确认无误后签字或者盖章，请写明谁签了字。"),
        )
        if not given.strip()
    }
    if wrong:
        raise Invalid("笔录没有填全。", fields=wrong)
    if hearing.planned_at is not None and at < hearing.planned_at:
        raise Conflict(
            f"听证定在 {say_moment(hearing.planned_at)} 举行，还没有到时候。",
            next_step="确实提前举行的，请先改期并重新通知。",
        )
    with transaction.atomic():
        found = open_case(hearing.case.matter.code)
        letter = issue(
            "hearing_record", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, subject=hearing.subject,
            planned=say_moment(hearing.planned_at) if hearing.planned_at else "", hearing_place=hearing.place,
            host=hearing.host_name, clerk=hearing.clerk_name, participants=participants.strip(), record=record.strip(),
            signed_by_names=signed_by.strip(),
        )  # fmt: skip
        taken = take_step(
            matter=hearing.matter_id, action="record", actor=actor, at=at, seen=seen,
            facts={"reason": f"参加人：{participants.strip()}", "letter": letter.number, "signed_by": signed_by.strip()},
            documents=[letter.code], events=[_moved(hearing, "held", at)],
        )  # fmt: skip
        hearing.record, hearing.participants, hearing.signed_by = (
            record.strip(),
            participants.strip(),
            signed_by.strip()[:500],
        )
        hearing.held_on, hearing.record_number = day_of(at), letter.number
        hearing.save()
        if files:
            hearing.record_files.set(list(files))
        Case.objects.filter(pk=hearing.case_id).update(hearing_number=letter.number)
        _let_case_go(hearing, at, f"听证已举行，笔录 {letter.number}。")
        return taken


def call_off_hearing(*, hearing: Hearing, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """No hearing after all: the applicant takes the request back, or what was to be heard is gone. The case goes on."""
    if is_applicant(actor, hearing.matter) and hearing.ground == Hearing.Ground.PUBLIC:
        raise NotAllowed("这场听证由机关依职权举行，不能由申请人取消。", next_step="有意见请在听证时提出。")
    with transaction.atomic():
        taken = take_step(
            matter=hearing.matter_id, action="call_off", actor=actor, at=at, seen=seen, facts={"reason": reason},
            events=[_moved(hearing, "called_off", at)],
        )  # fmt: skip
        _let_case_go(hearing, at, f"听证取消：{reason}")
        return taken


def call_off_with_case(case_id: int, at: datetime) -> int:
    """The case is over: no hearing of it is held. Twice does no harm."""
    gone = 0
    for hearing in Hearing.objects.select_related("matter", "case__matter").filter(
        case=case_id, matter__state__in=OPEN
    ):
        with transaction.atomic():
            take_step(
                matter=hearing.matter_id, action="lapse", actor=SYSTEM, at=at,
                facts={"reason": "办件已经了结。"},
            )  # fmt: skip
            _let_case_go(hearing, at, "办件已经了结。")
        gone += 1
    return gone


def _moved(hearing: Hearing, state: str, at: datetime) -> HearingMoved:
    return HearingMoved(matter_id=hearing.matter_id, code=hearing.matter.code, state=state, at=at)
