"""A run of days as people read it: folded into rows for the ledger, laid out in weeks for the eye.

It counts nothing. Whoever counts hands in one `Day` for each day, in order, and gets the same days back in a form
for a page or a sheet of paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from yimen.ground.kit import moments

Kind = Literal["event", "counted", "off", "paused", "to-come", "due", "outside"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: `kind` says how it is drawn, `ordinal` which day of the limit it is (None when it does not count).

    `label` is the two or three characters in the calendar (`国庆`), `why` the sentence in the ledger, `law` its
    article, `mark` what stands in the last column when it is not the ordinal (`停`, `跳过`, `0`). `made_up` marks a
    Saturday or Sunday on which people work (班); `resting` a day on which nobody works while the clock stands anyway: one
    row in the ledger with its neighbours, hatched in the calendar.
    """

    on: date
    kind: Kind
    ordinal: int | None = None
    label: str = ""
    why: str = ""
    law: str = ""
    mark: str = ""
    made_up: bool = False
    resting: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger: a day, or several in a row that say the same."""

    first: date
    last: date
    kind: Kind
    why: str
    law: str
    mark: str
    provisional: bool = False
    today: bool = False
    year: int = 0

    @property
    def days(self) -> str:
        """`9月29日—10月8日`, or `9月21日(周一)` for one day; with the year where it is not the reader's (`year`)."""
        if self.first == self.last:
            said = moments.say_date(self.first, year=self._another(self.first))
            return said + (" 今天" if self.today else "")
        first = moments.say_date(self.first, year=self._another(self.first), weekday=False)
        crosses = self.last.year != self.first.year
        return f"{first}—{moments.say_date(self.last, year=crosses, weekday=False)}"

    def _another(self, day: date) -> bool:
        return bool(self.year) and day.year != self.year

    @property
    def style(self) -> str:
        """The row's class."""
        return {"off": "skip-row", "paused": "paused-row", "due": "due-row"}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of the calendar."""

    head: str
    label: str
    style: str
    made_up: bool


def fold(days: Iterable[Day], *, today: date | None = None) -> list[Row]:
    """Days as ledger rows; neighbours of one kind with the same words become one row.

    Today, events and the due day stand alone.
    """
    rows: list[Row] = []
    run: list[Day] = []

    def close() -> None:
        if run:
            rows.append(_row(run, today))
            run.clear()

    for each in days:
        if each.kind == "outside":
            continue
        if run and not _joins(run[-1], each, today):
            close()
        run.append(each)
    close()
    return rows


def cells(days: Iterable[Day], *, today: date | None = None) -> list[Cell]:
    """Days as squares of whole weeks from Monday; missing days at both ends are drawn empty."""
    known = {each.on: each for each in days}
    if not known:
        return []
    first, last = min(known), max(known)
    start = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    squares: list[Cell] = []
    shown = start
    while shown <= end:
        each = known.get(shown) or Day(shown, "outside")
        head = f"{shown.month}/{shown.day}" if shown == start or shown.day == 1 else str(shown.day)
        style: str = "off" if each.resting else each.kind
        if shown == today and each.kind not in ("due", "outside"):
            style = "today"
        squares.append(Cell(head, each.label or _default_label(each), style, each.made_up))
        shown += timedelta(days=1)
    return squares


def _joins(before: Day, each: Day, today: date | None) -> bool:
    alone = {"event", "due"}
    if before.kind in alone or each.kind in alone or today in (before.on, each.on):
        return False
    return (before.kind, before.why, before.law, before.provisional) == (
        each.kind,
        each.why,
        each.law,
        each.provisional,
    )


def _row(run: Sequence[Day], today: date | None) -> Row:
    first, last = run[0], run[-1]
    year = today.year if today else 0
    return Row(
        first.on, last.on, first.kind, first.why, first.law, _mark(run), first.provisional, first.on == today, year
    )  # fmt: skip


def _mark(run: Sequence[Day]) -> str:
    first, last = run[0], run[-1]
    if first.mark:
        return first.mark
    if first.ordinal is None:
        return {"off": "跳过", "paused": "停", "event": "0"}.get(first.kind, "")
    return str(first.ordinal) if first.ordinal == last.ordinal else f"{first.ordinal}—{last.ordinal}"


def _default_label(each: Day) -> str:
    if each.kind == "due":
        return "期满"
    return f"第{each.ordinal}日" if each.ordinal is not None else {"paused": "停表", "off": "放假"}.get(each.kind, "")
