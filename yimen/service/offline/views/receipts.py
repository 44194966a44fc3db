"""What came back: the list, one receipt, and settling what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, masking, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.questions import EXPORT_MOST, day_asked, file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.questions import Question, as_form, clean_answers
from yimen.service.offline import policies, rules, selectors, services
from yimen.service.offline.forms import ANSWER, SIMPLE, ConfirmForm, CorrectForm, ReasonForm
from yimen.service.offline.models import Entry
from yimen.service.offline.services.settling import content_of

COLUMNS: Sequence[exports.Column[Entry]] = (
    exports.Column("离线编号", lambda row: row.number, width=22),
    exports.Column("窗口", lambda row: str(row.window), width=24),
    exports.Column("事项", lambda row: row.item_name, width=40),
    exports.Column("申请人", lambda row: row.applicant),
    exports.Column("收件时间", lambda row: row.happened_at, width=18),
    exports.Column("收件人", lambda row: row.clerk),
    exports.Column("传回时间", lambda row: row.received_at, width=18),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("办件编号", lambda row: row.case.matter.code if row.case else "", width=46),
    exports.Column("为什么待处理", lambda row: row.get_why_display() if row.why else "", width=28),
    exports.Column("处理说明", lambda row: row.settled_why, width=40),
)


@requires(*policies.SEERS)
def receipts(request: HttpRequest) -> HttpResponseBase:
    """The offline receipts one may see, newest first; by either number, item, state, day, reason."""
    actor, at = actor_of(request), moments.now()
    found = narrowed(request, selectors.entries(actor))
    order = ("-happened_at", "-pk")
    if wants_file(request):
        return workbook("离线收件", COLUMNS, found.order_by(*order)[:EXPORT_MOST], at)
    context = {
        "page": page_by_key(found, order=order, asked=request.GET, size=20), "asked": request.GET,
        "states": Entry.State.choices, "reasons": rules.WAITING.items(), "export_url": file_url(request),
        "may_receive": actor.holds(policies.RECEIVE),
    }  # fmt: skip
    return render(request, "offline/receipts.html", context)


def narrowed(request: HttpRequest, found: Any) -> Any:
    """What the question leaves."""
    if text := text_asked(request):
        number = rules.read_number(text)
        found = found.filter(
            Q(number=number) if number else Q(item_name__icontains=text) | Q(case__matter__code__iexact=text)
        )
    if (state := request.GET.get("state", "")) in Entry.State.values:
        found = found.filter(state=state)
    if (why := request.GET.get("why", "")) in rules.WAITING:
        found = found.filter(why=why)
    if first := day_asked(request, "first"):
        found = found.filter(happened_at__gte=Period(first, first).moments[0])
    if last := day_asked(request, "last"):
        found = found.filter(happened_at__lt=Period(last, last).moments[1])
    if outage := request.GET.get("outage", ""):
        found = found.filter(outage__uid=outage) if len(outage) == 36 and outage.count("-") == 4 else found.none()
    return found


@requires(*policies.SEERS)
def receipt(request: HttpRequest, number: str) -> HttpResponseBase:
    """One offline receipt with what became of it."""
    actor = actor_of(request)
    entry = policies.access_entry(actor, number)
    return _page(request, entry, actor)


def _page(request: HttpRequest, entry: Entry, actor: Actor, *, status: int = 200, **forms: Any) -> HttpResponseBase:
    said = content_of(entry)
    waits = entry.state == Entry.State.WAITING
    second = entry.why in rules.SECOND_PERSON
    settles = waits and policies.reaches(actor, policies.SETTLE, entry.window)
    context = {
        "entry": entry,
        "said": said,
        "id_number": masking.mask_id_number(said.applicant.id_number),
        "phone": masking.mask_phone(said.applicant.phone),
        "materials": _material_names(said.item.edition, said.materials),
        "proof": rules.proof_code(entry.link),
        "changed": bool(entry.corrected),
        "may_settle": settles,
        "may_correct": settles and not second,
        "may_confirm": waits and second and policies.second_person(actor, entry),
        "needs_second": waits and second,
        "correct": forms.get("correct") or _correct_form(entry),
        "confirm": forms.get("confirm") or ConfirmForm(auto_id="confirm-%s"),
        "end": forms.get("end") or ReasonForm(auto_id="end-%s"),
    }
    return render(request, "offline/receipt.html", context, status=status)


@requires(policies.SETTLE)
@require_POST
def correct(request: HttpRequest, number: str) -> HttpResponseBase:
    """Set right and open the case."""
    actor = actor_of(request)
    entry = policies.access_entry(actor, number)
    form = _correct_form(entry, request.POST)
    if form.is_valid():
        try:
            held = services.correct(
                entry=entry, actor=actor, at=moments.now(), reason=form.cleaned_data["reason"],
                applicant=form.applicant, answers=form.answers, name_changed=form.cleaned_data["name_changed"],
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            refusal.fields = {_named(form, name): said for name, said in refusal.fields.items()}
            refuse_form(form, refusal)
            return _page(request, entry, actor, status=refusal.status, correct=form)
        messages.success(request, "已开办件，期限从离线收件时算起。")
        return redirect("offline:receipt", held.number)
    return _page(request, entry, actor, status=422, correct=form)


def _named(form: CorrectForm, name: str) -> str:
    return f"{ANSWER}{name}" if f"{ANSWER}{name}" in form.fields else name


@requires(policies.CONFIRM)
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponseBase:
    """The second person's word."""
    actor = actor_of(request)
    entry = policies.access_entry(actor, number)
    form = ConfirmForm(request.POST, auto_id="confirm-%s")
    if form.is_valid():
        moment = form.cleaned_data["happened_at"]
        try:
            services.confirm(
                entry=entry, actor=actor, at=moments.now(), reason=form.cleaned_data["reason"],
                happened_at=moment.astimezone(CHINA) if moment else None,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            refuse_form(form, refusal)
            return _page(request, entry, actor, status=refusal.status, confirm=form)
        messages.success(request, "已核对，窗口可以开办件了。")
        return redirect("offline:receipt", entry.number)
    return _page(request, entry, actor, status=422, confirm=form)


@requires(policies.SETTLE)
@require_http_methods(["POST"])
def end(request: HttpRequest, number: str, action: str) -> HttpResponseBase:
    """Decline or void, with a reason."""
    verbs = {"decline": services.decline, "void": services.void}
    if action not in verbs:
        raise NotFound("没有这一步。", next_step="请从离线收件的页面进入。")
    actor = actor_of(request)
    entry = policies.access_entry(actor, number)
    form = ReasonForm(request.POST, auto_id="end-%s")
    if form.is_valid():
        try:
            held = verbs[action](entry=entry, actor=actor, at=moments.now(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            refuse_form(form, refusal)
            return _page(request, entry, actor, status=refusal.status, end=form)
        messages.success(request, f"{held.get_state_display()}，已记录。")
        return redirect("offline:receipt", held.number)
    return _page(request, entry, actor, status=422, end=form)


def _correct_form(entry: Entry, data: Any = None) -> CorrectForm:
    said = content_of(entry)
    return CorrectForm(
        data, said=said, questions=_missing(entry.item_code, said.answers, entry.fields), auto_id="correct-%s"
    )


def _missing(item_code: str, answers: dict[str, Any], wrong: dict[str, str]) -> list[Question]:
    """The simple questions that must be answered and are not, or were refused."""
    try:
        edition = catalogue.open_edition(item_code, moments.now())
    except Refusal:
        return []
    form = catalogue.form_of(edition)
    faults = set(clean_answers(form, answers)[1]) | set(wrong)
    return [
        each for section in as_form(form).sections for each in section.fields if each.kind in SIMPLE and each.key in faults
    ]  # fmt: skip


def _material_names(edition_id: int, ids: list[int]) -> list[str]:
    names = {each.pk: each.name for each in catalogue.materials_of_editions([edition_id])}
    return [names.get(each, "（不在现行材料里）") for each in ids]
