"""期限账本 of an issue: each day counted or passed over, clock by clock. The centre's own limits rest on no article."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yimen.ground.kit.daybook import Day
from yimen.ground.kit.moments import day_of
from yimen.ground.matters.selectors import ClockAccount, Explanation


def book(explanation: Explanation, today: date) -> list[Day]:
    """One `Day` for each day from the first clock's start to the due day, or to the end."""
    days: dict[date, Day] = {}
    for number, account in enumerate(explanation.clocks):
        later = explanation.clocks[number + 1 :]
        until = day_of(later[0].started_at) if later else None
        for day in _days_of(account, until, today):
            days[day.on] = day
    return [days[on] for on in sorted(days)]


def _days_of(account: ClockAccount, until: date | None, today: date) -> Iterator[Day]:
    clock = account.promised
    if clock is None:
        return
    why = f"“{account.label}”起算，当日不计。"
    yield Day(day_of(account.started_at), "event", label=account.label[:2], why=why, mark="0")
    number = 0
    for entry in clock.days:
        if until is not None and entry.day >= until:
            return
        number += entry.counted
        made_up = entry.counted and entry.day.weekday() > 4
        if entry.rule == "counted" and entry.day == clock.due_on:
            yield Day(entry.day, "due", ordinal=number, label="期满", why=f"“{account.label}”期满。", made_up=made_up,
                      provisional=clock.provisional)  # fmt: skip
        elif entry.rule == "counted":
            future = entry.day > today
            said = "（尚未到）" if future else f"{entry.why}。"
            yield Day(entry.day, "to-come" if future else "counted", ordinal=number, why=said, made_up=made_up)
        elif entry.rule == "overdue":
            yield Day(entry.day, "due", ordinal=number, label="超期", why="已超过期限。")
        elif entry.rule == "stopped":
            yield Day(entry.day, "paused", label="停表", why="已报政府，等批示，不计入期限。", mark="停")
        else:
            off = "周末" if entry.why in ("周六", "周日") else entry.why
            yield Day(entry.day, "off", label=off[:2], why=f"{off}。", mark="跳过")
    if until is None and clock.state == "stopped" and clock.stopped_since is not None:
        for ordinal in range(day_of(clock.stopped_since).toordinal() + 1, today.toordinal() + 1):
            yield Day(
                date.fromordinal(ordinal), "paused", label="停表", why="已报政府，等批示，不计入期限。", mark="停"
            )
