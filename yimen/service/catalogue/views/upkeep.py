"""Upkeep: the queue of the legal check, departments of catalogues, synonyms, standard materials."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yimen.ground.identity.policies import requires
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import policies, selectors, services
from yimen.service.catalogue.forms import DepartmentForm, ReasonForm, StandardMaterialForm, SynonymForm
from yimen.service.catalogue.models import SourceDepartment, StandardMaterial, Synonym
from yimen.service.catalogue.views.asking import actor_of


@requires(policies.LEGAL_CHECK)
def checks(request: HttpRequest) -> HttpResponse:
    """Editions that wait for the legal check, the oldest first."""
    waiting = selectors.waiting_for_check(policies.scope(actor_of(request), policies.LEGAL_CHECK))
    page = page_by_key(waiting, order=("created_at", "id"), asked=request.GET)
    return render(request, "catalogue/manage/checks.html", {"page": page})


@requires(policies.IMPORT)
def departments(request: HttpRequest) -> HttpResponse:
    """Departments of catalogues and which of ours they are."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = _source(request.POST.get("source", ""))
        moved = services.map_department(
            actor=actor_of(request), source=chosen, department=form.cleaned_data["unit"], at=moments.now()
        )
        messages.success(request, f"“{chosen.name}”已对应，{moved} 个事项有了实施部门。")
        return redirect("catalogue:departments")
    sources = SourceDepartment.objects.select_related("unit").annotate(count=Count("items"))
    if request.GET.get("all") != "1":
        sources = sources.filter(unit__isnull=True)
    context = {
        "page": page_by_key(sources, order=("system", "name", "id"), asked=request.GET),
        "all": request.GET.get("all") == "1",
        "form": form,
    }
    return render(request, "catalogue/manage/departments.html", context, status=422 if form.errors else 200)


def _source(text: str) -> SourceDepartment:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    found = SourceDepartment.objects.filter(pk=wanted).first()
    if found is None:
        raise NotFound("没有这个来源部门。", next_step="请从清单里选择。")
    return found


@requires(policies.PUBLISH)
def synonyms(request: HttpRequest) -> HttpResponse:
    """What people say, and what the catalogue calls it."""
    form = SynonymForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        meant = form.cleaned_data["expansions"].replace("，", "、").replace(",", "、").split("、")
        try:
            services.save_synonym(
                actor=actor_of(request), word=form.cleaned_data["word"], expansions=meant, at=moments.now()
            )
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "同义词已保存，查找立即按新的来。")
            return redirect("catalogue:synonyms")
    context = {
        "form": form,
        "page": page_by_key(Synonym.objects.all(), order=("word", "id"), asked=request.GET, size=100),
    }
    return render(request, "catalogue/manage/synonyms.html", context, status=422 if form.errors else 200)


@requires(policies.PUBLISH)
def standard_materials(request: HttpRequest) -> HttpResponse:
    """The list of materials and proofs; cancelling one takes it out of every guide at once (R030)."""
    cancelling = request.POST.get("act") == "cancel"
    chosen = StandardMaterial.objects.filter(
        code=request.GET.get("code", "")[:40].replace("\x00", ""), cancelled_on__isnull=True
    ).first()
    names = ("code", "name", "issuer", "proof", "reusable", "valid_days")
    form = StandardMaterialForm(
        None if cancelling else request.POST or None,
        initial={name: getattr(chosen, name) for name in names} if chosen is not None else None,
    )
    reason = ReasonForm(request.POST if cancelling else None)
    if request.method == "POST" and (reason if cancelling else form).is_valid():
        try:
            if cancelling:
                material = StandardMaterial.objects.filter(
                    code=request.POST.get("code", "")[:40].replace("\x00", "")
                ).first()
                if material is None:
                    raise NotFound("没有这份标准材料。")
                uses = services.cancel_standard_material(
                    actor=actor_of(request), material=material, basis=reason.cleaned_data["reason"], at=moments.now()
                )
                messages.success(request, f"“{material.name}”已取消，{uses} 个现行事项不再要求它。")
            else:
                services.save_standard_material(actor=actor_of(request), at=moments.now(), **form.cleaned_data)
                messages.success(request, "标准材料已保存。")
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("catalogue:standard_materials")
    materials = StandardMaterial.objects.annotate(count=Count("uses"))
    context = {
        "form": form,
        "chosen": chosen,
        "page": page_by_key(materials, order=("name", "id"), asked=request.GET),
    }
    wrong = form.errors or reason.errors
    return render(request, "catalogue/manage/standard_materials.html", context, status=422 if wrong else 200)
