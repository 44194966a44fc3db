"""The report on cases: how many came, were accepted, completed, in time; each number opens the list behind it (R078)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import charts, moments
from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import NAMED, Period, UnusablePeriod, asked_period, named_period
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import indicators, reporting
from yimen.service.cases.models import CaseFact
from yimen.service.cases.rates import Forecast, Numbers, forecast
from yimen.service.cases.reporting import BY, FIGURES, LISTS, By, Group, Place
from yimen.service.cases.rules import short_code
from yimen.service.cases.selectors import kind_labels
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.catalogue import selectors as catalogue

PAGE = 30
EXPORT_MOST = 50_000
SHOWN_BARS = 12
A_QUARTER = 92

COUNTED: dict[str, str] = {
    "submitted": "收件", "accepted": "受理", "returned": "退办", "corrected": "补办", "completed": "办结", "granted": "准予",
    "refused": "不予批准", "withdrawn": "撤回", "delivered": "送达", "on_time": "按时办结", "late": "超期办结",
    "immediate": "即办件", "at_once": "当场办结",
}  # fmt: skip
"""What a number of the table is called; the keys are those of `reporting.LISTS`."""
IN_TABLE = (
    "submitted", "accepted", "returned", "corrected", "completed", "granted", "refused", "withdrawn", "delivered", "late",
)  # fmt: skip
IN_HAND = ("accepted", "completed", "late")
"""What a telephone shows of these."""
RATES: dict[str, str] = {
    "completion_rate": "办结率", "on_time_rate": "按时办结率", "immediate_rate": "即办率", "at_once_rate": "现场办结率",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for."""

    period: Period
    by: By
    department: int | None
    place: Place
    wrong: str = ""

    def query(self, **more: str) -> str:
        """The same as a query, with what a link adds."""
        pairs = f"{self.period.query}&by={self.by}"
        if self.department is not None:
            pairs += f"&department={self.department}"
        return f"{pairs}&{urlencode(more)}" if more else pairs


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the table and the list behind it; a `minor` one is left out on a telephone."""

    label: str
    value: int
    url: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    name: str
    url: str
    cells: tuple[Cell, ...]
    rates: tuple[tuple[str, float | None], ...]
    days: float | None
    numbers: Numbers
    others: tuple[Cell, ...] = ()


@requires(FIGURES)
def figures(request: HttpRequest) -> HttpResponseBase:
    """The report of a period, grouped as asked; `as=xlsx` takes the table along, `as=svg` the picture."""
    actor, at = actor_of(request), moments.now()
    asked = _asked(request, actor, moments.day_of(at))
    groups = reporting.table(asked.period, asked.by, asked.place, department=asked.department)
    others = indicators.counted(asked.period, asked.by, asked.place, asked.department)
    lines = _lines(groups, asked, actor, others)
    total = reporting.whole(groups)
    summed = _sum(total, asked, others)
    if request.GET.get("as") == "xlsx":
        stamp = moments.say_moment(at).replace(":", "")
        return download(f"办件统计 {asked.period.said} {BY[asked.by]} {stamp}.xlsx", xlsx(_columns(), [*lines, summed]))
    drawing, marks = _bars(lines, asked)
    if request.GET.get("as") == "svg":
        source = f"{asked.period.said}　{moments.say_moment(at)} 由一门生成"
        return picture(f"办结件数 {asked.period.said}.svg", drawing, title=f"办结件数（{BY[asked.by]}）", source=source)
    compared = _compared(asked.period)[0]
    before = reporting.whole(reporting.table(compared, "kind", asked.place, department=asked.department))
    today = moments.day_of(at)
    return render(
        request,
        "cases/staff/figures.html",
        {
            "asked": asked,
            "periods": [(name, label, f"?by={asked.by}&period={name}") for name, label in NAMED.items()],
            "groupings": [(label, "?" + _with_by(asked, by)) for by, label in BY.items()],
            "here": "?" + asked.query(),
            "departments": _departments(asked),
            "lines": lines,
            "total": summed,
            "counted": [COUNTED[which] for which in IN_TABLE],
            "rate_names": list(RATES.values()),
            "other_names": [each.label for each in indicators.indicators()],
            "numbers": total,
            "compared": compared.said if before.submitted else "",
            "tiles": _tiles(total, before, asked),
            "bars": charts.figure(drawing, marks, title=f"办结件数{BY[asked.by]}", name=BY[asked.by][1:], unit="件"),
            "trend": _trend(asked, today),
            "year": _year(asked, today),
        },
    )


@requires(FIGURES)
def listed(request: HttpRequest) -> HttpResponseBase:
    """The cases behind one number, newest first."""
    actor, at = actor_of(request), moments.now()
    asked = _asked(request, actor, moments.day_of(at))
    which = request.GET.get("which", "")
    if which not in LISTS:
        raise NotFound("没有这项统计。", next_step="请从统计表的数字进入。")
    key = request.GET.get("key")
    try:
        found = reporting.listed(
            which, asked.period, asked.place, by=asked.by if key is not None else None, key=key or "",
            department=asked.department,
        )  # fmt: skip
    except ValueError:
        raise Invalid("统计的分组不对。", next_step="请从统计表的数字进入。") from None
    name = _names(asked.by, [key], actor).get(key, key) if key is not None else "合计"
    title = f"{COUNTED[which]}：{name}"
    if request.GET.get("as") == "xlsx":
        rows = found.order_by("-day", "-id")[:EXPORT_MOST]
        return download(f"{title} {asked.period.said}.xlsx", xlsx(_list_columns(actor), rows, sheet="办件"))
    page = page_by_key(found, order=("-day", "-id"), asked=request.GET, size=PAGE)
    labels = kind_labels(actor.centre_id)
    context = {
        "title": title,
        "asked": asked,
        "page": page,
        "rows": [_fact(fact, labels) for fact in page],
        "back": f"{reverse('cases:figures')}?{asked.query()}",
        "export_url": f"?{asked.query(**{'which': which, **({'key': key} if key is not None else {}), 'as': 'xlsx'})}",
    }
    return render(request, "cases/staff/figures_list.html", context)


def _asked(request: HttpRequest, actor: Actor, today: date) -> Asked:
    by: By = next((each for each in BY if each == request.GET.get("by")), "department")
    department = request.GET.get("department", "")
    wrong = ""
    try:
        period = asked_period(request.GET, today)
    except UnusablePeriod as refused:
        period, wrong = named_period("this_month", today), f"{refused.message}{refused.next_step}"
    number = int(department) if department.isascii() and department.isdigit() and len(department) < 10 else None
    return Asked(period, by, number, reporting.place_of(actor), wrong)


def _with_by(asked: Asked, by: By) -> str:
    return Asked(asked.period, by, asked.department, asked.place).query()


def _departments(asked: Asked) -> list[tuple[int, str]]:
    found = organisations.departments().order_by("order", "name")
    if asked.place.departments and not asked.place.centres and not asked.place.division:
        found = found.filter(pk__in=asked.place.departments)
    return [(unit.pk, unit.short_name or unit.name) for unit in found]


# --- Rows


Others = Mapping[str, Mapping[str, int]]
"""Numbers of upper modules, by indicator and group (`indicators.counted`)."""


def _lines(groups: Sequence[Group], asked: Asked, actor: Actor, others: Others) -> list[Line]:
    known = {group.key for group in groups}
    more = sorted({key for found in others.values() for key in found} - known)
    groups = [*groups, *(Group(key, Numbers()) for key in more)]
    if asked.by == "month":
        groups = sorted(groups, key=lambda group: group.key)
    names = _names(asked.by, [group.key for group in groups], actor)
    lines = [_line(names.get(group.key, group.key), group.numbers, asked, group.key, others) for group in groups]
    if asked.by in ("month", "kind"):
        return lines
    return sorted(lines, key=lambda line: (-line.numbers.completed, -line.numbers.accepted, line.name))


def _line(name: str, numbers: Numbers, asked: Asked, key: str | None, others: Others | None = None) -> Line:
    more = {} if key is None else {"key": key}
    here = reverse("cases:figures_list")
    cells = tuple(
        Cell(
            COUNTED[which], getattr(numbers, which), f"{here}?{asked.query(which=which, **more)}", which not in IN_HAND
        )
        for which in IN_TABLE
    )
    return Line(
        name=name,
        url=f"{here}?{asked.query(which='completed', **more)}",
        cells=cells,
        rates=tuple((label, getattr(numbers, rate)) for rate, label in RATES.items()),
        days=numbers.average_days,
        numbers=numbers,
        others=tuple(
            Cell(
                each.label,
                _other(others, each.code, key),
                f"{reverse(each.page)}?{asked.query(which=each.code, **more)}",
                True,
            )
            for each in (indicators.indicators() if others is not None else ())
        ),
    )


def _other(others: Others | None, code: str, key: str | None) -> int:
    found = (others or {}).get(code, {})
    return sum(found.values()) if key is None else found.get(key, 0)


def _sum(total: Numbers, asked: Asked, others: Others | None = None) -> Line:
    return _line("合计", total, asked, None, others)


def _names(by: By, keys: Sequence[str], actor: Actor) -> dict[str, str]:
    """What people call the groups."""
    numbers = [int(key) for key in keys if key.isascii() and key.isdigit()]
    match by:
        case "department" | "centre":
            return {str(pk): name for pk, name in organisations.short_names(numbers).items()} | {"": "没有中心"}
        case "item":
            return {str(pk): name for pk, name in catalogue.item_names(numbers).items()}
        case "kind":
            return dict(kind_labels(actor.centre_id))
        case "channel":
            return {str(value): str(label) for value, label in CaseFact._meta.get_field("channel").flatchoices}
        case "month":
            return {key: f"{key[:4]}年{int(key[5:7])}月" for key in keys}


# --- Above the table


def _tiles(total: Numbers, before: Numbers, asked: Asked) -> list[dict[str, Any]]:
    """The numbers people look for first, each with what it is compared with."""
    line = _sum(total, asked)
    urls = {cell.label: cell.url for cell in line.cells}
    past = "上年同期 " if _compared(asked.period)[1] else "上期 "
    shown: list[dict[str, Any]] = [
        {
            "label": name,
            "value": getattr(total, which),
            "unit": "件",
            "url": urls[name],
            "trend": f"{past}{getattr(before, which):,}",
        }
        for which, name in (("accepted", "受理"), ("completed", "办结"))
    ]
    for rate, label in RATES.items():
        value, then = getattr(total, rate), getattr(before, rate)
        shown.append(
            {
                "label": label,
                "value": value,
                "unit": "%" if value is not None else "",
                "trend": f"{past}{_per_cent(then)}",
            }
        )
    shown.append(
        {"label": "平均用时", "value": total.average_days, "unit": "工作日" if total.timed else "",
         "trend": f"{past}{before.average_days:g}" if before.average_days is not None else ""}
    )  # fmt: skip
    return shown


def _compared(period: Period) -> tuple[Period, bool]:
    """What a period is compared with, and whether that is the same time a year before: so for anything over a quarter."""
    far = (period.after - period.first).days > A_QUARTER
    return (period.year_before() if far else period.before()), far


def _per_cent(value: float | None) -> str:
    return "—" if value is None else f"{value:g}%"


def _bars(lines: Sequence[Line], asked: Asked) -> tuple[SafeString, list[charts.Mark]]:
    marks = [charts.Mark(line.name, line.numbers.completed, line.url) for line in lines if line.numbers.completed]
    if asked.by == "month":
        marks = marks[-SHOWN_BARS:]
    marks = marks[:SHOWN_BARS]
    most = max(marks, key=lambda mark: mark.value, default=None)
    says = (
        f"{asked.period.said}办结最多的是{most.name}，{most.said} 件" if most else f"{asked.period.said}没有办结的办件"
    )
    return charts.bars(marks, says), marks


def _trend(asked: Asked, today: date) -> SafeString | str:
    """Accepted and completed by month over a year that ends with the period."""
    last = asked.period.last
    year = Period(date(last.year - 1, last.month, 1), last)
    months = reporting.monthly(year, asked.place, department=asked.department)
    if sum(numbers.accepted for numbers in months.values()) == 0:
        return ""
    names = [f"{month.month}月" for month in months]
    accepted = tuple(float(numbers.accepted) for numbers in months.values())
    completed = tuple(float(numbers.completed) for numbers in months.values())
    drawing = charts.line(
        (charts.Series("办结", completed), charts.Series("受理", accepted, past=True)), names,
        f"最近十三个月：受理 {sum(accepted):,.0f} 件，办结 {sum(completed):,.0f} 件",
    )  # fmt: skip
    marks = [charts.Mark(f"{month.year}年{month.month}月", numbers.completed) for month, numbers in months.items()]
    return charts.figure(drawing, marks, title="按月：办结（实线）与受理（虚线）", name="月份", unit="办结件数")


def _year(asked: Asked, today: date) -> Forecast | None:
    """What this year comes to, where the period lies in it."""
    if asked.period.last.year != today.year:
        return None
    so_far = reporting.whole(
        reporting.table(Period(date(today.year, 1, 1), today), "kind", asked.place, department=asked.department)
    )
    return forecast(so_far.accepted, today, work_calendar())


# --- Taken along


def _columns() -> list[Column[Line]]:
    def count(which: str) -> Callable[[Line], Any]:
        return lambda line: getattr(line.numbers, which)

    return [
        Column("分组", lambda line: line.name, width=30),
        *(Column(label, count(which), width=10) for which, label in COUNTED.items()),
        *(Column(each.label, _other_column(at), width=10) for at, each in enumerate(indicators.indicators())),
        *(Column(f"{label}(%)", count(rate), width=12) for rate, label in RATES.items()),
        Column("平均用时(工作日)", lambda line: line.days, width=16),
        Column("其中机关(工作日)", lambda line: line.numbers.average_office, width=16),
        Column("其中申请人(工作日)", lambda line: line.numbers.average_applicant, width=16),
        Column("其中特别程序(工作日)", lambda line: line.numbers.average_special, width=18),
    ]


def _other_column(at: int) -> Callable[[Line], Any]:
    return lambda line: line.others[at].value


def _list_columns(actor: Actor) -> list[Column[CaseFact]]:
    labels = kind_labels(actor.centre_id)
    return [
        Column("办件编号", lambda fact: fact.matter.code, width=48),
        Column("事项", lambda fact: fact.matter.title, width=40),
        Column("申请人", lambda fact: fact.matter.applicant_name, width=24),
        Column("部门", lambda fact: str(fact.department), width=24),
        Column("办件类型", lambda fact: labels.get(fact.kind, fact.kind)),
        Column("渠道", lambda fact: fact.get_channel_display()),
        Column("环节", lambda fact: fact.get_measure_display()),
        Column("时间", lambda fact: fact.at),
        Column("用时(工作日)", lambda fact: fact.work_days),
        Column("机关用时", lambda fact: fact.office_days),
        Column("申请人用时", lambda fact: fact.applicant_days),
        Column("特别程序用时", lambda fact: fact.special_days),
        Column("按时", lambda fact: fact.on_time),
    ]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact as the list shows it."""

    fact: CaseFact
    code: str
    kind: str
    in_time: str
    status: str


def _fact(fact: CaseFact, labels: Any) -> FactRow:
    in_time, status = {True: ("按时", "normal"), False: ("超期", "red")}.get(fact.on_time, ("", ""))  # type: ignore[arg-type]
    return FactRow(fact, short_code(fact.matter.code), labels.get(fact.kind, fact.kind), in_time, status)
