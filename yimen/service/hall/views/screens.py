"""What hangs on the wall: the hall's big screen and the screen over a window. Numbers alone, no names: they are everybody's."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import public
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import live, moments, ratelimit
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.refusals import NotFound
from yimen.service.hall import policies
from yimen.service.hall.models import Desk, Hall
from yimen.service.hall.selectors import queue
from yimen.service.hall.views.asking import device_of


@public
@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The big screen: who is called where, the last calls, how many wait."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    device_of(request, at)  # a screen that shows something is alive
    lines = queue.lines_of(hall, at)
    desks = [each for each in queue.desks_of(hall) if each.state != Desk.State.CLOSED]
    context = {
        "hall": hall, "desks": desks, "calls": queue.last_calls(hall, at),
        "lines": [(each, lines.get(each.pk)) for each in queue.groups_of(hall)], "window": None,
    }  # fmt: skip
    return render(request, "hall/screen.html", context)


@public
@require_safe
def window_screen(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    """The screen over one window."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    device_of(request, at)
    desk = _desk(hall, number)
    waiting = list(queue.waiting_for(desk.pk, hall, at).distinct()[:3])
    return render(
        request, "hall/window_screen.html", {"hall": hall, "desk": desk, "window": desk.window, "next": waiting}
    )


def _desk(hall: Hall, number: str) -> Desk:
    found = queue.desks_of(hall).filter(window__number=number[:10]).first()
    if found is None:
        raise NotFound("这个大厅没有这个窗口，或者它还没有叫过号。", next_step="请核对窗口号。")
    return found


@public
@require_safe
@never_cache
def calls(request: HttpRequest, slug: str) -> JsonResponse:
    """What was called in the last minutes, for a screen that was away; `?window=` narrows to one window."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    number = request.GET.get("window", "")
    window = _desk(hall, number).pk if number else None
    return JsonResponse({"hall": hall.pk, "calls": queue.calls_of(hall, at, window_id=window)})


@public
@require_safe
@never_cache
def live_ticket(request: HttpRequest, slug: str) -> JsonResponse:
    """The way into the live process, for the calls alone: they are shown to everybody in the hall."""
    at, hall = moments.now(), queue.hall_by_slug(slug)
    device = device_of(request, at)
    address = client_address(request) or ""
    who = device.uid if device else uuid5(NAMESPACE_URL, f"queue:{address}")
    ratelimit.limit(f"hall.live:{who}", capacity=60, per_second=1)
    bearing = live.issue_ticket([policies.CALLS], Actor(uid=who, name=hall.name, kind="system"))
    stream = live.stream_address(request)
    return JsonResponse({"url": f"{stream}?ticket={bearing}" if stream else "", "hall": hall.pk})
