"""Putting editions in force. One function does it for one edition or for thousands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments, outbox
from yimen.ground.kit.refusals import Conflict
from yimen.service.catalogue import checking, events, policies, search, selectors
from yimen.service.catalogue.models import FormDefinition, ItemEdition, ServiceItem
from yimen.service.catalogue.refusals import EditionNotOpen, NotPublishable
from yimen.service.catalogue.rules.quality import Finding, errors
from yimen.service.catalogue.services.items import assigned_code31, reindex

Status = ItemEdition.Status
FEW = 100
"""More editions than this are judged again by the worker, not while somebody waits."""


@dataclass(slots=True)
class Published:
    """Which editions are in force now, and which are not and why."""

    editions: list[int] = field(default_factory=list)
    refused: list[tuple[ItemEdition, list[Finding]]] = field(default_factory=list)


@transaction.atomic
def publish_edition(*, actor: Actor, edition: ItemEdition, at: datetime) -> ItemEdition:
    """Put a checked edition in force from today; the one before retires. Raises `EditionNotOpen`, `NotPublishable`."""
    policies.must(actor, policies.PUBLISH, edition.item)
    ServiceItem.objects.select_for_update().get(pk=edition.item_id)
    ItemEdition.objects.select_for_update().get(pk=edition.pk)
    edition = selectors.whole(ItemEdition.objects.filter(pk=edition.pk)).get()
    if edition.status != Status.PASSED:
        raise EditionNotOpen(
            "只有通过合法性审查的版本可以发布。", next_step="请先提交合法性审查，由编制人以外的人审查。"
        )
    outcome = publish_passed([edition], actor=actor, at=at)
    if outcome.refused:
        raise NotPublishable(outcome.refused[0][1])
    audit.record(
        "catalogue.publish_edition",
        actor=actor,
        target_kind="item",
        target=edition.item.code,
        facts={"edition": edition.number, "uid": edition.uid},
    )
    outbox.publish(events.EditionPublished(item=edition.item.uid, edition=edition.uid, at=at))
    edition.refresh_from_db()
    return edition


def publish_passed(editions: Sequence[ItemEdition], *, actor: Actor, at: datetime) -> Published:
    """Put passed editions in force, in the open transaction, whose caller has locked the items and asked who may.

    An edition with an error, an item that is cancelled, without department or without code stays as it is.
    """
    outcome = Published()
    day, set_here = moments.day_of(at), selectors.severities()
    for edition in editions:
        found = _against(edition, day, set_here)
        if found:
            outcome.refused.append((edition, found))
        else:
            outcome.editions.append(edition.pk)
    ready = set(outcome.editions)
    items = [edition.item for edition in editions if edition.pk in ready]
    ServiceItem.objects.bulk_update([item for item in items if not item.national], ["code31"], batch_size=500)
    FormDefinition.objects.filter(editions__in=ready, locked_at__isnull=True).update(locked_at=at)
    ItemEdition.objects.filter(item__in=[item.pk for item in items], status=Status.PUBLISHED).update(
        status=Status.RETIRED, retired_on=day
    )
    ItemEdition.objects.filter(pk__in=ready).update(
        status=Status.PUBLISHED, effective_on=day, published_at=at, published_by=actor.name
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update catalogue_serviceitem i
            set current_id = e.id, name = e.name, kind = e.kind, changed_at = %s, version = i.version + 1
            from catalogue_itemedition e where e.item_id = i.id and e.id = any(%s)
            """,
            [at, list(ready)],
        )
    search.rewrite([item.pk for item in items])
    search.bump_version()
    if len(ready) <= FEW:
        checking.keep(outcome.editions, at)
    else:
        outbox.publish(events.CheckRequested(at=at))
    return outcome


def _against(edition: ItemEdition, day: date, set_here: Mapping[str, str]) -> list[Finding]:
    """What stands against putting an edition in force."""
    item = edition.item
    found = errors(selectors.findings(edition, day, set_here))
    if item.status == ServiceItem.Status.CANCELLED:
        found.append(Finding("item_cancelled", "error", "status", "事项已经取消，不能发布。", "取消的事项不得再办理"))
    if not item.code31 and item.department is not None:
        item.code31 = assigned_code31(item, item.department)
    if not item.code31 and item.department is not None:
        message = "没有国家实施编码，实施部门也没有有效的统一社会信用代码，编不出办件编号，请先补上部门的代码。"
        found.append(Finding("code_missing", "error", "code31", message))
    return found


@transaction.atomic
def retire_edition(*, actor: Actor, item: ServiceItem, reason: str, at: datetime) -> ItemEdition:
    """Take the edition in force out of force without another one: the item can no longer be applied for."""
    policies.must(actor, policies.PUBLISH, item)
    item = ServiceItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    edition = item.current
    if edition is None:
        raise Conflict("这个事项没有现行版本。")
    ItemEdition.objects.filter(pk=edition.pk).update(status=Status.RETIRED, retired_on=moments.day_of(at))
    item.current, item.changed_at = None, at
    item.version += 1
    item.save(update_fields=["current", "changed_at", "version"])
    reindex([item.pk])
    audit.record(
        "catalogue.retire_edition",
        actor=actor,
        target_kind="item",
        target=item.code,
        reason=reason,
        facts={"edition": edition.number},
    )
    edition.refresh_from_db()
    return edition
