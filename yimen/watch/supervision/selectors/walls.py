"""Screens on walls: whose they are, and what one of them may show now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision.models import WallScreen
from yimen.watch.supervision.policies import RULES, WATCH


def walls(actor: Actor) -> QuerySet[WallScreen]:
    """One's own screens, newest first; all of them for who keeps the rules."""
    found = WallScreen.objects.select_related("account", "post").order_by("-made_at", "-id")
    return found if actor.holds(RULES) else found.filter(account=actor.account_id or 0)


def wall_by_key(key_digest: str, at: datetime) -> WallScreen | None:
    """The screen whose browser holds this key; None when it has ended."""
    if not key_digest:
        return None
    standing = WallScreen.objects.filter(key_digest=key_digest, ended_at=None, ends_at__gt=at)
    return standing.select_related("account", "post").first()


def shown_on(screen: WallScreen, at: datetime) -> Actor | None:
    """As whom a screen looks: the account in its post, with the rights of this moment; None when they are gone."""
    try:
        actor = organisations.actor_for(screen.account, at, screen.post)
    except NotFound:
        return None
    return actor if actor.holds(WATCH) else None
