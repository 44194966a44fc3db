"""The food shop: two items of the market department and applications for them, for the journeys at the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from tests.cast import INSTALLER, Cast
from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit import moments
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem

FORM: dict[str, Any] = {
    "title": "食品经营许可申请表",
    "sections": [
        {
            "key": "shop",
            "title": "经营场所",
            "fields": [
                {"key": "shop_name", "kind": "text", "label": "店名", "required": True, "longest": 60},
                {"key": "area", "kind": "decimal", "label": "面积", "unit": "平方米", "required": True, "least": "1"},
                {"key": "address", "kind": "address", "label": "地址", "required": True, "prefill": "address"},
                {
                    "key": "cold", "kind": "yes_no", "label": "是否制作冷食", "required": True,
                },
                {"key": "cold_area", "kind": "decimal", "label": "冷食专间面积", "unit": "平方米", "required": True,
                 "show_if": ["==", "cold", "yes"]},
                {"key": "keeper_phone", "kind": "phone", "label": "店长手机", "required": False},
            ],
        }
    ],
}  # fmt: skip
MATERIALS = ("食品经营许可申请书", "营业场所平面图", "食品安全管理制度", "从业人员健康证明")
ANSWERS = {
    "shop_name": "小满汤粉店", "area": "86.5", "address": "清河县城关镇东街 12 号", "cold": "no", "keeper_phone": "13812342671",
}  # fmt: skip


@dataclass
class Stage:
    """The cast with items of the market department."""

    cast: Cast
    licence: ServiceItem
    instant: ServiceItem
    count: int = field(default=0)

    def submit(self, *, files: bool = True, at: datetime | None = None, item: ServiceItem | None = None) -> Case:
        """Li applies online; with `files` each material has one."""
        at = at or moments.now()
        actor = self.cast.actor("li")
        edition = (item or self.licence).current
        assert edition is not None
        stored = {}
        if files:
            for material in edition.materials.all():
                upload = BytesIO(pdf(material.name))
                stored[material.pk] = [store_file(upload, actor=actor, at=at, name=f"{material.name}.pdf").pk]
        party = self.cast.parties["li"]
        submitted = cases.submit_application(
            item_code=(item or self.licence).code, party_id=party.pk, answers=ANSWERS, actor=actor, at=at, channel="web",
            files=stored,
        )  # fmt: skip
        self.count += 1
        return Case.objects.select_related("matter").get(pk=submitted.matter_id)

    def accepted(self) -> Case:
        """An application that Wang has accepted."""
        case = self.submit()
        cases.accept_case(code=case.matter.code, actor=self.cast.actor("wang"), at=moments.now())
        return again(case)

    def to_decide(self) -> Case:
        """One that Zhao has reviewed."""
        case = self.accepted()
        cases.pass_review(
            code=case.matter.code,
            text="材料齐全，符合条件，建议准予。",
            actor=self.cast.actor("zhao"),
            at=moments.now(),
        )
        return again(case)


def again(case: Case) -> Case:
    """The case as it is now."""
    return Case.objects.select_related("matter").get(pk=case.pk)


def set_up(cast: Cast) -> Stage:
    """Publish the items."""
    with transaction.atomic():
        licence = _item(cast, "食品经营许可（新办）", kind="promise", promise=10)
        instant = _item(cast, "食品经营许可证补发", kind="instant", promise=1)
    return Stage(cast, licence, instant)


def _item(cast: Cast, name: str, *, kind: str, promise: int) -> ServiceItem:
    at = moments.now() - timedelta(minutes=1)
    item = catalogue.create_item(
        actor=INSTALLER, name=name, kind="licence", department=cast.units["market"], at=at, use_level="4"
    )
    edition = ItemEdition.objects.get(item=item)
    values = {
        "content": name, "conditions": "有固定场所。", "legal_basis": "《中华人民共和国食品安全法》第三十五条",
        "legal_limit": 20, "legal_unit": "working_day", "promise_limit": promise, "promise_unit": "working_day", "case_kind": kind,
        "fee": False, "review_body": "清河县人民政府", "suit_court": "清河县人民法院", "consult_phone": "0990-6312208",
        "complaint_phone": "12345", "results": [{"name": "食品经营许可证", "kind": "licence"}],
        "service_objects": ["person", "enterprise"],
    }  # fmt: skip
    materials = [catalogue.editions.MaterialValues(name=material) for material in MATERIALS]
    edition = catalogue.save_edition(actor=INSTALLER, edition=edition, values=values, materials=materials, at=at)
    catalogue.save_form(actor=INSTALLER, edition=edition, definition=FORM, at=at)
    edition = ItemEdition.objects.get(pk=edition.pk)
    catalogue.submit_for_legal_check(actor=INSTALLER, edition=edition, at=at)
    edition = ItemEdition.objects.get(pk=edition.pk)
    catalogue.decide_legal_check(actor=SYSTEM, edition=edition, passed=True, opinion="合法。", at=at)
    edition = ItemEdition.objects.get(pk=edition.pk)
    catalogue.publish_edition(actor=INSTALLER, edition=edition, at=at)
    return ServiceItem.objects.select_related("current").get(pk=item.pk)


def pdf(title: str) -> bytes:
    """A one-page PDF that the file gate lets through."""
    import pikepdf

    buffer = BytesIO()
    with pikepdf.new() as book:
        book.add_blank_page(page_size=(595, 842))
        book.docinfo["/Title"] = title
        book.save(buffer)
    return buffer.getvalue()
