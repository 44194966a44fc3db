"""What everybody sees: windows and what they handle, the lists, the directory, wishes and their answers (R034–R037, R039, R022)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import citizens, public
from yimen.ground.kit import asking, exports, moments, ratelimit
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import selectors, services
from yimen.service.residence.forms import DemandForm, WishForm
from yimen.service.residence.models import Directory, ListBatch, ListLine, ProvinceField
from yimen.service.residence.rules import ListKind, WideClass
from yimen.service.residence.views.asking import actor_of, number, word
from yimen.service.residence.views.directories import directory_file

PRINTED = 3000
DAY_SECONDS = 24 * 3600


def _today() -> Any:
    return moments.day_of(moments.now())


# --- Windows


@public
def windows(request: HttpRequest) -> HttpResponse:
    """Every window with what it is for, and those that serve the whole province."""
    held = selectors.windows_on(_today())
    halls: dict[Any, list[Any]] = {}
    for window, things, fields in held:
        if things or window.kind in ("comprehensive", "department"):
            halls.setdefault(window.centre, []).append((window, things, fields))
    province = sum(1 for _, _, fields in held if fields)
    return render(request, "residence/windows.html", {"halls": list(halls.items()), "province": province})


def _window(pk: int) -> Any:
    found = organisations.open_windows().filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这个窗口，或它已经停用。", next_step="请从窗口一览里选择。")
    return found


@public
def window(request: HttpRequest, pk: int) -> HttpResponse:
    """One window: everything it handles, with conditions, hours and how long (R034)."""
    found, day = _window(pk), _today()
    items = selectors.items_at(pk, day)
    if text := word(request.GET.get("q", "")):
        items = items.filter(name__icontains=text)
    page = page_by_key(items, order=("department__order", "id"), asked=request.GET, size=30)
    context = {
        "window": found,
        "page": page,
        "rows": [_guide(item) for item in page.rows],
        "count": selectors.items_at(pk, day).count(),
        "fields": [each.field.name for each in selectors.province_at(day).filter(window=pk)],
        "functions": [
            entry.function
            for entry in selectors.entries_on(day).filter(window=pk, function__isnull=False).order_by("pk")
        ],
        "asked": request.GET,
    }
    return render(request, "residence/window.html", context)


def _guide(item: Any) -> dict[str, Any]:
    limits = catalogue.limits(item.current)
    return {
        "item": item,
        "conditions": item.current.conditions.strip(),
        "hours": item.current.hours.strip(),
        "limit": limits.promise or limits.legal,
        "promised": limits.promise is not None,
        "legal": limits.legal,
        "instant": item.current.case_kind == "instant",
    }


@public
def window_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper, to be hung up beside the window."""
    found, day = _window(pk), _today()
    items = selectors.items_at(pk, day).order_by("department__order", "id")[:PRINTED]
    context = {"window": found, "rows": [_guide(item) for item in items], "day": day}
    return render(request, "residence/window_print.html", context)


# --- Lists


@public
def lists(request: HttpRequest) -> HttpResponse:
    """All lists with their numbers, and what else is published here."""
    day = _today()
    directory = Directory.objects.filter(state="published").select_related("centre").order_by("pk").first()
    context = {
        "rates": selectors.list_rates(day),
        "goal": selectors.number("once_goal"),
        "directory": directory,
        "windows": len({each.window_id for each in selectors.province_at(day)}),
        "answers": selectors.answers()[:3],
    }
    return render(request, "residence/public_lists.html", context)


def _kind(kind: str) -> str:
    if kind not in ListKind.labels():
        raise NotFound("没有这种清单。", next_step="请从政务服务清单进入。")
    return kind


def _lines(request: HttpRequest, kind: str) -> Any:
    found = selectors.listed_lines(kind)
    if (pk := number(request.GET.get("batch", ""))) is not None:
        found = found.filter(batch=pk)
    if text := word(request.GET.get("q", "")):
        found = found.filter(item__name__icontains=text) | found.filter(item__department__short_name__icontains=text)
    return found


@public
def public_list(request: HttpRequest, kind: str) -> HttpResponse:
    """One list: search, batches with document and dates."""
    _kind(kind)
    page = page_by_key(
        _lines(request, kind), order=("batch__number", "id"), asked=request.GET, size=30, load=selectors.lines_in_order
    )
    batches = list(ListBatch.objects.filter(kind=kind, state__in=["published", "in_force"]).order_by("-number"))
    sizes = selectors.batch_sizes([each.pk for each in batches])
    rate = next(each for each in selectors.list_rates(_today()) if each.kind == kind)
    context = {
        "kind": kind,
        "label": ListKind.labels()[kind],
        "page": page,
        "batches": [(each, sizes.get(each.pk, 0)) for each in batches],
        "rate": rate,
        "asked": request.GET,
        "query": request.GET.urlencode(),
    }
    return render(request, "residence/public_list.html", context)


@public
def public_list_print(request: HttpRequest, kind: str) -> HttpResponse:
    """The list on paper."""
    _kind(kind)
    lines = _lines(request, kind).order_by("batch__number", "id")[:PRINTED]
    context = {"label": ListKind.labels()[kind], "kind": kind, "lines": lines, "day": _today()}
    return render(request, "residence/public_list_print.html", context)


@public
def public_list_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list as a workbook."""
    _kind(kind)
    columns: list[exports.Column[ListLine]] = [
        exports.Column("事项", lambda line: line.item.name, width=50),
        exports.Column("事项编码", lambda line: line.item.code, width=36),
        exports.Column("部门", lambda line: line.item.department.name if line.item.department else "", width=28),
        exports.Column("批次", lambda line: line.batch.number),
        exports.Column("文号", lambda line: line.batch.document_number, width=24),
        exports.Column("公布日期", lambda line: line.batch.published_on, width=14),
        exports.Column("推行日期", lambda line: line.batch.in_force_on, width=14),
        exports.Column("列入理由", lambda line: line.reason, width=40),
    ]
    rows = _lines(request, kind).order_by("batch__number", "id").iterator(chunk_size=2000)
    return exports.download(f"{ListKind.labels()[kind]}事项清单.xlsx", exports.xlsx(columns, rows))


# --- The directory


def _directory() -> Directory:
    found = Directory.objects.filter(state="published").select_related("centre").order_by("pk").first()
    if found is None:
        raise NotFound("还没有公布应进驻目录。", next_step="公布后会登在这里。")
    return found


@public
def public_directory(request: HttpRequest) -> HttpResponse:
    """What must be in the hall, as published."""
    found = _directory()
    lines = found.lines.select_related("item__current", "department")
    if text := word(request.GET.get("q", "")):
        lines = lines.filter(name__icontains=text)
    context = {
        "found": found,
        "page": page_by_key(lines, order=("kind", "name", "id"), asked=request.GET, size=50),
        "count": found.lines.count(),
        "classes": WideClass.pairs(),
        "asked": request.GET,
    }
    return render(request, "residence/public_directory.html", context)


@public
def public_directory_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook."""
    return directory_file(_directory())


# --- 全省通办


PROVINCE_SHOWN = 12


@public
def public_province(request: HttpRequest) -> HttpResponse:
    """Windows and the first items for the whole province, by field; with `field` all items of one."""
    day, asked = _today(), request.GET
    chosen = ProvinceField.objects.filter(code=asked.get("field", "")[:20]).first() if asked.get("field") else None
    windows = list(selectors.province_at(day))
    if chosen is not None:
        items = selectors.province_items_at(day).filter(field=chosen, item__current__isnull=False)
        page = page_by_key(items, order=("id",), asked=asked, size=30)
        return render(request, "residence/public_province_field.html", {"field": chosen, "page": page, "asked": asked})
    first = selectors.province_first(day, PROVINCE_SHOWN)
    context = {
        "fields": [
            (field, held, listed[:PROVINCE_SHOWN], len(listed) > PROVINCE_SHOWN)
            for field in ProvinceField.objects.all()
            for held in [[each.window for each in windows if each.field_id == field.pk]]
            for listed in [first.get(field.pk, [])]
            if held or listed
        ],
        "count": len({each.window_id for each in windows}),
    }
    return render(request, "residence/public_province.html", context)


# --- Wishes


def _limit(request: HttpRequest) -> None:
    most = selectors.number("demands_a_day")
    ratelimit.limit(f"residence-demand:{actor_of(request).uid}", capacity=most, per_second=most / DAY_SECONDS)


@citizens
def ask_item(request: HttpRequest, code: str) -> HttpResponseBase:
    """这件事在大厅办不了？提出需求."""
    item = catalogue.item_by_code(code)
    back = reverse("catalogue:guide", args=[item.code])

    def act(given: dict[str, Any]) -> Any:
        _limit(request)
        services.ask(actor=actor_of(request), item=item, at=moments.now(), **given)
        messages.success(request, "需求已提出。有了答复会发到您的消息里，也会在网上公布。")
        return redirect("residence:public_demands")

    return asking.ask(
        request,
        heading=f"请把“{item.name}”放到大厅来办",
        note="提的人多的，会优先研究。同一件事提一次就够。",
        verb="提出需求",
        form=DemandForm(request.POST if request.method == "POST" else None),
        act=act,
        back=back,
        frame="kit/portal.html",
    )


@citizens
def ask_wish(request: HttpRequest) -> HttpResponseBase:
    """The same for something that the catalogue does not know."""

    def act(given: dict[str, Any]) -> Any:
        _limit(request)
        services.ask(actor=actor_of(request), source="search", at=moments.now(), **given)
        messages.success(request, "需求已提出。有了答复会发到您的消息里，也会在网上公布。")
        return redirect("residence:public_demands")

    form = WishForm(
        request.POST if request.method == "POST" else None, initial={"wanted": word(request.GET.get("wanted", ""))}
    )
    return asking.ask(
        request,
        heading="想在大厅办，却没有找到的事",
        verb="提出需求",
        form=form,
        act=act,
        back=reverse("catalogue:search"),
        frame="kit/portal.html",
    )


@public
def public_demands(request: HttpRequest) -> HttpResponse:
    """Answers that were given; for who is signed in, what they asked."""
    actor = getattr(request, "actor", None)
    mine = selectors.my_open_demands(actor.party_id)[:20] if actor is not None and actor.party_id else ()
    page = page_by_key(selectors.answers(), order=("-answered_at", "-id"), asked=request.GET, size=20)
    return render(request, "residence/public_demands.html", {"page": page, "mine": mine})
