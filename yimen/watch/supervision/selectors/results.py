"""The register of results and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.watch.supervision import policies
from yimen.watch.supervision.models import OutsideResult, ResultBatch
from yimen.watch.supervision.rules.results import STATES, WRONG


@dataclass(frozen=True, slots=True)
class ResultFilters:
    """Narrow the register; empty means all. `state` is one of `STATES`, or `wrong` for all that have no honest case."""

    state: str = ""
    department: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""
    batch: int | None = None


def results(actor: Actor, asked: ResultFilters | None = None) -> QuerySet[OutsideResult]:
    """The results an actor may see, newest first; page by `-decided_on`, `-pk`."""
    asked = asked or ResultFilters()
    found = _narrowed(actor, asked)
    if asked.state == "wrong":
        found = found.filter(state__in=WRONG)
    elif asked.state:
        found = found.filter(state=asked.state)
    return found.select_related("department", "matter", "alert__matter", "batch").order_by("-decided_on", "-pk")


def _narrowed(actor: Actor, asked: ResultFilters) -> QuerySet[OutsideResult]:
    found = OutsideResult.objects.filter(policies.results_scope(actor))
    if asked.department is not None:
        found = found.filter(department=asked.department)
    if asked.batch is not None:
        found = found.filter(batch=asked.batch)
    if asked.first is not None:
        found = found.filter(decided_on__gte=asked.first)
    if asked.last is not None:
        found = found.filter(decided_on__lte=asked.last)
    if text := asked.text.strip()[:60]:
        found = found.filter(Q(number__icontains=text) | Q(applicant__contains=text) | Q(item_name__contains=text))
    return found


def result_counts(actor: Actor, asked: ResultFilters | None = None) -> dict[str, int]:
    """How many there are in each state, whatever state was asked for."""
    rows = _narrowed(actor, asked or ResultFilters()).order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(STATES, 0) | dict(rows)


def batches(actor: Actor) -> QuerySet[ResultBatch]:
    """The files an actor may see, newest first."""
    found = ResultBatch.objects.all()
    if not any(held.scope == "all" for held in actor.held(policies.WATCH)):
        found = found.filter(read_by_uid=actor.uid)
    return found.order_by("-read_at", "-pk")


def waiting_batches(actor: Actor) -> list[ResultBatch]:
    """The files the actor has read in and not confirmed."""
    return list(batches(actor).filter(state="read", read_by_uid=actor.uid)[:5])
