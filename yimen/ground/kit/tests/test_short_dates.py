"""The short form of a date leaves this year's number out, and never another's."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yimen.ground.kit import moments
from yimen.ground.kit.daybook import Day, fold
from yimen.ground.kit.templatetags import words


def test_this_year_goes_without_saying() -> None:
    today = moments.now()
    assert "年" not in words.day(today.date(), "short")
    assert "年" not in words.moment(today, "short")
    assert f"{today.year}年" in words.day(today.date())


def test_another_year_is_always_named() -> None:
    assert "2019年1月2日(周三)" in words.day(date(2019, 1, 2), "short")
    assert "2019年1月2日 09:05" in words.moment(datetime(2019, 1, 2, 9, 5, tzinfo=moments.CHINA), "short")
    assert moments.say_day(date(2027, 1, 4), date(2026, 12, 31)) == "2027年1月4日(周一)"
    assert moments.say_day(date(2026, 12, 31), date(2026, 1, 1), weekday=False) == "12月31日"


def test_a_ledger_over_new_year_names_the_year_where_it_changes() -> None:
    first, today = date(2026, 12, 31), date(2026, 12, 30)
    days = [Day(first + timedelta(days=count), "off", why="元旦放假") for count in range(3)]
    assert [row.days for row in fold(days, today=today)] == ["12月31日—2027年1月2日"]
    assert [row.days for row in fold(days[1:], today=today)] == ["2027年1月1日—1月2日"]


def test_a_sentence_keeps_its_dates_in_one_piece() -> None:
    said = words.whole_dates("最晚 2026年11月24日(周二) 有<结果>")
    assert said == '最晚 <span class="number">2026年11月24日(周二)</span> 有&lt;结果&gt;'


def test_a_browser_is_named_as_its_owner_knows_it() -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
    assert words.device(agent) == "Windows 电脑，Edge 浏览器"
    assert words.device("") == words.device("curl/8") == "没有认出的设备"
