"""Disclosures on screen: the sets and their entries, which centre works by which, who lacks what, the printed board."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import public, requires
from yimen.ground.kit import exports, forms, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import disclosing, policies, quality_report, selectors
from yimen.service.catalogue import guide as guides
from yimen.service.catalogue.disclosing import Gap, Standard
from yimen.service.catalogue.forms import with_rows
from yimen.service.catalogue.models import DisclosureSet, EditionCheck
from yimen.service.catalogue.rules.disclosures import ELEMENTS, Entry, gaps
from yimen.service.catalogue.views.asking import actor_of

PAGE = 30
MORE_ROWS = 3


def _wanted(request: HttpRequest) -> tuple[list[DisclosureSet], Standard]:
    sets = disclosing.sets()
    asked = request.GET.get("set", "")
    held = next((each for each in sets if each.key == asked), None) or next((each for each in sets if each.usual), None)
    return sets, disclosing.as_standard(held) if held is not None else disclosing.SIX


def _checks(request: HttpRequest) -> QuerySet[EditionCheck]:
    return quality_report.checks_of(actor_of(request))


@requires(*policies.STAFF_CODES)
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Who lacks what: departments by entries of a set, each number a way to the items behind it."""
    sets, standard = _wanted(request)
    rows = disclosing.gaps_by_department(_checks(request), standard)
    context = {
        "sets": sets,
        "standard": standard,
        "rows": rows,
        "items": sum(row.items for row in rows),
        "whole": sum(row.whole for row in rows),
        "centres": _centres(sets),
        "may_change": actor_of(request).holds(policies.PUBLISH),
    }
    return render(request, "catalogue/manage/disclosures.html", context)


def _centres(sets: list[DisclosureSet]) -> list[tuple[Any, str]]:
    chosen = {each.centre_id: held.key for held in sets for each in held.centres.all()}
    return [(unit, chosen.get(unit.pk, "")) for unit in organisations.tree() if unit.kind == "centre"]


@requires(*policies.STAFF_CODES)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """The items that lack an entry."""
    _, standard = _wanted(request)
    entry = _entry(request, standard)
    checks = quality_report.narrowed(disclosing.lacking(_checks(request), entry, standard), _department(request))
    page = page_by_key(
        checks.select_related("edition__item", "department").defer("edition__source", "edition__guidance"),
        order=("edition_id",), asked=request.GET, size=PAGE,
    )  # fmt: skip
    context = {
        "page": page,
        "rows": [(each, gaps(standard.entries, each.missing)) for each in page.rows],
        "standard": standard,
        "entry": entry,
        "query": request.GET.urlencode(),
    }
    return render(request, "catalogue/manage/disclosure_items.html", context)


def _entry(request: HttpRequest, standard: Standard) -> Entry | None:
    return next((each for each in standard.entries if each.label == request.GET.get("entry", "")), None)


def _department(request: HttpRequest) -> dict[str, str]:
    return {"department": request.GET.get("department", "")}


@requires(*policies.STAFF_CODES)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The table of departments as an Excel file; with `items=1` the items that lack something."""
    _, standard = _wanted(request)
    if request.GET.get("items") == "1":
        checks = quality_report.narrowed(
            disclosing.lacking(_checks(request), _entry(request, standard), standard), _department(request)
        )
        found = checks.order_by("edition").values_list(
            "edition__item__code", "edition__name", "department__name", "missing"
        )
        lines: list[exports.Column[Any]] = [
            exports.Column("事项编码", lambda row: row[0], width=36),
            exports.Column("事项名称", lambda row: row[1], width=44),
            exports.Column("实施部门", lambda row: row[2] or "", width=26),
            exports.Column("没有公开的", lambda row: "、".join(gaps(standard.entries, row[3])), width=40),
        ]
        chunks = exports.xlsx(lines, found.iterator(chunk_size=2000), sheet="事项")
        return exports.download(f"{standard.name}缺项清单.xlsx", chunks)
    columns: list[exports.Column[Gap]] = [
        exports.Column("实施部门", lambda row: row.name, width=30),
        exports.Column("事项", lambda row: row.items),
        exports.Column("公开齐全", lambda row: row.whole),
        *(exports.Column(f"缺{entry.label}", _lacks(place)) for place, entry in enumerate(standard.entries)),
    ]
    rows = disclosing.gaps_by_department(_checks(request), standard)
    return exports.download(f"{standard.name}各部门.xlsx", exports.xlsx(columns, rows, sheet=standard.name[:31]))


def _lacks(place: int) -> Any:
    return lambda row: row.lacking[place]


class SetForm(forms.Form):
    """The head of a set."""

    key = forms.Line(label="编号", max_length=30, help_text="小写字母开头，例如 nine-qinghe；定了不再改")
    name = forms.Line(label="名称", max_length=60)
    source = forms.Line(label="依据", max_length=200, required=False)
    usual = django_forms.BooleanField(label="各中心没有另选的，都用这一套", required=False)


class EntryForm(forms.Form):
    """One entry; an empty label takes it out."""

    label = forms.Line(label="公开内容", required=False, max_length=40)
    elements = django_forms.MultipleChoiceField(
        label="要写明的要素", choices=list(ELEMENTS.items()), required=False,
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )  # fmt: skip


EntryFormSet = django_forms.formset_factory(EntryForm, extra=2, max_num=20, absolute_max=24)


@requires(policies.PUBLISH)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """One set; `new` begins another."""
    held = next((each for each in disclosing.sets() if each.key == key), None)
    if held is None and key != "new":
        raise NotFound("没有这套公开制度。", next_step="请从公开制度页进入。")
    initial = {"key": held.key, "name": held.name, "source": held.source, "usual": held.usual} if held else {}
    form = SetForm(request.POST or None, initial=initial)
    if held is not None:
        form.fields["key"].disabled = True
        form.fields["key"].widget = django_forms.HiddenInput()
    if request.method == "POST" and "more" in request.POST:
        rows = EntryFormSet(with_rows(request.POST, "form", MORE_ROWS))
        return render(request, "catalogue/manage/disclosure.html", {"form": form, "rows": rows, "held": held})
    rows = EntryFormSet(request.POST or None, initial=held.entries if held else None)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        entries = [
            Entry(row.cleaned_data.get("label") or "", tuple(row.cleaned_data.get("elements") or ())) for row in rows
        ]
        said = form.cleaned_data
        try:
            disclosing.save_set(
                actor=actor_of(request), key=said["key"], name=said["name"], source=said["source"], entries=entries,
                usual=said["usual"], at=moments.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, f"“{said['name']}”已保存。")
            return redirect("catalogue:disclosures")
    wrong = form.errors or (rows.is_bound and not rows.is_valid())
    context = {"form": form, "rows": rows, "held": held}
    return render(request, "catalogue/manage/disclosure.html", context, status=422 if wrong else 200)


@requires(policies.PUBLISH)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Which set a centre works by."""
    pk = request.POST.get("centre", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 10):
        raise NotFound("没有这个中心。", next_step="请从清单里选择。")
    centre = organisations.unit(int(pk))
    disclosing.choose_set(
        actor=actor_of(request), centre=centre, key=request.POST.get("key", "")[:30], at=moments.now()
    )
    messages.success(request, f"{centre.name}的公开制度已选定。")
    return redirect("catalogue:disclosures")


@public
@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of one item, to be printed and hung up at the window."""
    edition = selectors.open_edition(code, moments.now())
    built = guides.build(edition, moments.now())
    return render(request, "catalogue/board.html", {"guide": built, "edition": edition, "item": edition.item})
