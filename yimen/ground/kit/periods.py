"""The period a report is about: named (this month, last quarter …) or from day to day. Pure.

period = asked_period(request.GET, today)    # ?period=last_month, or ?first=2026-01-01&last=2026-03-31
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Invalid

LONGEST_YEARS = 20
NAMED = {
    "this_month": "本月",
    "last_month": "上月",
    "this_quarter": "本季度",
    "last_quarter": "上季度",
    "this_year": "今年",
    "last_year": "去年",
}


class UnusablePeriod(Invalid):
    """The days asked for make no period."""

    code = "unusable_period"


@dataclass(frozen=True, slots=True)
class Period:
    """Both days inclusive. `name` is a key of `NAMED`, or "" for days somebody chose."""

    first: date
    last: date
    name: str = ""

    @property
    def after(self) -> date:
        """The first day that is no longer in it."""
        return self.last + timedelta(days=1)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From its first moment in China up to, and without, the moment after its last."""
        return datetime.combine(self.first, time(), tzinfo=CHINA), datetime.combine(self.after, time(), tzinfo=CHINA)

    @property
    def said(self) -> str:
        """`2026年1月1日至3月31日`, `2026年3月`, `2026年`."""
        first, last = self.first, self.last
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return f"{first.year}年"
        if first == month_of(last) and self.after.day == 1:
            return f"{first.year}年{first.month}月"
        until = f"{last.month}月{last.day}日" if last.year == first.year else f"{last.year}年{last.month}月{last.day}日"
        start = f"{first.year}年{first.month}月{first.day}日"
        return start if first == last else f"{start}至{until}"

    @property
    def query(self) -> str:
        """As it stands behind a question mark."""
        if self.name:
            return urlencode({"period": self.name})
        return urlencode({"first": self.first.isoformat(), "last": self.last.isoformat()})

    def before(self) -> Period:
        """The period of the same length just before: the month before a month, the year before a year."""
        if self.first.day == 1 and self.after.day == 1:
            months = (self.after.year - self.first.year) * 12 + self.after.month - self.first.month
            return Period(add_months(self.first, -months), self.first - timedelta(days=1))
        return Period(self.first - (self.after - self.first), self.first - timedelta(days=1))

    def year_before(self) -> Period:
        """The same days a year earlier (29 February counts as the 28th)."""
        return Period(_a_year_back(self.first), _a_year_back(self.last))

    def months(self) -> Iterator[date]:
        """The first day of each month it touches."""
        at = month_of(self.first)
        while at <= self.last:
            yield at
            at = add_months(at, 1)

    def whole_months(self) -> tuple[date, date] | None:
        """First day of the first whole month in it, and the day after its last whole month; None where there is none."""
        start = self.first if self.first.day == 1 else add_months(month_of(self.first), 1)
        end = month_of(self.after)
        return (start, end) if start < end else None


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def add_months(month: date, number: int) -> date:
    """The first day of the month so many months later (or earlier)."""
    at = month.year * 12 + month.month - 1 + number
    return date(at // 12, at % 12 + 1, 1)


def named_period(name: str, today: date) -> Period:
    """A period of `NAMED` as of today; one that is not over ends today. Raises `UnusablePeriod` for another name."""
    month, year = month_of(today), date(today.year, 1, 1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    match name:
        case "this_month":
            return Period(month, today, name)
        case "last_month":
            return Period(add_months(month, -1), month - timedelta(days=1), name)
        case "this_quarter":
            return Period(quarter, today, name)
        case "last_quarter":
            return Period(add_months(quarter, -3), quarter - timedelta(days=1), name)
        case "this_year":
            return Period(year, today, name)
        case "last_year":
            return Period(date(today.year - 1, 1, 1), year - timedelta(days=1), name)
    raise UnusablePeriod(f"没有“{name[:20]}”这种统计期间。", next_step="请从列出的期间中选一个。")


def asked_period(asked: Mapping[str, str], today: date, *, usual: str = "this_month") -> Period:
    """The period of a page's query; `usual` where nothing is asked. Raises `UnusablePeriod`, naming the field."""
    first, last = asked.get("first", "").strip(), asked.get("last", "").strip()
    if not first and not last:
        return named_period(asked.get("period") or usual, today)
    begins, ends = _day(first, "first"), _day(last, "last")
    ends = ends or today
    begins = begins or month_of(ends)
    if begins > ends:
        raise UnusablePeriod(
            "开始日期在结束日期之后。", next_step="请把两个日期对调。", fields={"first": "晚于结束日期。"}
        )
    if ends.year - begins.year > LONGEST_YEARS:
        raise UnusablePeriod(f"一次最多统计 {LONGEST_YEARS} 年。", fields={"first": "离结束日期太远。"})
    return Period(begins, ends)


def whole_month(day: date) -> Period:
    """The month a day lies in, to its end."""
    return Period(month_of(day), add_months(month_of(day), 1) - timedelta(days=1))


def last_days(number: int, today: date) -> Period:
    """The last so many days, today included."""
    return Period(today - timedelta(days=number - 1), today)


def period_or(usual: Period, asked: Mapping[str, str], today: date, *, longest_days: int | None = None) -> Period:
    """The days of a page's query, for a page that would rather show something than refuse.

    `usual` where no days are asked for or they make no period; of a longer period than `longest_days` its end.
    """
    days = {name: asked.get(name, "") for name in ("first", "last")}
    if not any(days.values()):
        return usual
    try:
        found = asked_period(days, today)
    except UnusablePeriod:
        return usual
    if longest_days is None or found.after - found.first <= timedelta(days=longest_days):
        return found
    return Period(found.after - timedelta(days=longest_days), found.last)


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1990 <= day.year <= 2199:
        raise UnusablePeriod("日期不对，请写成 2026-09-24 的样子。", fields={field: "写成 2026-09-24。"})
    return day


def _a_year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
