"""Who is next, how long, does it fit: by tables."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from yimen.ground.kit.moments import CHINA
from yimen.service.hall import rules
from yimen.service.hall.rules import Pace, Waiting

NINE = datetime(2026, 10, 12, 9, tzinfo=CHINA)
DAY = ((time(8, 30), time(12)), (time(14), time(17, 30)))


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def ordinary(number: int, came: float) -> Waiting:
    return Waiting(number, at(came), at(came))


def first(number: int, came: float, head: int = 20) -> Waiting:
    return Waiting(number, rules.turn_at(at(came), head), at(came), True)


def order(queue: list[Waiting], most: int = 2) -> list[int]:
    """Everybody in the order of one window."""
    left, row, called = list(queue), 0, []
    while left:
        one = rules.pick(left, row, most)
        assert one is not None
        row = rules.row_after(one, left, row)
        left.remove(one)
        called.append(one.id)
    return called


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ([], []),
        ([ordinary(1, 0), ordinary(2, 1)], [1, 2]),
        ([ordinary(2, 1), ordinary(1, 1)], [1, 2]),
        ([ordinary(1, 0), first(2, 5)], [2, 1]),  # within the head start
        ([ordinary(1, 0), first(2, 25)], [1, 2]),  # came too much later
        ([ordinary(1, 0), first(2, 20)], [1, 2]),  # at the same moment the lower number
        ([ordinary(1, 0), first(2, 1), first(3, 2), first(4, 3)], [2, 3, 1, 4]),  # two in a row, then who waited longest
        ([first(1, 0), first(2, 1), ordinary(3, 2)], [1, 2, 3]),  # they came first: nobody is overtaken, nothing is counted
        ([ordinary(1, 0), ordinary(2, 1), first(3, 2), first(4, 3), first(5, 4)], [3, 4, 1, 5, 2]),
    ],
)  # fmt: skip
def test_who_is_next(queue: list[Waiting], expected: list[int]) -> None:
    assert order(queue) == expected


def test_nobody_starves() -> None:
    """Whatever comes: nobody ordinary is overtaken by somebody who came more than the head start later, nor by more than two
    in a row."""
    chance = random.Random(7)
    for _ in range(60):
        queue = [(first if chance.random() < 0.5 else ordinary)(number, chance.random() * 90) for number in range(40)]
        known, called = {each.id: each for each in queue}, order(queue)
        row = 0
        for place, number in enumerate(called):
            one, later = known[number], [known[each] for each in called[place + 1 :]]
            passed = [each for each in later if one.ahead and not each.ahead and each.came_at < one.came_at]
            assert all(one.came_at - each.came_at <= timedelta(minutes=20) for each in passed)
            row = row + 1 if passed else row if one.ahead else 0
            assert row <= 2


@pytest.mark.parametrize(
    ("arrived", "turn"),
    [(0, 10), (29, 10), (30, 10), (45, 10), (46, 46)],
)
def test_an_appointment_turns_into_a_place(arrived: int, turn: int) -> None:
    assert rules.appointment_turn(at(30), at(arrived), 15, 20) == at(turn)


@pytest.mark.parametrize(
    ("reset", "day", "begins", "period"),
    [
        ("daily", date(2026, 10, 12), [], "2026-10-12"),
        ("keep", date(2026, 10, 12), [], "keep"),
        ("by_date", date(2026, 10, 12), [date(2026, 10, 1), date(2026, 11, 1)], "2026-10-01"),
        ("by_date", date(2026, 11, 1), [date(2026, 10, 1), date(2026, 11, 1)], "2026-11-01"),
        ("by_date", date(2026, 9, 1), [date(2026, 10, 1)], "2000-01-01"),
    ],
)
def test_numbers_count_within_a_period(reset: str, day: date, begins: list[date], period: str) -> None:
    assert rules.period_of(reset, day, begins) == period


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (None, "现在没有窗口叫号"),
        ((0, 5), "5 分钟以内"),
        ((0, 10), "10 分钟以内"),
        ((10, 25), "约 10–25 分钟"),
        ((60, 100), "约 1–1.7 小时"),
        ((90, 150), "约 1.5–2.5 小时"),
        ((44700, 44730), "8 小时以上"),
    ],
)
def test_a_wait_is_an_interval_in_words(wait: tuple[int, int] | None, said: str) -> None:
    assert rules.say_wait(wait) == said


@pytest.mark.parametrize(
    ("ahead", "windows", "low", "high"),
    [(0, 1, 0, 15), (1, 1, 5, 25), (3, 2, 5, 25), (4, 1, 20, 60), (9, 0, None, None)],
)
def test_the_wait_comes_from_measured_services(ahead: int, windows: int, low: int | None, high: int | None) -> None:
    found = rules.wait_of(ahead, windows, Pace(6, 8, 12, 50))
    assert found == (None if low is None else (low, high))


def test_more_ahead_is_never_a_shorter_wait() -> None:
    pace = rules.pace_of([4, 5, 6, 8, 9, 12, 20, 7, 6], 10)
    found = [rules.wait_of(ahead, 3, pace) for ahead in range(120)]
    highs = [each[1] for each in found if each]
    assert all(low < high for low, high in (each for each in found if each))
    assert sum(b < a - 5 for a, b in pairwise(highs)) == 0


@pytest.mark.parametrize(
    ("minutes", "left"),
    [(-60, 180 + 30 + 210 - 30 + 0), (0, 180 + 210), (180, 210), (240, 210), (300, 210), (480, 30), (510, 0), (600, 0)],
)  # fmt: skip
def test_minutes_left_count_the_sessions(minutes: int, left: float) -> None:
    expected = 420 if minutes == -60 else left
    assert rules.minutes_left(at(minutes), DAY) == expected


@pytest.mark.parametrize(
    ("left", "ahead", "windows", "party", "fits"),
    [(30, 0, 1, 3, True), (29, 0, 1, 3, False), (30, 2, 1, 1, True), (30, 2, 1, 2, False), (30, 4, 2, 1, True), (5, 0, 0, 1, False)],
)  # fmt: skip
def test_a_party_may_not_pass_closing_time(left: float, ahead: int, windows: int, party: int, fits: bool) -> None:
    assert rules.fits(left, ahead, windows, party, Pace(8, 10, 15, 50)) is fits


@pytest.mark.parametrize(
    ("minutes", "takes"), [(-61, False), (-60, True), (0, True), (200, True), (509, True), (510, False)]
)
def test_numbers_are_given_from_early_to_closing(minutes: int, takes: bool) -> None:
    assert rules.takes_now(at(minutes), DAY, 30) is takes
