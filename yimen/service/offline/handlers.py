"""And afterwards? Who is told. Each may run twice: a notice has its key. Nobody is told what a citizen's name is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.service.offline import events, policies, rules
from yimen.service.offline.models import Entry, Fault

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window


def _tell(window: Window, codes: Collection[str], at: datetime, key: str, subject: str, body: str, link: str) -> None:
    place = organisations.Place(0, window.pk, window.centre_id)
    for account in sorted({each.account_id for each in organisations.holders(codes, place, day_of(at))}):
        notify_account(key=f"offline:{key}:{account}", account_id=account, subject=subject, body=body[:500], link=link)


@handles(events.OfflineWaits)
def tell_waits(event: events.OfflineWaits) -> None:
    """The window has to settle it; what needs a second person goes to those who may look."""
    entry = Entry.objects.select_related("window__centre").get(pk=event.entry)
    codes = {policies.CONFIRM} if event.why in rules.SECOND_PERSON else {policies.SETTLE}
    words = f"{entry.window}离线收的 {event.number}（{entry.item_name}）还不是办件：{rules.WAITING[event.why]}。"
    link = reverse("offline:receipt", args=[event.number])
    _tell(entry.window, codes, event.at, f"waits:{event.number}", "离线收件待处理", words, link)


@handles(events.JournalRefused)
def tell_refused(event: events.JournalRefused) -> None:
    """The centre and supervision are told what is wrong with a journal."""
    fault = Fault.objects.select_related("device__window__centre").get(pk=event.fault)
    window = fault.device.window
    words = f"{window}“{fault.device.name}”的离线日志：{rules.FAULTS[event.kind]}。{fault.said}"
    link = reverse("offline:device", args=[fault.device.uid])
    codes = {policies.MANAGE, policies.VIEW}
    _tell(window, codes, event.at, f"fault:{event.fault}", "离线日志被拒收", words, link)
