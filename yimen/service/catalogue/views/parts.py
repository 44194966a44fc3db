"""Parts of a draft that have a page of their own: records of many parts (fees, windows), a material's form and example."""

from __future__ import annotations

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import public, requires
from yimen.ground.kit import forms, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import policies, selectors, services
from yimen.service.catalogue.forms import with_rows
from yimen.service.catalogue.models import EditionMaterial, ItemEdition
from yimen.service.catalogue.rules.elements import ELEMENTS, Element
from yimen.service.catalogue.services.material_files import FIELDS
from yimen.service.catalogue.views.asking import actor_of

MORE_ROWS = 3
HELPS = {
    "amount": "定额写元数，如 20；按比例的写清楚，如 成交额的 0.5%",
    "low": "标准是幅度时填",
    "high": "标准是幅度时填",
    "unit": "每件、每证、每平方米",
    "basis": "文件名称和文号",
    "reduction": "谁可以减、免多少",
}


def _row_form(element: Element) -> type[forms.Form]:
    fields: dict[str, django_forms.Field] = {
        key: forms.Line(label=label, required=False, max_length=500, help_text=HELPS.get(key, ""))
        for key, label in element.parts
    }
    return type("RecordForm", (forms.Form,), fields)


@requires(policies.EDIT)
def records(request: HttpRequest, code: str, number: int, element: str) -> HttpResponse:
    """The records of one element as rows; a row whose first part is empty goes."""
    item = policies.access_item(actor_of(request), code)
    found = selectors.edition_of(item, number)
    known = ELEMENTS.get(element)
    if known is None or known.form != "records":
        raise NotFound("没有这一类内容。", next_step="请从要素页进入。")
    factory = django_forms.formset_factory(_row_form(known), extra=MORE_ROWS, max_num=60, absolute_max=80)
    context = {"item": item, "edition": found, "element": known}
    if request.method == "POST" and "more" in request.POST:
        context["rows"] = factory(with_rows(request.POST, "form", MORE_ROWS))
        return render(request, "catalogue/manage/records.html", context)
    rows = factory(request.POST or None, initial=getattr(found, element))
    context["rows"] = rows
    if request.method == "POST" and rows.is_valid():
        given = [row.cleaned_data for row in rows if any(row.cleaned_data.values())]
        try:
            services.save_edition(actor=actor_of(request), edition=found, values={element: given}, at=moments.now())
        except Refusal as refusal:
            if not refusal.fields:
                raise
            context["refusal"] = refusal
        else:
            messages.success(request, f"“{known.label}”已保存。")
            return redirect("catalogue:edition", code, number)
    wrong = "refusal" in context or (rows.is_bound and not rows.is_valid())
    return render(request, "catalogue/manage/records.html", context, status=422 if wrong else 200)


class FilesForm(forms.Form):
    """The blank form and the example of a material."""

    form = forms.Attachment(label="空白表", kinds=("PDF", "DOCX", "XLSX", "JPG", "PNG"), megabytes=20, required=False)
    sample = forms.Attachment(label="样表", kinds=("PDF", "DOCX", "XLSX", "JPG", "PNG"), megabytes=20, required=False)
    drop_form = django_forms.BooleanField(label="去掉现在的空白表", required=False)
    drop_sample = django_forms.BooleanField(label="去掉现在的样表", required=False)


@requires(policies.EDIT)
def material_files(request: HttpRequest, code: str, number: int, order: int) -> HttpResponse:
    """Upload or take off the blank form and the example of one material of a draft."""
    item = policies.access_item(actor_of(request), code)
    found = selectors.edition_of(item, number)
    material = _material(found, order)
    form = FilesForm(request.POST or None, request.FILES or None)
    for which, field in FIELDS.items():
        if getattr(material, f"{field}_id") is None:
            del form.fields[f"drop_{which}"]
    if request.method == "POST" and form.is_valid():
        try:
            services.save_material_files(
                actor=actor_of(request), edition=found, order=order, at=moments.now(),
                uploads={which: form.cleaned_data[which] for which in FIELDS if form.cleaned_data.get(which)},
                taken_off=[which for which in FIELDS if form.cleaned_data.get(f"drop_{which}")],
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, f"“{material.name}”的表样已保存。")
            return redirect("catalogue:edition", code, number)
    context = {"item": item, "edition": found, "material": material, "form": form}
    return render(request, "catalogue/manage/material_files.html", context, status=422 if form.errors else 200)


@public
@require_safe
def material_file(request: HttpRequest, code: str, order: int, which: str) -> HttpResponseBase:
    """The blank form or the example of a material of the edition in force, for everybody."""
    edition = selectors.open_edition(code, moments.now())
    return _file(edition, order, which)


@requires(*policies.STAFF_CODES)
@require_safe
def draft_file(request: HttpRequest, code: str, number: int, order: int, which: str) -> HttpResponseBase:
    """The same of any edition, for those who keep it."""
    item = policies.access_item(actor_of(request), code)
    return _file(selectors.edition_of(item, number), order, which)


def _file(edition: ItemEdition, order: int, which: str) -> HttpResponseBase:
    stored = getattr(_material(edition, order), FIELDS.get(which, ""), None) if which in FIELDS else None
    if stored is None:
        raise NotFound("这份材料没有这个文件。", next_step="请回到办事指南，从材料清单下载。")
    return documents.file_response(stored)


def _material(edition: ItemEdition, order: int) -> EditionMaterial:
    found = (
        EditionMaterial.objects.select_related("form_file", "sample_file").filter(edition=edition, order=order).first()
    )
    if found is None:
        raise NotFound("这个版本没有这份材料。", next_step="请从材料清单进入。")
    return found
