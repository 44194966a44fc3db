"""三集中报告: every department's functions, items and staff, each number open to its list; one department in full (R004, R020)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from yimen.ground.identity.policies import requires
from yimen.ground.kit import charts, exports, moments, pictures
from yimen.ground.kit.paging import Page, page_of_keys
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.residence import policies, selectors, services
from yimen.service.residence.models import Adjustment, Function, Plan, ReadinessMark, ReadinessPoint
from yimen.service.residence.selectors.report import Concentration
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
SHOWN = 12
STATUS = {"in": "normal", "missing": "red", "elsewhere": "warning", "decided_out": "closed"}


def _rows(request: HttpRequest, day: date) -> list[Concentration]:
    return selectors.concentration(day, policies.departments(actor_of(request), *policies.STAFF))


def _list(state: str, row: Concentration | None, day: date, page: str = "items") -> str:
    asked: dict[str, Any] = {"state": state, **({"department": row.id} if row else {})}
    if day != moments.day_of(moments.now()):
        asked["on"] = day.isoformat()
    return f"{reverse(f'residence:{page}')}?{urlencode(asked)}"


@sees
def report(request: HttpRequest) -> HttpResponse:
    """The whole report on a day."""
    day = day_asked(request)
    rows = _rows(request, day)
    sums = selectors.totals(rows)
    drawing, marks = _drawing(rows, day)
    chart = charts.figure(drawing, marks, title="应进未进最多的部门", name="部门", unit="项") if marks else None
    query = urlencode(kept(request, "on"))
    table = Table(
        title="三集中报告",
        lead=f"{moments.say_date(day)}：部门的职能、事项、人员是否都在大厅。数字点开就是名单。",
        heads=heads(
            "部门",
            "职能#",
            "事项 应进#",
            "已进#",
            "未进#",
            "地点不符#",
            "经决定调出#",
            "人员#",
            "窗口#",
            "三到位#",
            "还缺什么",
        ),
        rows=[_line(row, day) for row in rows],
        buttons=(
            Button("导出 Excel", f"{reverse('residence:report_export')}?{query}", icon="download"),
            Button("下载图片", f"{reverse('residence:report_picture')}?{query}", icon="download"),
            Button("打印应进未进", f"{reverse('residence:findings_print')}?{query}", icon="print"),
        ),
        filters=(Filter("on", "截至", (), day.isoformat()),),
        stats=(
            ("应进未进", sums["missing"], "项", _list("missing", None, day)),
            ("应进驻事项", sums["must"], "项", _list("must", None, day)),
            ("大厅在办事项", sums["entered"], "项", _list("entered", None, day)),
            ("职能进驻", f"{sums['functions_in']} / {sums['functions']}", "项", _list("", None, day, "functions")),
            ("派驻岗位到人", f"{sums['posts_held']} / {sums['posts']}", "个", ""),
        ),
        charts=[chart] if chart else (),
        alerts=_alerts(rows),
        empty=("还没有可以统计的部门", "部门有了已发布的事项，或登记了职能，就会列在这里。"),
    )
    return show(request, table)


def _alerts(rows: list[Concentration]) -> list[tuple[str, str]]:
    said = []
    if not any(row.must for row in rows):
        said.append(("warn", "还没有公布应进驻事项目录，“应进未进”无从比较。请先在“应进驻目录”编制并公布。"))
    if not any(row.entered for row in rows) and any(row.items for row in rows):
        said.append(("", "还没有进驻记录。可以在“进驻情况”一次性接收现行的窗口安排。"))
    return said


def _line(row: Concentration, day: date) -> list[Cell]:
    page = reverse("residence:department", args=[row.id])
    short = row.posts_held < row.posts or not row.posts
    return [
        Cell(row.short_name, page),
        Cell(f"{row.functions_in}/{row.functions}" if row.functions else "未登记", _list("", row, day, "functions")),
        Cell(row.must, _list("must", row, day)),
        Cell(row.placed, _list("in", row, day), sub=f"{row.items_rate:g}%" if row.items_rate is not None else ""),
        Cell(row.missing, _list("missing", row, day)),
        Cell(row.elsewhere, _list("elsewhere", row, day)),
        Cell(row.decided_out, _list("decided_out", row, day)),
        Cell(f"{row.posts_held}/{row.posts}", f"{page}#staff"),
        Cell(row.windows, f"{reverse('residence:entries')}?department={row.id}"),
        Cell(f"{row.reached}/{row.points}", f"{page}#ready"),
        Cell("、".join(row.lacking) or "齐全", status="" if row.lacking or short else "normal", wrap=True),
    ]


def _drawing(rows: list[Concentration], day: date) -> tuple[SafeString, list[charts.Mark]]:
    worst = [row for row in rows if row.missing][:SHOWN]
    marks = [charts.Mark(row.short_name, row.missing, _list("missing", row, day)) for row in worst]
    says = f"应进未进最多的是{worst[0].short_name}，{worst[0].missing} 项" if worst else "没有应进未进的事项"
    return charts.bars(marks, says), marks


@sees
def report_picture(request: HttpRequest) -> HttpResponse:
    """The chart as a file."""
    day = day_asked(request)
    drawing, _ = _drawing(_rows(request, day), day)
    return pictures.picture(f"应进未进-{day}.svg", drawing, title="应进未进最多的部门（项）", source=f"截至 {day}")


@sees
def report_export(request: HttpRequest) -> HttpResponseBase:
    """Every number of the report as a workbook."""
    day = day_asked(request)
    columns: list[exports.Column[Concentration]] = [
        exports.Column("部门", lambda row: row.name, width=32),
        exports.Column("职能", lambda row: row.functions),
        exports.Column("职能已进驻", lambda row: row.functions_in),
        exports.Column("职能进驻率%", lambda row: row.functions_rate),
        exports.Column("在用事项", lambda row: row.items),
        exports.Column("应进驻", lambda row: row.must),
        exports.Column("已进驻", lambda row: row.placed),
        exports.Column("应进未进", lambda row: row.missing),
        exports.Column("进驻地点不符", lambda row: row.elsewhere),
        exports.Column("经决定调出", lambda row: row.decided_out),
        exports.Column("事项进驻率%", lambda row: row.items_rate),
        exports.Column("大厅在办事项", lambda row: row.entered),
        exports.Column("派驻岗位", lambda row: row.posts),
        exports.Column("到岗", lambda row: row.posts_held),
        exports.Column("人员到岗率%", lambda row: row.staff_rate),
        exports.Column("首席代表", lambda row: row.chief),
        exports.Column("窗口", lambda row: row.windows),
        exports.Column("三到位要点", lambda row: row.points),
        exports.Column("已到位", lambda row: row.reached),
        exports.Column("还缺什么", lambda row: "、".join(row.lacking), width=40),
    ]
    return exports.download(f"三集中报告-{day}.xlsx", exports.xlsx(columns, _rows(request, day), sheet="三集中"))


def _asked(request: HttpRequest) -> tuple[str, date]:
    state = request.GET.get("state", "missing")
    return state if state in selectors.ITEM_STATES else "missing", day_asked(request)


def _keys(request: HttpRequest, state: str, day: date) -> list[tuple[int, int]]:
    """What the list behind a number holds, as the filters narrow it."""
    within = policies.departments(actor_of(request), *policies.STAFF)
    units = organisations.departments() if within is None else organisations.departments().filter(within)
    departments = set(units.values_list("pk", flat=True))
    department = number(request.GET.get("department", ""))
    if department is not None:
        departments &= {department}
    text = word(request.GET.get("q", ""))
    named = set(catalogue.named(text).values_list("pk", flat=True)) if text else None
    return selectors.listed(state, day, departments, named)


def _items(request: HttpRequest) -> tuple[Any, str, date]:
    state, day = _asked(request)
    found = selectors.items_in_state(state, day, policies.departments(actor_of(request), *policies.STAFF))
    department = number(request.GET.get("department", ""))
    if department is not None:
        found = found.filter(department=department)
    if text := word(request.GET.get("q", "")):
        found = found.filter(name__icontains=text) | found.filter(code=text)
    return found, state, day


@sees
def items(request: HttpRequest) -> HttpResponse:
    """The items behind a number: what the directory asks of each, how it stands, since when it is lacking."""
    state, day = _asked(request)
    page: Page[Any] = page_of_keys(
        _keys(request, state, day),
        load=lambda keys: catalogue.items_in_order([item for _, item in keys]),
        name="residence:items", asked=request.GET, size=30,
    )  # fmt: skip
    duties = selectors.duties_of([item.pk for item in page.rows], day)
    rest = kept(request, "department", "q", "on")
    label = selectors.ITEM_STATES[state]
    tabs = [(name, f"?{urlencode({**rest, 'state': key})}") for key, name in selectors.ITEM_STATES.items()]
    rows = []
    for item in page.rows:
        duty = duties.get(item.pk)
        rows.append(
            [
                Cell(item.name, reverse("residence:item", args=[item.code]), sub=item.code),
                Cell(item.department.short_name if item.department else "", wrap=True),
                Cell(duty.place_label if duty else "目录没有列入"),
                Cell(duty.status_label, status=STATUS[duty.status]) if duty else Cell(""),
                Cell(duty.since if duty and duty.status != "in" else None),
                Cell(f"{(day - duty.since).days} 天" if duty and duty.status == "missing" else ""),
            ]
        )
    table = Table(
        title=f"{label}的事项",
        lead="“自何时”取目录印发、事项首次施行、退出大厅次日中最晚的一天。",
        back=(reverse("residence:report"), "三集中报告"),
        heads=heads("事项", "部门", "目录要求", "情况", "自何时", "已有#"),
        rows=rows,
        buttons=(
            Button(
                "导出 Excel",
                f"{reverse('residence:items_export')}?{urlencode({**rest, 'state': state})}",
                icon="download",
            ),
        ),
        tabs=tabs,
        tab=next(url for name, url in tabs if name == label),
        filters=(
            Filter("department", "全部部门", department_choices(actor_of(request)), request.GET.get("department", "")),
        ),
        search="名称或编码",
        hidden=(("state", state), *(("on", rest["on"]) for _ in [0] if "on" in rest)),
        page=page,
        empty=(f"没有{label}的事项", "" if state != "missing" else "目录要求进驻的事项都已进驻，或有调出决定。"),
    )
    return show(request, table)


@sees
def items_export(request: HttpRequest) -> HttpResponseBase:
    """The same list as a workbook, whole."""
    found, state, day = _items(request)
    listed = list(found.order_by("department__order", "id"))
    duties = selectors.duties_of([item.pk for item in listed], day)
    columns: list[exports.Column[Any]] = [
        exports.Column("事项编码", lambda item: item.code, width=36),
        exports.Column("事项名称", lambda item: item.name, width=50),
        exports.Column("部门", lambda item: item.department.name if item.department else "", width=30),
        exports.Column("目录要求", lambda item: duties[item.pk].place_label if item.pk in duties else ""),
        exports.Column("情况", lambda item: duties[item.pk].status_label if item.pk in duties else ""),
        exports.Column("自何时", lambda item: duties[item.pk].since if item.pk in duties else None, width=14),
    ]
    name = f"{selectors.ITEM_STATES[state]}-{day}.xlsx"
    return exports.download(name, exports.xlsx(columns, listed, sheet=selectors.ITEM_STATES[state]))


@sees
def findings_print(request: HttpRequest) -> HttpResponse:
    """应进未进 as a paper for the departments: by department, with since when."""
    day = day_asked(request)
    found = selectors.items_in_state("missing", day, policies.departments(actor_of(request), *policies.STAFF))
    listed = list(found.order_by("department__order", "id")[:2000])
    duties = selectors.duties_of([item.pk for item in listed], day)
    groups: dict[Any, list[Any]] = {}
    for item in listed:
        groups.setdefault(item.department, []).append((item, duties[item.pk]))
    return render(
        request, "residence/findings_print.html", {"groups": list(groups.items()), "day": day, "count": len(listed)}
    )


@sees
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """One department: the three, the checklist 三到位, its adjustments and its plan."""
    actor, day = actor_of(request), day_asked(request)
    unit = department_asked(actor, pk)
    status = 200
    if request.method == "POST":
        point = ReadinessPoint.objects.filter(pk=number(request.POST.get("point", "")) or 0).first()
        if point is not None:
            try:
                services.mark_readiness(
                    actor=actor, department=unit, point=point, reached=request.POST.get("reached") == "1",
                    note=request.POST.get("note", "")[:600], at=moments.now(),
                )  # fmt: skip
            except Refusal as refusal:
                if refusal.status != 422:
                    raise
                return _department(request, unit, day, refused=(point.pk, refusal), status=422)
        return redirect(f"{reverse('residence:department', args=[pk])}#ready")
    return _department(request, unit, day, status=status)


def _department(
    request: HttpRequest, unit: Any, day: date, *, status: int, refused: tuple[int, Refusal] | None = None
) -> HttpResponse:
    actor = actor_of(request)
    rows = selectors.concentration(day, only=unit.pk)
    functions = Function.objects.filter(department=unit, ended_on__isnull=True).select_related("section").order_by("pk")
    inside = set(
        selectors.entries_on(day).filter(function__department=unit).values_list("function_id", flat=True).distinct()
    )
    marks = {mark.point_id: mark for mark in ReadinessMark.objects.filter(department=unit)}
    points = [
        (point, marks.get(point.pk), refused[1] if refused and refused[0] == point.pk else None)
        for point in ReadinessPoint.objects.filter(ended_on__isnull=True)
    ]
    held = list(organisations.hall_posts(unit))
    context = {
        "unit": unit,
        "row": rows[0] if rows else None,
        "day": day,
        "functions": [(each, each.pk in inside) for each in functions],
        "posts": [
            (
                post,
                bool(
                    post.account
                    and post.held_from
                    and post.held_from <= day
                    and (not post.held_to or post.held_to >= day)
                ),
            )
            for post in held
        ],
        "points": points,
        "adjustments": Adjustment.objects.filter(department=unit).order_by("-proposed_at", "-id")[:8],
        "plans": Plan.objects.filter(department=unit).order_by("-number")[:4],
        "may_mark": policies.may(actor, policies.DECIDE, unit),
        "may_apply": policies.may(actor, policies.APPLY, unit) or policies.may(actor, policies.DECIDE, unit),
        "may_plan": policies.may(actor, policies.APPLY, unit),
        "links": {state: _list(state, rows[0] if rows else None, day) for state in selectors.ITEM_STATES},
    }
    return render(request, "residence/department.html", context, status=status)
