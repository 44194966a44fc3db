"""What the pages of this module choose from, and what they keep without a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.organisations import selectors as organisations

SUPERVISED = ("department", "town", "centre", "subcentre", "office", "village")


def unit_choices(*kinds: str) -> list[tuple[int, str]]:
    """Units for a select."""
    return [(unit.pk, unit.name) for unit in organisations.units(*(kinds or SUPERVISED))]


def stored_unnamed(request: HttpRequest, at: datetime) -> list[Any]:
    """A complainant's file: kept as the system's, under a name that says nothing of whose it is."""
    upload = request.FILES.get("file")
    ending = str(getattr(upload, "name", "") or "").rpartition(".")[2].lower()[:5]
    return store_chosen(upload, actor=SYSTEM, at=at, name=f"材料.{ending}")
