"""Whoever leaves here leaves the departments' systems too (R016): signings-on end, and each system is told once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from yimen.ground.identity.events import SignedOff
from yimen.ground.identity.models import SignOn, SignOnToken
from yimen.ground.kit.outbox import publish

BY_THE_SYSTEM = "对方系统退出"
"""The system ended it itself and need not be told."""


def let_out(found: QuerySet[SignOn], *, account: UUID, reason: str, at: datetime) -> int:
    """End these open signings-on of an account with their tokens; whichever systems had them hear of it afterwards.

    Returns how many there were. In the transaction of the act that ends them.
    """
    ids = list(
        found.filter(ended_at__isnull=True).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    if ids:
        SignOn.objects.filter(pk__in=ids).update(ended_at=at, end_reason=reason[:100])
        SignOnToken.objects.filter(sign_on__in=ids, expires_at__gt=at).update(expires_at=at)
        publish(SignedOff(account, at))
    return len(ids)
