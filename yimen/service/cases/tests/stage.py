"""Items to apply for and cases on the way, for tests that stand on the cast (`tests/cast.py`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.ground.matters.models import Matter
from yimen.service.cases import services
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

FORM: dict[str, Any] = {
    "title": "公共场所卫生许可申请表",
    "sections": [
        {
            "key": "main",
            "title": "经营情况",
            "fields": [
                {"key": "shop", "kind": "text", "label": "字号名称", "required": True},
                {"key": "area", "kind": "decimal", "label": "面积", "required": True},
                {"key": "air", "kind": "yes_no", "label": "使用集中空调", "required": True},
                {
                    "key": "report",
                    "kind": "text",
                    "label": "空调检测报告编号",
                    "required": True,
                    "show_if": ["==", "air", "yes"],
                },
            ],
        }
    ],
}
ANSWERS = {"shop": "听泉茶馆", "area": "86.5", "air": "no"}


def published(cast: Cast, **change: Any) -> ServiceItem:
    """A licence of the market department, published through the legal check; `change` sets other elements."""
    editor, legal, manager = cast.actor("editor"), cast.actor("legal"), cast.actor("manager")
    at = change.pop("at", now() - timedelta(days=1))
    name = change.pop("name", "公共场所卫生许可（新办）")
    form = change.pop("form", FORM)
    materials = change.pop("materials", (("平面图", "required"), ("检测报告", "optional")))
    item = catalogue.create_item(
        actor=editor, name=name, kind=change.pop("kind", "licence"), department=cast.units["market"], at=at
    )
    edition = item.editions.get()
    values: dict[str, Any] = {
        "name": name,
        "legal_basis": "《公共场所卫生管理条例》第四条",
        "content": "核发公共场所卫生许可证。",
        "conditions": "场所、设施符合卫生标准。",
        "promise_limit": 10,
        "promise_unit": "working_day",
        "review_body": "清河县人民政府",
        "suit_court": "清河县人民法院",
        "consult_phone": "0000-1234567",
        "complaint_phone": "0000-7654321",
        "results": [{"name": "卫生许可证", "kind": "certificate"}],
        "service_objects": ["enterprise", "person"],
        "questions": [{"question": "多久办好？", "answer": "承诺 10 个工作日。"}],
        "steps": [{"name": step, "text": step} for step in ("受理", "审查", "决定", "办结", "送达")],
        "fee": False,
        "place": "清河县政务服务中心",
        "hours": "工作日 9:00—17:30",
        **change,
    }
    catalogue.save_edition(
        actor=editor,
        edition=edition,
        values=values,
        materials=[
            MaterialValues(name=n, necessity=needed, source_channel="申请人自备", basis="条例第四条")
            for n, needed in materials
        ],
        at=at,
    )
    if form:
        catalogue.save_form(actor=editor, edition=edition, definition=form, at=at)
    catalogue.submit_for_legal_check(actor=editor, edition=edition, at=at)
    catalogue.decide_legal_check(actor=legal, edition=edition, passed=True, opinion="", at=at)
    catalogue.publish_edition(actor=manager, edition=edition, at=at)
    item.refresh_from_db()
    return item


def submitted(
    cast: Cast, item: ServiceItem | None = None, *, paper: bool = True, at: datetime | None = None, **more: Any
) -> str:
    """An application by Li, who then brings the materials to the window; returns the case's number."""
    item = item or published(cast)
    made = services.submit_application(
        item_code=item.code,
        party_id=cast.accounts["li"].party_id or 0,
        answers=ANSWERS,
        actor=cast.actor("li"),
        at=at or now(),
        channel="web",
        **more,
    )
    if paper:
        CaseMaterial.objects.filter(case=made.matter_id).update(state=CaseMaterial.State.PAPER)
    return made.code


def accepted(cast: Cast, **more: Any) -> str:
    """A case that Wang has accepted."""
    code = submitted(cast, **more)
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    return code


def decided_on(cast: Cast, **more: Any) -> str:
    """A case that Zhao has reviewed and Chen must decide."""
    code = accepted(cast, **more)
    services.pass_review(code=code, text="材料真实，符合条件。", actor=cast.actor("zhao"), at=now())
    return code


def matter_of(code: str) -> Matter:
    """The matter as the database has it now."""
    return Matter.objects.get(code=code)


def case_of(code: str) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("matter").get(matter__code=code)
