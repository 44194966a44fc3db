"""Editions: read, edited in parts, compared, sent on their way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import requires
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import guide as guides
from yimen.service.catalogue import policies, selectors, services, side_by_side
from yimen.service.catalogue.forms import (
    EditionForm,
    MaterialFormSet,
    OpinionForm,
    QuestionFormSet,
    edition_initial,
    materials_initial,
    with_rows,
)
from yimen.service.catalogue.models import ItemEdition, LegalCheck, ServiceItem
from yimen.service.catalogue.rules.form_rows import from_rows, to_rows
from yimen.service.catalogue.search import department_name
from yimen.service.catalogue.views.asking import actor_of

Status = ItemEdition.Status
STATUS_BADGES = {
    "draft": "", "legal_check": "warning", "passed": "warning", "published": "normal", "retired": "closed",
    "withdrawn": "closed",
}  # fmt: skip
MORE_ROWS = 5


def _open(request: HttpRequest, code: str, number: int) -> tuple[ServiceItem, ItemEdition]:
    item = policies.access_item(actor_of(request), code)
    return item, selectors.edition_of(item, number)


@requires(policies.EDIT)
@require_POST
def new_edition(request: HttpRequest, code: str) -> HttpResponse:
    """A draft that begins as the edition in force."""
    item = policies.access_item(actor_of(request), code)
    made = services.new_edition(actor=actor_of(request), item=item, at=moments.now())
    return redirect("catalogue:edit", code, made.number)


@requires(*policies.STAFF_CODES)
def edition(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One edition as the public will see it, with findings, checks and what may be done next."""
    item, found = _open(request, code, number)
    today = moments.day_of(moments.now())
    actor = actor_of(request)
    context = {
        "item": item,
        "edition": found,
        "guide": guides.build(found, moments.now()),
        "findings": selectors.findings(found, today) if found.status in ItemEdition.open_statuses else [],
        "checks": LegalCheck.objects.filter(edition=found).order_by("-at"),
        "badge": STATUS_BADGES[found.status],
        "others": ItemEdition.objects.filter(item=item).exclude(pk=found.pk).order_by("-number"),
        "elsewhere": [(each, department_name(each)) for each in side_by_side.elsewhere(item)],
        "form": OpinionForm(),
        "may_edit": policies.may(actor, policies.EDIT, item),
        "may_check": policies.may(actor, policies.LEGAL_CHECK, item) and found.author_uid != actor.uid,
        "may_publish": policies.may(actor, policies.PUBLISH, item),
    }
    return render(request, "catalogue/manage/edition.html", context)


@requires(policies.EDIT)
def edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The elements of a draft."""
    item, found = _open(request, code, number)
    form = EditionForm(request.POST or None, initial=edition_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_edition(
                actor=actor_of(request),
                edition=found,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                at=moments.now(),
            )
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "已保存。")
            return redirect("catalogue:edition", code, number)
    context = {"item": item, "edition": found, "form": form}
    return render(request, "catalogue/manage/edit.html", context, status=422 if form.errors else 200)


@requires(policies.EDIT)
def materials(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The materials of a draft as rows."""
    item, found = _open(request, code, number)
    if request.method == "POST" and "more" in request.POST:
        rows = MaterialFormSet(with_rows(request.POST, "form", MORE_ROWS))
        return render(request, "catalogue/manage/materials.html", {"item": item, "edition": found, "rows": rows})
    rows = MaterialFormSet(request.POST or None, initial=materials_initial(found))
    refusal_said: Refusal | None = None
    if request.method == "POST" and rows.is_valid():
        held = {material.pk: material for material in found.materials.all()}
        given = [
            (each.cleaned_data.get("order") or 10_000, place, each.material(held)) for place, each in enumerate(rows)
        ]
        ordered = sorted((entry for entry in given if entry[2] is not None), key=lambda entry: entry[:2])
        try:
            services.save_edition(
                actor=actor_of(request),
                edition=found,
                values={},
                materials=[material for _, _, material in ordered if material is not None],
                at=moments.now(),
            )
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refusal_said = refusal
        else:
            messages.success(request, f"已保存 {len(ordered)} 份材料。")
            return redirect("catalogue:edition", code, number)
    wrong = refusal_said is not None or (rows.is_bound and not rows.is_valid())
    context = {"item": item, "edition": found, "rows": rows, "refusal": refusal_said}
    return render(request, "catalogue/manage/materials.html", context, status=422 if wrong else 200)


@requires(policies.EDIT)
def form(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The application form of a draft as rows."""
    item, found = _open(request, code, number)
    definition = selectors.form_of(found)
    title = (request.POST.get("title") or definition["title"])[:200]
    context: dict[str, Any] = {"item": item, "edition": found, "title": title, "own": found.form is not None}
    if request.method == "POST" and "more" in request.POST:
        context["rows"] = QuestionFormSet(with_rows(request.POST, "form", MORE_ROWS))
        return render(request, "catalogue/manage/form.html", context)
    rows = QuestionFormSet(request.POST or None, initial=to_rows(definition))
    context["rows"] = rows
    if request.method == "POST" and rows.is_valid():
        made = from_rows(title, [each.cleaned_data for each in rows], definition)
        try:
            services.save_form(actor=actor_of(request), edition=found, definition=made, at=moments.now())
        except Refusal as refusal:
            if not refusal.fields:
                raise
            context["refusal"] = refusal
        else:
            messages.success(request, "表单已保存。")
            return redirect("catalogue:edition", code, number)
    wrong = "refusal" in context or (rows.is_bound and not rows.is_valid())
    return render(request, "catalogue/manage/form.html", context, status=422 if wrong else 200)


@requires(*policies.STAFF_CODES)
@require_POST
def act(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Submit, recall, pass, return, publish or discard an edition."""
    _, found = _open(request, code, number)
    actor, at = actor_of(request), moments.now()
    asked = request.POST.get("act", "")
    opinion = request.POST.get("opinion", "")
    if asked == "submit":
        services.submit_for_legal_check(actor=actor, edition=found, at=at)
        messages.success(request, "已提交合法性审查。")
    elif asked == "recall":
        services.recall_edition(actor=actor, edition=found, at=at)
        messages.success(request, "已取回，可以继续修改。")
    elif asked in ("pass", "return"):
        services.decide_legal_check(actor=actor, edition=found, passed=asked == "pass", opinion=opinion, at=at)
        messages.success(request, "审查通过，可以发布。" if asked == "pass" else "已退回修改。")
    elif asked == "publish":
        services.publish_edition(actor=actor, edition=found, at=at)
        messages.success(request, "已发布，群众现在可以看到新的办事指南。")
    elif asked == "discard":
        services.discard_draft(actor=actor, edition=found, reason=request.POST.get("reason", "") or "不再需要", at=at)
        messages.success(request, "这个版本已作废。")
    return redirect("catalogue:edition", code, number)


@requires(*policies.STAFF_CODES)
def compare(request: HttpRequest, code: str, number: int, other: int) -> HttpResponse:
    """What changed from one edition to another."""
    item, new = _open(request, code, number)
    old = selectors.edition_of(item, other)
    return _compared(request, item, old, new, f"第 {old.number} 版", f"第 {new.number} 版")


@requires(*policies.STAFF_CODES)
def beside(request: HttpRequest, code: str, number: int, elsewhere: str) -> HttpResponse:
    """An edition beside that in force of the same item in another place."""
    item, new = _open(request, code, number)
    other = selectors.item_by_code(elsewhere)
    if other.current is None or other.base_code != item.base_code:
        raise NotFound("那里没有同一个事项的现行版本。", next_step="请从版本页选择要比较的地方。")
    there = selectors.edition_of(other, other.current.number)
    return _compared(request, item, there, new, department_name(other) or other.code, department_name(item) or "本地")


def _compared(
    request: HttpRequest, item: ServiceItem, left: ItemEdition, right: ItemEdition, left_said: str, right_said: str
) -> HttpResponse:
    everything = request.GET.get("all") == "1"
    context = {
        "item": item,
        "new": right,
        "left": left_said,
        "right": right_said,
        "everything": everything,
        "comparison": side_by_side.compare(left, right, everything=everything),
    }
    paper = request.GET.get("print") == "1"
    return render(request, f"catalogue/manage/compare{'_print' if paper else ''}.html", context)
