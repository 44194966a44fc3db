"""Screens of 演练: the list, a new one, what one found, two of them side by side."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import asking, charts, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.kit.text import clean_line
from yimen.watch.drills import policies, selectors, services
from yimen.watch.drills.forms import DrillForm, filled
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import TOTALS, Difference, act_name
from yimen.watch.drills.selectors import PARTS, Column, Part

SEES = (policies.VIEW, policies.HOLD)
PAGE = 100
SHOWN = 10
"""So many rows of each list stand on the result page; the rest on the list's own."""
WHERE = {
    "arrived": "days", "accepted": "days", "decided": "days", "delivered": "days", "left_open": "items", "red": "items",
    "red_peak": "days", "red_items": "items", "effects": "effects", "overflows": "overflows", "turned_away": "windows",
    "longest_wait": "windows",
}  # fmt: skip
"""Behind which list each number stands."""


@requires(*SEES)
def drills(request: HttpRequest) -> HttpResponse:
    """All drills; two of them may be chosen to be compared."""
    actor = actor_of(request)
    asked = {"q": _text(request), "state": request.GET.get("state", "")}
    found = selectors.drills(text=asked["q"], state=asked["state"])
    page = page_by_key(found, order=("-asked_at", "-id"), asked=request.GET, size=20)
    context = {
        "page": page, "asked": asked, "states": DrillRun.State.choices, "may_hold": actor.holds(policies.HOLD),
        "comparable": selectors.comparable(),
    }  # fmt: skip
    return render(request, "drills/drills.html", context)


@requires(policies.HOLD)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a drill; `?like=` begins with the parameters of another."""
    actor = actor_of(request)
    form = DrillForm(request.POST or None, initial=_like(request) if request.method == "GET" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask_drill(
                actor=actor, parameters=form.parameters(), at=moments.now(), title=form.cleaned_data["title"]
            )
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            services.start_drill(made)
            messages.success(request, "演练已排上，进度见下。原来的数据不受影响。")
            return redirect("drills:drill", made.uid)
    return render(request, "drills/new.html", {"form": form}, status=422 if form.errors else 200)


def _like(request: HttpRequest) -> dict[str, Any] | None:
    try:
        other = DrillRun.objects.filter(uid=UUID(request.GET.get("like", ""))).first()
    except ValueError:
        return None
    return filled(other.asked, other.title) if other else None


@requires(*SEES)
def drill(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One drill: how far it is, or what it found."""
    actor = actor_of(request)
    found = policies.access_drill(actor, uid)
    context: dict[str, Any] = {"drill": found, "may_hold": actor.holds(policies.HOLD), "asked": found.asked.said()}
    if found.state == DrillRun.State.DONE:
        context |= _shown(found) | {"others": selectors.comparable(found)}
    return render(request, "drills/drill.html", context)


def _shown(found: DrillRun) -> dict[str, Any]:
    results, totals = found.results, found.totals
    red = [row for row in found.rows("items") if row["red"]]
    return {
        "says": _says(found),
        "stats": [
            (name, totals.get(key, 0), unit, _part_url(found, WHERE[key])) for key, name, unit, _ in TOTALS
        ],
        "figures": _figures(found, red),
        "parts": [
            (PARTS[slug], _cells(PARTS[slug], rows[:SHOWN]), len(rows))
            for slug, rows in (
                ("items", red), ("windows", found.rows("windows")), ("effects", found.rows("effects")),
                ("people", sorted(found.rows("people"), key=lambda row: -row["load"])),
            )
        ],
        "refusals": [(act_name(each["act"]), each["count"], each["said"]) for each in results.get("refusals", [])],
        "kinds": results.get("effect_kinds", []),
        "proof": results.get("proof", {}),
        "results": results,
    }  # fmt: skip


def _says(found: DrillRun) -> str:
    """The answer in a sentence, before anything is explained."""
    totals = found.totals
    red = next(iter(found.rows("items")), None)
    window = max(found.rows("windows"), key=lambda row: (row["overflows"], row["longest_wait"]), default=None)
    said = []
    if totals.get("red") and red:
        said.append(f"{totals['red_items']} 个事项会超期，最多的是“{red['name']}”（{red['red']} 件）")
    else:
        said.append("没有事项超期")
    if totals.get("overflows") and window:
        said.append(
            f"窗口 {window['number']} 最先撑不住：{window['overflows']} 天有人等候超过上限，最长 {window['longest_wait']} 分钟"
        )
    else:
        said.append("没有窗口溢出")
    return "；".join(said) + "。"


def _figures(found: DrillRun, red: list[dict[str, Any]]) -> list[Any]:
    days = found.rows("days")
    ticks = [_short(day["day"]) for day in days]
    if len(days) < 2:
        return []
    worst = max(days, key=lambda day: day["red"])
    longest = max(days, key=lambda day: day["waiting"])
    drawn = [
        charts.figure(
            charts.line(
                [charts.Series("在办", tuple(day["open"] for day in days)), charts.Series("超期", tuple(day["red"] for day in days))],
                ticks, f"逐日在办和超期：超期最多 {worst['red']} 件，在 {_short(worst['day'])}",
            ),
            [charts.Mark(f"{_short(day['day'])} 在办 {day['open']}，超期", day["red"], _part_url(found, "days")) for day in days],
            title="逐日在办和超期", name="日期", unit="件",
        ),
        charts.figure(
            charts.line(
                [charts.Series("最长等候", tuple(day["waiting"] for day in days))], ticks,
                f"窗口逐日最长等候：最长 {longest['waiting']} 分钟，在 {_short(longest['day'])}",
            ),
            [charts.Mark(_short(day["day"]), day["waiting"]) for day in days],
            title="窗口逐日最长等候", name="日期", unit="分钟",
        ),
    ]  # fmt: skip
    if not longest["waiting"]:
        drawn.pop()  # nobody waited: a line along the axis says nothing
    if red:
        marks = [charts.Mark(row["name"], row["red"], _part_url(found, "items"), status="red") for row in red[:8]]
        says = f"超期最多的事项：{red[0]['name']} {red[0]['red']} 件"
        drawn.append(charts.figure(charts.bars(marks, says), marks, title="超期最多的事项", name="事项", unit="件"))
    windows = sorted(found.rows("windows"), key=lambda row: -row["longest_wait"])[:8]
    if windows:
        limit = found.asked.patience
        marks = [
            charts.Mark(f"窗口 {row['number']}", row["longest_wait"], _part_url(found, "windows"),
                        status="red" if row["longest_wait"] > limit else "normal")
            for row in windows
        ]  # fmt: skip
        says = f"窗口最长等候：{windows[0]['number']} 号 {windows[0]['longest_wait']} 分钟"
        drawn.append(charts.figure(charts.bars(marks, says), marks, title="窗口最长等候", name="窗口", unit="分钟"))
    return drawn


@requires(*SEES)
def part(request: HttpRequest, uid: UUID, slug: str) -> HttpResponseBase:
    """One list of the results, whole; `?as=xlsx` gives it as a workbook."""
    found = policies.access_drill(actor_of(request), uid)
    one = PARTS.get(slug)
    if one is None:
        raise NotFound("没有这个清单。", next_step="请从演练的结果进入。")
    text = _text(request)
    rows = selectors.rows_of(found, one, text)
    if request.GET.get("as") == "xlsx":
        columns = [
            exports.Column(_titled(column), lambda row, key=column.key: row.get(key, ""), width=14)  # type: ignore[misc]  # bound now
            for column in one.columns
        ]
        return exports.download(f"演练 {found.title} {one.title}.xlsx", exports.xlsx(columns, rows, sheet=one.title))
    start = _place(request, len(rows))
    context = {
        "drill": found, "part": one, "rows": _cells(one, rows[start : start + PAGE]), "text": text,
        "before": max(start - PAGE, 0) if start else None, "after": start + PAGE if start + PAGE < len(rows) else None,
        "all": len(found.rows(slug)),
        "tabs": [(each.title, _part_url(found, each.slug)) for each in PARTS.values()], "here": _part_url(found, slug),
    }  # fmt: skip
    return render(request, "drills/part.html", context)


@requires(*SEES)
def compare(request: HttpRequest) -> HttpResponseBase:
    """Two finished drills side by side."""
    actor = actor_of(request)
    pair = [_finished(actor, request.GET.get(name, "")) for name in ("a", "b")]
    before, after = pair
    if before is None or after is None or before.pk == after.pk:
        messages.warning(request, "请选两次已完成的不同演练。")
        return redirect("drills:drills")
    found = selectors.compare(before, after)
    if request.GET.get("as") == "xlsx":
        return _compared_workbook(found)
    context = {"found": found, "figure": _red_lines(before, after), "sides": _sides(found)}
    return render(request, "drills/compare.html", context)


def _sides(found: selectors.Comparison) -> list[tuple[str, str, list[Difference]]]:
    """The lists of a comparison with their titles, and what is said where nothing differs."""
    return [
        (title, nothing, rows[:30])
        for title, nothing, rows in (
            ("总数", "", found.totals),
            ("曾超期的事项（件）", "两次没有差别", found.items),
            ("窗口最长等候（分钟）", "两次没有差别", found.windows),
            ("人员忙的程度（%）", "两次没有差别", found.people),
        )
    ]


def _red_lines(before: DrillRun, after: DrillRun) -> Any:
    one, two = before.rows("days"), after.rows("days")
    length = max(len(one), len(two))
    if length < 2:
        return ""
    ticks = [f"第 {number} 天" for number in range(1, length + 1)]

    def values(days: list[dict[str, Any]]) -> tuple[float | None, ...]:
        return tuple(days[place]["red"] if place < len(days) else None for place in range(length))

    says = (
        f"逐日超期：前一次最多 {before.totals.get('red_peak', 0)} 件，后一次最多 {after.totals.get('red_peak', 0)} 件"
    )
    drawn = charts.line(
        [charts.Series(after.title, values(two)), charts.Series(before.title, values(one), past=True)], ticks, says
    )
    marks = [
        charts.Mark(f"{tick}：前一次 {int(a or 0)}，后一次", int(b or 0))
        for tick, a, b in zip(ticks, values(one), values(two), strict=True)
    ]
    return charts.figure(drawn, marks, title="逐日超期", name="哪天", unit="件")


def _compared_workbook(found: selectors.Comparison) -> HttpResponseBase:
    rows = [(title, row) for title, _, differences in _sides(found) for row in differences]
    columns: list[exports.Column[tuple[str, Difference]]] = [
        exports.Column("比什么", lambda row: row[0], width=22),
        exports.Column("名称", lambda row: row[1].name, width=32),
        exports.Column("前一次", lambda row: row[1].before),
        exports.Column("后一次", lambda row: row[1].after),
        exports.Column("差", lambda row: row[1].change),
        exports.Column("单位", lambda row: row[1].unit),
    ]
    return exports.download("演练对比.xlsx", exports.xlsx(columns, rows, sheet="对比"))


@requires(policies.HOLD)
def cancel(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Cancel one that waits or runs."""
    actor = actor_of(request)
    found = policies.access_drill(actor, uid)

    def act(_: dict[str, Any]) -> None:
        services.cancel_drill(actor=actor, drill=found, at=moments.now())

    return asking.ask(
        request, heading=f"取消“{found.title}”？", warning="副本会删除，已经演练的部分不留结果。", verb="取消演练", danger=True,
        act=act, back=reverse("drills:drill", args=[found.uid]), said="已要求取消，几秒内停止。",
    )  # fmt: skip


@requires(policies.HOLD)
def remove(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Remove the record of one that is over."""
    actor = actor_of(request)
    found = policies.access_drill(actor, uid)

    def act(_: dict[str, Any]) -> None:
        services.remove_drill(actor=actor, drill=found, at=moments.now())

    return asking.ask(
        request, heading=f"删除“{found.title}”的记录？", warning="结果不再能看，也不能再与别的演练对比。", verb="删除", danger=True,
        act=act, back=reverse("drills:drills"), said="已删除。",
    )  # fmt: skip


# --- Small things


def _finished(actor: Any, text: str) -> DrillRun | None:
    try:
        found = policies.access_drill(actor, UUID(text))
    except (ValueError, NotFound):
        return None
    return found if found.state == DrillRun.State.DONE else None


def _text(request: HttpRequest) -> str:
    try:
        return clean_line(request.GET.get("q", "")[:60], label="查找")
    except Refusal:
        return ""  # whatever cannot be read narrows nothing


def _place(request: HttpRequest, most: int) -> int:
    """From which row on. A result never changes, so a place is as good as a key."""
    text = request.GET.get("from", "")
    place = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return place if place < most else 0


def _part_url(found: DrillRun, slug: str) -> str:
    return reverse("drills:part", args=[found.uid, slug])


def _titled(column: Column) -> str:
    return f"{column.title}（{column.unit}）" if column.unit else column.title


def _cells(one: Part, rows: list[dict[str, Any]]) -> list[list[tuple[Column, Any]]]:
    """Rows as the template draws them; a moment without its seconds and zone."""
    return [[(column, _said(row.get(column.key, ""))) for column in one.columns] for row in rows]


def _said(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 25 and value[10] == "T":
        return value[:16].replace("T", " ")
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else value


def _short(day: str) -> str:
    on = date.fromisoformat(day)
    return f"{on.month}月{on.day}日"
