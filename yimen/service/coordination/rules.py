"""The reckoning of coordination, without database, clock or request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)


# --- Leaders and shifts (R009)


def is_nominal(kinds: Collection[str]) -> bool:
    """挂名领导: in charge of the window only and of no business. Whoever is in charge of nothing at all is named too."""
    return "business" not in kinds


@dataclass(frozen=True, slots=True)
class Term:
    """From a day to a day, both included; no end is for good."""

    from_on: date
    to_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


def gaps(days: Iterable[date], shifts: Collection[date], stationed: Sequence[Term]) -> list[date]:
    """The days for which a department has neither a shift nor a stationed leader."""
    return [day for day in days if day not in shifts and not any(term.holds(day) for term in stationed)]


def copied(source: Sequence[date], held: Mapping[date, int], target: Sequence[date]) -> dict[date, int]:
    """Last month's roster on this month's working days: the n-th day as the n-th was; days beyond begin anew.

    A day that stood empty stays empty.
    """
    if not source:
        return {}
    found = {}
    for place, day in enumerate(target):
        leader = held.get(source[place % len(source)])
        if leader is not None:
            found[day] = leader
    return found


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month a day lies in."""
    first = day.replace(day=1)
    return first, next_month(first) - timedelta(days=1)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + (first.month == 12), first.month % 12 + 1, 1)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)


def read_month(text: str, today: date) -> date:
    """The first day of the month that `2026-11` names; this month for anything else."""
    year, _, month = text.partition("-")
    if year.isascii() and year.isdigit() and month.isascii() and month.isdigit() and len(year) == 4 and len(month) <= 2:
        number = int(month)
        if EARLIEST.year <= int(year) < LATEST.year and 1 <= number <= 12:
            return date(int(year), number, 1)
    return today.replace(day=1)


# --- Visits (R010, R015)


def visit_due_on(last: date | None, since: date, interval_days: int) -> date | None:
    """By when the next visit is due: an interval after the last one, or after the term began. None where no interval is set."""
    return None if not interval_days else (last or since) + timedelta(days=interval_days)


# --- Reports of leading groups (R014)


def due_days(first: date, months: int, upto: date) -> Iterator[date]:
    """Each day a report is due, up to and including `upto`: the same day of the month, or the month's last."""
    turn = 0
    while True:
        day = months_after(first, turn * months)
        if day > upto:
            return
        yield day
        turn += 1


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has none."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
