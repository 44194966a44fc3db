"""The county keeps its catalogue: a set of nine disclosures, standard materials, other codes, a guidance drawn up, a workbook sent."""

from __future__ import annotations

import io
import zipfile

from django.db.models import Q

from yimen.ground.identity.rules import SYSTEM
from yimen.house.demo.acting import Stage
from yimen.house.demo.county import HOURS
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.services import workbooks
from yimen.service.catalogue.services.codes import CodeValues
from yimen.service.catalogue.services.guidance import MaterialCondition
from yimen.service.catalogue.workbook.baseline import standings
from yimen.service.catalogue.workbook.writing import workbook

GUIDANCE = {
    "form": {
        "title": "办理情形",
        "sections": [
            {
                "key": "situation",
                "title": "您的情形",
                "fields": [
                    {
                        "key": "applies_as", "kind": "choice", "label": "谁来申请？", "required": True,
                        "choices": [{"value": "self", "label": "本人或法定代表人"}, {"value": "agent", "label": "委托别人来办"}],
                    },
                    {"key": "moved", "kind": "yes_no", "label": "是换了经营地址吗？", "required": True},
                    {
                        "key": "same_town", "kind": "yes_no", "label": "新地址还在本县吗？", "required": True,
                        "show_if": ["==", "moved", "yes"],
                    },
                ],
            }
        ],
    },
    "notes": [
        {"kind": "step", "text": "换地址的要重新现场核查，请留一天时间。", "when": ["==", "moved", "yes"]},
        {"kind": "tip", "text": "迁出本县的，请到新地址所在的县办理。", "when": ["==", "same_town", "no"]},
        {"kind": "tip", "text": "受托人请带本人身份证。", "when": ["==", "applies_as", "agent"]},
    ],
}  # fmt: skip


def tell(stage: Stage) -> None:
    """What editors did this week, through the services."""
    at = stage.days.now
    catalogue.check_all(at)
    _standard_materials(stage)
    item = ServiceItem.objects.get(code=stage.codes["hygiene"])
    catalogue.add_code(
        actor=SYSTEM, item=item, values=CodeValues("gansu", "62052400WJ-XK-0017", note="对口帮扶县的同一事项"), at=at
    )
    draft = catalogue.new_edition(actor=SYSTEM, item=item, at=at, change_note="加情形引导，写明收费和窗口")
    catalogue.save_edition(
        actor=SYSTEM, edition=draft, at=at,
        values={
            "windows": [{"name": "卫健窗口", "address": "政务服务中心二楼 B 区", "hours": "工作日 9:00—17:30"}],
            "appointment": True, "handle_area": "county", "rights": "申请、陈述、申辩，依法申请复议或者提起诉讼。",
            "duties": "如实提交材料，对材料的真实性负责。", "daily_name": "公共场所卫生证",
        },
    )  # fmt: skip
    last = draft.materials.order_by("-order").first()
    conditions = {last.order: MaterialCondition(["==", "moved", "yes"], "换地址的要")} if last is not None else {}
    catalogue.save_guidance(actor=SYSTEM, edition=draft, definition=GUIDANCE, materials=conditions, at=at)
    _to_be_checked(stage)
    _workbook(stage)


def _standard_materials(stage: Stage) -> None:
    for code, name, issuer, proof in (
        ("QH-M001", "营业执照", "市场监督管理局", False),
        ("QH-M002", "身份证件", "公安局", False),
        ("QH-M003", "经营场所平面图", "", False),
        ("QH-M004", "无违法记录证明", "公安局", True),
    ):
        catalogue.save_standard_material(
            actor=SYSTEM, code=code, name=name, issuer=issuer, proof=proof, at=stage.days.now
        )


def _to_be_checked(stage: Stage) -> None:
    """The health department's editor asks for the legal check of a shorter promise; nobody has looked at it yet."""
    editor, at = stage.actor("songzhiwei"), stage.days.now
    item = ServiceItem.objects.get(code=stage.codes["drinking_water"])
    draft = catalogue.new_edition(actor=editor, item=item, at=at, change_note="把承诺时限再压一个工作日")
    limit = max((draft.promise_limit or 2) - 1, 1)
    catalogue.save_edition(actor=editor, edition=draft, at=at, values={"promise_limit": limit})
    catalogue.submit_for_legal_check(actor=editor, edition=draft, at=at)


def _workbook(stage: Stage) -> None:
    """A workbook of a few items came back with other office hours in it; it waits for somebody to look at the difference."""
    editions = ItemEdition.objects.filter(status="published").order_by("pk")[:3]
    content = b"".join(workbook(standings(Q(pk__in=[edition.item_id for edition in editions]))))
    content = _edited(content, HOURS, HOURS.replace("09:00", "08:30"))
    workbooks.propose(actor=SYSTEM, content=content, file_name="办事指南修订.xlsx", at=stage.days.now)


def _edited(content: bytes, before: str, after: str) -> bytes:
    """The workbook with some words replaced wherever they stand, as somebody did in Excel."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry).replace(before.encode(), after.encode()))
    return out.getvalue()
