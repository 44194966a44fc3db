"""Whose hands a matter was in, day by day: the office's, the applicant's, a special procedure's. Pure.

The same sentence as for the clock: a working day belongs to whoever had the matter at the midnight with which it begins. So the days
of the office and those of the applicant add up to the whole, none is counted twice, and no stop of a minute makes a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.moments import day_of
from yimen.ground.matters.clocks import ClockMark
from yimen.ground.matters.rules import SPECIAL_PROCEDURES

Hands = Literal["office", "applicant", "special", "others", "delivery"]
HANDS: dict[Hands, str] = {
    "office": "机关办理", "applicant": "等申请人", "special": "特别程序", "others": "等第三方", "delivery": "送达",
}  # fmt: skip
CORRECTIONS = ("correction", "review_correction")


@dataclass(frozen=True, slots=True)
class Durations:
    """Working days by whose hands they passed in, and calendar days in all, from the day after `since` up to `until`."""

    since: date
    until: date
    office: int = 0
    applicant: int = 0
    special: int = 0
    others: int = 0
    delivery: int = 0

    @property
    def calendar_days(self) -> int:
        """Days of the calendar in all, days off included; what whoever waits has lived through."""
        return (self.until - self.since).days

    @property
    def workdays(self) -> int:
        """Working days in all."""
        return self.office + self.applicant + self.special + self.others + self.delivery

    def lines(self) -> list[tuple[str, int]]:
        """(in whose hands, working days), without what did not happen; the office's always."""
        return [
            (label, getattr(self, hands)) for hands, label in HANDS.items() if hands == "office" or getattr(self, hands)
        ]


def durations(marks: Iterable[ClockMark], calendar: WorkCalendar, at: datetime) -> Durations | None:
    """The durations up to `at`, or to the finish; None for a matter without a clock."""
    spans = list(_spans(marks, at))
    if not spans:
        return None
    found = dict.fromkeys(HANDS, 0)
    for hands, after, upto in spans:
        found[hands] += calendar.workdays_between(after, upto) if upto > after else 0
    return Durations(spans[0][1], max(upto for _, _, upto in spans), **found)


def _spans(marks: Iterable[ClockMark], at: datetime) -> Iterator[tuple[Hands, date, date]]:
    """(whose hands, the day before it began to count, its last day), one after the other."""
    hands: Hands | None = None
    since = latest = None
    for mark in marks:
        # What is deemed accepted counts from an earlier day; it came about when the clock before it ended.
        moment = max(mark.after or mark.at, latest) if latest else mark.after or mark.at
        latest = moment
        if mark.effect in ("extend", "limit"):
            continue
        day = day_of(moment)
        if hands is not None and since is not None:
            yield hands, since, day
        hands, since = _hands(mark), day
    if hands is not None and since is not None:
        yield hands, since, max(since, day_of(at))


def _hands(mark: ClockMark) -> Hands | None:
    if mark.effect == "finish":
        return None
    if mark.effect == "stop":
        if mark.why in CORRECTIONS:
            return "applicant"
        return "special" if mark.why in SPECIAL_PROCEDURES else "others"
    return "delivery" if mark.name == "delivery" else "office"
