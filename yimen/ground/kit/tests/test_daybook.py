"""The days of the teahouse, folded and laid out; whoever counted them is not asked again."""

from __future__ import annotations

from datetime import date, timedelta

from yimen.ground.kit.daybook import Day, cells, fold

MONDAY = date(2026, 9, 21)
DAYS = [
    Day(date(2026, 9, 21), "event", mark="0", why="受理", label="受理"),
    *(Day(MONDAY + timedelta(n), "counted", n, why="工作日。") for n in (1, 2, 3)),
    *(Day(MONDAY + timedelta(n), "off", why="中秋节放假。", label="中秋") for n in (4, 5, 6)),
    Day(date(2026, 9, 28), "counted", 4, why="工作日。"),
    Day(date(2026, 9, 29), "paused", why="检测"),
    Day(date(2026, 9, 30), "paused", why="检测"),
    Day(date(2026, 10, 1), "paused", why="检测", label="国庆", resting=True),
    Day(date(2026, 10, 8), "due", 5, why="期满"),
]


def test_neighbours_that_say_the_same_become_one_row() -> None:
    rows = [(row.days, row.mark, row.style) for row in fold(DAYS)]
    assert rows == [
        ("9月21日(周一)", "0", ""),
        ("9月22日—9月24日", "1—3", ""),
        ("9月25日—9月27日", "跳过", "skip-row"),
        ("9月28日(周一)", "4", ""),
        ("9月29日—10月1日", "停", "paused-row"),
        ("10月8日(周四)", "5", "due-row"),
    ]


def test_today_stands_alone_and_says_so() -> None:
    rows = fold(DAYS, today=date(2026, 9, 23))
    assert [row.days for row in rows][1:4] == ["9月22日(周二)", "9月23日(周三) 今天", "9月24日(周四)"]


def test_the_calendar_has_whole_weeks_from_monday() -> None:
    squares = cells(DAYS, today=date(2026, 9, 28))
    assert len(squares) == 21
    assert (squares[0].head, squares[0].label) == ("9/21", "受理")
    assert squares[7].style == "today"
    assert (squares[10].head, squares[10].label, squares[10].style) == ("10/1", "国庆", "off")
    assert squares[17].style == "due"
    assert squares[-1].style == "outside"


def test_no_days_make_no_calendar() -> None:
    assert fold([]) == []
    assert cells([]) == []
