"""Papers of a case: letters to print, originals to look at side by side, the deadline day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import staff
from yimen.ground.kit import moments
from yimen.ground.kit.daybook import fold
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as matters
from yimen.service.cases import telling
from yimen.service.cases.models import Case, CaseFile
from yimen.service.cases.rules import short_code
from yimen.service.cases.selectors import access_case, file_of_opinion, materials_of
from yimen.service.cases.views.staff.asking import actor_of

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

FRESH = timedelta(minutes=10)
"""How long after it was issued a letter is offered for printing by one key."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter of the case as the page lists it."""

    code: str
    kind: str
    label: str
    number: str
    url: str
    issued_at: datetime
    voided: bool

    def fresh(self, at: datetime) -> bool:
        """Whether it has only just been issued, so that printing it is what comes next."""
        return not self.voided and at - self.issued_at < FRESH


def papers_of(case: Case) -> list[Paper]:
    """The letters of a case, first to last."""
    return [
        Paper(
            code=letter.code,
            kind=letter.kind,
            label=letter.title,
            number=letter.number,
            url=reverse("cases:desk_letter", args=[case.matter.code, letter.code]),
            issued_at=letter.issued_at,
            voided=letter.voided_at is not None,
        )
        for letter in documents.letters_of(case.matter.code)
    ]


@staff
@xframe_options_sameorigin
def letter(request: HttpRequest, code: str, letter_code: str) -> HttpResponseBase:
    """A letter of the case as PDF, to print."""
    case = access_case(actor_of(request), code)
    found = documents.letter_by_code(letter_code)
    if found is None or found.matter_code != case.matter.code:
        raise NotFound("这件办件没有这份文书。", next_step="请回到办件页，从文书清单打开。")
    return _shown(documents.letter_pdf(found))


# --- Originals


@staff
def originals(request: HttpRequest, code: str) -> HttpResponseBase:
    """Two originals beside each other, chosen from the list; without scripts the links choose."""
    case = access_case(actor_of(request), code)
    materials = list(materials_of(case))
    files = [file for material in materials for file in material.files.all()]
    left = _chosen(request, "left", files, 0)
    right = _chosen(request, "right", files, 1)
    context = {
        "case": case,
        "matter": case.matter,
        "short": short_code(case.matter.code),
        "materials": materials,
        "left": left,
        "right": right,
        "sides": [("左", left), ("右", right)],
        "back_url": reverse("cases:desk_case", args=[case.matter.code]) + "#materials",
    }
    return render(request, "cases/staff/originals.html", context)


def _chosen(request: HttpRequest, side: str, files: Sequence[CaseFile], otherwise: int) -> CaseFile | None:
    wanted = request.GET.get(side, "")
    found = next((file for file in files if str(file.file.uid) == wanted), None)
    return found or (files[otherwise] if len(files) > otherwise else None)


@staff
@xframe_options_sameorigin
def original(request: HttpRequest, code: str, uid: UUID) -> HttpResponseBase:
    """One file that was handed in with the case, or that belongs to an opinion in it."""
    case = access_case(actor_of(request), code)
    found = CaseFile.objects.select_related("file").filter(case_material__case=case.pk, file__uid=uid).first()
    stored = found.file if found is not None else file_of_opinion(case, uid)
    if stored is None:
        raise NotFound("这件办件没有这个文件。", next_step="请回到办件页，从材料清单或者审查意见里打开。")
    return _shown(stored)


def _shown(stored: StoredFile) -> HttpResponseBase:
    """A file shown in the browser's own viewer, also in a frame of ours; a sandbox would keep the viewer of PDF out."""
    response = documents.file_response(stored, inline=True)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return response


# --- The deadline day by day


@staff
def clock(request: HttpRequest, code: str) -> HttpResponseBase:
    """期限账本: each day counted or not, why, and on which article."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    explanation, today = matters.explain(case.matter), moments.day_of(at)
    days = telling.book(explanation, today)
    context = {
        "case": case,
        "matter": case.matter,
        "short": short_code(case.matter.code),
        "face": matters.clock_face(case.matter, at),
        "said": telling.limit_sentence(explanation.current),
        "days": days,
        "rows": fold(days, today=today),
        "today": today,
        "date_changes": matters.deadline_history(case.matter),
        "spent": explanation.durations(at),
        "explanation": explanation,
        "back_url": reverse("cases:desk_case", args=[case.matter.code]),
    }
    return render(request, "cases/staff/clock.html", context)
