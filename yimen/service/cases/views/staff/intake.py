"""Reception at the window: which item, who stands there, the same form as at home, paper ticked, and accepted at once.

Every page begins with the cursor where the next thing is typed, and ends with one button that Enter presses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity import services as people
from yimen.ground.identity.policies import requires
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import find_party, masked
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit import audit, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotAllowed, Refusal
from yimen.service.cases import services
from yimen.service.cases.editions import EditionCard, NeededMaterial, open_edition, pinned_edition
from yimen.service.cases.forms.questions import AnswerForm, asks_region, posted, wants_more
from yimen.service.cases.forms_staff import ApplicantForm, ArrangementsForm
from yimen.service.cases.models import Draft
from yimen.service.cases.selectors import access_draft, draft_answers, draft_arrangements, draft_situation, my_drafts
from yimen.service.cases.services import reuse
from yimen.service.cases.services.intake import demand_served
from yimen.service.cases.services.renewing import told_at_intake
from yimen.service.cases.views.buttons import credential_pressed
from yimen.service.cases.views.situation import situation_of
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.served import regions_of, served_items
from yimen.service.catalogue.rules import guidance

STEPS = ("办什么", "谁来办", "填表与材料")
SUGGESTED = 9
"""As many as there are digits to choose one with."""


# --- Which item


@requires("cases.intake")
def start(request: HttpRequest) -> HttpResponseBase:
    """Find the item; only what this window serves and a letter of authorisation covers."""
    actor, at = actor_of(request), moments.now()
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = served_items(actor, text, moments.day_of(at), most=SUGGESTED)
    if request.headers.get("HX-Request") == "true":
        return render(request, "cases/staff/_items.html", {"items": found, "q": text})
    if text and len(found) == 1 and request.GET.get("go"):
        return redirect("cases:desk_intake_person", item_code=found[0].code)
    drafts = my_drafts(actor).select_related("party")[:5]
    return render(
        request, "cases/staff/intake_item.html", {"items": found, "q": text, "drafts": drafts, "steps": STEPS}
    )


# --- Who


@requires("cases.intake")
def person(request: HttpRequest, item_code: str) -> HttpResponseBase:
    """Find the person by the document on the counter, or open a file; then the form.

    The number alone looks the person up; number and name together, checked against the document, go on.
    """
    actor, at = actor_of(request), moments.now()
    edition = open_edition(item_code, at)
    demand_served(actor, edition, at)
    if request.method != "POST":
        return _person_page(request, edition, ApplicantForm(), status=200)
    form = ApplicantForm(request.POST)
    known = _look_up(request.POST)
    if not request.POST.get("name", "").strip() and known is not None:
        filled = request.POST.copy()
        filled["name"] = known.name
        filled["kind"] = known.kind
        filled["legal_representative"] = known.legal_representative
        return _person_page(request, edition, ApplicantForm(initial=filled.dict()), known=known, status=200)
    if not form.is_valid():
        return _person_page(request, edition, form, known=known, status=422)
    said = form.cleaned_data
    try:
        party = people.party_at_window(actor=actor, at=at, **_party_arguments(said))
        told = situation_of(guidance.as_guidance(edition.edition.guidance), request.GET)
        draft = services.start_draft(item_code=item_code, actor=actor, at=at, party_id=party.pk, situation=told)
    except NotAllowed:
        raise
    except Refusal as refusal:
        refuse_form(form, refusal)
        return _person_page(
            request, edition, form, known=known, status=refusal.status, differs=refusal.code == "party_differs"
        )
    return redirect("cases:desk_intake_form", uid=draft.uid)


def _look_up(data: Mapping[str, str]) -> Any:
    number = data.get("id_number", "").strip()[:60]
    return find_party(data.get("id_type", "resident"), number) if number else None


def _party_arguments(said: dict[str, Any]) -> dict[str, Any]:
    kind = "legal" if said["id_type"] == "credit" else said["kind"]
    return {
        "kind": kind,
        "name": said["name"],
        "id_type": said["id_type"],
        "id_number": said["id_number"],
        "phone": said["phone"],
        "address": said["address"],
        "legal_representative": said["legal_representative"] if kind == "legal" else "",
        "name_changed": said["name_changed"],
    }


def _person_page(
    request: HttpRequest, edition: EditionCard, form: ApplicantForm, *, status: int, known: Any = None,
    differs: bool = False,
) -> HttpResponse:  # fmt: skip
    if not differs:
        del form.fields["name_changed"]
    if known is None:
        form.fields["id_number"].widget.attrs["autofocus"] = True
    context = {
        "steps": STEPS,
        "edition": edition,
        "form": form,
        "known": masked(known) if known is not None else None,
        "back_url": reverse("cases:desk_intake"),
        "guidance": bool(edition.edition.guidance),
        "situation": guidance.said(
            edition.edition.guidance, situation_of(guidance.as_guidance(edition.edition.guidance), request.GET)
        ),
    }
    return render(request, "cases/staff/intake_person.html", context, status=status)


# --- The form


@requires("cases.intake")
def form(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The item's form with its materials; `act` says what the pressed button wants: save, submit, or submit and accept."""
    actor, at = actor_of(request), moments.now()
    draft = access_draft(actor, uid, submitted_too=True)
    if draft.submitted_matter is not None:
        return redirect("cases:desk_case", code=draft.submitted_matter.code)
    edition = pinned_edition(draft.edition_id)
    regions = regions_of(actor) if asks_region(edition.form) else []
    if request.method != "POST":
        answers = AnswerForm(edition.form, answers=draft_answers(draft), regions=regions)
        return _form_page(request, draft, edition, answers, _arrangements(draft), at, status=200)
    raw, more = posted(edition.form, request.POST), wants_more(request.POST)
    answers = AnswerForm(
        edition.form, answers=draft_answers(draft), raw=raw, regions=regions, complete=not more,
        asked_before=None if more else request.POST.get("asked", "")[:20_000].split(),
    )  # fmt: skip
    answers.is_valid()
    arrangements = ArrangementsForm(request.POST)
    usable = arrangements.is_valid()
    paper = _paper(request.POST)
    try:
        draft = services.save_draft(
            draft_uid=uid, actor=actor, at=at, answers=answers.answers, seen=_seen(request),
            arrangements={**(arrangements.cleaned_data if usable else {}), "paper": paper},
        )  # fmt: skip
        _attach(draft, request, actor, at)
        _reused(request, draft, actor, at)
        draft.refresh_from_db()
    except NotAllowed:
        raise
    except Refusal as refusal:
        # Saved elsewhere, or a file that the gate refuses: what was typed stays on the page, with the draft's new version.
        draft = access_draft(actor, uid, submitted_too=True)
        if draft.submitted_matter is not None:
            return redirect("cases:desk_case", code=draft.submitted_matter.code)
        refuse_form(answers, refusal)
        return _form_page(request, draft, edition, answers, arrangements, at, status=refusal.status)
    act = request.POST.get("act", "")
    needed = {material.id for material in _needed(draft, edition, answers, at)}
    unseen = needed - {
        int(each) for each in request.POST.get("materials", "").split() if each.isascii() and each.isdigit()
    }
    if act in ("submit", "accept") and answers.may_go_on and usable and not unseen:
        return _submit(request, draft, edition, answers, arrangements, paper, actor, at, accept=act == "accept")
    if act == "save" and usable:
        messages.success(request, "草稿已保存，可以从“接待登记”接着填。")
        return redirect("cases:desk_intake")
    if unseen and act in ("submit", "accept"):
        messages.warning(request, "按现在的答案还要别的材料，已列在下面，请核对后再提交。")
    wrong = bool(answers.errors) or bool(arrangements.errors)
    return _form_page(request, draft, edition, answers, arrangements, at, status=422 if wrong else 200)


def _needed(draft: Draft, edition: EditionCard, answers: AnswerForm, at: datetime) -> list[NeededMaterial]:
    """The materials that situation and form call for."""
    return edition.materials({**draft_situation(draft), **answers.answers}, moments.day_of(at))


def _reused(request: HttpRequest, draft: Draft, actor: Actor, at: datetime) -> None:
    """A button beside an earlier file or a certificate was pressed: it is taken, with the consent that the applicant gives."""
    act = request.POST.get("act", "")
    if act.startswith("reuse:"):
        material, _, file = act.removeprefix("reuse:").partition(":")
        numbers = [int(each) if each.isdecimal() and len(each) < 18 else 0 for each in (material, file)]
        services.reuse_file(
            draft_uid=draft.uid, material_id=numbers[0], case_file_id=numbers[1], actor=actor, at=at,
            consent="consent" in request.POST,
        )  # fmt: skip
    elif act.startswith("credential:"):
        wanted, reference = credential_pressed(act)
        services.use_credential(
            draft_uid=draft.uid, material_id=wanted, reference=reference, actor=actor, at=at, consent="consent" in request.POST
        )  # fmt: skip


def _submit(
    request: HttpRequest, draft: Draft, edition: EditionCard, answers: AnswerForm, arrangements: ArrangementsForm,
    paper: list[int], actor: Actor, at: datetime, *, accept: bool,
) -> HttpResponseBase:  # fmt: skip
    try:
        submitted = services.submit_draft(
            draft_uid=draft.uid, actor=actor, at=at, channel="window", paper=tuple(paper), seen=draft.version,
            **arrangements.cleaned_data,
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refusal as refusal:
        refuse_form(answers, refusal)
        return _form_page(request, draft, edition, answers, arrangements, at, status=refusal.status)
    if accept:
        try:
            services.accept_case(code=submitted.code, actor=actor, at=moments.now())
        except Refusal as refusal:
            audit.notice(refusal)
            # The application is in; why it could not be accepted at once is said on its page, where all else is done.
            messages.warning(request, f"申请已收下，还没有受理：{refusal.message}{refusal.next_step}")
        else:
            messages.success(request, "已收下并受理，受理通知书可以打印了。")
    else:
        messages.success(request, "申请已收下。")
    return redirect("cases:desk_case", code=submitted.code)


def _attach(draft: Draft, request: HttpRequest, actor: Actor, at: datetime) -> None:
    """Files scanned at the counter, one field a material, several files each."""
    for name in request.FILES:
        number = name.removeprefix("file_")
        if not number.isascii() or not number.isdigit() or len(number) > 12:
            continue
        for upload in request.FILES.getlist(name):
            if isinstance(upload, UploadedFile):
                services.attach_file(draft_uid=draft.uid, material_id=int(number), upload=upload, actor=actor, at=at)


def _paper(data: Any) -> list[int]:
    """Ids of the materials ticked as lying on the counter."""
    return [int(each) for each in data.getlist("paper") if each.isascii() and each.isdigit() and len(each) <= 12]


def _seen(request: HttpRequest) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _arrangements(draft: Draft) -> ArrangementsForm:
    party, said = party_file(draft.party_id), draft_arrangements(draft)
    return ArrangementsForm(initial={"contact_name": party.name, "contact_phone": party.phone, **said})


def _form_page(
    request: HttpRequest, draft: Draft, edition: EditionCard, answers: AnswerForm, arrangements: ArrangementsForm,
    at: datetime, *, status: int,
) -> HttpResponse:  # fmt: skip
    paper = set(draft_arrangements(draft).get("paper", []))
    files: dict[int, list[Any]] = {}
    for each in draft.files.select_related("file"):
        files.setdefault(each.material_id, []).append(each.file)
    if not answers.is_bound and answers.fields:
        next(iter(answers.fields.values())).widget.attrs["autofocus"] = True
    needed = _needed(draft, edition, answers, at)
    offers, held = reuse.offered(draft, at)
    rows = [
        {
            "material": material,
            "files": files.get(material.id, []),
            "paper": material.id in paper,
            "offers": offers.get(material.id, []) if material.id not in files else [],
            "credentials": held.get(material.id, []) if material.id not in files else [],
        }
        for material in needed
    ]
    context = {
        "steps": STEPS,
        "draft": draft,
        "edition": edition,
        "renewal": told_at_intake(edition, answers.answers, moments.day_of(at)),
        "party": masked(party_file(draft.party_id)),
        "form": answers,
        "arrangements": arrangements,
        "rows": rows,
        "situation": guidance.said(edition.edition.guidance, draft_situation(draft)),
        "unasked": bool(edition.edition.guidance) and not draft.situation,
        "asked_materials": " ".join(str(material.id) for material in needed),
        "back_url": reverse("cases:desk_intake"),
    }
    if request.headers.get("HX-Request") == "true" and status == 200:
        return render(request, "cases/staff/_intake_questions.html", {**context, "part": True})
    return render(request, "cases/staff/intake_form.html", context, status=status)
