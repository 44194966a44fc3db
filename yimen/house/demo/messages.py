"""What the demo's citizens were told, as the handlers would have told them at the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from yimen.ground.kit import outbox
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.matters.models import Matter
from yimen.ground.notices.models import Message

TELLERS = "yimen.service.cases.handlers"
READ_AFTER = timedelta(days=5)


def tell(parties: Collection[int], now: datetime) -> int:
    """Deliver the news of these parties' cases into their inboxes; all other news of the load is passed over.

    Nobody waits for it: letters are drawn when somebody opens them. Returns how many messages there are.
    """
    mine = dict(Matter.objects.filter(applicant__in=parties).values_list("pk", "code"))
    tellers = [each for each in outbox.subscriptions() if each.name.startswith(f"{TELLERS}.")]
    news = OutboxEvent.objects.filter(fanned_at__isnull=True)
    # The load goes case by case; an inbox reads day by day.
    waiting = sorted(news.values_list("name", "payload"), key=lambda each: _moment(each[1]))
    news.update(fanned_at=now)
    for name, payload in waiting:
        for teller in tellers:
            if teller.event.name == name and payload.get("matter_id") in mine:
                teller.handler(teller.event.from_payload(payload))
                at = datetime.fromisoformat(payload["at"])
                newest = Message.objects.order_by("-pk")[:1]
                read_at = at + timedelta(hours=9) if now - at > READ_AFTER else None
                Message.objects.filter(pk__in=newest.values("pk")).update(created_at=at, read_at=read_at)
    return Message.objects.count()


def _moment(payload: Mapping[str, Any]) -> float:
    """When it happened, in seconds; texts of moments in different zones do not sort by time."""
    return datetime.fromisoformat(payload["at"]).timestamp() if payload.get("at") else 0.0
