"""Taking a proposal over, row by row: each becomes a draft that still needs the legal check (R045); and taking it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import search
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, ProposalRow, ServiceItem
from yimen.service.catalogue.rules.elements import ELEMENTS
from yimen.service.catalogue.services.codes import CodeValues, replace_codes
from yimen.service.catalogue.services.editions import begin_edition, save_edition
from yimen.service.catalogue.services.items import create_item
from yimen.service.catalogue.services.writing import MaterialValues

Fate = ProposalRow.Fate
Outcome = ProposalRow.Outcome


def apply_row(row: ProposalRow, *, actor: Actor, at: datetime, note: str) -> None:
    """Take one row over in a transaction of its own; what refuses is written into the row, and nothing of it stays."""
    try:
        with transaction.atomic():
            made, replaced = _made(row, actor, at, note)
    except Refusal as refusal:
        said = "；".join(refusal.fields.values()) if refusal.fields else refusal.message
        row.fate, row.said = Fate.REFUSED, said[:2000]
    else:
        row.fate, row.made, row.made_version, row.replaced, row.said = Fate.APPLIED, made, made.version, replaced, ""
        row.item_id = made.item_id
    row.save(update_fields=["fate", "made", "made_version", "replaced", "said", "item"])


def _made(row: ProposalRow, actor: Actor, at: datetime, note: str) -> tuple[ItemEdition, ItemEdition | None]:
    values = {name: _value(name, value) for name, value in row.values.get("values", {}).items()}
    if row.outcome == Outcome.NEW:
        new = row.values["new"]
        item = create_item(
            actor=actor, name=new["name"], kind=new["kind"], department=organisations.unit(new["department"]), at=at,
            task_code=new["code"], use_level=new["level"],
        )  # fmt: skip
        edition, replaced = item.editions.get(), None
    else:
        edition, replaced = _draft(row, actor, at, note)
        item = edition.item
    materials = row.values.get("materials")
    edition = save_edition(
        actor=actor, edition=edition, values={**values, "change_note": note}, at=at,
        materials=None if materials is None else _materials(edition, materials),
    )  # fmt: skip
    if row.values.get("codes") is not None:
        replace_codes(item, [CodeValues(*cells) for cells in row.values["codes"]])
        search.bump_version()
    return edition, replaced


def _draft(row: ProposalRow, actor: Actor, at: datetime, note: str) -> tuple[ItemEdition, ItemEdition | None]:
    """A fresh draft from the edition that the row was compared with; a draft that was open gives way to it."""
    item = ServiceItem.objects.select_for_update(of=("self",)).filter(pk=row.item_id or 0).first()
    if item is None or row.base is None:
        raise Conflict("事项或它的版本已经不在。")
    open_one = ItemEdition.objects.select_for_update().filter(item=item, status__in=ItemEdition.open_statuses).first()
    now = open_one or (item.current if item.current_id else None)
    if now is None or now.pk != row.base_id or now.version != row.base_version:
        raise Conflict("比对之后目录又改过，请重新导出、重新比对。")
    if open_one is not None and open_one.status != ItemEdition.Status.DRAFT:
        raise Conflict("事项的版本已送审，请先取回。")
    if open_one is not None:
        ItemEdition.objects.filter(pk=open_one.pk).update(status=ItemEdition.Status.WITHDRAWN)
    return begin_edition(item=item, source=now, actor=actor, at=at, change_note=note), open_one


def _value(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if ELEMENTS[name].form == "day" and value else value


def _materials(edition: ItemEdition, given: list[dict[str, Any]]) -> list[MaterialValues]:
    """The materials as they are written; a material that keeps its name keeps its files."""
    held = {material.name: material for material in EditionMaterial.objects.filter(edition=edition)}
    found = []
    for values in given:
        before = held.get(values["name"])
        found.append(
            MaterialValues(
                **values,
                form_file_id=before.form_file_id if before else None,
                sample_file_id=before.sample_file_id if before else None,
            )
        )
    return found


def undo_row(row: ProposalRow) -> None:
    """Take one applied row back, if nobody has worked on what it became; says why where it stays."""
    with transaction.atomic():
        reason = _undone(row)
    row.fate, row.said = (Fate.KEPT, reason) if reason else (Fate.UNDONE, "")
    row.save(update_fields=["fate", "said"])


def _undone(row: ProposalRow) -> str:
    made = ItemEdition.objects.select_for_update(of=("self",)).filter(pk=row.made_id or 0).first()
    if made is None:
        return "应用成的草稿已经不在"
    if made.status != ItemEdition.Status.DRAFT:
        return f"草稿已经是“{made.get_status_display()}”"
    if made.version != row.made_version:
        return "应用之后有人改过草稿"
    if row.outcome == Outcome.NEW:
        return _remove_new(row, made)
    ItemEdition.objects.filter(pk=made.pk).update(status=ItemEdition.Status.WITHDRAWN)
    if row.replaced_id:
        ItemEdition.objects.filter(pk=row.replaced_id).update(status=ItemEdition.Status.DRAFT)
    search.rewrite([made.item_id])
    return ""


def _remove_new(row: ProposalRow, made: ItemEdition) -> str:
    if ItemEdition.objects.filter(item=made.item_id).count() > 1:
        return "事项已经有别的版本"
    item_id = made.item_id
    ProposalRow.objects.filter(pk=row.pk).update(made=None, item=None)
    row.made, row.item = None, None
    try:
        with transaction.atomic():
            made.delete()
            ServiceItem.objects.filter(pk=item_id).delete()
    except ProtectedError:
        return "已经有别的内容用到这个事项"
    return ""
