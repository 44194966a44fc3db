"""The decision: grant, refuse with reasons and remedies (art. 38), back to review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.services import Taken, handling_result, hands_until, lock, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import CaseDecided
from yimen.service.cases.lifecycle import WITH_PATHS
from yimen.service.cases.marks import has_mark
from yimen.service.cases.models import Case, Opinion
from yimen.service.cases.services.judging import demand_checked
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.renewing import refuse_after_expiry
from yimen.service.cases.services.review import demand_slip, write_opinion


class RemediesUnknown(Conflict):
    """A refusal must tell where to ask for review and where to sue; the item does not say (art. 38)."""

    code = "remedies_unknown"


class HearingNotWeighed(Invalid):
    """After a hearing the decision is made by its record (art. 48 (2))."""

    code = "hearing_not_weighed"


class SuperiorDecides(Conflict):
    """What goes up to a superior is granted there, not here (art. 43, R055)."""

    code = "superior_decides"


class NotImmediate(Conflict):
    """Only an immediate case is decided at the window."""

    code = "not_immediate"


def grant(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    opinion: str = "",
    seen: int | None = None,
    basis: str = "",
    recorded_at: datetime | None = None,
    weighed: str = "",
) -> Taken:
    """Grant: decision letter under the department's seal, delivery clock of art. 44.

    `weighed` says how the record of a hearing was taken into account, where there was one (art. 48).
    """
    return _decide("grant", code, actor, at, opinion or "同意。", "granted", "", seen, basis, recorded_at, weighed)


def _refuse_ours_to_grant(found: OpenCase) -> None:
    """Raise `SuperiorDecides` for a case of the kind that goes up, since version 3 of the procedure knows the way."""
    if found.case.kind == rules.REPORT_UP and found.case.matter.procedure_version >= WITH_PATHS:
        raise SuperiorDecides(
            "这是上报件，由上级机关决定，本部门不能直接准予。", next_step="请在“更多办理”里上报上级机关。"
        )


def grant_at_once(*, code: str, actor: Actor, at: datetime, opinion: str = "", seen: int | None = None) -> Taken:
    """Grant an immediate case (即办件), or one on a signed promise (R069), at the window, without review by a section (R050, art. 34).

    Raises `NotImmediate`, `MaterialsUnchecked`.
    """
    with transaction.atomic():
        lock(code)
        found = open_case(code)
        if found.case.kind != rules.IMMEDIATE and not has_mark(found.case.marks, "promised"):
            raise NotImmediate("这个事项不是即办件，要经审查后再决定。", next_step="请转审查人员办理。")
        demand_checked(found)
        return _decide(
            "grant_at_once", code, actor, at, opinion or "符合条件，当场办结。", "granted", "", seen, "", None
        )


def refuse(
    *,
    code: str,
    reason: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
    basis: str = "",
    recorded_at: datetime | None = None,
    weighed: str = "",
) -> Taken:
    """Refuse, with the reason told; the letter tells the remedies. Impossible without either (art. 38)."""
    return _decide("refuse", code, actor, at, reason, "refused", reason, seen, basis, recorded_at, weighed)


def _decide(
    action: str, code: str, actor: Actor, at: datetime, opinion: str, decision: str, reason: str, seen: int | None,
    basis: str, recorded_at: datetime | None, weighed: str = "",
) -> Taken:  # fmt: skip
    with transaction.atomic():
        found = open_case(code)
        found.admit(action, actor, at, seen)
        demand_slip(found.case)
        refuse_after_expiry(found, at)
        if decision == "granted":
            _refuse_ours_to_grant(found)
        if decision == "refused" and not reason.strip():
            say = found.edition.power.say
            raise Invalid(
                say("不予许可必须写明理由（《行政许可法》第三十八条）。"),
                fields={"reason": say("请写明不予许可的事实和依据。")},
            )
        if decision == "refused" and not (found.edition.review_body and found.edition.suit_court):
            raise RemediesUnknown(
                found.edition.power.say("这个事项没有写明行政复议机关和行政诉讼法院，不能作出不予许可决定。"),
                next_step="请事项管理员在实施清单中补齐救济途径。",
            )
        heard = found.case.hearing_number
        if heard and not weighed.strip():
            raise HearingNotWeighed(
                "举行过听证的，应当根据听证笔录作出决定（《行政许可法》第四十八条第二款）。",
                fields={"weighed": "请写明怎样采纳听证笔录的意见。"},
            )
        hearing = f"根据听证笔录（{heard}）：{weighed.strip()}" if heard else ""
        letter = issue(
            "decision_grant" if decision == "granted" else "decision_refuse", case=found.case, code=found.code,
            title=found.case.matter.title, party=found.party, edition=found.edition, actor=actor, at=at, reason=reason,
            decided_on=say_date(at.date()), slip=found.case.slip_number, results=found.edition.result_names,
            hearing=hearing,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen, ready=found.ready,
            clock=rules.delivery_clock(licence=found.edition.power.licence), basis=basis,
            facts={"reason": opinion, "decision": decision, "letter": letter.number} | ({"hearing": hearing} if heard else {}),
            documents=[letter.code],
            change=handling_result(found.ready, at) if found.ready else None,
            events=[CaseDecided(matter_id=found.matter_id, code=found.code, decision=decision, at=at)],
            recorded_at=recorded_at,
        )  # fmt: skip
        spent = hands_until(found.ready, at) if found.ready else None
        Case.objects.filter(pk=found.matter_id).update(
            decided_at=at, decision=decision, decision_reason=reason, decision_number=letter.number,
            office_days=spent and spent.office, applicant_days=spent and spent.applicant, special_days=spent and spent.special,
        )  # fmt: skip
        write_opinion(found, Opinion.Kind.DECISION, taken, opinion, actor, at, conclusion=decision)
        return taken


def return_to_review(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Send it back to the reviewer with what is still to be found out; the clock does not stop for that."""
    with transaction.atomic():
        found = open_case(code)
        taken = take_step(
            matter=found.matter_id, action="return_to_review", actor=actor, at=at, seen=seen, facts={"reason": reason}
        )
        write_opinion(found, Opinion.Kind.RETURN, taken, reason, actor, at)
        return taken
