"""The register of devices: which are well, which are away, what a hall lacks (R160)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from yimen.ground.organisations import selectors as organisations
from yimen.service.hall import rules
from yimen.service.hall.models import Device, Hall


@dataclass(frozen=True, slots=True)
class Row:
    """A device with its state in words."""

    device: Device
    status: str
    says: str


def rows_of(hall: Hall, at: datetime) -> list[Row]:
    """Every device of a hall, retired ones last."""
    rows = (
        Device.objects.filter(hall=hall).select_related("window", "hall").order_by("retired_at", "kind", "name", "pk")
    )
    return [Row(each, *state_of(each, at)) for each in rows]


def state_of(device: Device, at: datetime) -> tuple[str, str]:
    """Its lamp and its words."""
    if device.retired_at is not None:
        return "closed", "已停用"
    if not device.token_hash:
        return "paused", "等开通" if device.code_hash else "没有开通"
    if device.seen_at is None or at - device.seen_at > timedelta(minutes=rules.SILENT_MINUTES):
        return "red", "离线"
    if device.paper_out:
        return "warning", "缺纸或打印机故障"
    wrong = [rules.SELF_TEST[key] for key, well in device.health.items() if not well and key in rules.SELF_TEST]
    return ("warning", f"{'、'.join(wrong)}有问题") if wrong else ("normal", "正常")


def gaps_of(hall: Hall, rows: list[Row]) -> list[tuple[str, int, int, int, int]]:
    """What a hall lacks: kind, how many are needed, there are, are missing, and are there but not well. Only lines with a need."""
    live = [each for each in rows if each.device.retired_at is None]
    held = [(each.device.kind, each.device.window_id) for each in live]
    windows = {each.pk for each in organisations.open_windows(hall.centre).filter(queue_groups__hall=hall)}
    lines = []
    for kind, need in rules.NEEDED.items():
        there = sum(each == kind for each, _ in held)
        lines.append((kind, need, there, max(need - there, 0)))
    for kind in rules.NEEDED_AT_WINDOW:
        there = len({window for each, window in held if each == kind and window in windows})
        lines.append((kind, len(windows), there, len(windows) - there))
    ill = Counter(each.device.kind for each in live if each.status != "normal")
    return [(str(Device.Kind(kind).label), need, there, missing, ill[kind]) for kind, need, there, missing in lines]


def home_of(device: Device) -> str:
    """The page a device shows."""
    match device.kind:
        case Device.Kind.KIOSK | Device.Kind.TERMINAL:
            return reverse("hall:kiosk", args=[device.hall.slug])
        case Device.Kind.SCREEN:
            return reverse("hall:screen", args=[device.hall.slug])
        case Device.Kind.WINDOW_SCREEN if device.window is not None:
            return reverse("hall:window_screen", args=[device.hall.slug, device.window.number])
        case _:
            return reverse("hall:hall", args=[device.hall.slug])
