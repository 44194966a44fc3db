"""Lists of matters: boxes, filters, keyset pages, a workbook. One shape for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.periods import Period
from yimen.ground.kit.questions import (
    EXPORT_MOST,
    day_asked,
    file_url,
    number_asked,
    text_asked,
    wants_file,
    workbook,
)
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.lifecycle import Procedure

PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A matter as a list shows it."""

    detail: Any
    url: str
    title: str
    clock: matters.ClockFace
    state: str
    sub: str
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its table, its words, its boxes, what narrows it, its columns besides title, state and limit; `space` as in `Kind`."""

    table: Procedure
    title: str
    says: str
    unit_column: str
    boxes: Callable[[Actor, datetime], Mapping[str, tuple[str, Q]]]
    columns: Sequence[tuple[str, Callable[[Any], Any]]]
    _: KW_ONLY
    space: str
    export: Sequence[exports.Column[Row]] = ()
    filters: Mapping[str, tuple[str, str, Sequence[tuple[str, str]]]] = field(default_factory=dict)
    questions: Mapping[str, Mapping[str, Q]] = field(default_factory=dict)
    order: tuple[str, str] = ("matter__sort_at", "pk")
    empty: str = "没有符合条件的"
    heading: Callable[[Any], str] = field(default=lambda detail: str(detail.matter.title))
    search: Callable[[str], Q] = field(default=lambda text: Q(matter__title__icontains=text))


def listing(
    request: HttpRequest, spec: Listing, found: QuerySet[Any], units: Iterable[tuple[int, str]], **more: Any
) -> HttpResponseBase:
    """The page or the workbook."""
    actor, at = actor_of(request), moments.now()
    boxes = spec.boxes(actor, at)
    which = request.GET.get("box", "")
    which = which if which in boxes else next(iter(boxes))
    found = narrowed(request, spec, found.filter(boxes[which][1]))
    order = spec.order if which != "all" else ("-matter__opened_at", "-pk")
    if wants_file(request):
        return workbook(spec.title, spec.export, rows_of(spec, found.order_by(*order)[:EXPORT_MOST], at), at)
    shown = page_by_key(found, order=order, asked=request.GET, size=PAGE)
    kept = request.GET.copy()
    for gone in ("after", "before", "box"):
        kept.pop(gone, None)
    tail = f"&{kept.urlencode()}" if kept else ""
    context = {
        "spec": spec,
        "tabs": [(label, f"?box={key}{tail}") for key, (label, _) in boxes.items()],
        "here": f"?box={which}{tail}",
        "which": which,
        "page": shown,
        "rows": rows_of(spec, shown, at),
        "heads": [label for label, _ in spec.columns],
        "asked": request.GET,
        "selects": [
            (name, label, choices, request.GET.get(name, "")) for name, (label, _, choices) in spec.filters.items()
        ],
        "units": list(units),
        "unit_asked": number_asked(request, "unit"),
        "export_url": file_url(request),
        **more,
    }
    return render(request, more.get("template", f"{spec.space}/list.html"), context)


def narrowed(request: HttpRequest, spec: Listing, found: QuerySet[Any]) -> QuerySet[Any]:
    """What the question leaves."""
    if text := text_asked(request):
        found = found.filter(spec.search(text) | Q(matter__code__iexact=text))
    if (unit := number_asked(request, "unit")) is not None:
        found = found.filter(**{spec.unit_column: unit})
    if first := day_asked(request, "first"):
        found = found.filter(matter__opened_at__gte=Period(first, first).moments[0])
    if last := day_asked(request, "last"):
        found = found.filter(matter__opened_at__lt=Period(last, last).moments[1])
    for name, (_, column, choices) in spec.filters.items():
        value = request.GET.get(name, "")
        if value in {each for each, _ in choices}:
            found = found.filter(**{column: value})
    for name, answers in spec.questions.items():  # what a number elsewhere counts, asked by its link
        if (condition := answers.get(request.GET.get(name, ""))) is not None:
            found = found.filter(condition)
    return found


def rows_of(spec: Listing, found: Iterable[Any], at: datetime) -> list[Row]:
    """Details as rows; the calendar is read once."""
    calendar = work_calendar()
    return [
        Row(
            detail=each,
            url=reverse(f"{spec.space}:{spec.table.name}", args=[each.matter.code]),
            title=spec.heading(each),
            clock=matters.clock_face(each.matter, at, calendar),
            state=spec.table.state(each.matter.state).label,
            sub=each.matter.code,
            cells=[(label, cell(each)) for label, cell in spec.columns],
        )
        for each in found
    ]


def states(table: Procedure) -> list[tuple[str, str]]:
    """The states of a table as choices."""
    return [(state.code, state.label) for state in table.states]


COMMON: Sequence[exports.Column[Row]] = (
    exports.Column("编号", lambda row: row.detail.matter.code, width=24),
    exports.Column("标题", lambda row: row.title, width=40),
    exports.Column("到哪一步", lambda row: row.state),
    exports.Column("期限", lambda row: row.clock.text),
    exports.Column("到期日", lambda row: row.detail.matter.due_on),
    exports.Column("开始时间", lambda row: row.detail.matter.opened_at),
    exports.Column("办结时间", lambda row: row.detail.matter.closed_at),
)
"""What every workbook of matters begins with."""
