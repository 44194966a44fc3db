"""Judging materials, and laying open what is covered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import requires, staff
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.matters.services import StalePage
from yimen.service.cases import services
from yimen.service.cases.forms_staff import MaterialForm, WhyForm
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.cases.selectors import access_case, edition_of, materials_of
from yimen.service.cases.views.staff import facts
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.case_page import case_page, require_may_check


@staff
def material(request: HttpRequest, code: str, order: int) -> HttpResponseBase:
    """GET asks what is wrong with one material (without dialogs), POST judges it."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    require_may_check(actor, case)
    found = next((each for each in materials_of(case) if each.order == order), None)
    if found is None:
        raise NotFound("这件办件没有这份材料。", next_step="请回到办件页重新选择。")
    if request.method != "POST":
        form = MaterialForm(case=case, initial={"seen": case.matter.version, "state": "returned", "note": found.note})
        return _ask(request, case, found, form, status=200)
    form = MaterialForm(request.POST, case=case)
    if not form.is_valid():
        return _ask(request, case, found, form, status=422)
    try:
        services.check_material(
            code=case.matter.code, order=order, state=form.cleaned_data["state"], note=form.cleaned_data["note"],
            actor=actor, at=at, seen=form.cleaned_data["seen"],
        )  # fmt: skip
    except (StalePage, Invalid) as refusal:
        refuse_form(form, refusal)
        return _ask(request, access_case(actor, code), found, form, status=refusal.status)
    return redirect(_materials_of_page(case))


@staff
@require_POST
def rest(request: HttpRequest, code: str) -> HttpResponseBase:
    """Find all materials right that nobody has judged yet: one press instead of one for each."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    require_may_check(actor, case)
    form = MaterialForm(request.POST, case=case)
    if not form.is_valid():
        raise Invalid("这一页不完整，没有保存。", next_step="请刷新页面后再试。")
    checked = services.check_rest(code=case.matter.code, actor=actor, at=at, seen=form.cleaned_data["seen"])
    messages.success(request, f"{checked} 份材料已核为合格。" if checked else "没有还要核对的材料。")
    return redirect(_materials_of_page(case))


def _materials_of_page(case: Case) -> str:
    return reverse("cases:desk_case", args=[case.matter.code]) + "#materials"


def _ask(
    request: HttpRequest, case: Case, material: CaseMaterial, form: MaterialForm, *, status: int
) -> HttpResponseBase:
    context = {
        "case": case,
        "matter": case.matter,
        "material": material,
        "form": form,
        "back_url": _materials_of_page(case),
    }
    return render(request, "cases/staff/material.html", context, status=status)


@requires("identity.reveal")
def reveal(request: HttpRequest, code: str, field: str) -> HttpResponseBase:
    """GET asks why, POST shows the case with this one value laid open, and records it."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    edition = edition_of(case)
    label = facts.label_of(edition, field)
    if not label:
        raise NotFound("这件办件没有这一项。", next_step="请回到办件页重新选择。")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            value = facts.lay_open(case, edition, field, actor, form.cleaned_data["why"], at)
        except Invalid as refusal:
            form.add_error("why", refusal.message)
        else:
            return case_page(request, code, revealed={field: value})
    context = {
        "case": case,
        "matter": case.matter,
        "label": label,
        "form": form,
        "back_url": reverse("cases:desk_case", args=[case.matter.code]),
    }
    return render(request, "cases/staff/reveal.html", context, status=422 if form.errors else 200)
