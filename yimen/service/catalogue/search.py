"""The search rows of items and the finding of items: pairs of characters in the database, idf in memory for type-ahead.

`search_row` prepares what is stored. `find` asks the database (any user, exact). `suggest` asks an index in
this process, built when the
catalogue's version moves, for the words typed so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yimen.service.catalogue.models import ItemEdition, ItemSearch, ServiceItem
from yimen.service.catalogue.rules import words

MOST_TEXT = 600


def search_row(item: ServiceItem, edition: ItemEdition, department: str, *, public: bool = False) -> ItemSearch:
    """The unsaved search row of an item as this edition describes it."""
    title = edition.name if edition.sub_item_name in edition.name else f"{edition.name}（{edition.sub_item_name}）"
    rest = (edition.short_name, edition.daily_name, edition.main_item_name, department, *edition.themes)
    about = "\n".join(part for part in (*rest, edition.content, edition.conditions[:200]) if part)
    text = f"{title}\n{about}"[:MOST_TEXT]
    return ItemSearch(
        item_id=item.pk,
        title=title,
        text=words.normal(text),
        title_grams=words.pairs(title),
        grams=words.pairs(text),
        initials=words.initials(title),
        public=public,
    )


def search_rows_of(item_ids: Iterable[int]) -> list[ItemSearch]:
    """Unsaved search rows of items: by the current edition where there is one (public), else by the newest draft."""
    rows: list[ItemSearch] = []
    items = ServiceItem.objects.filter(pk__in=list(item_ids)).select_related(
        "current", "department", "source_department"
    )
    drafts = _newest([item.pk for item in items if item.current_id is None])
    for item in items:
        edition = item.current or drafts.get(item.pk)
        if edition is None:
            continue
        public = item.current_id is not None and item.status != ServiceItem.Status.CANCELLED
        rows.append(search_row(item, edition, department_name(item), public=public))
    return rows


def department_name(item: ServiceItem) -> str:
    """The name of the item's department, as ours or as its source says it."""
    if item.department is not None:
        return item.department.name
    return item.source_department.name if item.source_department is not None else ""


def _newest(item_ids: Sequence[int]) -> dict[int, ItemEdition]:
    found = ItemEdition.objects.filter(item__in=item_ids).order_by("item", "-number").distinct("item")
    return {edition.item_id: edition for edition in found}
