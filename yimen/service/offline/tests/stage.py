"""A browser of window 3 and receipts of it, for the tests of this module and of every address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases.tests.stage import ANSWERS, published
from yimen.service.catalogue.models import ServiceItem
from yimen.service.offline import services
from yimen.service.offline.models import Device
from yimen.service.offline.sending import say_device
from yimen.service.offline.services import Envelope, Outcome
from yimen.service.offline.simulated import Browser

LI = {
    "kind": "natural",
    "name": "李小雨",
    "id_type": "resident",
    "id_number": "519911199204150017",
    "phone": "13700001234",
}


@dataclass
class Window:
    """An enrolled browser with the item it takes in."""

    cast: Cast
    browser: Browser
    device: Device
    item: ServiceItem

    def again(self) -> Device:
        """The device as the database has it."""
        return Device.objects.select_related("window__centre").get(pk=self.device.pk)

    def receive(self, at: datetime | None = None, **change: Any) -> Envelope:
        """Wang takes in one more."""
        assert self.item.current is not None
        wang = self.cast.actor("wang")
        given: dict[str, Any] = {
            "applicant": LI, "answers": ANSWERS, "clerk": (wang.uid, wang.name),
            "item": {"code": self.item.code, "edition": self.item.current.pk, "name": self.item.name},
            "materials": [each.pk for each in self.item.current.materials.order_by("order")[:1]],
        } | change  # fmt: skip
        return self.browser.receive(at=at or now() - timedelta(minutes=10), **given)

    def send(
        self, *entries: Envelope, head: bool = True, who: str = "wang", at: datetime | None = None
    ) -> list[Outcome]:
        """Send these, or the whole journal."""
        return services.merge(
            device=self.again(), entries=list(entries) or self.browser.journal, actor=self.cast.actor(who), at=at or now(),
            head=self.browser.head() if head and not entries else None,
        )  # fmt: skip


def window(
    cast: Cast, *, item: ServiceItem | None = None, ago: timedelta = timedelta(minutes=30), name: str = "左边的电脑"
) -> Window:
    """Wang enrols a browser, which was last in touch a while ago."""
    browser = Browser(now() - ago)
    wang = cast.actor("wang")
    device = services.enrol(actor=wang, name=name, key=browser.spki, at=now() - ago)
    services.top_up(actor=wang, device=device, at=now() - ago)
    said = say_device(Device.objects.select_related("window__centre").get(pk=device.pk), wang)
    browser.enrolled(device.uid, [number for block in said["blocks"] for number in block["numbers"]])
    return Window(cast, browser, device, item or published(cast))
