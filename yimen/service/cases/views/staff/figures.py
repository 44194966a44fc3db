"""Small numbers of the workbench. Each is bounded: its cost does not grow with the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.service.cases import selectors as cases
from yimen.service.cases.lifecycle import PROCEDURES
from yimen.service.cases.views.staff.boxes import usual_box

MOST = 99
STATES_MOST = 1000
TODAY_MOST = 400


def bounded(found: QuerySet[Any]) -> str:
    """`14`, or `99+` where there are more."""
    count = found.order_by().values("pk")[: MOST + 1].count()
    return f"{MOST}+" if count > MOST else str(count)


def by_state(request: HttpRequest) -> dict[str, int]:
    """How many open matters of the actor's usual box stand in each state; asked once a request, for the side menu."""
    held = getattr(request, "_desk_by_state", None)
    if held is None:
        actor = getattr(request, "actor", None)
        held = _by_state(actor) if isinstance(actor, Actor) and actor.holds("matters.view") else {}
        request._desk_by_state = held  # type: ignore[attr-defined]  # kept for this request alone
    return held


def _by_state(actor: Actor) -> dict[str, int]:
    held = cases.box(actor, usual_box(actor))
    some = held.order_by("sort_at", "id").values("pk")[:STATES_MOST]
    rows = held.model._default_manager.filter(pk__in=some).values("state").annotate(count=Count("pk")).order_by()
    return {row["state"]: row["count"] for row in rows}


STEPPED = frozenset(table.name for table in PROCEDURES)
"""The names under which steps of cases stand in the audit."""


@dataclass(frozen=True, slots=True)
class Today:
    """What the actor has done today, from the audit of their own acts."""

    submitted: int
    accepted: int
    decided: int
    delivered: int


def today(request: HttpRequest) -> Today:
    """Counts over the actor's newest acts; a day has fewer than these."""
    actor = getattr(request, "actor", None)
    start = moments.now().replace(hour=0, minute=0, second=0, microsecond=0)
    acts: list[str] = []
    if isinstance(actor, Actor):
        newest = AuditEntry.objects.filter(actor_uid=actor.uid).order_by("-id")
        for action, at, result in newest.values_list("action", "at", "result")[:TODAY_MOST]:
            if at < start:
                break
            if result == "ok":
                procedure, _, step = action.partition(".")
                acts.append(step if procedure in STEPPED else action)
    return Today(
        submitted=acts.count("submit"),
        accepted=acts.count("accept"),
        decided=sum(acts.count(action) for action in ("grant", "grant_at_once", "refuse")),
        delivered=acts.count("deliver"),
    )
