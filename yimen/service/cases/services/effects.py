"""What the law does to a case when a limit runs out and nobody acted; and how an authorised person takes it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.calendar.rules import day_end
from yimen.ground.calendar.selectors import calendar_version, work_calendar
from yimen.ground.documents.services import void_letter
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.refusals import Conflict
from yimen.ground.matters.lifecycle import register_check
from yimen.ground.matters.selectors import Asked, documents_of, foretell, running_since
from yimen.ground.matters.services import (
    STATUTORY_EFFECT,
    Effect,
    Taken,
    at_clock,
    clock_row_of,
    in_force,
    look_now,
    note_undone,
    register_effect,
    take_step,
    written_at,
)
from yimen.service.cases import rules
from yimen.service.cases.events import AcceptanceUndone, CaseAbandoned, CaseAccepted, CaseSupplemented
from yimen.service.cases.lifecycle import PROCEDURES, RECEIPT_WORKDAYS
from yimen.service.cases.models import Case
from yimen.service.cases.services import renewing
from yimen.service.cases.services.acceptance import why_that_day
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import open_case

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

DEEMED_ACCEPTED = "deemed_accepted"
DEEMED_ABANDONED = "deemed_abandoned"
ABANDONED_AFTER = 60
"""Working days that a place gives for completing materials where it takes silence for giving up; every place may set others."""

WITH_EFFECTS = 2
"""The version of the procedure since which its effects come by themselves."""


def register() -> None:
    """Make the effects of cases known."""
    register_effect(
        Effect(
            code=DEEMED_ACCEPTED,
            label="视为受理",
            law="《行政许可法》第三十二条第一款第（四）项",
            text=f"材料不齐全或者不符合法定形式，{RECEIPT_WORKDAYS} 个工作日内没有一次告知的，自收到申请材料之日起即为受理。",
            procedures=("licence",),
            states=("received",),
            falls_due=partial(_in_version_2, at_clock("receipt")),
            take=_deem_accepted,
            order=10,
        )
    )
    register_effect(
        Effect(
            code=DEEMED_ABANDONED,
            label="视为放弃申请",
            law=rules.OWN_RULE,
            text="书面告知补正以后，申请人在规定的工作日内没有补齐材料，视为放弃申请，本件办结；仍要办的，可以重新申请。",
            procedures=tuple(table.name for table in PROCEDURES),
            states=("correction_requested",),
            falls_due=_given_up_at,
            take=_deem_abandoned,
            statutory=False,
            usual=False,
            order=60,
            days=ABANDONED_AFTER,
            at_fault=False,
        )
    )
    renewing.register()
    for action in AT_RECEIPT:
        register_check(f"licence.{action}", refuse_after_expiry)


class ReceiptRanOut(Conflict):
    """The receipt's limit ran out, and the law has accepted the case: nothing is left to be said at receipt."""

    code = "receipt_ran_out"


def refuse_after_expiry(*, matter: Asked, at: datetime, basis: str = "", **_more: Any) -> None:
    """Whoever comes after the limit finds the case accepted by law, though the watch has not written it down yet; it does then.

    Raises `ReceiptRanOut`.
    """
    if matter.procedure_version < WITH_EFFECTS or matter.state != "received":
        return
    row = clock_row_of(matter)
    if row.due_at is None or at <= row.due_at:
        return
    refusal = ReceiptRanOut(
        f"收件审查期限已于 {say_moment(row.due_at)} 届满，依照《行政许可法》第三十二条第一款第（四）项，自收到申请材料之日起视为受理。",
        next_step="请刷新页面，按已受理接着办理；材料有缺的，在审查中一次告知。",
    )
    refusal.afterwards.append(partial(look_now, matter.id, at))
    raise refusal


AT_RECEIPT = ("accept", "request_correction", "correct_on_spot", "find_not_required", "decline")


def _in_version_2(falls_due: Callable[[Matter], datetime | None], matter: Matter) -> datetime | None:
    return falls_due(matter) if matter.procedure_version >= WITH_EFFECTS else None


def _deem_accepted(matter: Matter, moment: datetime, at: datetime) -> Taken:
    """Accepted since the day the materials were received, without anybody having looked: the window has lost its say.

    What lacks is no longer the receipt's to tell; the section asks for it once, during review.
    """
    found = open_case(matter.code)
    received = running_since(matter.pk)
    # Told on the last day, completed long after: nothing is left of the limit, and the law accepts what is complete at once.
    moment = max(moment, received)
    clock = rules.handling_clock(found.edition.terms, found.case.kind)
    letter = issue(
        "acceptance_slip", case=found.case, code=found.code, title=matter.title, party=found.party, edition=found.edition,
        actor=SYSTEM, at=at, accepted_on=say_date(day_of(received)),
        limit=found.edition.promise_label or "未作承诺", legal_limit=found.edition.legal_label or "没有规定",
        deemed=f"收到申请材料后 {RECEIPT_WORKDAYS} 个工作日内没有告知需要补正的内容，依照《行政许可法》第三十二条第一款第（四）项，"
        f"自收到申请材料之日（{say_date(day_of(received))}）起即为受理。",
        **why_that_day(foretell(clock, received, matter.centre_id, calendar_version(), matter.division_id)),
    )  # fmt: skip
    taken = take_step(
        matter=matter.pk, action="deem_accepted", actor=SYSTEM, at=moment, clock=clock, effective_at=received,
        basis=STATUTORY_EFFECT, documents=[letter.code], facts={"slip": letter.number, "kind": found.case.kind},
        events=[CaseAccepted(matter_id=matter.pk, code=matter.code, slip_number=letter.number, at=at)],
        recorded_at=written_at(at),
    )  # fmt: skip
    Case.objects.filter(pk=matter.pk).update(slip_number=letter.number, accepted_at=moment)
    return taken


# --- Materials that nobody brings


def _given_up_at(matter: Matter) -> datetime | None:
    """The end of the last day on which the applicant may still complete the materials, counted from the day they were told."""
    if matter.procedure_version < renewing.WITH_LIFE or matter.stopped_since is None:
        return None
    days = in_force(DEEMED_ABANDONED).days or ABANDONED_AFTER
    calendar = work_calendar().at(matter.division_id, matter.centre_id)
    return day_end(calendar.nth_workday_after(day_of(matter.stopped_since), days), None)


def _deem_abandoned(matter: Matter, moment: datetime, at: datetime) -> Taken:
    since = say_date(day_of(matter.stopped_since)) if matter.stopped_since else ""
    days = in_force(DEEMED_ABANDONED).days
    reason = f"{since} 告知补正后 {days} 个工作日没有补齐材料，按{rules.OWN_RULE}视为放弃申请。"
    taken = take_step(
        matter=matter.pk, action="deem_abandoned", actor=SYSTEM, at=moment, basis=STATUTORY_EFFECT, facts={"reason": reason},
        events=[CaseAbandoned(matter_id=matter.pk, code=matter.code, at=at)], recorded_at=written_at(at),
    )  # fmt: skip
    Case.objects.filter(pk=matter.pk).update(decision="abandoned", decision_reason=reason)
    return taken


def undo_abandoned(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Go on with an application that counted as given up, for example because the materials had been posted in time.

    The receipt begins anew, with its five days; one more correction may be told. Raises what `take_step` raises.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("undo_abandoned", actor, at, seen)
        taken = take_step(
            matter=found.matter_id, action="undo_abandoned", actor=actor, at=at, seen=seen, ready=found.ready,
            clock=rules.receipt_clock(licence=found.edition.power.licence), facts={"reason": reason},
            events=[CaseSupplemented(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        note_undone(matter_id=found.matter_id, code=DEEMED_ABANDONED, seq=taken.seq, actor=actor, reason=reason, at=at)
        Case.objects.filter(pk=found.matter_id).update(decision="", decision_reason="")
        renewing.watch_expiry(found.case)
        return taken


# --- Acceptance by law, taken back


def undo_deemed(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Take back that a case is deemed accepted, because the facts were other than recorded; the receipt begins anew.

    Only while the section has not finished its review. The slip is void, its number stays used. Raises what `take_step` raises.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("undo_deemed", actor, at, seen)
        taken = take_step(
            matter=found.matter_id, action="undo_deemed", actor=actor, at=at, seen=seen, ready=found.ready,
            clock=rules.receipt_clock(), facts={"reason": reason, "slip": found.case.slip_number},
            events=[AcceptanceUndone(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        undone = note_undone(
            matter_id=found.matter_id, code=DEEMED_ACCEPTED, seq=taken.seq, actor=actor, reason=reason, at=at
        )
        for letter in documents_of(found.matter_id, undone.seq):
            void_letter(code=letter, reason=f"撤销视为受理：{reason}", actor=actor, at=at)
        Case.objects.filter(pk=found.matter_id).update(slip_number="", accepted_at=None)
        return taken
