"""Apply in four steps: the item's form, materials, contact and delivery, check and submit; then the number.

Each step saves the draft before it goes on, so nothing is lost with the session, and another device resumes it.
Every page works without JavaScript; with it, a choice that opens further questions swaps them in.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yimen.ground.identity.policies import citizens
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.service.cases import rules, selectors, services
from yimen.service.cases.editions import open_edition
from yimen.service.cases.forms.applicant import DELIVERY, ContactForm, SubmitForm
from yimen.service.cases.forms.questions import AnswerForm, posted, wants_more
from yimen.service.cases.services.drafts import DraftMoved
from yimen.service.cases.services.renewing import told_at_intake
from yimen.service.cases.views.buttons import credential_pressed
from yimen.service.cases.views.public.asking import actor_of, applicant_of, by_htmx, channel_of, now, page
from yimen.service.cases.views.public.desk import STEP_NAMES, STEPS, Desk, MaterialRow, must_be_online
from yimen.service.cases.views.public.letters import letters_of
from yimen.service.cases.views.situation import pairs_of, situation_of
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.questions import shown_answers

# --- Begin, resume, throw away


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, item_code: str) -> HttpResponse:
    """Before the first step: what it takes and how long; pressing the button begins the draft, or resumes it."""
    actor, at = actor_of(request), now()
    edition = open_edition(item_code, at)
    must_be_online(edition)
    known = guidance.as_guidance(edition.edition.guidance)
    told = situation_of(known, request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        draft = services.start_draft(item_code=edition.code, actor=actor, at=at, situation=told)
        return _to(Desk(request, draft.uid), draft.step)
    begun = selectors.my_drafts(actor).filter(edition=edition.id).first()
    needed = catalogue.materials_needed(edition.edition, told, day_of(at))
    return page(
        request, "cases/public/start.html", edition=edition, begun=begun, applicant=applicant_of(actor),
        asked=[material for material, _ in needed if not material.exempt],
        exempt=[material for material, _ in needed if material.exempt],
        situation=guidance.said(edition.edition.guidance, told), told=pairs_of(told),
        asks=known is not None and begun is None and not guidance.is_whole(edition.edition.guidance, told),
    )  # fmt: skip


@citizens
@require_safe
def resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Go on where the draft was left."""
    desk = Desk(request, uid)
    return _to(desk, desk.draft.step)


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Throw a draft away: asked first, since it cannot be undone."""
    desk = Desk(request, uid)
    if request.method == "POST":
        services.discard_draft(draft_uid=uid, actor=desk.actor, at=desk.at)
        messages.success(request, f"已删除“{desk.edition.name}”的草稿。")
        return HttpResponseRedirect(reverse("cases:mine"))
    return page(request, "cases/public/discard.html", desk=desk)


@citizens
@require_POST
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take the draft over to the guide in force now; what still fits is kept."""
    desk = Desk(request, uid)
    services.renew_draft(draft_uid=uid, actor=desk.actor, at=desk.at)
    messages.info(request, "已换成新版办事指南，填过的内容都带过来了。请从头核对一遍。")
    return _to(desk, "form")


# --- Step 1: the form


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def form_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The item's own questions."""
    desk = Desk(request, uid)
    if request.method != "POST":
        # `?check=1` comes from step 4: show at once what is still to be filled in.
        form = desk.form(desk.answers if "check" in request.GET else None)
        return _form_page(request, desk, form, 422 if form.errors else 200)
    more = wants_more(request.POST)
    form = desk.form(
        posted(desk.edition.form, request.POST), complete=not more,
        asked_before=None if more else request.POST.get("asked", "")[:20_000].split(),
    )  # fmt: skip
    try:
        _keep(desk, request.POST, answers=form.answers, step="materials" if form.may_go_on and not more else "")
    except DraftMoved as moved:
        return _form_page(request, desk, form, moved.status, moved=True)
    if more:
        return _form_page(request, desk, form)
    if form.may_go_on:
        return _to(desk, "materials")
    return _form_page(request, desk, form, 422)


@citizens
@require_POST
def autosave(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep what is filled in so far, while the person is still at it; answers with the line that says so."""
    desk = Desk(request, uid)
    form = desk.form(posted(desk.edition.form, request.POST), complete=False)
    moved = False
    try:
        _keep(desk, request.POST, answers=form.answers)
    except DraftMoved:
        moved = True
    return page(request, "cases/public/_saved.html", desk=desk, moved=moved, seen=_seen(request.POST))


def _form_page(
    request: HttpRequest, desk: Desk, form: AnswerForm, status: int = 200, *, moved: bool = False
) -> HttpResponse:
    part = by_htmx(request) and not moved
    template = "cases/public/_questions.html" if part else "cases/public/form.html"
    return page(
        request, template, 200 if part else status, desk=desk, form=form, moved=moved, part=part,
        names=STEP_NAMES, step=1, seen=desk.draft.version,
    )  # fmt: skip


# --- Step 2: the materials


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def materials_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Upload, take off, or say that a material will be brought to the window."""
    desk = Desk(request, uid)
    if request.method != "POST":
        if "check" in request.GET:
            _complain(desk.lacking)
        return _materials_page(request, desk)
    act = request.POST.get("act", "upload")
    if act.startswith("reuse:"):
        return _reuse(request, desk, act)
    if act.startswith("credential:"):
        return _use_credential(request, desk, act)
    rows = {row.material.pk: row for row in desk.materials}
    paper = [
        int(pk) for pk in request.POST.getlist("paper")[:200] if pk.isdecimal() and len(pk) < 18 and int(pk) in rows
    ]
    services.save_draft(draft_uid=uid, actor=desk.actor, at=desk.at, arrangements={"paper": paper})
    if act.startswith("detach:") and act[7:].isdecimal() and len(act) < 26:
        services.detach_file(draft_uid=uid, file_id=int(act[7:]), actor=desk.actor, at=desk.at)
        return HttpResponseRedirect(desk.url("materials"))
    refused = _take_files(request, desk, rows)
    desk = Desk(request, uid)
    for row in desk.materials:
        row.error = refused.get(row.material.pk, "")
    if act != "next":
        return _materials_page(request, desk) if refused else HttpResponseRedirect(desk.url("materials"))
    _complain(desk.lacking)
    if any(row.error for row in desk.materials):
        return _materials_page(request, desk)
    desk.draft = services.save_draft(draft_uid=uid, actor=desk.actor, at=desk.at, step="delivery")
    return _to(desk, "delivery")


def _reuse(request: HttpRequest, desk: Desk, act: str) -> HttpResponse:
    """Take the chosen file of an earlier case over, with the applicant's consent."""
    material, _, file = act.removeprefix("reuse:").partition(":")
    numbers = [int(each) if each.isdecimal() and len(each) < 18 else 0 for each in (material, file)]
    services.reuse_file(
        draft_uid=desk.draft.uid, material_id=numbers[0], case_file_id=numbers[1], actor=desk.actor, at=desk.at,
        consent="consent" in request.POST,
    )  # fmt: skip
    return HttpResponseRedirect(desk.url("materials"))


def _use_credential(request: HttpRequest, desk: Desk, act: str) -> HttpResponse:
    """Let a certificate of the applicant stand for the material, with consent."""
    material, reference = credential_pressed(act)
    services.use_credential(
        draft_uid=desk.draft.uid, material_id=material, reference=reference, actor=desk.actor, at=desk.at,
        consent="consent" in request.POST,
    )  # fmt: skip
    return HttpResponseRedirect(desk.url("materials"))


def _take_files(request: HttpRequest, desk: Desk, rows: dict[int, MaterialRow]) -> dict[int, str]:
    """Put each file that came to its material; what the gate refuses is told at that material, the rest is kept."""
    refused: dict[int, str] = {}
    for name, uploads in request.FILES.lists():
        pk = name.removeprefix("file-")
        if not pk.isdecimal() or len(pk) > 18 or int(pk) not in rows or not rows[int(pk)].takes_files:
            continue
        for upload in uploads:
            try:
                services.attach_file(
                    draft_uid=desk.draft.uid, material_id=int(pk), upload=upload, actor=desk.actor, at=desk.at
                )
            except Invalid as refusal:
                refused[int(pk)] = f"{refusal.message}{refusal.next_step}"
    return refused


def _complain(rows: list[MaterialRow]) -> None:
    for row in rows:
        if not row.error:
            way = "，或勾选到窗口交纸质件" if row.may_be_brought else ""
            row.error = f"请上传{row.material.name}{way}"


def _materials_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    wrong = [row for row in desk.materials if row.error]
    return page(
        request, "cases/public/materials.html", 422 if wrong else 200, desk=desk, wrong=wrong, names=STEP_NAMES, step=2,
        ready=sum(1 for row in desk.materials if row.settled),
    )  # fmt: skip


# --- Step 3: contact and delivery


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def delivery_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whom to call, and how the result comes to the applicant."""
    desk = Desk(request, uid)
    form = ContactForm(request.POST if request.method == "POST" else None, ways=desk.ways, initial=desk.contact())
    if form.is_bound:
        valid = form.is_valid()
        desk.draft = services.save_draft(
            draft_uid=uid, actor=desk.actor, at=desk.at, arrangements=form.cleaned_data, step="check" if valid else ""
        )
        if valid:
            return _to(desk, "check")
    return page(
        request,
        "cases/public/delivery.html",
        422 if form.errors else 200,
        desk=desk,
        form=form,
        names=STEP_NAMES,
        step=3,
    )


# --- Step 4: check and submit


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def check_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The whole application once more, the promised dates, and the button."""
    desk = Desk(request, uid, submitted_too=True)
    if desk.draft.submitted_matter is not None:
        return HttpResponseRedirect(reverse("cases:submitted", args=[desk.draft.submitted_matter.code]))
    form = SubmitForm(request.POST if request.method == "POST" else None, initial={"seen": desk.draft.version})
    gaps = _gaps(desk)
    status = 200
    if form.is_bound and not gaps and not desk.outdated and form.is_valid():
        try:
            submitted = _submit(request, desk, form.cleaned_data["seen"])
        except DraftMoved as moved:
            refuse_form(form, moved)
            desk = Desk(request, uid, submitted_too=True)
            form.data = QueryDict(f"seen={desk.draft.version}")
            status = moved.status
        except Refusal as refusal:
            refuse_form(form, refusal)
            status = refusal.status
        else:
            return HttpResponseRedirect(reverse("cases:submitted", args=[submitted.code]))
    elif form.is_bound:
        status = 409 if desk.outdated else 422
    return page(
        request, "cases/public/check.html", status, desk=desk, form=form, gaps=gaps, names=STEP_NAMES, step=4,
        answers=shown_answers(desk.edition.form, desk.covered_answers), promise=desk.promise(), contact=desk.contact(),
        renewal=told_at_intake(desk.edition, desk.answers, day_of(desk.at)),
        delivery=dict(_ways(desk)).get(desk.contact()["delivery_method"], ""),
    )  # fmt: skip


def _submit(request: HttpRequest, desk: Desk, seen: int) -> services.Submitted:
    said = desk.contact()
    return services.submit_draft(
        draft_uid=desk.draft.uid, actor=desk.actor, at=desk.at, channel=channel_of(request), seen=seen,
        contact_name=said["contact_name"], contact_phone=said["contact_phone"],
        delivery_method=said["delivery_method"],
        delivery_address=said["delivery_address"] if said["delivery_method"] == "post" else "",
    )  # fmt: skip


def _ways(desk: Desk) -> list[tuple[str, str]]:
    return [(way, DELIVERY[way].partition("\n")[0]) for way in desk.ways]


def _gaps(desk: Desk) -> list[tuple[str, str]]:
    """What still keeps it from being submitted: (address that shows it, what it is)."""
    gaps = []
    wrong = desk.form(desk.answers).errors
    if wrong:
        gaps.append((f"{desk.url('form')}?check=1", f"表单还有 {len(wrong)} 处要填"))
    if desk.lacking:
        gaps.append((f"{desk.url('materials')}?check=1", f"还差 {len(desk.lacking)} 份必须的材料"))
    if not desk.contacted:
        gaps.append((desk.url("delivery"), "还没有填联系人和领取方式"))
    return gaps


# --- Step 5: the number


@citizens
@require_safe
def submitted(request: HttpRequest, code: str) -> HttpResponse:
    """Done: the number, the receipt, and what happens next."""
    case = selectors.access_case(actor_of(request), code)
    waiting = [line for line in selectors.materials_of(case) if line.required and line.state == "missing"]
    return page(
        request, "cases/public/submitted.html", case=case, matter=case.matter, names=STEP_NAMES, step=5,
        short_code=rules.short_code(code), letters=letters_of(case.matter.code, case.matter.procedure), waiting=waiting,
    )  # fmt: skip


# --- Common


def _to(desk: Desk, step: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(desk.url(step if step in STEPS else "form"))


def _seen(data: QueryDict) -> int | None:
    said = data.get("seen", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _keep(desk: Desk, data: QueryDict, *, answers: dict[str, Any], step: str = "") -> None:
    """Save the draft if the page showed its newest state; raises `DraftMoved`, and leaves the fresh draft on the desk."""
    try:
        desk.draft = services.save_draft(
            draft_uid=desk.draft.uid, actor=desk.actor, at=desk.at, answers=answers, step=step, seen=_seen(data)
        )
    except DraftMoved:
        desk.draft = selectors.access_draft(desk.actor, desk.draft.uid)
        raise
