"""Charts as SVG drawn on the server: bar, line, ring, spark, and the flow of a procedure.

Every chart has one sentence as its name, stands with its table twin (`twin`), and its marks are links to the list
behind them where one is given. Colours come from classes of the style sheet, so that the same drawing fits the wall
screen, elder mode and black-and-white paper; nothing is written into a `style` attribute.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

NOTHING = mark_safe("")
BAR_HEIGHT, BAR_STEP = 22, 36
LABEL_WIDTH = {"name": 17, "value": 11}  # at the size of a phone, where the words are drawn larger
NAME_ROOM = 10  # characters; the table beside the chart has the whole name
RING = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """One value of a chart with its name; `url` opens the list behind it, `status` colours it as a clock state."""

    name: str
    value: float
    url: str = ""
    status: str = ""

    @property
    def said(self) -> str:
        """The value as people read it."""
        return f"{self.value:,.1f}".removesuffix(".0") if isinstance(self.value, float) else f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart; `past` draws it thin and dashed, for comparison."""

    name: str
    values: tuple[float | None, ...]
    past: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A step of a flow chart. `kind`: `you` is the applicant's own, `stop` stops the clock, "" is ours."""

    name: str
    sub: str = ""
    kind: Literal["", "you", "stop"] = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A step beside the way: it leaves from the box `at` (counted from 0) and, unless it is an end, comes back there."""

    at: int
    box: Box
    ends: bool = False


def bars(marks: Sequence[Mark], says: str, *, width: int = 520) -> SafeString:
    """Horizontal bars from zero, the first in full blue, each with its number at its end."""
    most = max((mark.value for mark in marks), default=0) or 1
    left = 10 + LABEL_WIDTH["name"] * min(NAME_ROOM, max((len(mark.name) for mark in marks), default=0))
    room = width - left - LABEL_WIDTH["value"] * max((len(mark.said) for mark in marks), default=1) - 16
    rows = [_bar(at, mark, left, room * mark.value / most) for at, mark in enumerate(marks)]
    return _svg(width, BAR_STEP * len(marks), says, SafeString("".join(rows)))


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_ROOM else f"{name[: NAME_ROOM - 1]}…"


def _bar(at: int, mark: Mark, left: int, length: float) -> SafeString:
    top = at * BAR_STEP
    shade = (
        format_html('data-status="{}"', mark.status) if mark.status else format_html('class="m{}"', 1 if at == 0 else 2)
    )
    drawn = format_html(
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        '<g {}><rect class="mark" x="{}" y="{}" width="{}" height="{}" rx="3"/></g>'
        '<text class="strong" x="{}" y="{}">{}</text>',
        left - 10,
        top + 16,
        _shortened(mark.name),
        shade,
        left,
        top,
        f"{max(length, 1.5):.1f}",
        BAR_HEIGHT,
        f"{left + max(length, 1.5) + 8:.1f}",
        top + 16,
        mark.said,
    )
    return _linked(mark, drawn)


def line(
    series: Sequence[Series],
    ticks: Sequence[str],
    says: str,
    *,
    width: int = 640,
    height: int = 220,
    bottom: float = 0,
) -> SafeString:
    """Lines over the same points; the axis starts at `bottom`, which is written down, so a cut axis is seen."""
    values = [value for each in series for value in each.values if value is not None]
    top = _round_up(max(values, default=1), bottom)
    left, right, head, foot = 48, 32, 12, 28
    across = (width - left - right) / max(1, len(ticks) - 1)
    up = (height - head - foot) / (top - bottom)

    def point(at: int, value: float) -> str:
        return f"{left + at * across:.1f} {height - foot - (value - bottom) * up:.1f}"

    grid = format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (left, f"{y:.1f}", width - right, left - 8, f"{y + 4:.1f}", f"{value:,.4g}")
            for value in (bottom, (bottom + top) / 2, top)
            for y in [height - foot - (value - bottom) * up]
        ),
    )
    every = max(1, math.ceil(len(ticks) / 6))
    named = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((f"{left + at * across:.1f}", height - 8, tick) for at, tick in enumerate(ticks) if at % every == 0),
    )
    paths = format_html_join(
        "",
        '<path class="stroke m{}{}" d="{}"/>',
        (
            (
                at,
                " past" if each.past else "",
                _path([v if v is None else point(i, v) for i, v in enumerate(each.values)]),
            )
            for at, each in enumerate(series, 1)
        ),
    )
    return _svg(width, height, says, grid + named + paths)


def ring(marks: Sequence[Mark], says: str, *, middle: str = "", under: str = "") -> SafeString:
    """Parts of a whole, at most seven, with the sum in the middle."""
    total = sum(mark.value for mark in marks) or 1
    start, arcs = 0.0, []
    for at, mark in enumerate(marks[:7], 1):
        share = mark.value / total
        arcs.append(_linked(mark, format_html('<path class="mark m{}" d="{}"/>', at, _arc(start, start + share))))
        start += share
    words = format_html(
        '<text x="100" y="{}" text-anchor="middle" class="strong big">{}</text>'
        '<text x="100" y="124" text-anchor="middle">{}</text>',
        98 if under else 110,
        middle,
        under,
    )
    return _svg(200, 200, says, SafeString("".join(arcs)) + words)


def spark(values: Sequence[float], says: str) -> SafeString:
    """A line without axes, as high as a line of text; the number stands beside it."""
    if len(values) < 2:
        return NOTHING
    low, high = min(values), max(values)
    span = (high - low) or 1
    points = [f"{i * 100 / (len(values) - 1):.1f} {22 - (v - low) / span * 20:.1f}" for i, v in enumerate(values)]
    return format_html(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path d="{}"/></svg>',
        says,
        _path(points),
    )


def share_bar(marks: Sequence[Mark], says: str) -> SafeString:
    """One bar cut into parts, each in its status or in order; a part that exists is never too thin to be seen."""
    seen = [max(mark.value, sum(each.value for each in marks) / 100) if mark.value else 0 for mark in marks[:7]]
    total = sum(seen) or 1
    start, parts = 0.0, []
    for at, (mark, value) in enumerate(zip(marks[:7], seen, strict=True), 1):
        share = 100 * value / total
        shade = format_html('data-status="{}"', mark.status) if mark.status else format_html('class="m{}"', at)
        width = f"{max(share - 0.2, 0):.2f}%"
        parts.append(format_html('<rect {} x="{}%" width="{}" height="100%"/>', shade, f"{start:.2f}", width))
        start += share
    return format_html('<svg class="bar" role="img" aria-label="{}">{}</svg>', says, SafeString("".join(parts)))


def flow(boxes: Sequence[Box], branches: Sequence[Branch], says: str) -> SafeString:
    """The way of a matter from left to right, with what may happen beside it underneath. Wraps after five boxes."""
    per_row, wide, high, gap, row_step = 5, 128, 58, 30, 210 if branches else 100
    drawn: list[str] = []
    for at, box in enumerate(boxes):
        x, y = (at % per_row) * (wide + gap), 20 + (at // per_row) * row_step
        drawn.append(_box(box, x, y, wide, high))
        if at + 1 < len(boxes):
            if (at + 1) % per_row:
                drawn.append(_arrow(f"M{x + wide + 2} {y + high / 2:g}h{gap - 6}"))
            else:
                low = y + row_step - 16
                back = f"M{x + wide / 2:g} {y + high + 2}V{low}H{wide / 2:g}V{y + row_step - 4}"
                drawn.append(_arrow(back))
    for branch in branches:
        x, y = (branch.at % per_row) * (wide + gap), 20 + (branch.at // per_row) * row_step
        drawn.append(_box(branch.box, x, y + 110, wide, high))
        drawn.append(_arrow(f"M{x + 48} {y + high + 2}v46"))
        if not branch.ends:
            drawn.append(_arrow(f"M{x + 80} {y + 108}v-46"))
    rows = max(1, math.ceil(len(boxes) / per_row))
    width = min(len(boxes), per_row) * (wide + gap) - gap if boxes else wide
    height = 20 + (rows - 1) * row_step + (168 if branches else high) - 6 + 2
    head = mark_safe(
        '<defs><marker id="flow-head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>'
    )
    return _svg(width + 4, height, says, head + SafeString("".join(drawn)), left=-2, top=6)


def figure(
    drawing: SafeString, marks: Sequence[Mark], *, title: str, name: str, unit: str, kind: str = ""
) -> SafeString:
    """A drawing with its title and its table twin."""
    return format_html(
        '<figure class="chart{}"{}><figcaption class="caption">{}{}</figcaption>{}{}</figure>',
        f" {kind}" if kind else "",
        mark_safe(' tabindex="0"') if kind == "flow" else "",
        title,
        f"（{unit}）" if unit else "",
        drawing,
        twin(marks, name=name, unit=unit),
    )


def twin(marks: Sequence[Mark], *, name: str, unit: str) -> SafeString:
    """The same numbers as a table, for those who read rather than look, and for paper."""
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="num">{}</td></tr>',
        (
            (format_html('<a href="{}">{}</a>', mark.url, mark.name) if mark.url else mark.name, mark.said)
            for mark in marks
        ),
    )
    return format_html(
        '<details class="twin"><summary>看表</summary><table class="data-table"><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="num">{}</th></tr></thead><tbody>{}</tbody></table></details>',
        name,
        unit or "数",
        rows,
    )


def series_figure(
    drawing: SafeString, series: Sequence[Series], ticks: Sequence[str], *, title: str, name: str, unit: str
) -> SafeString:
    """A drawing of several lines with its title and its table twin: a row for each point, a column for each line."""
    heads = format_html_join("", '<th scope="col" class="num">{}</th>', ((each.name,) for each in series))
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                tick,
                format_html_join("", '<td class="num">{}</td>', ((_said(each.values[at]),) for each in series)),
            )
            for at, tick in enumerate(ticks)
        ),
    )
    return format_html(
        '<figure class="chart"><figcaption class="caption">{}（{}）</figcaption>{}<details class="twin"><summary>看表</summary>'
        '<table class="data-table"><thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></details></figure>',
        title, unit, drawing, name, heads, rows,
    )  # fmt: skip


def _said(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}".removesuffix(".0")


# --- Drawing


def _svg(width: float, height: float, says: str, inside: SafeString, *, left: float = 0, top: float = 0) -> SafeString:
    """A picture to readers, or a group when it holds links, which a picture would hide from them."""
    return format_html(
        '<svg viewBox="{} {} {} {}" role="{}" aria-label="{}">{}</svg>',
        f"{left:g}",
        f"{top:g}",
        f"{width:g}",
        f"{height:g}",
        "group" if "<a " in inside else "img",
        says,
        inside,
    )


def _linked(mark: Mark, drawn: SafeString) -> SafeString:
    if not mark.url:
        return drawn
    return format_html('<a href="{}" aria-label="{} {}">{}</a>', mark.url, mark.name, mark.said, drawn)


def _path(points: Sequence[str | None]) -> str:
    """Points as a path; a missing value lifts the pen."""
    parts, down = [], False
    for each in points:
        if each is None:
            down = False
            continue
        parts.append(("L" if down else "M") + each)
        down = True
    return "".join(parts)


def _arc(start: float, end: float) -> str:
    """A piece of the ring between two shares of the whole, clockwise from the top, with a hair of paper between."""
    end = min(end, start + 0.9999)
    hair = 0.0015 if end - start > 0.01 else 0
    a, b = ((each * 2 * math.pi) - math.pi / 2 for each in (start + hair, end - hair))
    large = 1 if end - start > 0.5 else 0

    def at(angle: float, radius: float) -> str:
        return f"{RING + radius * math.cos(angle):.1f} {RING + radius * math.sin(angle):.1f}"

    return f"M{at(a, 92)}A92 92 0 {large} 1 {at(b, 92)}L{at(b, 62)}A62 62 0 {large} 0 {at(a, 62)}z"


def _box(box: Box, x: float, y: float, wide: float, high: float) -> SafeString:
    middle = x + wide / 2
    sub = (
        format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', f"{middle:g}", y + 46, box.sub)
        if box.sub
        else ""
    )
    return format_html(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text x="{}" y="{}" class="strong" text-anchor="middle">{}</text>{}</g>',
        box.kind or "ours",
        x,
        y,
        wide,
        high,
        f"{middle:g}",
        y + (26 if box.sub else 34),
        box.name,
        sub,
    )


def _arrow(path: str) -> SafeString:
    return format_html('<path d="{}" class="go" marker-end="url(#flow-head)"/>', path)


def _round_up(value: float, bottom: float) -> float:
    """The next number above that people like on an axis."""
    if value <= bottom:
        return bottom + 1
    room = value - bottom
    step = math.pow(10, math.floor(math.log10(room)))
    for nice in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if nice * step >= room:
            return bottom + nice * step
    return bottom + 10 * step
