"""The counting rule by tables: start, events, calendar, expected day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from yimen.ground.calendar.rules import DayOutOfRange, shipped_calendar
from yimen.ground.matters.rules import (
    LIMIT_MAX,
    ClockEvent,
    ClockTerms,
    Derivation,
    EventKind,
    ImpossibleScript,
    Unit,
    UnitNotYet,
    answer,
    due,
    explain,
    work_days_used,
)

CALENDAR = shipped_calendar()


def at(text: str) -> datetime:
    """`2026-09-24` is ten in the morning of that day in China; `2026-09-24 17:30` that minute."""
    return datetime.fromisoformat(f"{text}+08:00" if len(text) > 10 else f"{text}T10:00:00+08:00")


def events(*told: tuple[str, EventKind] | tuple[str, EventKind, int]) -> list[ClockEvent]:
    return [ClockEvent(at(each[0]), each[1], by=each[2] if len(each) == 3 else 0) for each in told]


def ledger(limit: int, *told: tuple[str, EventKind] | tuple[str, EventKind, int], unit: Unit = "workday") -> Derivation:
    return explain(ClockTerms(limit, unit), events(*told), CALENDAR)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2024-02-09", 7, "2024-02-26"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2025-12-31", 20, "2026-01-29"),
        ("2026-01-30", 20, "2026-03-05"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-24", 20, "2026-10-29"),
        ("2026-09-30", 20, "2026-11-03"),
        ("2026-11-20", 20, "2026-12-18"),
        ("2026-11-21", 20, "2026-12-18"),
        ("2026-02-13", 45, "2026-04-24"),
        # A real case record of a district: received 2014-08-19, eleven working days.
        ("2014-08-19", 11, "2014-09-03"),
    ],
)
def test_the_reference_vectors(start: str, n: int, expected: str) -> None:
    found = answer(date.fromisoformat(start), n, "workday", CALENDAR)
    assert found.due_on == day(expected)
    assert sum(entry.counted for entry in found.days) == n


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-09-03", 30, "2026-10-08"),  # the 30th day is 3 October: moved past the holidays
        ("2026-09-10", 30, "2026-10-10"),  # a make-up Saturday is worked: not moved
        ("2026-06-01", 60, "2026-07-31"),
        ("2026-11-15", 6, "2026-11-23"),  # a Saturday
        ("2026-10-01", 0, "2026-10-01"),  # zero is the same day and never moved
    ],
)
def test_calendar_days_that_end_on_a_day_off_move_to_the_next_working_day(start: str, n: int, expected: str) -> None:
    assert answer(date.fromisoformat(start), n, "calendar", CALENDAR).due_on == day(expected)


def test_the_days_by_which_the_due_day_moved_are_in_the_ledger_but_not_counted() -> None:
    found = answer(date(2026, 9, 3), 30, "calendar", CALENDAR)
    assert found.reached_on == date(2026, 10, 3)
    assert [(e.counted, e.why) for e in found.days[-2:]] == [(False, "国庆节放假，末日顺延"), (False, "末日顺延至本日")]
    assert sum(entry.counted for entry in found.days) == 30


def test_a_finish_within_the_moved_days_has_used_no_more_than_the_limit() -> None:
    found = ledger(30, ("2026-09-03", "started"), ("2026-10-08", "finished"), unit="calendar")
    assert (found.counted, found.on_time) == (30, True)
    found = ledger(30, ("2026-09-03", "started"), ("2026-10-09", "finished"), unit="calendar")
    assert (found.counted, found.on_time) == (31, False)
    assert found.days[-1].rule == "overdue"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # The day of the stop is counted, the day of the resumption is not.
        ([("2026-11-02", "started"), ("2026-11-04", "stopped"), ("2026-11-06", "resumed")], "2026-11-11"),
        # Stopped late, resumed early the next day: still one day that does not count, by date and not by hours.
        ([("2026-11-02", "started"), ("2026-11-04 17:00", "stopped"), ("2026-11-05 09:00", "resumed")], "2026-11-10"),
        # Stopping and resuming within one day gains nothing.
        ([("2026-11-02", "started"), ("2026-11-04 09:00", "stopped"), ("2026-11-04 17:00", "resumed")], "2026-11-09"),
        ([("2026-11-02", "started"), ("2026-11-02 11:00", "stopped"), ("2026-11-02 12:00", "resumed")], "2026-11-09"),
        # On the due day itself too.
        ([("2026-11-02", "started"), ("2026-11-09 09:00", "stopped"), ("2026-11-09 17:00", "resumed")], "2026-11-09"),
        # Stopped on the very day of the start: nothing is counted before the resumption.
        ([("2026-11-02", "started"), ("2026-11-02 15:00", "stopped"), ("2026-11-09", "resumed")], "2026-11-16"),
        # Resumed and stopped within one day: that day is neither.
        (
            [
                ("2026-11-02", "started"), ("2026-11-04", "stopped"), ("2026-11-06 09:00", "resumed"),
                ("2026-11-06 16:00", "stopped"), ("2026-11-10", "resumed"),
            ],
            "2026-11-13",
        ),
        # Started on a Saturday: the first day is Monday, as if started on Friday.
        ([("2026-10-31", "started")], "2026-11-06"),
        # Started on a make-up Saturday: the day of the start is not counted, worked or not.
        ([("2026-10-10", "started")], "2026-10-16"),
        # Stopped on a Sunday: the days before it are used, the Sunday is not.
        ([("2026-11-02", "started"), ("2026-11-08", "stopped"), ("2026-11-16", "resumed")], "2026-11-17"),
        # Stopped over a holiday that would not have counted anyway.
        ([("2026-09-24", "started"), ("2026-09-30", "stopped"), ("2026-10-08", "resumed")], "2026-10-10"),
    ],
)  # fmt: skip
def test_segments_of_a_five_day_clock(told: list[tuple[str, EventKind]], expected: str) -> None:
    assert ledger(5, *told).due_on == day(expected)


def test_a_stopped_clock_has_no_due_day() -> None:
    found = ledger(5, ("2026-11-02", "started"), ("2026-11-04", "stopped"))
    assert (found.due_on, found.due_at, found.state) == (None, None, "stopped")
    assert (found.counted, found.remaining, found.reached_on) == (2, 3, None)
    assert found.stopped_since == at("2026-11-04")


def test_a_limit_used_up_when_the_clock_stops_is_reached_on_that_day_and_stays_so() -> None:
    """The day of the stop is counted: who stops on the last day has used it. An extension was possible until then."""
    told: list[tuple[str, EventKind]] = [("2026-11-02", "started"), ("2026-11-09", "stopped")]
    stopped = ledger(5, *told)
    assert (stopped.due_on, stopped.reached_on, stopped.remaining) == (None, date(2026, 11, 9), 0)
    assert ledger(5, *told, ("2026-11-20", "resumed")).due_on == date(2026, 11, 9)


def test_a_stop_after_the_due_day_does_not_heal_it() -> None:
    told: list[tuple[str, EventKind]] = [("2026-11-02", "started"), ("2026-11-12", "stopped")]
    assert ledger(5, *told).reached_on == date(2026, 11, 9)
    assert ledger(5, *told).counted == 8
    assert ledger(5, *told, ("2026-11-20", "resumed")).due_on == date(2026, 11, 9)


def test_an_extension_adds_to_the_limit_from_where_the_days_stand() -> None:
    told: list[tuple[str, EventKind] | tuple[str, EventKind, int]] = [("2026-09-24", "started")]
    found = ledger(20, *told, ("2026-10-29", "extended", 10))
    assert (found.due_on, found.limit) == (date(2026, 11, 12), 30)


def test_an_extension_while_stopped_counts_when_days_were_left_or_the_last_day_still_runs() -> None:
    stopped: list[tuple[str, EventKind] | tuple[str, EventKind, int]] = [
        ("2026-11-02", "started"), ("2026-11-09", "stopped"),
    ]  # fmt: skip
    found = ledger(5, *stopped, ("2026-11-09 16:00", "extended", 2), ("2026-11-20", "resumed"))
    assert (found.due_on, found.limit) == (date(2026, 11, 24), 7)
    with pytest.raises(ImpossibleScript, match="不能再延长"):
        ledger(5, *stopped, ("2026-11-10", "extended", 2))
    found = ledger(6, *stopped, ("2026-11-30", "extended", 2), ("2026-12-01", "resumed"))
    assert found.due_on == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("close", "moment", "possible"),
    [
        (None, "2026-11-09 17:31", True),
        (None, "2026-11-09 23:59:59", True),
        (None, "2026-11-10 00:00", False),
        (time(17, 30), "2026-11-09 17:30", True),
        (time(17, 30), "2026-11-09 17:30:01", False),
        ((time(16), *[time(17, 30)] * 4, None, None), "2026-11-09 16:30", False),  # Mondays close at four
    ],
)
def test_the_last_day_ends_with_business_else_at_midnight(
    close: time | tuple[time | None, ...] | None, moment: str, possible: bool
) -> None:
    terms = ClockTerms(5, business_close=close)
    script = [*events(("2026-11-02", "started")), ClockEvent(at(moment), "extended", by=5)]
    if possible:
        assert due(terms, script, CALENDAR).due_on == date(2026, 11, 16)
    else:
        with pytest.raises(ImpossibleScript, match="届满"):
            due(terms, script, CALENDAR)
    finished = [*events(("2026-11-02", "started")), ClockEvent(at(moment), "finished")]
    assert due(terms, finished, CALENDAR).on_time is possible


def test_limit_zero_is_the_same_day_even_when_it_is_not_worked() -> None:
    found = ledger(0, ("2026-10-01", "started"))
    assert (found.due_on, found.days, found.provisional) == (date(2026, 10, 1), (), False)
    assert ledger(0, ("2026-10-01", "started"), ("2026-10-01 11:00", "extended", 2)).due_on == date(2026, 10, 9)
    stopped: list[tuple[str, EventKind]] = [("2026-10-01", "started"), ("2026-10-01 11:00", "stopped")]
    assert ledger(0, *stopped, ("2026-10-09", "resumed")).due_on == date(2026, 10, 1)


def test_every_day_of_a_correction_and_a_hearing_over_the_national_day_is_accounted_for() -> None:
    script = [
        ClockEvent(at("2026-09-21"), "started"),
        ClockEvent(at("2026-09-23"), "stopped", "correction"),
        ClockEvent(at("2026-09-28"), "resumed"),
        ClockEvent(at("2026-09-30"), "stopped", "hearing"),
        ClockEvent(at("2026-10-12"), "resumed"),
    ]
    found = explain(ClockTerms(20), script, CALENDAR)
    assert [(r.first.day, r.last.day, r.counted, r.why, r.law, r.number) for r in found.runs()[:6]] == [
        (22, 23, True, "工作日", "《行政许可法》第八十二条", 2),
        (24, 27, False, "等待申请人补正，停止计时", "《行政许可法》第三十二条", 2),
        (28, 28, False, "恢复计时当日不计", "《民法典》第二百零一条", 2),
        (29, 30, True, "工作日", "《行政许可法》第八十二条", 4),
        (1, 11, False, "听证，停止计时", "《行政许可法》第四十五条", 4),
        (12, 12, False, "恢复计时当日不计", "《民法典》第二百零一条", 4),
    ]
    assert found.due_on == date(2026, 11, 3)
    assert len(found.days) == (date(2026, 11, 3) - date(2026, 9, 21)).days


def test_days_used_may_be_asked_for_any_day() -> None:
    terms, script = (
        ClockTerms(5),
        events(("2026-11-02", "started"), ("2026-11-04", "stopped"), ("2026-11-06", "resumed")),
    )
    used = [work_days_used(terms, script, CALENDAR, date(2026, 11, n)) for n in (1, 2, 3, 4, 5, 6, 9, 20)]
    assert used == [0, 0, 1, 2, 2, 2, 3, 12]


@pytest.mark.parametrize(
    ("start", "n", "unit", "provisional"),
    [
        ("2026-12-01", 20, "workday", False),
        ("2026-12-20", 20, "workday", True),
        ("2026-12-31", 0, "workday", False),
        ("2027-03-01", 0, "workday", False),
        ("2026-12-20", 12, "calendar", True),
        ("2026-12-20", 11, "calendar", False),
        ("2030-01-01", 5, "workday", True),
        ("2003-06-01", 5, "workday", True),
    ],
)
def test_a_date_over_a_year_without_a_notice_is_provisional(start: str, n: int, unit: Unit, provisional: bool) -> None:
    assert answer(date.fromisoformat(start), n, unit, CALENDAR).provisional is provisional


def test_a_moment_counts_on_the_day_it_has_in_china() -> None:
    late = ClockEvent(datetime(2026, 11, 2, 16, 30, tzinfo=UTC), "started")  # 3 November, half past midnight
    assert due(ClockTerms(1), [late], CALENDAR).started_on == date(2026, 11, 3)


def test_a_clock_without_events_has_not_started() -> None:
    found = due(ClockTerms(5), [], CALENDAR)
    assert (found.state, found.due_on, found.remaining, found.provisional) == ("not_started", None, 5, False)
    assert explain(ClockTerms(5), [], CALENDAR).days == ()


S: tuple[str, EventKind] = ("2026-11-02", "started")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([("2026-11-02", "stopped")], "缺少 started"),
        ([("2026-11-02", "resumed")], "缺少 started"),
        ([("2026-11-02", "extended", 5)], "缺少 started"),
        ([("2026-11-02", "finished")], "缺少 started"),
        ([S, ("2026-11-03", "started")], "已经起算"),
        ([S, ("2026-11-03", "resumed")], "没有停止过"),
        ([S, ("2026-11-03", "stopped"), ("2026-11-04", "stopped")], "已经停止"),
        ([S, ("2026-11-03", "stopped"), ("2026-11-04", "started")], "已经起算"),
        ([S, ("2026-11-01", "stopped")], "先后颠倒"),
        ([S, ("2026-11-03", "finished"), ("2026-11-04", "resumed")], "已经办结"),
        ([S, ("2026-11-03", "finished"), ("2026-11-04", "finished")], "已经办结"),
        ([S, ("2026-11-03", "finished"), ("2026-11-04", "extended", 5)], "已经办结"),
        ([S, ("2026-11-10", "extended", 5)], "不能再延长"),
        ([S, ("2026-11-03", "extended", 0)], "大于 0"),
        ([S, ("2026-11-03", "extended", -5)], "大于 0"),
        ([S, ("2026-11-03", "extended", LIMIT_MAX)], "超过"),
        ([S, ("2026-11-03", "paused")], "不认识的事件"),
    ],
)
def test_what_cannot_have_happened_is_refused_with_the_reason(
    told: list[tuple[str, EventKind] | tuple[str, EventKind, int]], reason: str
) -> None:
    with pytest.raises(ImpossibleScript, match=reason) as refused:
        due(ClockTerms(5), events(*told), CALENDAR)
    assert refused.value.next_step
    with pytest.raises(ImpossibleScript, match=reason):
        ledger(5, *told)


@pytest.mark.parametrize("limit", [-1, LIMIT_MAX + 1, 10**30, 2.0, "5", None, True])
def test_a_limit_that_is_no_number_of_days_is_refused(limit: int) -> None:
    with pytest.raises(ImpossibleScript, match="0 到"):
        due(ClockTerms(limit), events(S), CALENDAR)


@pytest.mark.parametrize("by", [2.5, "5", None, True])
def test_an_extension_by_no_number_of_days_is_refused(by: int) -> None:
    with pytest.raises(ImpossibleScript, match="大于 0"):
        due(ClockTerms(5), [*events(S), ClockEvent(at("2026-11-03"), "extended", by=by)], CALENDAR)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ImpossibleScript, match="时区"):
        due(ClockTerms(5), [ClockEvent(datetime(2026, 11, 2, 10), "started")], CALENDAR)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max, datetime(2200, 1, 1), datetime(1899, 12, 31)])
def test_a_moment_outside_our_years_is_refused(moment: datetime) -> None:
    with pytest.raises(DayOutOfRange):
        due(ClockTerms(5), [ClockEvent(moment.replace(tzinfo=UTC), "started")], CALENDAR)


@pytest.mark.parametrize("unit", ["workday", "calendar"])
def test_a_due_day_past_our_years_is_refused(unit: Unit) -> None:
    with pytest.raises(DayOutOfRange):
        answer(date(2199, 12, 1), 60, unit, CALENDAR)


@pytest.mark.parametrize("unit", ["hour", "month"])
def test_hours_and_months_are_known_but_not_reckoned_yet(unit: Unit) -> None:
    with pytest.raises(UnitNotYet, match="尚不能计算"):
        due(ClockTerms(5, unit), events(S), CALENDAR)
