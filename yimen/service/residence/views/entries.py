"""进驻情况: what is handled where; one item's history; the functions of departments (R020, R023, R004)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.forms import FunctionForm
from yimen.service.residence.models import Adjustment, Entry, Function, WithdrawalAttempt
from yimen.service.residence.views.asking import (
    actor_of,
    day_asked,
    department_asked,
    department_choices,
    kept,
    number,
    word,
)
from yimen.service.residence.views.tables import Button, Cell, Filter, Table, heads, show

sees = requires(*policies.STAFF)


def _within(request: HttpRequest, path: str) -> Q:
    return policies.about(actor_of(request), path, *policies.STAFF)


# --- Entries


def _entries(request: HttpRequest) -> tuple[Any, date]:
    asked, day = request.GET, day_asked(request)
    found = selectors.entries_on(day).filter(
        _within(request, "item__department") | _within(request, "function__department")
    )
    if (pk := number(asked.get("department", ""))) is not None:
        found = found.filter(Q(item__department=pk) | Q(function__department=pk))
    if (pk := number(asked.get("window", ""))) is not None:
        found = found.filter(window=pk)
    if text := word(asked.get("q", "")):
        found = found.filter(Q(item__name__icontains=text) | Q(item__code=text) | Q(function__name__icontains=text))
    return found, day


def _thing(entry: Entry) -> tuple[str, str, str, str]:
    """Name, code, department, link of what an entry is about."""
    if entry.item is not None:
        department = entry.item.department.short_name if entry.item.department else ""
        return entry.item.name, entry.item.code, department, reverse("residence:item", args=[entry.item.code])
    function = entry.function
    return (function.name, "职能", function.department.short_name, "") if function is not None else ("", "", "", "")


@sees
def entries(request: HttpRequest) -> HttpResponse:
    """Who handles what at which window, from when, by which decision."""
    found, day = _entries(request)
    page = page_by_key(found, order=("window_id", "id"), asked=request.GET, size=30)
    rest = kept(request, "department", "window", "q", "on")
    rows = []
    for entry in page.rows:
        name, code, department, url = _thing(entry)
        rows.append(
            [
                Cell(name, url, sub=code),
                Cell(department),
                Cell(str(entry.window), f"?{urlencode({**rest, 'window': entry.window_id})}"),
                Cell(entry.window.centre.short_name),
                Cell(entry.from_on),
                Cell(entry.to_on or "长期"),
                Cell(
                    entry.entered_by.decision_number or entry.entered_by.get_kind_display(),
                    reverse("residence:adjustment", args=[entry.entered_by.uid]),
                ),
            ]
        )
    may_take = policies.may(actor_of(request), policies.DECIDE, None) and not _taken()
    actor = actor_of(request)
    proposes = actor.holds(policies.APPLY) or actor.holds(policies.DECIDE)
    table = Table(
        title="进驻情况",
        lead=f"{moments.say_date(day)}在大厅办理的事项和职能，一个窗口一行。",
        heads=heads("事项或职能", "部门", "窗口", "中心", "进驻自", "至", "依据"),
        rows=rows,
        buttons=(
            Button("导出 Excel", f"{reverse('residence:entries_export')}?{urlencode(rest)}", icon="download"),
            *((Button("接收现状", reverse("residence:take_over")),) if may_take else ()),
            *((Button("提出调整", reverse("residence:propose"), primary=True),) if proposes else ()),
        ),
        filters=(
            Filter("department", "全部部门", department_choices(actor_of(request)), request.GET.get("department", "")),
            Filter(
                "window", "全部窗口", [(window.pk, str(window)) for window in organisations.open_windows()],
                request.GET.get("window", ""),
            ),
            Filter("on", "截至", (), day.isoformat()),
        ),
        search="事项、职能或编码",
        page=page,
        empty=("没有符合的进驻记录", "换个条件；还没有记录的，可以先接收现状。" if may_take else "换个条件再看。"),
    )  # fmt: skip
    return show(request, table)


def _taken() -> bool:
    return Adjustment.objects.filter(kind="takeover").exists()


@sees
def entries_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as a workbook."""
    found, day = _entries(request)
    columns: list[exports.Column[Entry]] = [
        exports.Column("事项或职能", lambda entry: _thing(entry)[0], width=50),
        exports.Column("编码", lambda entry: _thing(entry)[1], width=36),
        exports.Column("部门", lambda entry: _thing(entry)[2], width=20),
        exports.Column("中心", lambda entry: entry.window.centre.name, width=28),
        exports.Column("窗口", lambda entry: str(entry.window), width=20),
        exports.Column("进驻自", lambda entry: entry.from_on, width=14),
        exports.Column("进驻至", lambda entry: entry.to_on, width=14),
        exports.Column("决定文号", lambda entry: entry.entered_by.decision_number, width=24),
        exports.Column("审定人", lambda entry: entry.entered_by.decided_by, width=14),
    ]
    rows = found.order_by("window", "id").iterator(chunk_size=2000)
    return exports.download(f"进驻情况-{day}.xlsx", exports.xlsx(columns, rows, sheet="进驻"))


@requires(policies.DECIDE)
def take_over(request: HttpRequest) -> HttpResponseBase:
    """Take what stands over, once."""
    return asking.ask(
        request,
        heading="接收现行的窗口安排",
        note="按窗口现在受理的部门，把已发布的每个事项记为从今天起在这些窗口办理。只能办一次；以后的变化一律办进驻调整。",
        verb="接收现状",
        act=lambda _: services.take_over(actor=actor_of(request), at=moments.now()),
        back=reverse("residence:entries"),
        said="现状已接收。",
    )


@sees
def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: what the directory asks, where it is handled, its history of entries and decisions, lists it stands on."""
    day = day_asked(request)
    found = selectors.items_by_code([code]).get(code)
    if found is None or not policies_may_see(request, found):
        raise NotFound("没有这个事项，或它不在您的管理范围内。", next_step="请核对编码，或从三集中报告进入。")
    history = (
        Entry.objects.filter(item=found)
        .select_related("window__centre", "entered_by", "left_by")
        .order_by("-from_on", "-id")
    )
    context = {
        "item": found,
        "duty": selectors.duties_of([found.pk], day).get(found.pk),
        "history": history,
        "places": selectors.places_of(found.pk, day),
        "listings": selectors.listings_of(found.pk),
        "attempts": WithdrawalAttempt.objects.filter(item=found).order_by("-at")[:5],
        "asked": selectors.open_demands(Q(item=found)).count(),
        "may_propose": policies.may(actor_of(request), policies.APPLY, found.department)
        or policies.may(actor_of(request), policies.DECIDE, found.department),
    }
    return render(request, "residence/item.html", context)


def policies_may_see(request: HttpRequest, found: Any) -> bool:
    """Whether the item's department is within any of the actor's rights here."""
    return any(policies.may(actor_of(request), held, found.department) for held in policies.STAFF)


# --- Functions


@sees
def functions(request: HttpRequest) -> HttpResponse:
    """What departments do, in which section, in the hall or not."""
    asked, day = request.GET, day_asked(request)
    found = Function.objects.filter(_within(request, "department"), ended_on__isnull=True).select_related(
        "department", "section"
    )
    if (pk := number(asked.get("department", ""))) is not None:
        found = found.filter(department=pk)
    inside = selectors.entries_on(day).filter(function__isnull=False).values("function")
    state = asked.get("state", "")
    if state == "in":
        found = found.filter(pk__in=inside)
    elif state == "missing":
        found = found.exclude(kind="supervision").exclude(pk__in=inside)
    if text := word(asked.get("q", "")):
        found = found.filter(name__icontains=text)
    page = page_by_key(found, order=("department__order", "id"), asked=asked, size=50)
    here = set(
        selectors.entries_on(day)
        .filter(function__in=[each.pk for each in page.rows])
        .values_list("function_id", flat=True)
    )
    may_write = any(actor_of(request).holds(held) for held in (policies.APPLY, policies.DECIDE))
    rows = [
        [
            Cell(each.name, sub=each.basis),
            Cell(each.department.short_name),
            Cell(each.section.name if each.section else "", wrap=True),
            Cell(each.get_kind_display()),
            Cell(each.get_wide_class_display()),
            Cell("在大厅", status="normal")
            if each.pk in here
            else Cell(
                "监管职能，不进驻" if each.kind == "supervision" else "没有进驻",
                status="" if each.kind == "supervision" else "red",
            ),
            Cell("停用" if may_write else "", reverse("residence:end_function", args=[each.pk]) if may_write else ""),
        ]
        for each in page.rows
    ]
    table = Table(
        title="部门职能",
        lead="“三集中”的第一条：职能。审批和服务职能要进大厅，监管职能留在机关。",
        heads=heads("职能", "部门", "科室", "性质", "其他纳入类别", "情况", "操作"),
        rows=rows,
        buttons=(Button("登记职能", reverse("residence:new_function"), primary=True),) if may_write else (),
        filters=(
            Filter("department", "全部部门", department_choices(actor_of(request)), asked.get("department", "")),
            Filter("state", "全部情况", [("in", "在大厅"), ("missing", "没有进驻")], state),
        ),
        search="职能名称",
        page=page,
        empty=("还没有登记职能", "登记后，三集中报告才能说出缺哪些。"),
    )
    return show(request, table)


@requires(policies.APPLY, policies.DECIDE)
def new_function(request: HttpRequest) -> HttpResponseBase:
    """Write a function down."""
    actor = actor_of(request)
    within = policies.departments(actor, policies.APPLY, policies.DECIDE)
    form = FunctionForm(request.POST if request.method == "POST" else None, within=within)
    return asking.ask(
        request,
        heading="登记部门职能",
        verb="登记",
        form=form,
        act=lambda given: services.record_function(actor=actor, at=moments.now(), **given),
        back=reverse("residence:functions"),
        said="职能已登记。",
    )


@requires(policies.APPLY, policies.DECIDE)
def end_function(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a function off the list."""
    found = Function.objects.select_related("department").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这项职能。", next_step="请从部门职能清单进入。")
    department_asked(actor_of(request), found.department_id, policies.APPLY, policies.DECIDE)
    return asking.ask(
        request,
        heading=f"停用职能“{found.name}”？",
        note="停用后不再计入三集中报告；记录保留。",
        verb="停用",
        danger=True,
        act=lambda _: services.end_function(actor=actor_of(request), function=found, at=moments.now()),
        back=reverse("residence:functions"),
        said="职能已停用。",
    )
