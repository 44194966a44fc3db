"""At receipt: the lawful outcomes of art. 32 besides acceptance, the one-time correction, supplements, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.services import Taken, look_soon, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import (
    CaseNotAccepted,
    CaseSupplemented,
    CaseWithdrawn,
    CorrectionRequested,
    SuperiorToldOff,
)
from yimen.service.cases.models import Case, CaseFile, CaseMaterial, ProhibitedMatter, ReportUp
from yimen.service.cases.selectors_paths import prohibited as prohibited_matters
from yimen.service.cases.services.acceptance import MaterialsLacking
from yimen.service.cases.services.intake import refuse_paper_of_applicants
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.renewing import refuse_after_expiry


class AlreadyCorrected(Conflict):
    """Everything lacking must be told at once; a second notice is not lawful (art. 32)."""

    code = "already_corrected"


class NothingNamed(Invalid):
    """A correction notice that names no material helps nobody."""

    code = "nothing_named"


def request_correction(
    *,
    code: str,
    items: Sequence[tuple[int, str]],
    actor: Actor,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Taken:
    """Tell once, in writing, everything that is lacking: `items` are (material order, problem). Stops the receipt clock (R052, R058).

    Raises `NothingNamed`, `AlreadyCorrected`.
    """
    return _tell_correction("request_correction", code, items, actor, at, reason, seen)


def _tell_correction(
    action: str, code: str, items: Sequence[tuple[int, str]], actor: Actor, at: datetime, reason: str, seen: int | None
) -> Taken:
    reviewing = action == "request_review_correction"
    with transaction.atomic():
        found = open_case(code)
        found.admit(action, actor, at, seen)
        if found.case.corrections:
            raise AlreadyCorrected(
                "已经一次性告知过补正内容，不能再次要求补正。",
                next_step=found.edition.power.say(
                    "补正内容应当一次告知（《行政许可法》第三十二条）；请依现有材料作出处理。"
                ),
            )
        named = {line.order: line for line in found.lines()}
        wanted = [(order, problem.strip()) for order, problem in items if problem.strip()]
        if not wanted or any(order not in named for order, _ in wanted):
            raise NothingNamed("请逐份写明要补正的材料和问题。", fields={"items": "至少写明一份材料的问题。"})
        rows: list[dict[str, Any]] = [
            {"order": order, "name": named[order].name, "problem": problem} for order, problem in wanted
        ]
        letter = issue(
            "correction_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, items=rows, reason=reason,
            stage="review" if reviewing else None,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen, ready=found.ready,
            stopped_for="review_correction" if reviewing else "correction",
            facts={"reason": reason or "材料不齐全或不符合法定形式", "items": rows}, documents=[letter.code],
            events=[CorrectionRequested(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        Case.objects.filter(pk=found.matter_id).update(corrections=F("corrections") + 1)
        if not reviewing:
            look_soon(found.matter_id, at)  # a place may take silence for giving up, and the watch counts the days
        for order, problem in wanted:
            CaseMaterial.objects.filter(case=found.matter_id, order=order).update(
                state=CaseMaterial.State.RETURNED, note=problem[:500], checked_by=actor.name, checked_at=at
            )
        return taken


def supplement(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    files: Mapping[int, Sequence[int]] | None = None,
    paper: Sequence[int] = (),
    seen: int | None = None,
) -> Taken:
    """Hand in what was lacking: `files` maps a material's order to stored file ids, `paper` lists orders that staff took in
    on paper.

    Every returned or missing required material must be covered, else `MaterialsLacking`; the clock resumes. An applicant
    who names paper gets `PaperAtWindow`.
    """
    refuse_paper_of_applicants(actor, paper)
    files = files or {}
    with transaction.atomic():
        found = open_case(code)
        brought = {order for order, ids in files.items() if ids} | set(paper)
        still = [line for line in rules.lacking(found.lines()) if line.order not in brought]
        if still:
            names = "、".join(line.name for line in still[:5])
            raise MaterialsLacking(
                f"还差 {len(still)} 份材料：{names}。", next_step="请把要补的材料一次补齐后再提交。",
                fields={f"material-{line.order}": "请上传这份材料。" for line in still},
            )  # fmt: skip
        action = "supplement_review" if found.case.matter.state == "correcting" else "supplement"
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen,
            facts={"orders": sorted(brought)},
            events=[CaseSupplemented(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        _receive(found, files, paper, taken.seq, at)
        return taken


def _receive(found: OpenCase, files: Mapping[int, Sequence[int]], paper: Sequence[int], seq: int, at: datetime) -> None:
    lines = {line.order: line for line in CaseMaterial.objects.filter(case=found.matter_id)}
    CaseFile.objects.bulk_create(
        CaseFile(case_material=lines[order], file_id=file_id, step_seq=seq, added_at=at)
        for order, ids in files.items()
        if order in lines
        for file_id in ids
    )
    for order in files:
        if files[order]:
            CaseMaterial.objects.filter(case=found.matter_id, order=order).update(
                state=CaseMaterial.State.PROVIDED, note=""
            )
    CaseMaterial.objects.filter(case=found.matter_id, order__in=list(paper)).update(
        state=CaseMaterial.State.PAPER, note=""
    )


def correct_on_spot(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Art. 32 (3): let the applicant correct on the spot what can be; `reason` says what was corrected."""
    return take_step(matter=code, action="correct_on_spot", actor=actor, at=at, seen=seen, facts={"reason": reason})


def find_not_required(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Art. 32 (1): no licence is needed for this; told at once, in writing."""
    return _end_at_receipt(
        "find_not_required", "not_required_notice", "not_required", code, reason, "", actor, at, seen
    )


def decline_case(
    *,
    code: str,
    reason: str,
    actor: Actor,
    at: datetime,
    competent: str = "",
    seen: int | None = None,
    prohibited: str = "",
) -> Taken:
    """Art. 32 (2), R051: not within this organ's powers; `competent` names the organ to turn to. Reasons are told in writing.

    `prohibited` is the uid of what stands on the centre's list of controlled matters: its basis is told with the reason.
    """
    return _end_at_receipt(
        "decline", "not_accepted_notice", "declined", code, reason, competent, actor, at, seen, prohibited=prohibited
    )


def _controlled(uid: str, centre_id: int | None, at: datetime) -> ProhibitedMatter | None:
    """The controlled matter that is declined by; raises `Invalid` for one that does not stand on the list today."""
    if not uid:
        return None
    try:
        wanted = UUID(uid)
    except ValueError:
        wanted = None
    found = prohibited_matters(centre_id, on=day_of(at)).filter(uid=wanted).first() if wanted else None
    if found is None:
        raise Invalid("控制事项清单里没有这一项。", fields={"prohibited": "请重新选择。"})
    return found


def _end_at_receipt(
    action: str, letter_kind: str, outcome: str, code: str, reason: str, competent: str, actor: Actor, at: datetime,
    seen: int | None, *, prohibited: str = "",
) -> Taken:  # fmt: skip
    with transaction.atomic():
        found = open_case(code)
        found.admit(action, actor, at, seen)
        refuse_after_expiry(found, at)
        ground = _controlled(prohibited, found.case.matter.centre_id, at)
        told: dict[str, Any] = {"controlled": ground.get_ground_display(), "basis": ground.basis} if ground else {}
        letter = issue(
            letter_kind, case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, reason=reason, competent=competent, **told,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action=action, actor=actor, at=at, seen=seen,
            facts={"reason": reason, "competent": competent, "letter": letter.number, **told}, documents=[letter.code],
            events=[CaseNotAccepted(matter_id=found.matter_id, code=found.code, outcome=outcome, at=at)],
        )  # fmt: skip
        Case.objects.filter(pk=found.matter_id).update(
            decision=outcome, decision_reason=reason, decision_number=letter.number
        )
        return taken


def withdraw(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The applicant takes the application back before the decision; at the window the clerk enters it for the applicant.

    While a superior has it, a letter tells the superior to stop, and the report is closed (R055).
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("withdraw", actor, at, seen)
        report = ReportUp.objects.filter(case=found.matter_id, answered_at__isnull=True).first()
        letters, more = [], []
        if report is not None and reason.strip():
            letter = issue(
                "withdrawal_up_letter", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
                edition=found.edition, actor=actor, at=at, superior=report.superior, report_number=report.number,
                reason=reason.strip()[:500],
            )  # fmt: skip
            letters, more = [letter.code], [SuperiorToldOff(found.matter_id, found.code, report.pk, at)]
            report.outcome, report.answered_at = ReportUp.Outcome.RECALLED, at
            report.save(update_fields=["outcome", "answered_at"])
        return take_step(
            matter=found.matter_id, action="withdraw", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason} | ({"superior": report.superior} if report and letters else {}), documents=letters,
            events=[CaseWithdrawn(matter_id=found.matter_id, code=found.code, at=at), *more],
        )  # fmt: skip
