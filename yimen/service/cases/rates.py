"""The numbers of the case report and the rates made of them, as the source documents give them (R050, R065, R077, R078). Pure.

A case counts as completed when it is decided (granted or refused): there the clock of handling ends. What ends at receipt or is
withdrawn is told apart. A rate without anything to divide by is None, shown as a dash, never as 0 or 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from yimen.ground.calendar.rules import WorkCalendar


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts of one period and group. `timed` had a limit, of these `on_time` kept it; `days` adds up their working days.
    Of `told_apart` it is known whose hands they were in, and for how many working days.

    `immediate` are completed cases of the kind decided on the spot (即办件), `at_once` those really decided at the window.
    """

    submitted: int = 0
    accepted: int = 0
    declined: int = 0
    not_required: int = 0
    granted: int = 0
    refused: int = 0
    withdrawn: int = 0
    delivered: int = 0
    timed: int = 0
    on_time: int = 0
    at_once: int = 0
    immediate: int = 0
    days: int = 0
    told_apart: int = 0
    office_days: int = 0
    applicant_days: int = 0
    special_days: int = 0
    corrected: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def completed(self) -> int:
        """办结: decided either way."""
        return self.granted + self.refused

    @property
    def returned(self) -> int:
        """退办: ended at receipt."""
        return self.declined + self.not_required

    @property
    def late(self) -> int:
        """Completed after the limit."""
        return self.timed - self.on_time

    @property
    def completion_rate(self) -> float | None:
        """办结率: completed ÷ accepted of the same period, in per cent; cases accepted earlier may lift it over 100."""
        return share(self.completed, self.accepted)

    @property
    def on_time_rate(self) -> float | None:
        """按时办结率 (R077): on time ÷ completed with a limit."""
        return share(self.on_time, self.timed)

    @property
    def immediate_rate(self) -> float | None:
        """即办率 (R050): immediate cases ÷ completed."""
        return share(self.immediate, self.completed)

    @property
    def at_once_rate(self) -> float | None:
        """现场办结率 (R065): decided at the window ÷ immediate cases."""
        return share(self.at_once, self.immediate)

    @property
    def average_days(self) -> float | None:
        """Average working days of a completed case with a limit."""
        return round(self.days / self.timed, 1) if self.timed else None

    @property
    def average_office(self) -> float | None:
        """Average working days that a completed case was in the office's hands."""
        return round(self.office_days / self.told_apart, 1) if self.told_apart else None

    @property
    def average_applicant(self) -> float | None:
        """Average working days that a completed case waited for its applicant."""
        return round(self.applicant_days / self.told_apart, 1) if self.told_apart else None

    @property
    def average_special(self) -> float | None:
        """Average working days that a completed case was in a special procedure (art. 45)."""
        return round(self.special_days / self.told_apart, 1) if self.told_apart else None


def share(part: int, whole: int) -> float | None:
    """Per cent with one decimal; None where there is no whole. A part that is not the whole is never shown as 100."""
    if not whole:
        return None
    found = round(100 * part / whole, 1)
    if found == 100.0 and part < whole:
        return 99.9
    return 0.1 if found == 0.0 and part else found


@dataclass(frozen=True, slots=True)
class Forecast:
    """预计全年: what the year comes to if the rest goes as so far, by working days."""

    sofar: int
    worked: int
    working_days: int

    @property
    def number(self) -> int:
        """The year's number."""
        return round(self.sofar * self.working_days / self.worked)


def forecast(sofar: int, today: date, calendar: WorkCalendar) -> Forecast | None:
    """The forecast as of the end of `today`; None before the year's first working day has passed."""
    eve, last = date(today.year - 1, 12, 31), date(today.year, 12, 31)
    worked = calendar.workdays_between(eve, today)
    return Forecast(sofar, worked, calendar.workdays_between(eve, last)) if worked else None


def keeping(what: str, target: float, numbers: Numbers) -> tuple[float | None, bool | None]:
    """How a promise (R062) was kept with these numbers: the value reached, and whether it was; None where nothing was measured.

    `what` is a key of `ServicePromise.What`; for `days` less is better.
    """
    value = {
        "on_time": numbers.on_time_rate,
        "at_once": numbers.at_once_rate,
        "completed": numbers.completion_rate,
        "days": numbers.average_days,
    }[what]
    if value is None:
        return None, None
    return value, value <= target if what == "days" else value >= target
