"""A device tries itself: what it sees by itself is filled in, what only a person can see is asked."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments
from yimen.service.hall import rules
from yimen.service.hall.models import Device
from yimen.service.hall.selectors import devices as register
from yimen.service.hall.services import devices
from yimen.service.hall.views.asking import device_of


@public
def self_test(request: HttpRequest) -> HttpResponseBase:
    """The self-test of the device this browser is (R160): screen, sound, printer, card reader, network, clock."""
    at = moments.now()
    device = device_of(request, at)
    if device is None:
        raise devices.DeviceUnknown("这台设备没有开通，不能自检。", next_step="请先在 /queue/device/ 输入开通码。")
    if request.headers.get("x-ping") == "1":
        return HttpResponse("", status=204)
    parts = rules.SELF_TEST_OF.get(device.kind, rules.ALWAYS_TESTED)
    if request.method == "POST":
        health = {key: request.POST[key] == "1" for key in parts if request.POST.get(key) in ("0", "1")}
        told = request.POST.get("device_clock", "")
        if told:
            health["clock"] = _clock_is_right(told, at)
        missing = [rules.SELF_TEST[key] for key in parts if key not in health]
        if missing:
            messages.error(request, f"还没有选：{'、'.join(missing)}。")
            return render(request, "hall/self_test.html", _facts(device, parts), status=422)
        devices.report_health(device=device, health=health, at=at)
        wrong = [rules.SELF_TEST[key] for key in parts if not health[key]]
        if wrong:
            messages.warning(request, f"已记下：{'、'.join(wrong)}有问题，中心能在设备清单看到。")
        else:
            messages.success(request, "全部正常，已记下。")
        return redirect("hall:self_test")
    return render(request, "hall/self_test.html", _facts(device, parts))


def _facts(device: Device, parts: tuple[str, ...]) -> dict[str, object]:
    said = {key: device.health.get(key) for key in parts}
    return {
        "device": device, "parts": [(key, rules.SELF_TEST[key], rules.SELF_TEST_SAYS[key], said[key]) for key in parts],
        "home": register.home_of(device),
    }  # fmt: skip


def _clock_is_right(told: str, at: datetime) -> bool:
    """Whether the device's clock (milliseconds since 1970) is within a minute and a half of ours."""
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        return False
    return abs(int(told) / 1000 - at.timestamp()) <= rules.CLOCK_OFF_SECONDS
