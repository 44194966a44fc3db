"""A network down at window 3 of 清河县: one browser, one morning cut off, receipts that became cases, and one that waits."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.house.simulate import people
from yimen.house.simulate.answering import fill
from yimen.service.cases.editions import open_edition
from yimen.service.offline import services
from yimen.service.offline.models import Device
from yimen.service.offline.selectors import extract
from yimen.service.offline.sending import say_device
from yimen.service.offline.simulated import Browser

WINDOW = "3"
FIRST_PERSON = 61_000
RECEIPTS = 5
BACK = 4
"""The working day of the outage, the same on which `pulling` starts window 3's plan."""


def tell(stage: Stage) -> None:
    """Enrolled three weeks ago; cut off at half past ten; back before noon; before the last receipt somebody put the computer's
    clock back by a day, so that one waits for a second person."""
    clerk = stage.actor(stage.county.clerks[WINDOW])
    day = stage.days.back(BACK)
    enrolled, cut = stage.days.at(stage.days.back(BACK + 15), 9, 5), stage.days.at(day, 10, 31)
    browser = Browser(cut)
    device = services.enrol(actor=clerk, name="左边的电脑", key=browser.spki, at=enrolled)
    services.top_up(actor=clerk, device=device, at=enrolled)
    device = Device.objects.select_related("window__centre").get(pk=device.pk)
    browser.enrolled(
        device.uid, [number for block in say_device(device, clerk)["blocks"] for number in block["numbers"]]
    )
    items = [
        each
        for each in extract(clerk, day_of(cut))
        if not any(asked.get("later") and asked["required"] for asked in each["form"])
    ]
    chosen = items[:: max(1, len(items) // RECEIPTS)][:RECEIPTS]
    for at, item in enumerate(chosen):
        moment = cut + timedelta(minutes=6 + at * 11)
        wrong: dict[str, Any] = (
            {"local_at": round((moment - timedelta(days=1)).timestamp() * 1000)} if at == len(chosen) - 1 else {}
        )
        browser.receive(at=moment, clerk=(clerk.uid, clerk.name), **_said(at, item, cut), **wrong)
    back = cut + timedelta(minutes=79)
    services.merge(device=device, entries=browser.journal, actor=clerk, at=back, head=browser.head())


def _said(at: int, item: dict[str, Any], cut: Any) -> dict[str, Any]:
    """What the counter was told."""
    who = people.person(FIRST_PERSON + at)
    edition = open_edition(item["code"], cut)
    return {
        "item": {"code": item["code"], "edition": item["edition"], "name": item["name"]},
        "applicant": {
            "kind": "natural",
            "name": who.name,
            "id_type": who.id_type,
            "id_number": who.id_number,
            "phone": who.phone,
        },
        "answers": fill(edition.form, "natural", random.Random(at)).for_party(who),  # noqa: S311  (made-up answers)
        "materials": [each["id"] for each in item["materials"] if not each["exempt"]],
        "remarks": "" if at else "申请人下午还要来补照片。",
    }
