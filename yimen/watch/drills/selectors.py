"""What may be asked of drills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import Difference, compare_rows, compare_totals


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one part: its key in the results, its heading, its unit; numbers are set to the right."""

    key: str
    title: str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the results."""

    slug: str
    title: str
    columns: tuple[Column, ...]
    nothing: str


def _number(key: str, title: str, unit: str = "件") -> Column:
    return Column(key, title, unit, number=True)


PARTS: dict[str, Part] = {
    part.slug: part
    for part in (
        Part("days", "逐日", (
            Column("day", "日期"), Column("name", "日子"), _number("arrived", "来件"), _number("accepted", "受理"),
            _number("decided", "决定"), _number("delivered", "送达"), _number("open", "在办"), _number("stopped", "停表"),
            _number("due", "当天到期"), _number("warn", "预警"), _number("red", "超期"), _number("turned_red", "新超期"),
            _number("effects", "法定后果", "次"), _number("waiting", "最长等候", "分钟"), _number("overflows", "溢出窗口", "个"),
        ), "还没有结果"),
        Part("items", "事项", (
            Column("name", "事项"), Column("department", "部门"), _number("arrived", "来件"), _number("decided", "决定"),
            _number("red", "曾超期"), Column("first_red_on", "最早超期"), _number("worst", "最多同时超期"),
            Column("worst_on", "那一天"), _number("effects", "法定后果", "次"), _number("left_open", "结束时在办"),
        ), "没有事项来件"),
        Part("windows", "窗口", (
            Column("number", "窗口"), Column("people", "受理人员"), _number("served", "接待", "人次"),
            _number("load", "忙", "%"), _number("mean_wait", "平均等候", "分钟"), _number("longest_wait", "最长等候", "分钟"),
            _number("longest_queue", "最长队伍", "人"), _number("overflows", "溢出", "天"), Column("first_overflow", "最早溢出"),
            _number("turned_away", "下班未办上", "人次"),
        ), "没有人到过窗口"),
        Part("people", "人员", (
            Column("name", "姓名"), Column("unit", "部门"), Column("post", "岗位"), Column("window", "窗口"),
            _number("acts", "办理", "次"), _number("minutes", "用时", "分钟"), _number("load", "忙", "%"),
            _number("longest_queue", "最多积压"),
        ), "没有人办理过"),
        Part("effects", "法定后果", (
            Column("label", "后果"), Column("law", "依据"), Column("matter", "办件"), Column("title", "名称"),
            Column("department", "部门"), _number("step", "第几步", ""), Column("action", "步骤"),
            Column("happened_at", "法律上自"), Column("recorded_at", "系统记录"),
        ), "没有法定后果自己发生"),
        Part("overflows", "窗口溢出", (
            Column("at", "时刻"), Column("window", "窗口"), _number("waited", "等候", "分钟"), _number("standing", "排队", "人"),
        ), "没有窗口溢出"),
    )
}  # fmt: skip


def drills(*, text: str = "", state: str = "") -> QuerySet[DrillRun]:
    """Drills, to be paged by `-asked_at`, `-id`; the long results are left in the database."""
    found = DrillRun.objects.defer("results")
    if state in DrillRun.State.values:
        found = found.filter(state=state)
    if text:
        found = found.filter(title__icontains=text)
    return found


def comparable(besides: DrillRun | None = None) -> list[DrillRun]:
    """The finished drills that one may be compared with, newest first, at most a hundred."""
    found = DrillRun.objects.filter(state=DrillRun.State.DONE).defer("results").order_by("-asked_at", "-id")
    return list(found.exclude(pk=besides.pk) if besides else found)[:100]


def rows_of(drill: DrillRun, part: Part, text: str = "") -> list[dict[str, Any]]:
    """The rows of one part, those that hold the text."""
    rows = drill.rows(part.slug)
    if not text:
        return rows
    return [row for row in rows if any(text in str(row.get(column.key, "")) for column in part.columns)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two drills side by side; `parameters` are those that differ, as (name, before, after)."""

    before: DrillRun
    after: DrillRun
    parameters: list[tuple[str, str, str]]
    totals: list[Difference]
    items: list[Difference]
    windows: list[Difference]
    people: list[Difference]


def compare(before: DrillRun, after: DrillRun) -> Comparison:
    """Where two drills differ."""
    return Comparison(
        before, after, _differing(before, after), compare_totals(before.totals, after.totals),
        _rows(before, after, "items", key="code", name="name", value="red", unit="件"),
        _rows(before, after, "windows", key="number", name="number", value="longest_wait", unit="分钟"),
        _rows(before, after, "people", key="key", name="name", value="load", unit="%", worse=0),
    )  # fmt: skip


def _rows(before: DrillRun, after: DrillRun, part: str, **asked: Any) -> list[Difference]:
    one: Sequence[Mapping[str, Any]] = before.rows(part)
    return compare_rows(one, after.rows(part), **asked)


def _differing(before: DrillRun, after: DrillRun) -> list[tuple[str, str, str]]:
    one, two = dict(before.asked.said()), dict(after.asked.said())
    names = dict.fromkeys([*one, *two])
    return [(name, one.get(name, "—"), two.get(name, "—")) for name in names if one.get(name) != two.get(name)]
