"""Refunds, for whoever watches them."""

from __future__ import annotations

from datetime import datetime

from yimen.service.fees.models import Refund


def refunds_waiting(asked_before: datetime) -> dict[int, list[str]]:
    """The numbers of refunds asked for before a moment and neither paid nor refused, by department of the bill (R183)."""
    waiting: dict[int, list[str]] = {}
    rows = Refund.objects.filter(state__in=(Refund.State.ASKED, Refund.State.SENT), asked_at__lt=asked_before)
    for department_id, code in rows.order_by("asked_at").values_list("payment__bill__department_id", "code"):
        waiting.setdefault(department_id, []).append(code)
    return waiting
