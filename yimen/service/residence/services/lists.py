"""Lists in batches: prepared, published under a document, put into force; items taken off with a reason (R035–R037)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import ListBatch, ListLine
from yimen.service.residence.rules import ListKind

State = ListBatch.State


class NotRipe(Invalid):
    """An item does not fit the list, and the reason says why."""

    code = "not_ripe"


@transaction.atomic
def new_batch(*, actor: Actor, kind: str, title: str, at: datetime) -> ListBatch:
    """Begin the next batch of a list; one is prepared at a time."""
    policies.must(actor, policies.PUBLISH, None)
    if kind not in ListKind.labels():
        raise Invalid("没有这种清单。")
    used = ListBatch.objects.filter(kind=kind).exclude(state=State.DROPPED)
    number = (used.aggregate(last=Max("number"))["last"] or 0) + 1
    title = title or f"第 {number} 批“{ListKind.labels()[kind]}”事项清单"
    try:
        with transaction.atomic():
            made = ListBatch.objects.create(
                kind=kind,
                number=number,
                title=tidy(title, "名称", 120, field="title"),
                made_by=actor.name[:120],
                made_at=at,
            )
    except IntegrityError:
        raise Conflict("已经有一批在筹备。", next_step="请打开筹备中的那一批。") from None
    _note("residence.new_batch", actor, made)
    return made


def _beyond(kind: str) -> int:
    """A number for a dropped batch, out of the way of those that will be published."""
    last = ListBatch.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    return max(last, 10_000) + 1


@transaction.atomic
def list_items(*, actor: Actor, batch: ListBatch, item_ids: Iterable[int], at: datetime) -> int:
    """Put items on a batch that is being prepared; each must fit today. Returns how many came on.

    Items already listed are passed over. Raises `NotRipe` when one does not fit.
    """
    found = _locked(actor, batch, State.MATURING)
    wanted = sorted(set(item_ids))
    judged = selectors.judged(found.kind, wanted, day_of(at))
    unfit = [(name, verdict) for name, verdict in judged.values() if not verdict.fits]
    if unfit or len(judged) < len(wanted):
        first = f"{unfit[0][0]}：{unfit[0][1].said}" if unfit else "有的事项已经不在办"
        raise NotRipe(
            f"有 {len(unfit) or len(wanted) - len(judged)} 个事项还不成熟。{first}", next_step="请去掉后再列入。"
        )
    listed = set(
        ListLine.objects.filter(kind=found.kind, item__in=wanted, removed_on__isnull=True).values_list(
            "item", flat=True
        )
    )
    rows = [
        ListLine(
            batch=found,
            kind=found.kind,
            item_id=pk,
            reason=judged[pk][1].said[:300],
            added_by=actor.name[:120],
            added_at=at,
        )
        for pk in wanted
        if pk not in listed
    ]
    ListLine.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    _moved(found)
    _note("residence.list_items", actor, found, items=len(rows))
    return len(rows)


@transaction.atomic
def unlist_item(*, actor: Actor, line: ListLine, reason: str, at: datetime) -> None:
    """Take an item off. On a batch still being prepared the line is simply deleted; afterwards it stays with the reason."""
    policies.must(actor, policies.PUBLISH, None)
    # The batch before its line, as everybody who changes lines takes them.
    _moved(ListBatch.objects.select_for_update().get(pk=line.batch_id))
    found = ListLine.objects.select_for_update(of=("self",)).filter(pk=line.pk).first()
    if found is None or found.removed_on is not None:
        raise Conflict("这个事项已经移出。", next_step="请刷新页面再看。")
    _note("residence.unlist_item", actor, found.batch, item=found.item.code)
    if found.batch.state == State.MATURING:
        found.delete()
        return
    found.removed_reason = tidy(reason, "移出理由", 300, field="reason")
    found.removed_on, found.removed_by = day_of(at), actor.name[:120]
    found.save(update_fields=["removed_on", "removed_by", "removed_reason"])


@transaction.atomic
def publish_batch(
    *,
    actor: Actor,
    batch: ListBatch,
    document_number: str,
    published_on: date,
    at: datetime,
    in_force_on: date | None = None,
) -> ListBatch:
    """Publish (公布一批); with `in_force_on` it is put into force from that day at the same time (推行一批)."""
    found = _locked(actor, batch, State.MATURING)
    if not found.lines.exists():
        raise Invalid("这一批还没有事项。", next_step="请先从候选里列入事项。")
    if published_on > day_of(at):
        raise Invalid("公布日期在今天之后。", fields={"published_on": "公布日期不能晚于今天。"})
    found.document_number = tidy(document_number, "文号", 60, field="document_number")
    found.state, found.published_on, found.published_by, found.published_at = (
        State.PUBLISHED, published_on, actor.name[:120], at,
    )  # fmt: skip
    found.save(update_fields=["document_number", "state", "published_on", "published_by", "published_at"])
    _note("residence.publish_batch", actor, found, number=found.document_number)
    outbox.publish(events.BatchPublished(kind=found.kind, number=found.number, at=at))
    if in_force_on is not None:
        return put_in_force(actor=actor, batch=found, in_force_on=in_force_on, at=at)
    return found


@transaction.atomic
def put_in_force(*, actor: Actor, batch: ListBatch, in_force_on: date, at: datetime) -> ListBatch:
    """Put a published batch into force from a day not before its publication."""
    found = _locked(actor, batch, State.PUBLISHED)
    if found.published_on is None or in_force_on < found.published_on:
        raise Invalid("推行日期早于公布日期。", fields={"in_force_on": "推行日期不能早于公布日期。"})
    found.state, found.in_force_on = State.IN_FORCE, in_force_on
    found.save(update_fields=["state", "in_force_on"])
    _note("residence.put_in_force", actor, found, on=in_force_on)
    return found


@transaction.atomic
def drop_batch(*, actor: Actor, batch: ListBatch, at: datetime) -> None:
    """Throw away a batch that has not been published; its number is used again."""
    found = _locked(actor, batch, State.MATURING)
    _note("residence.drop_batch", actor, found)
    found.lines.all().delete()
    _moved(found)
    found.state, found.number = State.DROPPED, _beyond(found.kind)
    found.save(update_fields=["state", "number"])


def _locked(actor: Actor, batch: ListBatch, state: str) -> ListBatch:
    policies.must(actor, policies.PUBLISH, None)
    found = ListBatch.objects.select_for_update().get(pk=batch.pk)
    if found.state != state:
        raise Conflict(f"这一批已经是“{found.get_state_display()}”。", next_step="请刷新页面再看。")
    return found


def _moved(batch: ListBatch) -> None:
    """Its lines have changed: what is kept of counts and candidates is old from here on (`selectors.keeping`)."""
    ListBatch.objects.filter(pk=batch.pk).update(moved=F("moved") + 1)


def _note(action: str, actor: Actor, batch: ListBatch, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="list_batch", target=f"{batch.kind}/{batch.number}", facts=facts)
