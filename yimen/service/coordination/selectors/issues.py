"""Ask for issues: the inbox, the log, one with all that was said (R015)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.service.coordination import policies
from yimen.service.coordination.lifecycle import ANSWER, MANAGE
from yimen.service.coordination.models import GovernmentReport, Issue, Remark

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile


def _whole(found: QuerySet[Issue]) -> QuerySet[Issue]:
    return found.select_related("matter__department", "matter__centre", "raised_by")


def visible(actor: Actor) -> QuerySet[Issue]:
    """Every issue the actor may see."""
    return _whole(Issue.objects.filter(policies.scope(actor)))


def to_answer(actor: Actor) -> QuerySet[Issue]:
    """本单位待办: what waits for an answer of the actor's unit, most urgent first."""
    return _whole(
        Issue.objects.filter(
            policies.scope_of_matters(actor, ANSWER), matter__state="assigned", matter__closed_at__isnull=True
        )
    )


def to_manage(actor: Actor) -> QuerySet[Issue]:
    """管理办公室待办: what waits to be assigned or confirmed, or lies with the government."""
    return _whole(
        Issue.objects.filter(
            policies.scope_of_matters(actor, MANAGE),
            matter__state__in=("raised", "answered", "reported"),
            matter__closed_at__isnull=True,
        )
    )


def in_course(actor: Actor) -> QuerySet[Issue]:
    """All open ones the actor may see."""
    return visible(actor).filter(matter__closed_at__isnull=True)


def raised_by(actor: Actor) -> QuerySet[Issue]:
    """What the actor raised."""
    return _whole(Issue.objects.filter(raiser=actor.account_id or 0))


def remarks_of(issue: Issue) -> Sequence[Remark]:
    """What was said, first to last, with its files."""
    return list(issue.remarks.prefetch_related("files").order_by("step_seq"))


def file_of(issue: Issue, uid: UUID) -> StoredFile:
    """A file that was handed in with a remark of this issue; raises `NotFound`."""
    link = Remark.files.through._default_manager.filter(remark__issue=issue, storedfile__uid=uid)
    found: StoredFile | None = next((each.storedfile for each in link.select_related("storedfile")[:1]), None)
    if found is None:
        raise NotFound("这件协调事项没有这个附件。", next_step="请回到事项页面，从附件清单打开。")
    return found


def open_counts(actor: Actor) -> dict[str, int]:
    """How many wait for the actor's answer and for the office, in one query; for the menu."""
    counts = Issue.objects.filter(matter__closed_at__isnull=True).aggregate(
        answer=Count("pk", filter=policies.scope_of_matters(actor, ANSWER) & Q(matter__state="assigned")),
        manage=Count(
            "pk", filter=policies.scope_of_matters(actor, MANAGE) & Q(matter__state__in=("raised", "answered"))
        ),
    )
    return {name: int(number or 0) for name, number in counts.items()}


def reports(actor: Actor) -> QuerySet[GovernmentReport]:
    """Reports to government that the actor may read, newest first: those of the office's centres, and all addressed to them."""
    found = Q(pk__in=[])
    for held in actor.held(policies.VIEW):
        match held.scope:
            case "all":
                found = Q()
                break
            case "centre":
                found |= Q(centre=held.scope_id or actor.centre_id or 0)
            case "division":
                found |= Q(centre__division__code__startswith=held.scope_path)
            case _:
                pass
    lines = Prefetch("lines")
    return (
        GovernmentReport.objects.filter(found)
        .select_related("centre", "addressed_to")
        .prefetch_related(lines)
        .order_by("-reported_at", "-id")
    )


def due_for_reminder(at: datetime) -> QuerySet[Issue]:
    """Open issues whose warning has come or whose limit is past; as many as are due, never as many as are open."""
    return (
        Issue.objects.filter(
            matter__closed_at__isnull=True, matter__warn_at__lte=at, matter__stopped_since__isnull=True
        )
        .select_related("matter__department", "matter__centre")
        .order_by("matter__due_at", "pk")
    )
