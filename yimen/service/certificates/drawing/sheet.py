"""What stands on a page, in millimetres from the upper left corner. Both writers draw exactly these marks, in this order.

There is one layout for PDF and OFD, so the two cannot differ: neither writer breaks a line or moves a letter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

INK, RED, GREY = "#000000", "#c4261a", "#595959"
_ARC = 0.5522847498
"""How far the handles of a quarter circle stand out."""

Segment = tuple[str, tuple[float, ...]]
"""`M x y`, `L x y`, `B x1 y1 x2 y2 x y`, `C`."""


@dataclass(frozen=True, slots=True)
class Text:
    """One run of letters of one font on one line; `x`, `y` is where its base line begins, `advances` how far each letter goes."""

    x: float
    y: float
    size: float
    text: str
    font: int
    advances: tuple[float, ...]
    colour: str = INK
    bold: bool = False
    turn: float = 0.0
    tracking: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A path that is filled or drawn as a line."""

    segments: tuple[Segment, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0


Mark = Text | Shape


@dataclass(slots=True)
class Sheet:
    """One page."""

    width: float
    height: float
    title: str
    marks: list[Mark] = field(default_factory=list)
    seal: tuple[float, float, float] | None = None
    """Where the seal stands: left, top, size."""

    def add(self, *marks: Mark) -> None:
        """Put marks on the page, each over those before."""
        self.marks.extend(marks)

    def texts(self) -> Iterable[str]:
        """Every run of letters, in order."""
        return (mark.text for mark in self.marks if isinstance(mark, Text))


def n(value: float) -> float:
    """A coordinate as it is written: to the thousandth, so that equal pages give equal bytes."""
    return round(value, 3) + 0.0


def rectangle(x: float, y: float, width: float, height: float) -> tuple[Segment, ...]:
    """A closed rectangle."""
    return (
        ("M", (n(x), n(y))), ("L", (n(x + width), n(y))), ("L", (n(x + width), n(y + height))), ("L", (n(x), n(y + height))),
        ("C", ()),
    )  # fmt: skip


def line(x1: float, y1: float, x2: float, y2: float) -> tuple[Segment, ...]:
    """A straight line."""
    return (("M", (n(x1), n(y1))), ("L", (n(x2), n(y2))))


def circle(x: float, y: float, radius: float) -> tuple[Segment, ...]:
    """A circle of four curves."""
    h, r = radius * _ARC, radius
    points = (
        ("M", (x + r, y)),
        ("B", (x + r, y + h, x + h, y + r, x, y + r)),
        ("B", (x - h, y + r, x - r, y + h, x - r, y)),
        ("B", (x - r, y - h, x - h, y - r, x, y - r)),
        ("B", (x + h, y - r, x + r, y - h, x + r, y)),
    )
    return (*((name, tuple(n(each) for each in values)) for name, values in points), ("C", ()))


def star(x: float, y: float, radius: float) -> tuple[Segment, ...]:
    """The five-pointed star of a seal."""
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(corner * 36 - 90)
        points.append((n(x + reach * math.cos(angle)), n(y + reach * math.sin(angle))))
    return (("M", points[0]), *(("L", point) for point in points[1:]), ("C", ()))
