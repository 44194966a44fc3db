"""Offline: a browser of window 3, a receipt that became a case, one that waits, a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.cast import Cast
from yimen.service.offline.models import Block, Fault
from yimen.service.offline.tests import stage

LIST = {f"offline:{name}" for name in ("receipts", "devices", "outages")} | {"api:offline_receipts"}

_BY_WANG = {
    "shell": 4, "state": 8, "items": 8, "enrol": 14, "sync": 14, "receipts": 12, "receipt": 16, "correct": 20, "end": 16,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"offline:{name}": ("wang", ceiling) for name, ceiling in _BY_WANG.items()},
    "offline:worker": ("li", 4),
    "offline:verify": ("li", 6),
    "offline:confirm": ("manager", 16),
    "offline:devices": ("manager", 14),
    "offline:device": ("manager", 16),
    "offline:end_device": ("manager", 16),
    "offline:close_block": ("manager", 14),
    "offline:fault": ("manager", 14),
    "offline:outages": ("manager", 12),
    "offline:settings": ("manager", 12),
    "api:offline_journal": ("wang", 14),
    "api:offline_receipts": ("wang", 8),
}

_SCREENS = "yimen/service/offline/tests/test_screens.py::"
NO_ACT = {
    "offline:settings": "what is not changed is not written",
    "offline:verify": "the check changes nothing; how often one may ask is limited",
}
ELSEWHERE = {
    "offline:enrol": f"{_SCREENS}test_a_browser_from_enrolment_to_merge",
    "offline:sync": f"{_SCREENS}test_a_browser_from_enrolment_to_merge",
    "offline:correct": f"{_SCREENS}test_what_waits_is_settled_on_its_page",
    "offline:confirm": f"{_SCREENS}test_a_second_person_lets_through",
    "api:offline_journal": f"{_SCREENS}test_the_interface_is_the_same_way_in",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking."""
    held = getattr(world, "_offline", None) or _build(world.cast)
    world._offline = held
    number, device = {"number": held["number"]}, {"uid": held["device"]}
    return {
        "offline:receipt": number, "offline:correct": number, "offline:confirm": number,
        "offline:end": number | {"action": "void"}, "offline:device": device,
        "offline:end_device": device | {"action": "revoke"}, "offline:close_block": device | {"block_id": held["block"]},
        "offline:fault": {"uid": held["fault"]},
    }  # fmt: skip


def _build(cast: Cast) -> dict[str, Any]:
    window = stage.window(cast)
    window.receive()
    waits = window.receive(answers={})
    bad = window.receive()
    window.send(*window.browser.journal[:2])
    window.send(replace(bad, text=bad.text + " "))
    return {
        "number": window.browser.numbers[waits.seq - 1], "device": window.device.uid,
        "block": Block.objects.get(device=window.device).pk, "fault": Fault.objects.get(device=window.device).uid,
        "window": window,
    }  # fmt: skip


def more(world: Any, count: int) -> None:
    """So many more of what the lists show: one browser more with its outage, and receipts that wait."""
    number = getattr(world, "_offline_more", 0)
    world._offline_more = number + 1
    if number == 0:
        window = stage.window(world.cast, name="右边的电脑")
        for _ in range(count):
            window.receive(answers={})
        window.send()
