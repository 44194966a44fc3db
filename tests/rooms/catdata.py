"""The catalogue in full: elements, quality, disclosures, workbooks, guidance, other codes, comparisons."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from yimen.ground.kit.moments import now
from yimen.service.catalogue import services
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, WorkbookProposal
from yimen.service.catalogue.services import workbooks
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.services.guidance import MaterialCondition
from yimen.service.catalogue.workbook.baseline import standings
from yimen.service.catalogue.workbook.writing import workbook

TREE: dict[str, Any] = {
    "form": {
        "title": "办理情形",
        "sections": [
            {
                "key": "main",
                "title": "情形",
                "fields": [{"key": "moved", "kind": "yes_no", "label": "是搬迁吗？", "required": True}],
            }
        ],
    }
}

CEILINGS: dict[str, tuple[str, int]] = {
    "catalogue:board": ("li", 12),
    "catalogue:situation": ("li", 12),
    "catalogue:material_file": ("li", 8),
    "catalogue:records": ("editor", 9),
    "catalogue:material_files": ("editor", 9),
    "catalogue:draft_file": ("editor", 9),
    "catalogue:guidance": ("editor", 10),
    "catalogue:guidance_preview": ("editor", 12),
    "catalogue:item_codes": ("editor", 8),
    "catalogue:beside": ("editor", 12),
    "catalogue:quality": ("manager", 14),
    "catalogue:quality_editions": ("manager", 9),
    "catalogue:quality_export": ("manager", 7),
    "catalogue:quality_departments": ("manager", 6),
    "catalogue:quality_picture": ("manager", 6),
    "catalogue:quality_again": ("manager", 7),
    "catalogue:settings": ("manager", 8),
    "catalogue:disclosures": ("manager", 11),
    "catalogue:disclosure_items": ("manager", 9),
    "catalogue:disclosures_export": ("manager", 8),
    "catalogue:disclosure_choose": ("manager", 7),
    "catalogue:disclosure": ("manager", 8),
    "catalogue:workbooks": ("editor", 6),
    "catalogue:take_out": ("editor", 8),
    "catalogue:workbook": ("editor", 11),
    "catalogue:workbook_act": ("editor", 8),
    "catalogue:workbook_differences": ("editor", 7),
}
LIST = {
    "catalogue:quality", "catalogue:quality_editions", "catalogue:disclosures", "catalogue:disclosure_items",
    "catalogue:workbooks",
}  # fmt: skip


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A draft with a guidance and a form file, a published item with both, and a workbook of the editor's."""
    editor, at = world.cast.actor("editor"), now()
    draft = ItemEdition.objects.get(item=world.edited, status="draft")
    if not draft.guidance:
        services.save_guidance(
            actor=editor, edition=draft, definition=TREE, materials={1: MaterialCondition([])}, at=at
        )
    public = _with_everything(world, at)
    proposal = WorkbookProposal.objects.filter(actor_uid=editor.uid).first()
    if proposal is None:
        content = b"".join(workbook(standings(Q(pk=world.edited.pk))))
        proposal = workbooks.propose(actor=editor, content=content, file_name="改.xlsx", at=at)
    edition = {"code": world.edited.code, "number": draft.number}
    book = {"uid": str(proposal.uid)}
    return {
        "catalogue:board": {"code": world.item.code},
        "catalogue:situation": {"code": public.item.code},
        "catalogue:material_file": {"code": public.item.code, "order": 1, "which": "form"},
        "catalogue:records": {**edition, "element": "fees"},
        "catalogue:material_files": {**edition, "order": 1},
        "catalogue:draft_file": {"code": public.item.code, "number": public.number, "order": 1, "which": "form"},
        "catalogue:guidance": edition,
        "catalogue:guidance_preview": edition,
        "catalogue:item_codes": {"code": world.edited.code},
        "catalogue:beside": {"code": public.item.code, "number": public.number, "elsewhere": public.item.code},
        "catalogue:disclosure": {"key": "nine"},
        "catalogue:workbook": book,
        "catalogue:workbook_act": book,
        "catalogue:workbook_differences": book,
    }


def _with_everything(world: Any, at: Any) -> ItemEdition:
    """A published item with a guidance and a blank form."""
    from tests.security.world import picture
    from yimen.service.cases.tests.stage import FORM

    cast = world.cast
    name = "食品摊贩备案"
    held = ItemEdition.objects.filter(name=name, status="published").select_related("item").first()
    if held is not None:
        return held
    editor = cast.actor("editor")
    item = services.create_item(actor=editor, name=name, kind="licence", department=cast.units["market"], at=at)
    edition = item.editions.get()
    services.save_edition(
        actor=editor, edition=edition, at=at,
        values={"content": "备案。", "legal_basis": "食品安全法第三十六条", "fee": False, "legal_limit": 20, "legal_unit": "working_day"},
        materials=[MaterialValues(name="申请表", source_channel="自备", basis="第三十六条")],
    )  # fmt: skip
    services.save_form(actor=editor, edition=edition, definition=FORM, at=at)
    services.save_guidance(actor=editor, edition=edition, definition=TREE, materials={}, at=at)
    services.save_material_files(actor=editor, edition=edition, order=1, uploads={"form": picture()}, at=at)
    edition.refresh_from_db()
    services.submit_for_legal_check(actor=editor, edition=edition, at=at)
    services.decide_legal_check(actor=cast.actor("legal"), edition=edition, passed=True, opinion="", at=at)
    services.publish_edition(actor=cast.actor("manager"), edition=edition, at=at)
    edition.refresh_from_db()
    assert EditionMaterial.objects.filter(edition=edition, form_file__isnull=False).exists()
    return edition


OPEN = {
    "catalogue:situation": "the wizard is public, as the guide",
    "catalogue:material_file": "blank forms and examples are public",
    "catalogue:board": "the board of disclosures is public",
}
