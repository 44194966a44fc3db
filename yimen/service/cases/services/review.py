"""Review: opinions, surveys, special procedures of art. 45, extension of art. 42."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from yimen.ground.calendar.rules import day_end
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.rules import SPECIAL_PROCEDURES, STOPPED_FOR
from yimen.ground.matters.selectors import closing_hours
from yimen.ground.matters.services import Taken, clock_row_of, lock, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import CaseSuspended, LimitExtended
from yimen.service.cases.models import Case, Opinion
from yimen.service.cases.services.extending import Extension, extension_terms
from yimen.service.cases.services.judging import demand_checked
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.receipt import _tell_correction


class NoSlip(Conflict):
    """Without the window's acceptance slip no section may work on it and nobody may sign (R063)."""

    code = "no_acceptance_slip"


class AlreadyExtended(Conflict):
    """A limit may be extended once (art. 42)."""

    code = "already_extended"


class ExtensionTooLate(Conflict):
    """The limit has run out; what is overdue is not extended (art. 42)."""

    code = "extension_too_late"


def demand_slip(case: Case) -> None:
    """The gate of R063."""
    if not case.slip_number:
        raise NoSlip("这件办件没有窗口受理单，科室不能办理，也不能签批。", next_step="请先由窗口受理并出具受理单。")


def record_opinion(
    *, code: str, text: str, actor: Actor, at: datetime, conclusion: str = "", people: str = "", files: Sequence[int] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """Write an opinion into the case; it is never changed, a later one may correct it."""
    return _with_opinion("record_opinion", Opinion.Kind.REVIEW, code, text, actor, at, conclusion, people, files, seen)


def record_survey(
    *, code: str, text: str, people: str, actor: Actor, at: datetime, conclusion: str = "", files: Sequence[int] = (),
    seen: int | None = None, facts: Mapping[str, Any] | None = None, documents: Sequence[str] = (),
) -> Taken:  # fmt: skip
    """Record an on-site survey (R071): art. 34 asks for two or more staff, named in `people`.

    `facts` and `documents` go into the step besides: the number and the digest of the survey's record (`scrutiny`).
    """
    if len(rules.people_named(people)) < 2:
        raise Invalid(
            "现场核查应当由两名以上工作人员进行。",
            fields={"people": "请写明两名以上核查人员，用顿号隔开。"},
        )
    return _with_opinion(
        "record_survey", Opinion.Kind.SURVEY, code, text, actor, at, conclusion, people, files, seen, facts, documents
    )


def pass_review(
    *, code: str, text: str, actor: Actor, at: datetime, conclusion: str = "grant", files: Sequence[int] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """Close the review with the reviewer's opinion and send it to decision. Every material must have been checked."""
    with transaction.atomic():
        # Held still from here on: a material judged anew meanwhile would not be the one that is passed.
        lock(code)
        demand_checked(open_case(code))
        return _with_opinion("pass_review", Opinion.Kind.REVIEW, code, text, actor, at, conclusion, "", files, seen)


def _with_opinion(
    action: str, kind: str, code: str, text: str, actor: Actor, at: datetime, conclusion: str, people: str,
    files: Sequence[int], seen: int | None, more: Mapping[str, Any] | None = None, documents: Sequence[str] = (),
) -> Taken:  # fmt: skip
    if not text.strip():
        raise Invalid("请写明意见。", fields={"text": "请写明事实、依据、结论。"})
    with transaction.atomic():
        found = open_case(code)
        demand_slip(found.case)
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen,
            facts={"reason": text, "conclusion": conclusion, "people": people or actor.name, **(more or {})},
            documents=documents,
        )  # fmt: skip
        write_opinion(found, kind, taken, text, actor, at, conclusion, people, files)
        return taken


def write_opinion(
    found: OpenCase, kind: str, taken: Taken, text: str, actor: Actor, at: datetime, conclusion: str = "",
    people: str = "", files: Sequence[int] = (),
) -> Opinion:  # fmt: skip
    """Keep the words of an opinion beside the step that recorded it."""
    opinion = Opinion.objects.create(
        case_id=found.matter_id, step_seq=taken.seq, kind=kind, conclusion=conclusion, text=text.strip(),
        people=people or actor.name, author_uid=actor.uid, author=f"{actor.department} {actor.name}".strip(), written_at=at,
    )  # fmt: skip
    if files:
        opinion.files.set(list(files))
    return opinion


def request_review_correction(
    *,
    code: str,
    items: Sequence[tuple[int, str]],
    actor: Actor,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Taken:
    """Tell, once, what is found lacking during review; stops the handling clock. Refused if a correction was told before."""
    return _tell_correction("request_review_correction", code, items, actor, at, reason, seen)


def suspend(
    *, code: str, procedure: str, days_needed: int, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Begin a special procedure of art. 45 (`procedure` is a key of `rules.SPECIAL_PROCEDURES`); the needed time is told in writing."""
    if procedure not in SPECIAL_PROCEDURES:
        raise Invalid(
            "请选择第四十五条所列的程序。",
            fields={"procedure": "请选择听证、招标、拍卖、检验、检测、检疫、鉴定或专家评审。"},
        )
    if not 1 <= days_needed <= 366:
        raise Invalid("请写明所需时间。", fields={"days_needed": "请填写 1 至 366 之间的天数。"})
    label = STOPPED_FOR[procedure]
    with transaction.atomic():
        found = open_case(code)
        found.admit("suspend", actor, at, seen)
        demand_slip(found.case)
        letter = issue(
            "suspension_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, procedure=label, days_needed=days_needed, reason=reason,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="suspend", actor=actor, at=at, seen=seen, ready=found.ready, stopped_for=procedure,
            facts={"reason": reason, "procedure": label, "days_needed": days_needed}, documents=[letter.code],
            events=[CaseSuspended(matter_id=found.matter_id, code=found.code, procedure=procedure, at=at)],
        )  # fmt: skip
        until = special_until(found.case.matter.division_id, found.case.matter.centre_id, day_of(at), days_needed)
        Case.objects.filter(pk=found.matter_id).update(special_until=until)
        return taken


def special_until(division: str, centre_id: int | None, start: date, days_needed: int) -> date:
    """The last day of the time that was told for a special procedure, in working days (arts. 45, 82); overrunning it is shown."""
    return work_calendar().at(division, centre_id).nth_workday_after(start, days_needed)


def resume(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """End the special procedure; `reason` says its result. The clock goes on from the next day."""
    return take_step(matter=code, action="resume", actor=actor, at=at, seen=seen, facts={"reason": reason})


def extend_limit(
    *,
    code: str,
    days: int,
    reason: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
    action: str = "extend_limit",
) -> Taken:
    """Extend the handling limit once, and tell the reason (art. 42): by the head of the organ, at most ten working days; where the
    case is handled jointly, by the head of the government (`action="extend_joint"`), at most fifteen. An item may have terms of
    its own (`services.extending`). Raises `ExtensionTooLong`, `AlreadyExtended`, `ExtensionTooLate`, `NotTheirsToExtend`.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit(action, actor, at, seen)
        terms = extension_terms(found.case.item_id, found.case.kind)
        terms.demand(action, days)
        demand_slip(found.case)
        if found.case.extended_days:
            raise _already_extended()
        _refuse_late_extension(found, terms, at)
        # The head of the government approves and does not seal: the department's seal is put to it by the system.
        sealing = SYSTEM if terms.by == "government" else actor
        letter = issue(
            "extension_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=sealing, at=at, days=days, reason=reason, approver=terms.approver, by_law=terms.law,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen, ready=found.ready, extend_by=days,
            facts={"reason": reason, "days": days, "law": terms.law}, documents=[letter.code],
            events=[LimitExtended(matter_id=found.matter_id, code=found.code, days=days, at=at)],
        )  # fmt: skip
        # An extension moves no state, so of two at once both may find the step open; the second finds this row taken.
        if not Case.objects.filter(pk=found.matter_id, extended_days=0).update(extended_days=days):
            raise _already_extended()
        return taken


def _refuse_late_extension(found: OpenCase, terms: Extension, at: datetime) -> None:
    """A limit that has run out is overdue, and nothing extends it. Raises `ExtensionTooLate`."""
    row = clock_row_of(found.ready) if found.ready else None
    legal = row.legal_due_on if row else None
    last = legal or (row.due_on if row else None)
    if last is not None and at > day_end(last, closing_hours(found.case.matter.centre_id)):
        raise ExtensionTooLate(
            f"办理期限已于 {say_date(last)} 届满，不能再延长（{terms.law}：延长须在期限届满前批准）。",
            next_step="请尽快作出决定，并向申请人说明逾期的原因。",
            fields={"days": "期限已经届满。"},
        )


def _already_extended() -> AlreadyExtended:
    return AlreadyExtended("这件办件已经延长过一次，不能再延长。", next_step="请在现有期限内作出决定。")
