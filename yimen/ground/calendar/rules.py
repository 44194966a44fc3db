"""Which days are worked. Pure: no database, no clock, no request.

A `WorkCalendar` is built once from day rows and then only asked. Every question costs O(log n) or less, because the
working days stand in one sorted array and are found by bisection; outside the years the rows cover, weekends alone
decide and the answer is not confirmed (暂定).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Literal, NamedTuple

from yimen.ground.kit.moments import CHINA, WEEKDAYS, local
from yimen.ground.kit.refusals import Refusal

ChangeKind = Literal["notice", "amendment", "closure"]
"""What a change of the calendar rests on: a year's notice, a later one that amends it, an emergency closure."""

DayKind = Literal["workday", "weekend", "holiday", "make_up_workday"]

# One of our dates is a birthday, a licence or a limit: it lies between these, and so does every computed day.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

# The hour at which the last day ends: one for all days, one for each weekday (Monday first), or none (24:00).
BusinessClose = time | tuple[time | None, ...] | None


class DayOutOfRange(Refusal):
    """The day lies outside the years that Yimen reckons with."""

    code = "day_out_of_range"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}超出可计算的范围（{FIRST_DAY.year}年至{LAST_DAY.year}年）。",
            next_step="请核对年份和天数后重新填写。",
        )


class NoSuchDay(Refusal):
    """The text is not a day of the calendar (30 February, year 0)."""

    code = "no_such_day"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text[:40]}”不是一个存在的日期。",
            next_step="请按 2026-09-24 的写法填写年、月、日，并核对该月有没有这一天。",
        )


class DayRow(NamedTuple):
    """One day that is not an ordinary working day or weekend; `name` is what people call it (国庆节放假)."""

    day: date
    kind: DayKind
    name: str


def parse_day(text: str) -> date:
    """Read `2026-09-24`; raises `NoSuchDay` or `DayOutOfRange`."""
    text = text.strip()
    try:
        if len(text) != 10 or not text.isascii() or text[4::3] != "--":
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise NoSuchDay(text) from None
    return within_range(day)


def within_range(day: date) -> date:
    """The day itself; raises `DayOutOfRange` outside `FIRST_DAY`…`LAST_DAY`."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise DayOutOfRange(f"日期 {day.isoformat()} ")
    return day


class Closure(NamedTuple):
    """A day on which a local government closed its halls (抗洪停工): there and on that day nobody works.

    It reaches the places whose division code begins with `division` (written without the zeros at its end), and, where
    `centre_id` is given, that centre alone.
    """

    day: date
    name: str
    division: str
    centre_id: int | None = None

    def reaches(self, division: str, centre_id: int | None) -> bool:
        """Does it hold at this place?"""
        return division.startswith(self.division) and self.centre_id in (None, centre_id)


class WorkCalendar:
    """Working days between `FIRST_DAY` and `LAST_DAY`; immutable, safe to share between threads.

    `known_from` and `known_to` bound the years that have rows. A day is *confirmed* when its year has a published
    notice. `version` names the rows it was built from, `origin` where they came from (`database` or `shipped`).
    """

    __slots__ = (
        "_closures",
        "_confirmed",
        "_first",
        "_last",
        "_places",
        "_special",
        "_workdays",
        "known_from",
        "known_to",
        "origin",
        "version",
    )

    def __init__(
        self,
        rows: Iterable[DayRow],
        *,
        known_from: date,
        known_to: date,
        confirmed_years: Iterable[int],
        version: int = 0,
        origin: str = "shipped",
        closures: Iterable[Closure] = (),
    ) -> None:
        """`rows` need name only the days that deviate from Monday–Friday; rows outside the known years are refused.

        `closures` say nothing here: they are part of the calendar of their own places, see `at`.
        """
        if within_range(known_from) > within_range(known_to):
            raise ValueError("known_from lies after known_to")
        self.known_from, self.known_to = known_from, known_to
        self.version, self.origin = version, origin
        self._confirmed = frozenset(confirmed_years)
        self._first, self._last = known_from.toordinal(), known_to.toordinal()
        self._special: dict[int, DayRow] = {}
        for row in rows:
            if not known_from <= row.day <= known_to:
                raise ValueError(f"{row.day} lies outside {known_from}…{known_to}")
            self._special[row.day.toordinal()] = row
        self._workdays = array("l", filter(self._worked, range(self._first, self._last + 1)))
        self._closures = tuple(closures)
        self._places: dict[tuple[Closure, ...], WorkCalendar] = {}

    def at(self, division: str, centre_id: int | None = None) -> WorkCalendar:
        """The calendar as it holds at a place: this one, without the days on which that place was closed."""
        if not self._closures:
            return self
        here = tuple(closure for closure in self._closures if closure.reaches(division, centre_id))
        if not here:
            return self
        if here not in self._places:
            rows = [DayRow(closure.day, "holiday", closure.name) for closure in here if self.is_workday(closure.day)]
            self._places[here] = self.changed(rows, closures=())
        return self._places[here]

    def changed(
        self,
        rows: Iterable[DayRow],
        *,
        confirm: Iterable[int] = (),
        doubt: Iterable[int] = (),
        closures: Iterable[Closure] | None = None,
    ) -> WorkCalendar:
        """The calendar as it would be with these days; `confirm` and `doubt` are years that a notice is given or taken."""
        special = dict(self._special)
        for row in rows:
            ordinary = row.kind == ("workday" if row.day.weekday() < 5 else "weekend") and not row.name
            if ordinary:
                special.pop(row.day.toordinal(), None)
            else:
                special[row.day.toordinal()] = row
        return WorkCalendar(
            special.values(),
            known_from=min([self.known_from, *(row.day for row in special.values())]),
            known_to=max([self.known_to, *(date(row.day.year, 12, 31) for row in special.values())]),
            confirmed_years=(self._confirmed | set(confirm)) - set(doubt),
            version=self.version,
            origin=self.origin,
            closures=self._closures if closures is None else closures,
        )

    @property
    def closures(self) -> tuple[Closure, ...]:
        """The days on which some place was closed."""
        return self._closures

    def _worked(self, ordinal: int) -> bool:
        row = self._special.get(ordinal)
        if row is None:
            return _is_weekday(ordinal)
        return row.kind in ("workday", "make_up_workday")

    def is_workday(self, day: date) -> bool:
        """Is the day worked? By its row, else Monday to Friday."""
        return self._worked(within_range(day).toordinal())

    def why(self, day: date) -> str:
        """What kind of day it is, as a clerk says it: `工作日`, `周六`, `中秋节放假`, `国庆节调休上班`."""
        row = self._special.get(within_range(day).toordinal())
        if row is not None and row.name:
            return row.name
        if self.is_workday(day):
            return "工作日"
        return f"周{WEEKDAYS[day.weekday()]}"

    def kind(self, day: date) -> DayKind:
        """The kind of the day, as stored in its row."""
        row = self._special.get(within_range(day).toordinal())
        if row is not None:
            return row.kind
        return "workday" if day.weekday() < 5 else "weekend"

    def confirmed(self, day: date) -> bool:
        """Has the State Council's notice for the day's year been published and entered?"""
        return day.year in self._confirmed

    def span_confirmed(self, first: date, last: date) -> bool:
        """Are all days from `first` to `last` confirmed?"""
        return all(year in self._confirmed for year in range(first.year, last.year + 1))

    def workdays_between(self, after: date, upto: date) -> int:
        """Working days in (after, upto]: the first day is not counted, the last one is. Negative when reversed."""
        return self._rank(within_range(upto).toordinal()) - self._rank(within_range(after).toordinal())

    def nth_workday_after(self, day: date, n: int) -> date:
        """The n-th working day after `day`; the day itself for n = 0. Raises `DayOutOfRange` past the last year."""
        if n < 0:
            raise ValueError("n must not be negative")
        if n == 0:
            return within_range(day)
        return self._select(self._rank(within_range(day).toordinal()) + n)

    def next_workday_on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is."""
        return day if self.is_workday(day) else self.nth_workday_after(day, 1)

    def previous_workday_on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the last one that was."""
        return day if self.is_workday(day) else self._select(self._rank(within_range(day).toordinal()))

    def _rank(self, ordinal: int) -> int:
        """How many working days lie up to and including the day, counted from the first known day; may be negative."""
        if ordinal < self._first:
            return _weekdays_upto(ordinal) - _weekdays_upto(self._first - 1)
        if ordinal > self._last:
            return len(self._workdays) + _weekdays_upto(ordinal) - _weekdays_upto(self._last)
        return bisect_right(self._workdays, ordinal)

    def _select(self, rank: int) -> date:
        """The working day of that rank: the inverse of `_rank`."""
        known = len(self._workdays)
        if 1 <= rank <= known:
            return date.fromordinal(self._workdays[rank - 1])
        edge = self._first - 1 if rank < 1 else self._last
        ordinal = _nth_weekday(_weekdays_upto(edge) + (rank if rank < 1 else rank - known))
        if not FIRST_DAY.toordinal() <= ordinal <= LAST_DAY.toordinal():
            raise DayOutOfRange("期限届满的日期")
        return date.fromordinal(ordinal)


# 0001-01-01 was a Monday and has the ordinal 1, so weekdays follow from the ordinal alone.


def _is_weekday(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < 5


def _weekdays_upto(ordinal: int) -> int:
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _nth_weekday(n: int) -> int:
    weeks, rest = divmod(n - 1, 5)
    return weeks * 7 + rest + 1


def closing(day: date, close: BusinessClose) -> time | None:
    """When business ends on that day, or None for 24:00 (民法典第二百零三条第二款).

    A working day on which the week's table has no hours (a make-up Saturday) keeps Monday's.
    """
    if not isinstance(close, tuple):
        return close
    own = close[day.weekday()]
    return own if own is not None or day.weekday() < 5 else close[0]


def day_end(day: date, close: BusinessClose) -> datetime:
    """The last moment, in China's time, that belongs to the day: the close of business, else just before 24:00."""
    ends = closing(day, close)
    return datetime.combine(day, time.max if ends is None else ends, tzinfo=CHINA)


def effective_receipt(
    at: datetime, calendar: WorkCalendar, close: BusinessClose, *, late_counts_next_day: bool = False
) -> date:
    """The day on which a receipt counts as received.

    By default the very day. With `late_counts_next_day`, what arrives after business has closed or on a day off counts
    from the next working day (a centre's own rule; off unless the centre sets it).
    """
    moment = local(at)
    day = within_range(moment.date())
    if not late_counts_next_day:
        return day
    ends = closing(day, close)
    late = ends is not None and moment.time() > ends
    if calendar.is_workday(day) and not late:
        return day
    return calendar.nth_workday_after(day, 1)


def week_closes(sessions: Sequence[tuple[int, time]]) -> tuple[time | None, ...]:
    """The last closing hour of each weekday (Monday first) from (weekday, closes) pairs; None where there is none."""
    return tuple(max((closes for day, closes in sessions if day == weekday), default=None) for weekday in range(7))


def shipped_calendar() -> WorkCalendar:
    """The calendar as released with Yimen, for whoever has no database at hand; read once per process."""
    from yimen.ground.calendar.seed import calendar

    return calendar()
