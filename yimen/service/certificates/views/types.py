"""Types of certificates: list, setting up, a sample page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import text_asked
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.selectors import standard_materials
from yimen.service.certificates import policies, services
from yimen.service.certificates.forms import TypeForm, read_lines, write_lines
from yimen.service.certificates.models import CertificateType
from yimen.service.certificates.rules import fields_of

ROWS = 20
MOST_CHOICES = 400


@requires(policies.SET_UP)
@require_safe
def types(request: HttpRequest) -> HttpResponseBase:
    """Every type one may set up."""
    actor = actor_of(request)
    found = CertificateType.objects.filter(policies.types(actor)).select_related("issuer").prefetch_related("items")
    text = text_asked(request)
    if text:
        found = found.filter(name__icontains=text)
    page = page_by_key(found, order=("name", "pk"), asked=request.GET, size=ROWS)
    return render(request, "certificates/types.html", {"page": page, "q": text})


@requires(policies.SET_UP)
def new_type(request: HttpRequest) -> HttpResponseBase:
    """A new type."""
    return _edit(request, None)


@requires(policies.SET_UP)
def change_type(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Another wording of a type; what was issued keeps its own."""
    return _edit(request, policies.access_type(actor_of(request), uid))


def _edit(request: HttpRequest, kept: CertificateType | None) -> HttpResponseBase:
    actor, at = actor_of(request), moments.now()
    form, status = _form(request, actor, kept), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            issuer = kept.issuer if kept else organisations.unit(given.pop("issuer"))
            given["fields"] = read_lines(given.pop("lines"))
            items = list(catalogue.items().filter(pk__in=given.pop("items")))
            standards = list(standard_materials().filter(pk__in=given.pop("standards", [])))
            try:
                services.save_type(
                    actor=actor, values=given, items=items, standards=standards, issuer=issuer, at=at, kept=kept
                )
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                if refusal.fields and "fields" in refusal.fields:
                    refusal.fields["lines"] = refusal.fields.pop("fields")
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, "证照类型已保存。已经发出的证照不变。")
                return redirect("certificates:types")
    context = {
        "form": form, "heading": f"修改{kept.name}" if kept else "新的证照类型", "press": "保存", "kept": kept,
        "back_url": reverse("certificates:types"), "note": "已经发出的证照保留它们当时的内容。",
    }  # fmt: skip
    return render(request, "certificates/type.html", context, status=status)


def _form(request: HttpRequest, actor: Actor, kept: CertificateType | None) -> TypeForm:
    initial: dict[str, Any] = {}
    if kept is not None:
        names = ("name", "series", "holder_kind", "layout", "months", "basis", "automatic")
        initial = {name: getattr(kept, name) for name in names} | {
            "lines": write_lines(kept), "items": list(kept.items.values_list("pk", flat=True)),
            "standards": list(kept.standards.values_list("pk", flat=True)),
        }  # fmt: skip
    issuers = [(each.pk, each.name) for each in organisations.departments().order_by("order", "pk")]
    items = catalogue.items().filter(current__isnull=False).order_by("department__order", "name")
    if kept is not None:
        items = items.filter(department=kept.issuer_id)
    named = [(each.pk, each.name if kept else f"{each.department}：{each.name}") for each in items[:MOST_CHOICES]]
    standards = [(each.pk, each.name) for each in standard_materials().order_by("name")[:MOST_CHOICES]]
    return TypeForm(
        request.POST or None, issuers=issuers, item_choices=named, standard_choices=standards,
        fixed=kept is not None, initial=initial,
    )  # fmt: skip


@requires(policies.SET_UP)
@require_POST
def end_type(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Issue no more of it."""
    actor = actor_of(request)
    services.end_type(actor=actor, kept=policies.access_type(actor, uid), at=moments.now())
    messages.success(request, "已停用，不再发这种证照。")
    return redirect("certificates:types")


@requires(policies.SET_UP)
@require_safe
def sample(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A page of the type with 样本 on it, to see what it will look like."""
    from yimen.service.certificates.drawing import laying, pdf

    kind = policies.access_type(actor_of(request), uid)
    words = {"holder": "某某有限公司", "address": "清河县东风街 12 号", "representative": "李某"}
    page = laying.lay(
        kind.layout,
        laying.Facts(
            title=kind.name, number=f"{kind.series}〔2026〕1号", identifier=f"{kind.code}（制证时生成）", issuer=kind.issuer.name,
            seal_text="", issued_on="制证日期", validity="自制证之日起" if kind.months else "长期",
            verify_url=f"{request.build_absolute_uri('/verify/certificate/')}", shown_code="XXXX-XXXX-XXXX",
            fields=tuple((each.label, words.get(each.source, "（办件中取得）")) for each in fields_of(kind.fields)), sample=True,
        ),
    )  # fmt: skip
    if not page.marks:
        raise NotFound("没有这种版式。")
    data = pdf.draw(page, author=kind.issuer.name, keywords=("样本",), at=kind.changed_at)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sample.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
