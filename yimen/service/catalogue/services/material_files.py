"""The blank form and the filled-in example of a material, kept as files with the draft that shows them (R031)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import policies
from yimen.service.catalogue.models import EditionMaterial, ItemEdition
from yimen.service.catalogue.refusals import EditionNotOpen

KINDS = ("pdf", "docx", "xlsx", "jpg", "png")
FIELDS = {"form": "form_file", "sample": "sample_file"}


@transaction.atomic
def save_material_files(
    *,
    actor: Actor,
    edition: ItemEdition,
    order: int,
    uploads: dict[str, File[Any]],
    at: datetime,
    taken_off: Collection[str] = (),
) -> EditionMaterial:
    """Put the files `uploads` {"form": …, "sample": …} to a material of a draft; `taken_off` names those to be removed.

    Raises `EditionNotOpen` once the edition has left the draft, `FileRefused` for a file the gate refuses.
    """
    policies.must(actor, policies.EDIT, edition.item)
    edition = ItemEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if edition.status != ItemEdition.Status.DRAFT:
        raise EditionNotOpen("只有草稿可以换空白表和样表。", next_step="请先取回，或编制新版本。")
    material = EditionMaterial.objects.filter(edition=edition, order=order).first()
    if material is None:
        raise NotFound("这个版本没有这份材料。", next_step="请从材料清单进入。")
    for which, field in FIELDS.items():
        if which in taken_off:
            setattr(material, field, None)
        if which in uploads:
            setattr(material, field, store_file(uploads[which], actor=actor, at=at, kinds=KINDS))
    material.save(update_fields=list(FIELDS.values()))
    edition.version += 1
    edition.edited_at = at
    edition.save(update_fields=["version", "edited_at"])
    audit.record(
        "catalogue.save_material_files",
        actor=actor,
        target_kind="item",
        target=edition.item.code,
        facts={"edition": edition.number, "material": material.name[:100], "files": sorted(uploads)},
    )
    return material
