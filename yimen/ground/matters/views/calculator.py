"""The working-day calculator: open to everybody, every day accounted for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import public
from yimen.ground.kit import daybook, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.moments import say_date
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import calculator, rules
from yimen.ground.matters.forms import WorkdaysForm


@public
@require_safe
def workdays(request: HttpRequest) -> HttpResponse:
    """From a day so many working or calendar days; backwards; or between two days."""
    today = moments.day_of(moments.now())
    asked = any(name in request.GET for name in ("start", "end", "n"))
    first = {"start": today, "n": 20, "unit": "workday", "ask": request.GET.get("ask", WorkdaysForm.FORWARD)}
    form = WorkdaysForm(request.GET.dict() if asked else None, initial=first)
    context: dict[str, Any] = {"form": form, "today": today}
    if asked and form.is_valid():
        try:
            context |= _answer(form.cleaned_data, work_calendar())
        except Refusal as refusal:
            refuse_form(form, refusal)
    return render(request, "matters/workdays.html", context, status=422 if asked and form.errors else 200)


def _answer(said: dict[str, Any], calendar: WorkCalendar) -> dict[str, Any]:
    unit = said["unit"]
    unit_words = "个工作日" if unit == "workday" else "日"
    match said["ask"]:
        case WorkdaysForm.BACK:
            start = calculator.latest_start(said["end"], said["n"], unit, calendar)
            found = rules.answer(start, said["n"], unit, calendar)
            head = f"最晚 {say_date(start)} 开始"
            sub = f"从次日起算，第 {said['n']} {unit_words}是 {say_date(found.due_on or said['end'])}，不晚于 {say_date(said['end'])}。"
        case WorkdaysForm.BETWEEN:
            number = (
                calendar.workdays_between(said["start"], said["end"])
                if unit == "workday"
                else (said["end"] - said["start"]).days
            )
            found = calculator.between(said["start"], said["end"], unit, calendar)
            head = f"一共 {number} {unit_words}"
            sub = f"{say_date(said['start'])} 当日不计，从次日数到 {say_date(said['end'])}。"
        case _:
            found = rules.answer(said["start"], said["n"], unit, calendar)
            head = f"最晚 {say_date(found.due_on or said['start'])}"
            sub = f"{say_date(said['start'])} 起算，当日不计，{said['n']} {unit_words}。"
    days = list(_days(found))
    return {
        "head": head, "sub": sub, "found": found, "days": days, "rows": daybook.fold(days), "provisional": found.provisional,
    }  # fmt: skip


def _days(found: rules.Derivation) -> Any:
    if found.started_on is not None:
        yield daybook.Day(
            found.started_on, "event", label="起算", why="起算日，当日不计。", law=rules.LAW_OF_FIRST_DAY, mark="0"
        )
    number = 0
    for entry in found.days:
        number += entry.counted
        made_up = entry.counted and entry.day.weekday() > 4 and found.unit == "workday"
        if entry.day == found.due_on:
            yield daybook.Day(
                entry.day, "due", ordinal=found.limit, label="期满", why="期满。", law=entry.law, made_up=made_up,
                provisional=found.provisional,
            )  # fmt: skip
        elif entry.counted:
            yield daybook.Day(entry.day, "counted", ordinal=number, why=f"{entry.why}。", made_up=made_up)
        else:
            why = "周末" if entry.why in ("周六", "周日") else entry.why
            yield daybook.Day(entry.day, "off", label=why[:2], why=f"{why}。", law=entry.law, mark="跳过")
