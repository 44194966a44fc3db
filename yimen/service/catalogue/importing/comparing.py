"""What an import would change: each parsed item against what the catalogue holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yimen.service.catalogue.importing.parsed import ParsedItem
from yimen.service.catalogue.models import ImportRow, ItemCode, ItemEdition, ServiceItem

Outcome = ImportRow.Outcome


@dataclass(slots=True)
class Existing:
    """As much of an item in the catalogue as comparing needs."""

    item: ServiceItem
    open_edition: ItemEdition | None = None


@dataclass(slots=True)
class Verdict:
    """What becomes of one parsed item, with the item it meets."""

    parsed: ParsedItem
    outcome: Outcome
    existing: Existing | None = None
    reason: str = ""


def compare(items: Sequence[ParsedItem], *, lock: bool = False) -> list[Verdict]:
    """A verdict for each item, in order. Two queries; `lock` takes the items' row locks (inside a transaction)."""
    held = _existing(items, lock=lock)
    return [_verdict(item, held.get(item.codes[0])) for item in items]


def _existing(items: Sequence[ParsedItem], *, lock: bool) -> dict[tuple[str, str], Existing]:
    keys = {item.codes[0] for item in items}
    codes = ItemCode.objects.filter(code__in={code for _, code in keys}, system__in={system for system, _ in keys})
    by_item = {item_id: (system, code) for item_id, system, code in codes.values_list("item_id", "system", "code")}
    found = ServiceItem.objects.filter(pk__in=by_item).order_by("pk")
    held = {item.pk: Existing(item) for item in (found.select_for_update() if lock else found)}
    for edition in ItemEdition.objects.filter(item__in=held, status__in=ItemEdition.open_statuses):
        held[edition.item_id].open_edition = edition
    return {by_item[pk]: existing for pk, existing in held.items()}


def _verdict(parsed: ParsedItem, existing: Existing | None) -> Verdict:
    if existing is None:
        return Verdict(parsed, Outcome.NEW)
    item, draft = existing.item, existing.open_edition
    if item.status == ServiceItem.Status.CANCELLED:
        return Verdict(parsed, Outcome.REJECTED, existing, "事项已经取消，取消的事项一律不得再录入")
    same_row = item.source_hash == parsed.row_hash
    if same_row and (parsed.materials is None or item.materials_hash == parsed.materials_hash):
        return Verdict(parsed, Outcome.UNCHANGED, existing)
    if draft is not None and (draft.origin != ItemEdition.Origin.IMPORT or draft.edited_at is not None):
        return Verdict(parsed, Outcome.REJECTED, existing, "事项有人工编制的草稿，请先发布或作废该草稿再导入")
    return Verdict(parsed, Outcome.CHANGED, existing)
