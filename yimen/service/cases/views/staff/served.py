"""What a window takes in: the items of the departments it serves, as far as a letter of authorisation covers them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from yimen.ground.identity.rules import Actor
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem

LOOKED_AT = 400
"""Hits of the search that are held against the letters before the list is cut."""


def served_items(actor: Actor, text: str, on: date, *, most: int) -> list[ServiceItem]:
    """Items that fit the text, or the first of the window's departments, that this actor may take in; best first."""
    departments = sorted({letter.department_id for letter in actor.letters if "accept" in letter.powers})
    if not text or len(departments) == 1:
        # A department narrows the search itself; without words there is nothing else to narrow it.
        queries = [catalogue.Query(text=text, department=department) for department in departments]
    else:
        queries = [catalogue.Query(text=text)] if departments else []
    found: list[ServiceItem] = []
    for query in queries:
        for item in catalogue.find(query, size=LOOKED_AT if text else most).items:
            under = organisations.letter_for(actor, "accept", item.code31, on, department_id=item.department_id or 0)
            if item.status == "active" and under is not None:
                found.append(item)
            if len(found) == most:
                return found
    return found


def regions_of(actor: Actor) -> list[tuple[str, str]]:
    """Divisions for a question that asks for one: code and name, the actor's county and below."""
    return [(division.code, division.name) for division in organisations.divisions().order_by("code")[:500]]
