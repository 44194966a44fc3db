"""Taking an import back, line by line: what nobody has used since goes, what has been used stays and says why."""

from __future__ import annotations

from dataclasses import dataclass

from yimen.service.catalogue import search
from yimen.service.catalogue.models import ImportBatch, ImportRow, ItemEdition, ServiceItem, SourceDepartment

CHUNK = 1000
Status = ItemEdition.Status


@dataclass(slots=True)
class Undone:
    """Items removed, changes taken back, lines that stay."""

    removed: int = 0
    restored: int = 0
    kept: int = 0


def undo(batch: ImportBatch) -> Undone:
    """Take every line back that can be, in the open transaction."""
    undone = Undone()
    lines = list(
        ImportRow.objects.filter(batch=batch, file="items", outcome__in=["new", "changed"])
        .select_related("item", "edition", "replaced")
        .order_by("id")
    )
    sources = {line.item.source_department_id for line in lines if line.item}
    for start in range(0, len(lines), CHUNK):
        _undo_chunk(lines[start : start + CHUNK], undone)
    unused = SourceDepartment.objects.filter(pk__in=[pk for pk in sources if pk], items__isnull=True)
    unused.delete()
    return undone


def _undo_chunk(lines: list[ImportRow], undone: Undone) -> None:
    checked = set(
        ItemEdition.objects.filter(pk__in=[line.edition_id for line in lines], checks__isnull=False).values_list(
            "pk", flat=True
        )
    )
    latest = dict(
        ItemEdition.objects.filter(item__in=[line.item_id for line in lines])
        .order_by("item", "-number")
        .distinct("item")
        .values_list("item", "pk")
    )
    going: list[int] = []
    items: list[int] = []
    back: list[ImportRow] = []
    kept: list[ImportRow] = []
    for line in lines:
        reason = _why_kept(line, checked, latest)
        if reason:
            line.kept_because = reason
            kept.append(line)
            continue
        going.append(line.edition_id or 0)
        if line.outcome == ImportRow.Outcome.NEW:
            items.append(line.item_id or 0)
        else:
            back.append(line)
    ImportRow.objects.bulk_update(kept, ["kept_because"])
    ItemEdition.objects.filter(pk__in=going).delete()
    ServiceItem.objects.filter(pk__in=items).delete()
    _bring_back(back)
    undone.removed += len(items)
    undone.restored += len(back)
    undone.kept += len(kept)


def _why_kept(line: ImportRow, checked: set[int], latest: dict[int, int]) -> str:
    edition = line.edition
    if edition is None or line.item is None:
        return "这一行导入的内容已经不在"
    if edition.status in (Status.PUBLISHED, Status.RETIRED):
        return "已经发布，可能有人据此申请，不能撤回；请编制新版本或取消事项"
    if edition.pk in checked:
        return "已经作过合法性审查，审查记录不能删除"
    if edition.edited_at is not None:
        return "导入后有人修改过草稿"
    if edition.status != Status.DRAFT or latest.get(line.item.pk) != edition.pk:
        return "导入后又有了新的版本"
    if line.outcome == ImportRow.Outcome.NEW and line.item.editions.count() > 1:
        return "事项还有其他版本"
    return ""


def _bring_back(lines: list[ImportRow]) -> None:
    """The drafts that were replaced become drafts again, and items remember the row they came from before."""
    ItemEdition.objects.filter(pk__in=[line.replaced_id for line in lines if line.replaced_id]).update(
        status=Status.DRAFT
    )
    items = []
    for line in lines:
        item = line.item
        if item is None:
            continue
        before = line.replaced or item.editions.filter(origin=ItemEdition.Origin.IMPORT).order_by("-number").first()
        hashes = before.source.get("hashes", ["", ""]) if before else ["", ""]
        item.source_hash, item.materials_hash = hashes
        newest = item.editions.order_by("-number").first()
        item.latest_number = newest.number if newest else 0
        if item.current_id is None and newest is not None:
            item.name, item.kind = newest.name, newest.kind
        items.append(item)
    ServiceItem.objects.bulk_update(
        items, ["source_hash", "materials_hash", "latest_number", "name", "kind"], batch_size=500
    )
    search.rewrite([item.pk for item in items])
