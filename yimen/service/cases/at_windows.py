"""What windows and the people at them did with cases, counted from the facts of reports (R217), and the lists behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.matters import selectors as matters
from yimen.service.cases.models import CaseFact

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

By = Literal["window", "person"]

WORK: dict[str, Q] = {
    "taken": Q(measure="submitted"),
    "accepted": Q(measure="accepted"),
    "in_time": Q(measure="accepted", deemed=False),
    "deemed": Q(measure="accepted", deemed=True),
    "slips": Q(measure="accepted") & ~Q(matter__case__slip_number=""),
    "corrected": Q(measure="corrected"),
    "decided": Q(measure__in=("granted", "refused")),
    "late": Q(measure__in=("granted", "refused"), on_time=False),
}
"""Each number and the facts it counts, a case at most once. Accepted in time is what no statute had to accept (art. 32)."""

_BY_STEP: dict[str, tuple[str, ...]] = {
    "accepted": ("accept",),
    "in_time": ("accept",),
    "slips": ("accept",),
    "corrected": ("request_correction", "request_review_correction"),
}
"""Of a person count the cases whose step they took; for the rest those in whose hands the case is."""


def work(actor: Actor, permission: str, first: date, last: date, by: By) -> dict[Any, dict[str, int]]:
    """By window (id), or by person (uid): each number of `WORK` for these days, within the actor's scope for a permission."""
    facts = _facts(actor, permission, first, last)
    found: dict[Any, dict[str, int]] = {}
    if by == "window":
        rows = facts.filter(matter__window__isnull=False).order_by().values_list("matter__window").annotate(
            **{f"n_{name}": Count("pk", filter=q) for name, q in WORK.items()}
        )  # fmt: skip
        return {row[0]: dict(zip(WORK, row[1:], strict=True)) for row in rows}
    own = {name: q for name, q in WORK.items() if name not in _BY_STEP and name != "deemed"}
    rows = facts.filter(matter__person__isnull=False).order_by().values_list("matter__person__uid").annotate(
        **{f"n_{name}": Count("pk", filter=q) for name, q in own.items()}
    )  # fmt: skip
    for row in rows:
        _of(found, row[0]).update(zip(own, row[1:], strict=True))
    for name, actions in _BY_STEP.items():
        steps = facts.filter(WORK[name], matter__steps__action__in=actions).order_by()
        for uid, count in steps.values_list("matter__steps__actor_uid").annotate(n=Count("pk", distinct=True)):
            _of(found, uid)[name] = count
    return found


def _of(found: dict[Any, dict[str, int]], key: Any) -> dict[str, int]:
    return found.setdefault(key, dict.fromkeys(WORK, 0))


def _facts(actor: Actor, permission: str, first: date, last: date) -> QuerySet[CaseFact]:
    deemed = CaseFact.objects.filter(pk=OuterRef("pk"), matter__steps__action="deem_accepted")
    facts = CaseFact.objects.filter(day__gte=first, day__lte=last).annotate(deemed=Exists(deemed))
    within = matters.within(actor, permission)
    return facts if within is None else facts.filter(matter__in=within)


def work_behind(
    actor: Actor, permission: str, which: str, first: date, last: date, at: Mapping[str, Any]
) -> QuerySet[Matter]:
    """The cases that a number counts, newest first; `at` has a `window` (id) or a `person` (uid). Raises KeyError."""
    facts = _facts(actor, permission, first, last).filter(WORK[which])
    if "window" in at:
        facts = facts.filter(matter__window=at["window"])
    elif which in _BY_STEP:
        facts = facts.filter(matter__steps__action__in=_BY_STEP[which], matter__steps__actor_uid=at["person"])
    else:
        facts = facts.filter(matter__person__uid=at["person"])
    return matters.visible(actor, permission).filter(pk__in=facts.order_by().values("matter"))
