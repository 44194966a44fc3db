"""Letters and files to take home: for the applicant, and for staff who may see the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import signed_in
from yimen.ground.kit.refusals import NotFound
from yimen.service.cases import selectors
from yimen.service.cases.models import CaseFile
from yimen.service.cases.views.public.asking import actor_of
from yimen.service.catalogue.rules.powers import power_by


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A letter as the applicant's pages list it."""

    code: str
    kind: str
    name: str
    number: str
    issued_at: datetime
    url: str


SHORT_NAMES = {
    "materials_receipt": "收件凭证",
    "acceptance_slip": "受理通知书",
    "correction_notice": "补正告知书",
    "not_required_notice": "不需要许可告知书",
    "not_accepted_notice": "不予受理决定书",
    "suspension_notice": "特别程序告知书",
    "extension_notice": "延期通知书",
    "report_up_letter": "初审意见上报函",
    "tolerance_notice": "容缺受理告知承诺书",
    "termination_notice": "终止办理告知书",
    "promise_letter": "告知承诺书",
    "decision_grant": "准予决定书",
    "decision_refuse": "不予许可决定书",
    "delivery_receipt": "送达回证",
    "hearing_right_notice": "听证告知书",
    "hearing_notice": "听证通知书",
    "hearing_record": "听证笔录",
}


def letters_of(matter_code: str, procedure: str = "") -> list[LetterLink]:
    """The letters of a case that stand, newest first, named in the words of its power."""
    say = power_by(procedure).say
    return [
        LetterLink(
            each.code, each.kind, say(SHORT_NAMES.get(each.kind, each.title)), each.number, each.issued_at,
            reverse("cases:letter", args=[each.code]),
        )
        for each in reversed(documents.letters_of(matter_code))
        if each.voided_at is None
    ]  # fmt: skip


def letters_by_code(letters: Iterable[LetterLink]) -> dict[str, tuple[str, str]]:
    """For the timeline: code to (address, name)."""
    return {letter.code: (letter.url, letter.name) for letter in letters}


@signed_in
@require_safe
def letter(request: HttpRequest, code: str) -> HttpResponseBase:
    """A letter as PDF; whoever may see its case may have it."""
    found = documents.letter_by_code(code[:40])
    if found is None:
        raise _no_letter()
    try:
        selectors.access_case(actor_of(request), found.matter_code)
    except NotFound:
        raise _no_letter() from None
    return documents.file_response(documents.letter_pdf(found))


def _no_letter() -> NotFound:
    return NotFound("没有找到这份文书。", next_step="请到“我的办件”，从办件页下载。")


@signed_in
@require_safe
def file(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """A file that was handed in with the case."""
    case = selectors.access_case(actor_of(request), code)
    found = CaseFile.objects.select_related("file").filter(case_material__case=case.pk, file__uid=uid).first()
    if found is None:
        raise NotFound("这件办件没有这个文件。", next_step="请回到办件页，从材料清单打开。")
    return documents.file_response(found.file)
