"""Ask for messages."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.notices.models import Message, Sending


def inbox(actor: Actor) -> QuerySet[Message]:
    """The messages to this actor: to the account, and to the party it acts for."""
    mine = Q(pk__in=[])
    if actor.account_id is not None:
        mine |= Q(account_id=actor.account_id)
    if actor.party_id is not None and (actor.standing is None or actor.standing.whole):
        mine |= Q(party_id=actor.party_id)
    return Message.objects.filter(mine)


def unread(actor: Actor) -> int:
    """How many messages the actor has not read."""
    return inbox(actor).filter(read_at__isnull=True).count()


def undelivered() -> QuerySet[Sending]:
    """E-mails that will not arrive, newest first, for the operations page."""
    return Sending.objects.filter(state=Sending.State.FAILED).select_related("message").order_by("-id")
