"""征求意见: a lead department asks others for their opinion, each with a clock of its own; silence is consent (R054, R061).

While a request stands open the case cannot be decided: a hold says for whom one waits. Consent by silence is the place's own rule,
taken as a step by the system and recorded as the fault of whoever was silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import SYSTEM, Actor, Permission
from yimen.ground.kit import audit
from yimen.ground.kit.moments import local
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import (
    STATUTORY_EFFECT,
    Effect,
    Taken,
    at_clock,
    lift_hold,
    lock,
    note_undone,
    open_matter,
    place_hold,
    register_effect,
    take_step,
    written_at,
)
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import OpinionAnswered, OpinionAsked, OpinionUrged
from yimen.service.cases.lifecycle_asides import ASK, GIVE, OPINION, UNDO
from yimen.service.cases.models import Case, OpinionRequest, OpinionTerms
from yimen.service.cases.services.open_case import open_case

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.matters.models import Matter
    from yimen.ground.organisations.models import Unit

OPINION_DEFAULT = "opinion_default"
MOST_DAYS = 30
ASKING = ("reviewing", "deciding", "suspended")
"""States of a case in which others may be asked."""


class AlreadyAsked(Conflict):
    """This department has been asked in this case and has not answered yet."""

    code = "already_asked"


class CannotBeAsked(Invalid):
    """Nobody in the unit could answer, or it is the lead itself."""

    code = "cannot_be_asked"


def register() -> None:
    """Make consent by silence known."""
    register_effect(
        Effect(
            code=OPINION_DEFAULT,
            label="超时默认，视为同意",
            law="本中心联合办理规则（超时默认制）",
            text="征求意见的期限届满还没有答复的，视为同意，主办部门可以接着办理；逾期记在没有答复的部门名下。",
            procedures=(OPINION.name,),
            states=("asked",),
            falls_due=at_clock("opinion"),
            take=_deem_agreed,
            statutory=False,
            order=20,
        )
    )


def terms_of(centre_id: int | None) -> OpinionTerms:
    """How long a centre gives for an answer; the usual days where it has set none."""
    return OpinionTerms.objects.filter(pk=centre_id or 0).first() or OpinionTerms(centre_id=centre_id or 0)


def set_opinion_terms(*, actor: Actor, centre: Unit, answer_workdays: int, basis: str, at: datetime) -> OpinionTerms:
    """Set how long others have for their answer, from the next request on. Raises `Invalid`."""
    if not 1 <= answer_workdays <= MOST_DAYS:
        raise Invalid("期限不合适。", fields={"answer_workdays": f"填 1 到 {MOST_DAYS} 个工作日。"})
    if not basis.strip():
        raise Invalid("请写明依据。", fields={"basis": "例如：本中心联合办理规则。"})
    with transaction.atomic():
        terms, _ = OpinionTerms.objects.update_or_create(
            centre=centre,
            defaults={
                "answer_workdays": answer_workdays, "basis": basis.strip(), "changed_at": at, "changed_by": actor.name,
            },
        )  # fmt: skip
        audit.record(
            "cases.set_opinion_terms", actor=actor, target_kind="unit", target=centre.name,
            facts={"answer_workdays": answer_workdays, "basis": basis.strip()},
        )  # fmt: skip
    return terms


# --- Asking


def ask_opinion(
    *, code: str, department_id: int, question: str, actor: Actor, at: datetime, days: int = 0,
    files: Sequence[StoredFile] = (), recorded_at: datetime | None = None,
) -> OpinionRequest:  # fmt: skip
    """Ask a department about a case; `days` working days, the centre's usual ones where 0.

    Raises `AlreadyAsked`, `CannotBeAsked`, `NotAllowed`, `Invalid`.
    """
    if not question.strip():
        raise Invalid("请写明征求什么意见。", fields={"question": "写明要对方从哪方面提意见。"})
    with transaction.atomic():
        lock(code)
        found = open_case(code)
        matter = found.case.matter
        if not may(actor, ASK, matter):
            raise NotAllowed("您没有为这件办件征求意见的权限。", next_step="请由主办部门的审查人员或首席代表征求。")
        if matter.state not in ASKING:
            raise Conflict("这件办件现在不在审查中，不用征求意见。", next_step="请刷新页面，按现在的情况办理。")
        unit = organisations.unit(department_id)
        if unit.pk == matter.department_id:
            raise CannotBeAsked("不能向主办部门自己征求意见。", fields={"department": "请选择别的部门。"})
        place = organisations.Place(unit.pk, None, matter.centre_id, matter.division_id)
        if not organisations.holders([GIVE], place, local(at).date()):
            raise CannotBeAsked(
                f"{unit.name}还没有人能够答复征求意见。", next_step="请安全管理员先为该部门的岗位授权。",
                fields={"department": "请另选部门，或先授权。"},
            )  # fmt: skip
        if OpinionRequest.objects.filter(case=found.matter_id, matter__department=unit, matter__state="asked").exists():
            raise AlreadyAsked(f"已经在征求{unit.name}的意见，还没有答复。", next_step="可以催办，或等答复后再征求。")
        terms = terms_of(matter.centre_id)
        if days and not 1 <= days <= MOST_DAYS:
            raise Invalid("期限不合适。", fields={"days": f"填 1 到 {MOST_DAYS} 个工作日。"})
        request_code = place_number("YJ", matter.division_id, at)
        clock = ClockStart(name="opinion", limit=days or terms.answer_workdays, law=terms.basis)
        opened = open_matter(
            procedure=OPINION.name, action="ask", code=request_code, title=f"征求意见：{matter.title}", subject=matter.subject,
            actor=actor, at=at, applicant_id=None, applicant_name=matter.applicant_name, department_id=unit.pk,
            centre_id=matter.centre_id, division=matter.division_id, channel="web", clock=clock,
            facts={"case": matter.code, "unit": unit.name, "days": clock.limit, "reason": question.strip()},
            documents=[file.name for file in files], events=[OpinionAsked(code=request_code, at=at)],
            recorded_at=recorded_at,
        )  # fmt: skip
        request = OpinionRequest.objects.create(
            matter_id=opened.matter_id, case_id=found.matter_id, asked_by_id=matter.department_id, asker_id=actor.account_id,
            asker_name=actor.name, question=question.strip(),
        )  # fmt: skip
        if files:
            request.files.set(list(files))
        _hold(request, unit, at)
        return request


def _hold(request: OpinionRequest, unit: Unit, at: datetime) -> None:
    place_hold(
        matter_id=request.case_id, kind=f"opinion:{request.pk}", point="decide", reason=f"等{unit.name}答复意见", at=at
    )


def as_asker(actor: Actor, request: OpinionRequest, permission: str = ASK) -> Actor:
    """The actor with the asker's powers over a request, as far as they hold them over the case: its matter lies elsewhere."""
    matter, case = request.matter, request.case.matter
    if not may(actor, permission, case):
        return _without(actor, permission)
    own = Permission(permission, "department", matter.department_id)
    return replace(actor, permissions=_without(actor, permission).permissions | {own})


def _without(actor: Actor, permission: str) -> Actor:
    """Whoever has to answer neither takes the question back nor undoes what their own silence said."""
    return replace(actor, permissions=frozenset(each for each in actor.permissions if each.code != permission))


# --- Answering


def answer_opinion(
    *, request: OpinionRequest, answer: str, text: str, actor: Actor, at: datetime, conditions: str = "",
    files: Sequence[StoredFile] = (), seen: int | None = None,
) -> Taken:  # fmt: skip
    """Say what the department thinks: `agree`, `conditions` (named in `conditions`), `disagree` with its reason, or `not_ours`."""
    wrong: dict[str, str] = {}
    if answer not in OpinionRequest.Answer.values or answer == OpinionRequest.Answer.DEEMED:
        wrong["answer"] = "请选择答复。"
    if answer == OpinionRequest.Answer.CONDITIONS and not conditions.strip():
        wrong["conditions"] = "请逐条写明条件。"
    if not text.strip():
        wrong["text"] = "请写明意见和理由；不同意的写明依据。"
    if wrong:
        raise Invalid("答复没有写全。", fields=wrong)
    with transaction.atomic():
        taken = take_step(
            matter=request.matter_id, action="answer", actor=actor, at=at, seen=seen,
            facts={"reason": text.strip(), "answer": answer, "conditions": conditions.strip()},
            documents=[file.name for file in files],
            events=[OpinionAnswered(matter_id=request.matter_id, code=request.matter.code, answer=answer, at=at)],
        )  # fmt: skip
        by = f"{actor.department} {actor.name}".strip()
        _keep(request, answer, text.strip(), conditions.strip(), by, at)
        if files:
            request.answer_files.set(list(files))
        _release(request, at)
        return taken


def _keep(request: OpinionRequest, answer: str, text: str, conditions: str, by: str, at: datetime | None) -> None:
    request.answer, request.text, request.conditions, request.answered_by, request.answered_at = (
        answer, text, conditions, by[:200], at,
    )  # fmt: skip
    request.save(update_fields=["answer", "text", "conditions", "answered_by", "answered_at"])


def _release(request: OpinionRequest, at: datetime) -> None:
    if Case.objects.filter(pk=request.case_id, matter__closed_at__isnull=False).exists():
        return  # nothing of it can be held up any more
    lift_hold(matter_id=request.case_id, kind=f"opinion:{request.pk}", at=at)


def urge_opinion(*, request: OpinionRequest, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """催办: the limit stays as it is."""
    return take_step(
        matter=request.matter_id, action="urge", actor=as_asker(actor, request), at=at, seen=seen, facts={"reason": reason},
        events=[OpinionUrged(matter_id=request.matter_id, code=request.matter.code, at=at)],
    )  # fmt: skip


def extend_opinion(
    *, request: OpinionRequest, days: int, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Give the department so many working days more, while its limit has not run out. Raises `Invalid`, `ImpossibleScript`."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("天数不合适。", fields={"days": f"填 1 到 {MOST_DAYS} 个工作日。"})
    return take_step(
        matter=request.matter_id, action="extend_answer", actor=as_asker(actor, request), at=at, seen=seen, extend_by=days,
        facts={"reason": reason, "days": days},
    )  # fmt: skip


def withdraw_opinion(
    *, request: OpinionRequest, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """The lead asks no more; the case no longer waits for it."""
    with transaction.atomic():
        taken = take_step(
            matter=request.matter_id, action="withdraw", actor=as_asker(actor, request), at=at, seen=seen,
            facts={"reason": reason},
        )  # fmt: skip
        _release(request, at)
        return taken


# --- Silence


def _deem_agreed(matter: Matter, moment: datetime, at: datetime) -> Taken:
    request = OpinionRequest.objects.select_related("case__matter").get(pk=matter.pk)
    law = terms_of(matter.centre_id).basis
    taken = take_step(
        matter=matter.pk, action="deem_agreed", actor=SYSTEM, at=moment, basis=STATUTORY_EFFECT,
        facts={"reason": f"到期没有答复，按{law}（超时默认）视为同意。"},
        events=[OpinionAnswered(matter_id=matter.pk, code=matter.code, answer="deemed", at=at)],
        recorded_at=written_at(at),
    )  # fmt: skip
    _keep(request, OpinionRequest.Answer.DEEMED, f"到期没有答复，按{law}视为同意。", "", "系统", moment)
    _release(request, at)
    return taken


def undo_agreed(*, request: OpinionRequest, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Take back consent by silence, because the facts were other than recorded (the answer had come on paper); asked anew.

    Only whoever may do so for the lead's case, not the silent department itself, and only before the decision.
    """
    with transaction.atomic():
        lock(request.matter_id)  # the request first, then its case: in the order in which an answer holds them
        lock(request.case_id)
        case = Case.objects.select_related("matter").get(pk=request.case_id)
        if case.matter.state not in ASKING:
            raise Conflict("办件已经作出决定或办结，不能再撤销视为同意。", next_step="对决定有异议的，按更正程序办理。")
        terms = terms_of(request.matter.centre_id)
        taken = take_step(
            matter=request.matter_id, action="undo_agreed", actor=as_asker(actor, request, UNDO), at=at, seen=seen,
            clock=ClockStart(name="opinion", limit=terms.answer_workdays, law=terms.basis), facts={"reason": reason},
            events=[OpinionAsked(code=request.matter.code, at=at, matter_id=request.matter_id)],
        )  # fmt: skip
        note_undone(matter_id=request.matter_id, code=OPINION_DEFAULT, seq=taken.seq, actor=actor, reason=reason, at=at)
        _keep(request, "", "", "", "", None)
        _hold(request, request.matter.department, at)
        return taken


def lapse_opinions(case_id: int, at: datetime) -> int:
    """The case is over: nobody need answer any more. Returns how many requests lapsed; twice does no harm."""
    gone = 0
    for request in OpinionRequest.objects.select_related("matter").filter(case=case_id, matter__state="asked"):
        with transaction.atomic():
            take_step(matter=request.matter_id, action="lapse", actor=SYSTEM, at=at, facts={"reason": "办件已经了结。"})
            _release(request, at)
        gone += 1
    return gone
