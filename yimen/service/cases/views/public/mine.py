"""The applicant's own: drafts and cases, one case's page, corrections, withdrawal (R074)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.services import store_file
from yimen.ground.identity.policies import citizens
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.pages import address_of
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Conflict, NotFound, Refusal
from yimen.ground.matters import selectors as matters
from yimen.service.cases import rules, selectors, services, telling
from yimen.service.cases.forms.applicant import WithdrawForm
from yimen.service.cases.marks import has_mark
from yimen.service.cases.models import Case, CaseMaterial, Tolerance
from yimen.service.cases.selectors_asides import hearings_of
from yimen.service.cases.selectors_paths import promisable, tolerance_of
from yimen.service.cases.views.public.asking import actor_of, applicant_of, now, page
from yimen.service.cases.views.public.letters import letters_by_code, letters_of
from yimen.service.cases.views.public.story import story_of

ROWS = 20
DRAFTS = 20
FILES_A_TIME = 40


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in the list: what it is, the sentence about it, its clock."""

    matter: Any
    headline: str
    face: matters.ClockFace
    short_code: str
    yours: bool


@citizens
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Drafts to go on with, and every case, newest first."""
    actor, at = actor_of(request), now()
    calendar = work_calendar()
    found = page_by_key(selectors.own_cases(actor), order=("-opened_at", "-id"), asked=request.GET, size=ROWS)
    rows = [_row(matter, at, calendar) for matter in found]
    first = not (request.GET.get("after") or request.GET.get("before"))
    drafts = list(selectors.my_drafts(actor)[:DRAFTS]) if first else []
    return page(
        request,
        "cases/public/mine.html",
        rows=rows,
        found=found,
        drafts=drafts,
        applicant=applicant_of(actor),
        messages_url=address_of("notices:own"),
    )


def _row(matter: Any, at: datetime, calendar: WorkCalendar) -> CaseRow:
    return CaseRow(
        matter=matter,
        headline=telling.first_sentence(matter, at),
        face=telling.chip(matters.clock_face(matter, at, calendar), matter, at),
        short_code=rules.short_code(matter.code),
        yours=matter.state in (*CORRECTING, "granted", "refused"),
    )


@citizens
@require_safe
def mine_case(request: HttpRequest, code: str) -> HttpResponse:
    """One case: where it stands, what to do now, the deadline book, the course, the letters."""
    actor, at = actor_of(request), now()
    case = own_case(actor, code)
    matter = case.matter
    materials = list(selectors.materials_of(case))
    wanted = _wanted(materials) if matter.state in CORRECTING else []
    letters = letters_of(matter.code, matter.procedure)
    story = story_of(case, at, names=True, letters=letters_by_code(letters), lacking=len(wanted))
    may = {each.rule.action: each for each in matters.next_steps(matter, actor, at.date())}
    return page(
        request, "cases/public/case.html", case=case, matter=matter, story=story, letters=letters, materials=materials,
        follows=_follows(case), promisable=promisable(case, at.date()) if matter.state == "received" else None,
        wanted=wanted, short_code=rules.short_code(matter.code),
        to_bring=[line for line in materials if line.required and line.state == "missing"] if matter.state == "received" else [],
        hearing=hearings_of(case).last(),
        may_correct="supplement" in may or "supplement_review" in may, withdraw=may.get("withdraw"),
    )  # fmt: skip


def _follows(case: Case) -> Tolerance | None:
    """The promised materials that have still to come; most cases have none and ask nothing."""
    held = tolerance_of(case) if has_mark(case.marks, "tolerated") and case.matter.closed_at is None else None
    return held if held is not None and held.confirmed_at is None else None


def own_case(actor: Actor, code: str) -> Case:
    """The case, if the actor is its applicant; anybody else gets `NotFound`."""
    case = selectors.access_case(actor, code)
    if actor.party_id is None or case.matter.applicant_id != actor.party_id:
        raise NotFound("没有找到这件办件。", next_step="请到“我的办件”里找。")
    return case


# --- Corrections

CORRECTING = ("correction_requested", "correcting")
HELD = "cases.correct"


@dataclass
class Lack:
    """One material to be handed in again: what is wrong with it, what has been chosen so far."""

    line: CaseMaterial
    files: list[tuple[int, str, int]] = field(default_factory=list)
    error: str = ""


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Hand in all that was asked for, at once; the clock resumes with it.

    Files that passed the gate are held in a signed field of the page, so one bad file does not lose the others.
    """
    actor, at = actor_of(request), now()
    case = own_case(actor, code)
    if case.matter.state not in CORRECTING:
        messages.info(request, "这件事现在不用补材料。")
        return HttpResponseRedirect(reverse("cases:mine_case", args=[code]))
    lacks = [Lack(line) for line in _wanted(list(selectors.materials_of(case)))]
    status, problem = 200, ""
    if request.method == "POST":
        _take_held(request.POST.get("held", ""), code, actor, lacks)
        drop = request.POST.get("act", "")
        if drop.startswith("drop:"):
            for lack in lacks:
                lack.files = [each for each in lack.files if str(each[0]) != drop[5:]]
        _store(request, lacks, actor, at)
        if drop == "send":
            try:
                services.supplement(
                    code=code, actor=actor, at=at, files={lack.line.order: [each[0] for each in lack.files] for lack in lacks},
                    seen=_number(request.POST.get("seen", "")),
                )  # fmt: skip
            except Conflict as refusal:
                audit.notice(refusal)
                status = refusal.status
                problem = _complain(refusal, lacks)
            else:
                messages.success(request, "材料已补交，期限从明天起接着算。")
                return HttpResponseRedirect(reverse("cases:mine_case", args=[code]))
        status = 422 if any(lack.error for lack in lacks) else status
    held = signing.dumps([[lack.line.order, lack.files] for lack in lacks], salt=_salt(code, actor), compress=True)
    wrong = [lack for lack in lacks if lack.error]
    return page(
        request, "cases/public/correct.html", status, case=case, matter=case.matter, lacks=lacks, held=held, wrong=wrong,
        problem=problem, ready=sum(1 for lack in lacks if lack.files),
    )  # fmt: skip


def _wanted(materials: Sequence[CaseMaterial]) -> list[CaseMaterial]:
    return [line for line in materials if line.state == "returned" or (line.required and line.state == "missing")]


def _salt(code: str, actor: Actor) -> str:
    return f"{HELD}:{code}:{actor.uid}"


def _take_held(token: str, code: str, actor: Actor, lacks: Sequence[Lack]) -> None:
    """What was stored with an earlier press of the button; an unreadable token is only nothing held."""
    try:
        held: dict[int, Any] = dict(signing.loads(token, salt=_salt(code, actor), max_age=24 * 3600))
    except signing.BadSignature:
        return
    for lack in lacks:
        lack.files = [(int(pk), str(name), int(size)) for pk, name, size in held.get(lack.line.order, [])]


def _store(request: HttpRequest, lacks: Sequence[Lack], actor: Actor, at: datetime) -> None:
    by_order = {f"file-{lack.line.order}": lack for lack in lacks}
    left = FILES_A_TIME - sum(len(lack.files) for lack in lacks)
    for name, uploads in request.FILES.lists():
        lack = by_order.get(name)
        for upload in uploads if lack is not None else ():
            if lack is None or not isinstance(upload, UploadedFile):
                continue
            if left <= 0:
                lack.error = f"一次最多补交 {FILES_A_TIME} 个文件，请合并后再传"
                break
            try:
                stored = store_file(upload, actor=actor, at=at)
            except Refusal as refusal:
                lack.error = f"{refusal.message}{refusal.next_step}"
            else:
                lack.files.append((stored.pk, stored.name, stored.size))
                left -= 1


def _complain(refusal: Conflict, lacks: Sequence[Lack]) -> str:
    """Each line of the refusal at its material; what fits none is returned for the top of the page."""
    for lack in lacks:
        said = refusal.fields.get(f"material-{lack.line.order}")
        if said and not lack.error:
            lack.error = f"请上传{lack.line.name}"
    return "" if any(lack.error for lack in lacks) else f"{refusal.message}{refusal.next_step}"


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and len(said) < 10 else None


# --- Withdrawal


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the application back: the consequence is said, the reason asked."""
    actor, at = actor_of(request), now()
    case = own_case(actor, code)
    may = {each.rule.action: each for each in matters.next_steps(case.matter, actor, at.date())}
    step = may.get("withdraw")
    form = WithdrawForm(request.POST if request.method == "POST" else None, initial={"seen": case.matter.version})
    status = 200
    if step is None:
        messages.info(request, "这件事已经作出决定或办结，不能再撤回。")
        return HttpResponseRedirect(reverse("cases:mine_case", args=[code]))
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                services.withdraw(
                    code=code, actor=actor, at=at, reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"]
                )
            except Conflict as refusal:
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "申请已撤回。以后要办，可以重新申请。")
                return HttpResponseRedirect(reverse("cases:mine_case", args=[code]))
    return page(
        request, "cases/public/withdraw.html", status, case=case, matter=case.matter, form=form,
        closed_because=step.closed_because,
    )  # fmt: skip
