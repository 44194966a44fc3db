"""Office hours: the week of each centre, and the days on which other hours hold."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.calendar import selectors as calendars
from yimen.ground.identity.policies import requires
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters import services
from yimen.ground.matters.forms import ExceptionForm, WeekForm, centres_of, initial_week
from yimen.ground.matters.policies import CALENDAR
from yimen.ground.matters.views import actor_of

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

ALL = 0
"""Stands in an address for the hours of every centre without its own."""


@requires(CALENDAR)
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Each centre with its week, in words."""
    common = say_week(calendars.own_hours(None))
    own = calendars.all_hours()
    rows = [
        (centre, say_week(own[centre.pk]) if centre.pk in own else common, centre.pk in own)
        for centre in centres_of(actor_of(request))
    ]
    today = moments.day_of(moments.now())
    return render(
        request,
        "matters/manage/hours.html",
        {"rows": rows, "common": common, "exceptions": calendars.coming_exceptions(today)},
    )


@requires(CALENDAR)
def week(request: HttpRequest, centre: int) -> HttpResponse:
    """Set the week of one centre (0: of all without their own)."""
    actor, centre_id = actor_of(request), centre or None
    unit = _centre(request, centre)
    own = calendars.own_hours(centre_id)
    first = own or calendars.own_hours(None)
    form = WeekForm(request.POST or None, initial=initial_week(first))
    if request.method == "POST" and request.POST.get("act") == "default" and centre_id is not None:
        services.set_week(actor=actor, centre_id=centre_id, sessions=[], at=moments.now())
        messages.success(request, "已改回共用的办公时间。")
        return redirect("matters:week", centre)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_week(actor=actor, centre_id=centre_id, sessions=form.sessions(), at=moments.now())
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "办公时间已改，在办事项的到期时刻随后更新，日期不变。")
            return redirect("matters:hours")
    today = moments.day_of(moments.now())
    context = {
        "form": form, "centre": unit, "number": centre, "own": bool(own) and centre_id is not None,
        "exceptions": [each for each in calendars.exceptions(centre_id, today) if each.centre_id == centre_id],
        "exception_form": ExceptionForm(),
    }  # fmt: skip
    return render(request, "matters/manage/week.html", context, status=422 if form.errors else 200)


@requires(CALENDAR)
def add_exception(request: HttpRequest, centre: int) -> HttpResponse:
    """Other hours on one day."""
    unit = _centre(request, centre)
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.set_exception(
                actor=actor_of(request), centre_id=centre or None, day=said["day"], why=said["why"], opens=said["opens"],
                closes=said["closes"], at=moments.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, "已登记，公众页面马上看得到。")
            return redirect("matters:week", centre)
    context = {"form": form, "centre": unit, "number": centre}
    return render(request, "matters/manage/exception.html", context, status=422 if form.errors else 200)


@requires(CALENDAR)
@require_POST
def end_exception(request: HttpRequest, exception: int) -> HttpResponse:
    """Take other hours back."""
    held = calendars.exception_by_id(exception)
    services.end_exception(actor=actor_of(request), exception=held, at=moments.now())
    messages.success(request, "例外已撤销，照平时的时间办公。")
    return redirect("matters:week", held.centre_id or ALL)


def _centre(request: HttpRequest, centre: int) -> Unit | None:
    if centre == ALL:
        return None
    found = next((each for each in centres_of(actor_of(request)) if each.pk == centre), None)
    if found is None:
        raise NotFound("没有这个中心，或它不在您的管理范围内。", next_step="请从办公时间清单中选择。")
    return found


def say_week(sessions: list[tuple[int, time, time]]) -> tuple[str, ...]:
    """`周一至周五 09:00–12:00，13:30–17:30`."""
    return calendars.say_hours(sessions)
