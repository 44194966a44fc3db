"""撤销决定 (行政许可法第六十九条; R069): told, heard, decided, marked everywhere; and taken back again where it was wrong.

Nothing here comes by itself but the end of the applicant's days: a promise that nobody checked is a reminder, never a revocation.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.documents.selectors import letters_of
from yimen.ground.documents.services import void_letter
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import (
    STATUTORY_EFFECT,
    Effect,
    Taken,
    at_clock,
    lock,
    open_matter,
    ready_to,
    register_effect,
    take_step,
    written_at,
)
from yimen.service.cases.events import RevocationMoved
from yimen.service.cases.lifecycle_revoking import OPEN, PROPOSE, REVOCATION
from yimen.service.cases.models import Case, PathTerms, PromiseBar, Revocation, RevocationStatement, SignedPromise
from yimen.service.cases.policies import LIFT_BAR
from yimen.service.cases.selectors_paths import path_terms
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case

if TYPE_CHECKING:
    from yimen.ground.documents.services import IssuedLetter
    from yimen.ground.matters.models import Matter

PERIOD_OVER = "statement_over"
OVER = ("concluded", "archived")
HEARING_WITHIN = 20
LONGEST = 4000


class NothingToRevoke(Conflict):
    """The case holds no decision that could be taken back now."""

    code = "nothing_to_revoke"


class RevocationOpen(Conflict):
    """A revocation of this case is under way, or it is revoked already."""

    code = "revocation_open"


class StatementUnanswered(Invalid):
    """A decision says what came of what the applicant said."""

    code = "statement_unanswered"


def register() -> None:
    """Make the end of the applicant's days known."""
    register_effect(
        Effect(
            code=PERIOD_OVER,
            label="陈述申辩期满",
            law="《行政许可法》第七条",
            text="告知拟撤销决定后，申请人在告知书写明的工作日内陈述、申辩或者要求听证；期满的，由有决定权的人作出决定。",
            procedures=(REVOCATION.name,),
            states=("notified",),
            falls_due=at_clock("statement"),
            take=_end_period,
            order=27,
            at_fault=False,
        )
    )


# --- The notice


def notify_revocation(*, code: str, ground: str, facts: str, actor: Actor, at: datetime) -> Revocation:
    """Tell the applicant that the decision is to be taken back, why, and until when they may speak (or ask for a hearing).

    Raises `NothingToRevoke`, `RevocationOpen`, `NotAllowed`, `Invalid`.
    """
    if ground not in Revocation.Ground.values:
        raise Invalid("请选择撤销的依据。", fields={"ground": "按第六十九条选一项。"})
    said = facts.strip()[:LONGEST]
    if not said:
        raise Invalid("请写明认定的事实。", fields={"facts": "写明查到了什么、凭什么认定，告知书会原样印出。"})
    with transaction.atomic():
        lock(code)
        found = open_case(code)
        matter = found.case.matter
        _demand_revocable(found, ground, actor)
        terms = path_terms(matter.centre_id)
        own_code = place_number("CX", matter.division_id, at)
        letter = _letter(
            "revocation_notice", found, actor, at, ground=ground, reason=said, days=terms.statement_workdays
        )
        opened = open_matter(
            procedure=REVOCATION.name, action="notify", code=own_code, title=f"撤销：{matter.title}"[:500],
            subject=matter.subject, actor=actor, at=at, applicant_id=matter.applicant_id, applicant_name=matter.applicant_name,
            department_id=matter.department_id, centre_id=matter.centre_id, division=matter.division_id, channel="web",
            clock=_statement_clock(terms), documents=[letter.code],
            facts={"case": matter.code, "reason": said, "ground": ground, "letter": letter.number},
            events=[RevocationMoved(matter_id=0, code=own_code, state="notified", at=at)],
        )  # fmt: skip
        return Revocation.objects.create(
            matter_id=opened.matter_id, case_id=found.matter_id, ground=ground, facts=said, notice_number=letter.number
        )


def _demand_revocable(found: OpenCase, ground: str, actor: Actor) -> None:
    matter = found.case.matter
    if not may(actor, PROPOSE, matter):
        raise NotAllowed("您没有提出撤销这个决定的权限。", next_step="请由审查人员或首席代表办理。")
    if found.case.decision != "granted" or matter.state not in OVER:
        raise NothingToRevoke(
            "这件办件没有可以撤销的决定。", next_step="只有已经准予并送达的可以撤销；还没送达的，请先办完送达。"
        )
    last = Revocation.objects.filter(case=found.matter_id).select_related("matter").order_by("-pk").first()
    if last is not None and last.matter.state in (*OPEN, "revoked"):
        raise RevocationOpen(
            f"这件办件的撤销{REVOCATION.state(last.matter.state).label}（{last.matter.code}）。",
            next_step="请打开那件撤销办理。",
        )
    broken = SignedPromise.objects.filter(case=found.matter_id, outcome=SignedPromise.Outcome.BROKEN).exists()
    if ground == Revocation.Ground.PROMISE and not broken:
        raise NothingToRevoke("还没有核查出承诺不属实。", next_step="请先在办件页核查承诺，或者换一项依据。")


def _statement_clock(terms: PathTerms) -> ClockStart:
    return ClockStart(name="statement", limit=terms.statement_workdays, law="本中心办理规则（《行政许可法》第七条）")


def _deciding_clock(matter: Matter) -> ClockStart:
    return ClockStart(name="revoking", limit=path_terms(matter.centre_id).revoke_workdays, law="本中心办理规则")


# --- The applicant speaks


def state_case(*, revocation: Revocation, text: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """What the applicant says against it; as often as they like while the days run. Staff enter what was said at the window."""
    words = text.strip()[:LONGEST]
    if not words:
        raise Invalid("请写明您的意见。", fields={"text": "写明哪里与事实不符，有什么证据。"})
    with transaction.atomic():
        _admit(revocation, "state", actor, at, seen)
        taken = take_step(
            matter=revocation.matter_id, action="state", actor=actor, at=at, seen=seen, facts={"reason": words},
            events=[_moved(revocation, "stated", at)],
        )  # fmt: skip
        RevocationStatement.objects.create(
            revocation=revocation,
            step_seq=taken.seq,
            text=words,
            author=f"{actor.department} {actor.name}".strip(),
            stated_at=at,
        )
        return taken


def request_revocation_hearing(*, revocation: Revocation, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The applicant asks to be heard; the hearing is held within twenty working days."""
    clock = ClockStart(name="revocation_hearing", limit=HEARING_WITHIN, law="参照《行政许可法》第四十七条")
    return take_step(
        matter=revocation.matter_id, action="request_hearing", actor=actor, at=at, seen=seen, clock=clock,
        events=[_moved(revocation, "hearing", at)],
    )  # fmt: skip


def finish_stating(*, revocation: Revocation, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The applicant has nothing more to say: the decision need not wait for the end of the days."""
    return take_step(
        matter=revocation.matter_id, action="finish_stating", actor=actor, at=at, seen=seen,
        clock=_deciding_clock(revocation.matter), events=[_moved(revocation, "deciding", at)],
    )  # fmt: skip


def _end_period(matter: Matter, moment: datetime, at: datetime) -> Taken:
    revocation = Revocation.objects.select_related("matter").get(pk=matter.pk)
    return take_step(
        matter=matter.pk, action="end_period", actor=SYSTEM, at=moment, basis=STATUTORY_EFFECT,
        clock=_deciding_clock(matter), facts={"reason": "告知书写明的陈述申辩期限已满。"},
        events=[_moved(revocation, "deciding", at)], recorded_at=written_at(at),
    )  # fmt: skip


def record_revocation_hearing(
    *, revocation: Revocation, record: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Write down what the hearing brought; then it is for whoever decides."""
    words = record.strip()[:LONGEST]
    if not words:
        raise Invalid("请写明听证情况。", fields={"record": "时间、地点、参加人、各方意见。"})
    with transaction.atomic():
        _admit(revocation, "record_hearing", actor, at, seen)
        Revocation.objects.filter(pk=revocation.pk).update(hearing_record=words)
        return take_step(
            matter=revocation.matter_id, action="record_hearing", actor=actor, at=at, seen=seen,
            clock=_deciding_clock(revocation.matter), facts={"reason": words}, events=[_moved(revocation, "deciding", at)],
        )  # fmt: skip


# --- The decision


def revoke_decision(
    *, revocation: Revocation, reason: str, actor: Actor, at: datetime, response: str = "", seen: int | None = None
) -> Taken:
    """Take the decision back, under an authorisation letter: a letter goes out, the decision's own is void, a broken promise barred.

    Raises `StatementUnanswered`, `Invalid`, and what `take_step` raises.
    """
    with transaction.atomic():
        found, words, answer = _decides(revocation, "revoke", reason, response, actor, at, seen)
        letter = _letter(
            "decision_revoke", found, actor, at, ground=revocation.ground, reason=words, response=answer,
            notice=revocation.notice_number, old_number=found.case.decision_number, decided_on=say_date(day_of(at)),
        )  # fmt: skip
        taken = _decided(revocation, "revoke", letter, words, answer, actor, at, seen)
        voided = _void(found, letter.number, words, actor, at)
        Revocation.objects.filter(pk=revocation.pk).update(
            decided_at=at, reason=words, response=answer, decision_number=letter.number, voided_letter=voided
        )
        if revocation.ground == Revocation.Ground.PROMISE:
            _bar(revocation, found, at)
        return taken


def keep_decision(
    *, revocation: Revocation, reason: str, actor: Actor, at: datetime, response: str = "", seen: int | None = None
) -> Taken:
    """Decide not to take it back; the applicant is told in writing, and the decision holds as before."""
    with transaction.atomic():
        found, words, answer = _decides(revocation, "keep", reason, response, actor, at, seen)
        letter = _letter(
            "revocation_dropped", found, actor, at, ground=revocation.ground, reason=words, response=answer,
            notice=revocation.notice_number, old_number=found.case.decision_number,
        )  # fmt: skip
        taken = _decided(revocation, "keep", letter, words, answer, actor, at, seen)
        Revocation.objects.filter(pk=revocation.pk).update(
            decided_at=at, reason=words, response=answer, decision_number=letter.number
        )
        return taken


def _decides(
    revocation: Revocation, action: str, reason: str, response: str, actor: Actor, at: datetime, seen: int | None
) -> tuple[OpenCase, str, str]:
    words, answer = reason.strip()[:LONGEST], response.strip()[:LONGEST]
    if not words:
        raise Invalid("决定要写明理由。", fields={"reason": "写明事实、依据。"})
    _admit(revocation, action, actor, at, seen)
    if not answer and revocation.statements.exists():
        raise StatementUnanswered(
            "申请人作了陈述申辩，决定要说明采纳不采纳、为什么。", fields={"response": "逐条答复陈述申辩的意见。"}
        )
    found = open_case(revocation.case.matter.code)
    if action == "revoke" and not (found.edition.review_body and found.edition.suit_court):
        raise NothingToRevoke(
            "这个事项没有写明行政复议机关和行政诉讼法院，不能作出撤销决定。", next_step="请事项管理员补齐救济途径。"
        )
    return found, words, answer


def _decided(
    revocation: Revocation, action: str, letter: IssuedLetter, words: str, answer: str, actor: Actor, at: datetime,
    seen: int | None,
) -> Taken:  # fmt: skip
    state = REVOCATION.step(action).to or ""
    return take_step(
        matter=revocation.matter_id, action=action, actor=actor, at=at, seen=seen, documents=[letter.code],
        facts={"reason": words, "response": answer, "letter": letter.number}, events=[_moved(revocation, state, at)],
    )  # fmt: skip


def _void(found: OpenCase, number: str, words: str, actor: Actor, at: datetime) -> str:
    """Make the letter of the decision void; its code, empty where a superior's paper was the decision."""
    held = [each for each in letters_of(found.code) if each.kind == "decision_grant" and each.voided_at is None]
    if not held:
        return ""
    void_letter(code=held[-1].code, reason=f"决定已被撤销（{number}）：{words}"[:200], actor=actor, at=at)
    return held[-1].code


def _bar(revocation: Revocation, found: OpenCase, at: datetime) -> None:
    terms = path_terms(found.case.matter.centre_id)
    since = day_of(at)
    PromiseBar.objects.create(
        party_id=found.party.id, party_name=found.party.name, revocation=revocation, since=since,
        until=_months_after(since, terms.bar_months),
    )  # fmt: skip


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, the month's last where it has no such day (民法典第二百零二条)."""
    whole = day.month - 1 + months
    year, month = day.year + whole // 12, whole % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# --- The ways back


def recall_revocation(
    *, revocation: Revocation, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Take the notice back before anything is decided; the decision holds as before."""
    return take_step(
        matter=revocation.matter_id, action="recall", actor=actor, at=at, seen=seen, facts={"reason": reason},
        events=[_moved(revocation, "recalled", at)],
    )  # fmt: skip


def restore_decision(
    *, revocation: Revocation, reason: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """The revocation was wrong: the decision holds again, and whoever was barred is not.

    A letter that was void stays void; the decision gets a new one, with a number of its own, and the old day.
    """
    words = reason.strip()[:500]
    if not words:
        raise Invalid("更正要写明理由。", fields={"reason": "写明撤销错在哪里。"})
    with transaction.atomic():
        _admit(revocation, "restore", actor, at, seen)
        revocation = Revocation.objects.select_related("matter", "case__matter").get(pk=revocation.pk)
        found = open_case(revocation.case.matter.code)
        for code in _revoking_letters(revocation, found):
            void_letter(code=code, reason=f"撤销已更正：{words}"[:200], actor=actor, at=at)
        letters, facts = [], {"reason": words}
        if revocation.voided_letter:
            anew = issue(
                "decision_grant", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
                edition=found.edition, actor=actor, at=at, slip=found.case.slip_number, results=found.edition.result_names,
                decided_on=say_date(day_of(found.case.decided_at or at)),
            )  # fmt: skip
            letters, facts = [anew.code], facts | {"letter": anew.number}
            Case.objects.filter(pk=found.matter_id).update(decision_number=anew.number)
        PromiseBar.objects.filter(revocation=revocation.pk, lifted_at__isnull=True).update(
            lifted_at=at, lifted_by=f"{actor.department} {actor.name}".strip(), lift_reason=f"撤销已更正：{words}"[:300]
        )
        return take_step(
            matter=revocation.matter_id, action="restore", actor=actor, at=at, seen=seen, facts=facts, documents=letters,
            events=[_moved(revocation, "restored", at)],
        )  # fmt: skip


def _revoking_letters(held: Revocation, found: OpenCase) -> Sequence[str]:
    return [
        each.code for each in letters_of(found.code) if each.number == held.decision_number and each.voided_at is None
    ]


def lift_promise_bar(*, actor: Actor, bar: PromiseBar, reason: str, at: datetime) -> PromiseBar:
    """Let somebody promise again before the time is over. Raises `NotAllowed`, `Conflict`, `Invalid`."""
    words = reason.strip()[:300]
    if not words:
        raise Invalid("解除要写明理由。", fields={"reason": "例如：已整改并修复信用。"})
    with transaction.atomic():
        held = PromiseBar.objects.select_for_update().get(pk=bar.pk)
        if not may(actor, LIFT_BAR, held.revocation.matter):
            raise NotAllowed("您没有解除的权限。", next_step="请由部门负责人或中心管理人员办理。")
        if held.lifted_at is not None:
            raise Conflict("已经解除过。", next_step="请刷新页面。")
        held.lifted_at, held.lifted_by, held.lift_reason = at, f"{actor.department} {actor.name}".strip(), words
        held.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        audit.record(
            "cases.lift_promise_bar", actor=actor, target_kind="party", target=held.party_name, reason=words
        )  # fmt: skip
    return held


# --- Common


def _admit(revocation: Revocation, action: str, actor: Actor, at: datetime, seen: int | None) -> None:
    lock(revocation.matter_id)
    ready_to(matter=revocation.matter_id, action=action, actor=actor, at=at, seen=seen)


def _moved(revocation: Revocation, state: str, at: datetime) -> RevocationMoved:
    return RevocationMoved(matter_id=revocation.matter_id, code=revocation.matter.code, state=state, at=at)


def _letter(kind: str, found: OpenCase, actor: Actor, at: datetime, *, ground: str, **facts: Any) -> IssuedLetter:
    said = Revocation.Ground(ground).label.split("（", 1)
    return issue(
        kind, case=found.case, code=found.code, title=found.case.matter.title, party=found.party, edition=found.edition,
        actor=actor, at=at, ground=said[0], article=said[1].rstrip("）") if len(said) > 1 else "",
        old_number=facts.pop("old_number", found.case.decision_number), **facts,
    )  # fmt: skip
