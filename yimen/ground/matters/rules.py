"""The clock: when something is due, and why. Pure: no database, no clock of its own, no request.

One counting rule for all clocks (docs/deadlines.md). A clock runs in segments, each from a start or resumption to a
stop. A segment counts the days *after* its first day up to and including its last (始日不计，民法典第二百零一条).
The due day is the one on which the counted days reach the limit.

`due` answers in O(events · log calendar); `explain` writes the ledger day by day. Tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from yimen.ground.calendar.rules import (
    LAST_DAY,
    BusinessClose,
    DayOutOfRange,
    WorkCalendar,
    day_end,
    within_range,
)
from yimen.ground.kit.moments import CHINA, say_moment
from yimen.ground.kit.refusals import Refusal

Unit = Literal["workday", "calendar", "hour", "month"]
EventKind = Literal["started", "stopped", "resumed", "extended", "finished"]
State = Literal["not_started", "running", "stopped", "finished"]
DayRule = Literal["counted", "overdue", "day_off", "stopped", "resumption_day", "moved"]

UNITS: dict[str, str] = {"workday": "个工作日", "calendar": "日", "hour": "小时", "month": "个月"}
EVENTS: dict[str, str] = {
    "started": "起算",
    "stopped": "停止计时",
    "resumed": "恢复计时",
    "extended": "延长",
    "finished": "办结",
}

# No statute or promise comes near; a larger number is a slip of the hand.
LIMIT_MAX = 3660

# Why a clock stands still, in words; an unknown reason is shown as it was given.
STOPPED_FOR: dict[str, str] = {
    "correction": "等待申请人补正",
    "review_correction": "等待申请人补正",
    "special_procedure": "特别程序",
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
    "third_party_opinion": "征求第三方意见",
    "superior": "上级机关审查决定",
    "decision": "已作出决定",
}
SPECIAL_PROCEDURES = {
    "special_procedure", "hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal",
    "expert_review",
}  # fmt: skip
WEEKEND = {"周六", "周日", "周末"}
LAW_OF_COUNTING = {"workday": "《行政许可法》第八十二条", "calendar": "《民法典》第二百零一条"}
LAW_OF_DAYS_OFF = "《行政许可法》第八十二条"
LAW_OF_FIRST_DAY = "《民法典》第二百零一条"
LAW_OF_LAST_DAY = "《民法典》第二百零三条"


class ImpossibleScript(Refusal):
    """The events cannot have happened so; the message says which and why."""

    code = "impossible_script"

    def __init__(self, message: str, *, next_step: str = "请核对各次起算、停止、恢复、延长的先后和时间。") -> None:
        super().__init__(message, next_step=next_step)


class UnitNotYet(Refusal):
    """Limits in hours and months are stored but not computed yet."""

    code = "unit_not_yet"

    def __init__(self, unit: str) -> None:
        super().__init__(
            f"目前只计算以工作日和自然日为单位的期限，以{'小时' if unit == 'hour' else '月'}为单位的期限尚不能计算。",
            next_step="请把期限换成工作日或自然日，或在事项中注明到期时间由人工确定。",
        )


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """What the clock is set to: a limit in units, and when business ends on the last day.

    `business_close` is one time for all days, a tuple of seven (Monday first), or None for 24:00.
    """

    limit: int
    unit: Unit = "workday"
    business_close: BusinessClose = None


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One thing that happened to the clock. `at` is aware; `by` is the days added, for `extended` alone."""

    at: datetime
    event: EventKind
    why: str = ""
    by: int = 0


@dataclass(frozen=True, slots=True)
class ClockState:
    """Where the clock stands after its events.

    `due_on` and `due_at` are None before the start and while stopped. `due_at` is the last moment that is still in
    time, in China's time: the close of business on the due day, else the last microsecond before its 24:00.
    `limit` includes extensions. `counted` are the days used up to and including the day of the last event, `remaining`
    what the limit leaves of them, never negative. `reached_on` is the day on which the counted days reach the limit,
    before it moves off a day off; it stands even while stopped, if the limit was used up by then. `provisional`
    (暂定): the reckoning rests on a year without a published notice. `on_time` is None until finished.
    """

    state: State
    due_on: date | None = None
    due_at: datetime | None = None
    limit: int = 0
    counted: int = 0
    remaining: int | None = None
    started_on: date | None = None
    stopped_since: datetime | None = None
    stopped_for: str = ""
    """Why it stands still, as the event said it: a key of `STOPPED_FOR`, or words; "" while it runs."""
    finished_at: datetime | None = None
    reached_on: date | None = None
    provisional: bool = False
    on_time: bool | None = None


class DayEntry(NamedTuple):
    """One day of the ledger: counted or not, why in words, the rule's name, the article it stands on."""

    day: date
    counted: bool
    why: str
    rule: DayRule
    law: str


class DayRun(NamedTuple):
    """Consecutive days of the ledger with the same reason; `number` are the days counted by the end of the run."""

    first: date
    last: date
    days: int
    counted: bool
    why: str
    rule: DayRule
    law: str
    number: int


@dataclass(frozen=True, slots=True)
class Derivation(ClockState):
    """A clock's state with the ledger behind it: one entry for each day after the day of the start.

    The ledger ends on the due day while the clock runs, on the day of the last event otherwise.
    """

    unit: Unit = "workday"
    days: tuple[DayEntry, ...] = ()

    def runs(self) -> list[DayRun]:
        """The ledger folded for reading: consecutive days with the same reason become one line."""
        runs: list[DayRun] = []
        number = 0
        for entry in self.days:
            number += entry.counted
            last = runs[-1] if runs else None
            if last and last.rule == entry.rule and (last.why == entry.why or {last.why, entry.why} <= WEEKEND):
                why = entry.why if last.why == entry.why else "周末"
                runs[-1] = last._replace(last=entry.day, days=last.days + 1, why=why, number=number)
            else:
                runs.append(DayRun(entry.day, entry.day, 1, entry.counted, entry.why, entry.rule, entry.law, number))
        return runs


def due(terms: ClockTerms, events: Sequence[ClockEvent], calendar: WorkCalendar) -> ClockState:
    """Where the clock stands after its events; raises `ImpossibleScript`, `UnitNotYet` or `DayOutOfRange`.

    No events is a clock that has not started. Costs O(events · log calendar).
    """
    return _replay(terms, events, calendar)[0]


def explain(terms: ClockTerms, events: Sequence[ClockEvent], calendar: WorkCalendar) -> Derivation:
    """The same answer as `due`, with each day accounted for; raises the same refusals. Costs one step a day."""
    clock, tally = _replay(terms, events, calendar)
    state = {each.name: getattr(clock, each.name) for each in fields(clock)}
    return Derivation(**state, unit=terms.unit, days=tuple(_ledger(clock, tally, events)))


def work_days_used(terms: ClockTerms, events: Sequence[ClockEvent], calendar: WorkCalendar, upto: date) -> int:
    """Days of the limit's unit used up to and including `upto`; `upto` may lie after the last event."""
    clock, tally = _replay(terms, events, calendar)
    return tally.spent(within_range(upto), clock.limit)


def answer(start: date, n: int, unit: Unit, calendar: WorkCalendar) -> Derivation:
    """The working-day calculator: a clock of `n` units that starts on `start` and is left alone."""
    at = datetime(within_range(start).year, start.month, start.day, tzinfo=CHINA)
    return explain(ClockTerms(n, unit), [ClockEvent(at, "started")], calendar)


class _Segment(NamedTuple):
    first: date  # not counted
    last: date | None  # counted; None while the clock runs
    before: int  # days counted in earlier segments


class _Tally:
    """The segments so far, and the day on which they reach a limit."""

    __slots__ = ("calendar", "segments", "unit")

    def __init__(self, calendar: WorkCalendar, unit: Unit) -> None:
        self.calendar, self.unit = calendar, unit
        self.segments: list[_Segment] = []

    def open(self, day: date) -> None:
        self.segments.append(_Segment(day, None, self.used(day)))

    def close(self, day: date) -> None:
        self.segments[-1] = self.segments[-1]._replace(last=day)

    def used(self, day: date) -> int:
        """Days in segments up to and including `day`."""
        for first, last, before in reversed(self.segments):
            if first <= day:
                return before + self._between(first, day if last is None else min(day, last))
        return 0

    def reached(self, limit: int) -> date | None:
        """The day on which the counted days reach the limit; None if the clock stopped before."""
        for first, last, before in self.segments:
            if last is None or before + self._between(first, last) >= limit:
                return self._nth_after(first, limit - before)
        return None

    def due(self, limit: int) -> date | None:
        """The day the limit is reached; in calendar days, and not zero, moved to a working day."""
        reached = self.reached(limit)
        if reached is None or self.unit == "workday" or limit == 0:
            return reached
        return self.calendar.next_workday_on_or_after(reached)

    def spent(self, day: date, limit: int) -> int:
        """Days used up to and including `day`; those by which the due day moved are nobody's and not among them."""
        used, reached, due_on = self.used(day), self.reached(limit), self.due(limit)
        if reached is None or due_on is None or day <= reached:
            return used
        return used - (self.used(min(day, due_on)) - self.used(reached))

    def _between(self, after: date, upto: date) -> int:
        if self.unit == "workday":
            return self.calendar.workdays_between(after, upto)
        return (upto - after).days

    def _nth_after(self, day: date, n: int) -> date:
        if self.unit == "workday":
            return self.calendar.nth_workday_after(day, n)
        if (LAST_DAY - day).days < n:
            raise DayOutOfRange("期限届满的日期")
        return day + timedelta(days=n)


def _replay(terms: ClockTerms, events: Sequence[ClockEvent], calendar: WorkCalendar) -> tuple[ClockState, _Tally]:
    _check_terms(terms)
    limit, tally = terms.limit, _Tally(calendar, terms.unit)
    state: State = "not_started"
    previous = stopped_since = due_on = None
    stopped_for = ""
    for event in events:
        at = _moment(event)
        _check_order(state, event, at, previous)
        previous = at
        match event.event:
            case "started" | "resumed":
                state, stopped_since, stopped_for = "running", None, ""
                tally.open(at.date())
            case "stopped":
                state, stopped_since, stopped_for = "stopped", at, event.why
                tally.close(at.date())
            case "extended":
                limit = _extended(terms, limit, tally, event, at)
            case "finished":
                due_on = tally.due(limit)
                if state == "running":
                    tally.close(at.date())
                state, stopped_since, stopped_for = "finished", None, ""
    if previous is None:
        return ClockState("not_started", limit=limit, remaining=limit), tally
    if state == "running":
        due_on = tally.due(limit)
    due_at = None if due_on is None else day_end(due_on, terms.business_close)
    counted = tally.spent(previous.date(), limit)
    finished = state == "finished"
    clock = ClockState(
        state,
        due_on=due_on,
        due_at=due_at,
        limit=limit,
        counted=counted,
        remaining=max(0, limit - counted),
        started_on=tally.segments[0].first,
        stopped_since=stopped_since,
        stopped_for=stopped_for,
        finished_at=previous if finished else None,
        reached_on=tally.reached(limit),
        provisional=_provisional(tally, limit, due_on or previous.date()),
        on_time=(due_at is None or previous <= due_at) if finished else None,
    )
    return clock, tally


def _provisional(tally: _Tally, limit: int, upto: date) -> bool:
    """Does the answer rest on a year whose notice is not published? Calendar days need only their last day's year."""
    calendar, started_on = tally.calendar, tally.segments[0].first
    if limit == 0 or upto <= started_on:
        return False
    first = started_on + timedelta(days=1)
    if tally.unit == "calendar":
        reached = tally.reached(limit)
        if reached is None:
            return False
        first, upto = reached, max(reached, upto)
    return not calendar.span_confirmed(first, upto)


def _ledger(clock: ClockState, tally: _Tally, events: Sequence[ClockEvent]) -> Iterator[DayEntry]:
    """Walk every day after the start to the due day, the stop or the finish."""
    if not tally.segments:
        return
    end = clock.due_on if clock.state == "running" and clock.due_on else _moment(events[-1]).date()
    reasons = [event.why for event in events if event.event == "stopped"]
    number = 0
    for index, (first, last, _) in enumerate(tally.segments):
        for day in _days(first, min(last or end, end)):
            entry = _running_day(day, number, clock, tally)
            number += entry.counted
            yield entry
        if last is None or last >= end:
            continue
        resumed = tally.segments[index + 1].first if index + 1 < len(tally.segments) else None
        for day in _days(last, min(resumed or end, end)):
            yield _stopped_day(day, resumed, reasons[index])


def _days(after: date, upto: date) -> Iterator[date]:
    """The days in (after, upto]."""
    return (date.fromordinal(n) for n in range(after.toordinal() + 1, upto.toordinal() + 1))


def _running_day(day: date, number: int, clock: ClockState, tally: _Tally) -> DayEntry:
    why = tally.calendar.why(day)
    if tally.unit == "workday":
        if not tally.calendar.is_workday(day):
            return DayEntry(day, False, why, "day_off", LAW_OF_DAYS_OFF)
    elif clock.reached_on is not None and clock.reached_on < day <= (tally.due(clock.limit) or day):
        moved = "末日顺延至本日" if tally.calendar.is_workday(day) else f"{why}，末日顺延"
        return DayEntry(day, False, moved, "moved", LAW_OF_LAST_DAY)
    else:
        why = "自然日"
    if number >= clock.limit:
        return DayEntry(day, True, f"{why}，已超期", "overdue", LAW_OF_COUNTING[tally.unit])
    return DayEntry(day, True, why, "counted", LAW_OF_COUNTING[tally.unit])


def standing_still(reason: str) -> tuple[str, str]:
    """What a day of standing still is called, and the article it rests on ("" where there is none)."""
    # Only the correction at receipt has an article; what is asked for during review rests on the centre's own rule.
    law = "《行政许可法》第三十二条" if reason == "correction" else ""
    if reason in SPECIAL_PROCEDURES:
        law = "《行政许可法》第四十五条"
    words = STOPPED_FOR.get(reason, reason)
    return (f"{words}，停止计时" if words else "停止计时"), law


def _stopped_day(day: date, resumed: date | None, reason: str) -> DayEntry:
    if day == resumed:
        return DayEntry(day, False, "恢复计时当日不计", "resumption_day", LAW_OF_FIRST_DAY)
    words, law = standing_still(reason)
    return DayEntry(day, False, words, "stopped", law)


def _extended(terms: ClockTerms, limit: int, tally: _Tally, event: ClockEvent, at: datetime) -> int:
    if not _whole(event.by) or event.by <= 0:
        raise ImpossibleScript("延长的天数应为大于 0 的整数。", next_step="请填写延长几日后再试。")
    if limit + event.by > LIMIT_MAX:
        raise ImpossibleScript(f"延长后的期限超过 {LIMIT_MAX} 日。", next_step="请核对延长的天数。")
    due_on = tally.due(limit)
    if due_on is not None and at > day_end(due_on, terms.business_close):
        raise ImpossibleScript(
            f"期限已于 {say_moment(day_end(due_on, terms.business_close))} 届满，{say_moment(at)} 不能再延长。",
            next_step="延长须在期限届满前作出；已超期的请如实办结并说明原因。",
        )
    return limit + event.by


def _check_terms(terms: ClockTerms) -> None:
    if terms.unit in ("hour", "month"):
        raise UnitNotYet(terms.unit)
    if terms.unit not in UNITS:
        raise ImpossibleScript(
            f"不认识的期限单位“{str(terms.unit)[:20]}”。", next_step="单位应为 workday（工作日）或 calendar（自然日）。"
        )
    if not _whole(terms.limit) or not 0 <= terms.limit <= LIMIT_MAX:
        raise ImpossibleScript(
            f"期限应为 0 到 {LIMIT_MAX} 之间的整数，0 表示当日办结。", next_step="请核对期限的数字。"
        )


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _moment(event: ClockEvent) -> datetime:
    """The event's moment in China's time, within the years we reckon with."""
    if event.at.tzinfo is None:
        raise ImpossibleScript(
            f"“{_named(event)}”的时间 {event.at.isoformat()} 没有注明时区。",
            next_step="请写明时区，例如 2026-09-24T10:00:00+08:00。",
        )
    try:
        at = event.at.astimezone(CHINA)
    except OverflowError:
        raise DayOutOfRange(f"日期 {event.at.date().isoformat()} ") from None
    within_range(at.date())
    return at


def _check_order(state: State, event: ClockEvent, at: datetime, previous: datetime | None) -> None:
    """Refuse what cannot follow: out of time order, twice the same, anything after the end."""
    if event.event not in EVENTS:
        raise ImpossibleScript(
            f"不认识的事件“{str(event.event)[:20]}”。", next_step=f"事件应为 {'、'.join(EVENTS)} 之一。"
        )
    if previous is not None and at < previous:
        raise ImpossibleScript(
            f"“{_named(event)}”（{say_moment(at)}）早于前一个事件（{say_moment(previous)}），先后颠倒。"
        )
    problem = _MISPLACED.get((state, event.event))
    if problem:
        raise ImpossibleScript(f"{say_moment(at)} 的“{_named(event)}”无法成立：{problem}。")


_MISPLACED: dict[tuple[State, EventKind], str] = {
    ("not_started", "stopped"): "计时还没有起算（缺少 started）",
    ("not_started", "resumed"): "计时还没有起算（缺少 started）",
    ("not_started", "extended"): "计时还没有起算（缺少 started）",
    ("not_started", "finished"): "计时还没有起算（缺少 started）",
    ("running", "started"): "计时已经起算",
    ("running", "resumed"): "计时正在进行，没有停止过",
    ("stopped", "started"): "计时已经起算，恢复请用 resumed",
    ("stopped", "stopped"): "计时已经停止",
    **{("finished", kind): "事项已经办结" for kind in ("started", "stopped", "resumed", "extended", "finished")},
}


def _named(event: ClockEvent) -> str:
    return EVENTS.get(event.event, str(event.event)[:20])
