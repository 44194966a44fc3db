"""Set-up shared by the catalogue's tests: where the real catalogues lie, and items ready for a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from yimen.ground.kit.moments import CHINA
from yimen.service.catalogue import services
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

if TYPE_CHECKING:
    from tests.cast import Cast

NOON = datetime(2026, 10, 12, 12, 0, tzinfo=CHINA)
SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data"

HEADER = (
    "task_code,catalog_code,dept_name,task_type,task_type_name,task_name,area_code,area_name,use_level,"
    "legal_limit_raw,promise_limit_raw,visit_times,online_handle,express,accept_condition,consult_way,complain_way,"
    "themes,service_objects"
)
CODE = "11440000006939756B2440101007000"
CODES = (
    CODE,
    "11440000006939801C244010300100101",
    "11440000006939801C244010300100102",
    "11440000006940116U2440102002003",
)


def row(code: str = CODE, name: str = "临时价格干预范围事项提价申报", **cells: str) -> str:
    """One line of a catalogue in the form of `HEADER`; `cells` replace the usual ones."""
    usual = {
        "task_code": code,
        "catalog_code": code[19:31],
        "dept_name": "广东省发展和改革委员会",
        "task_type": "01",
        "task_type_name": "行政许可",
        "task_name": name,
        "area_code": "440000",
        "area_name": "广东省",
        "use_level": "省级",
        "legal_limit_raw": "20(工作日)",
        "promise_limit_raw": "7(工作日)",
        "visit_times": "0",
        "online_handle": "1",
        "express": "是",
        "accept_condition": "符合法定条件。",
        "consult_way": "020-34121084",
        "complain_way": "020-83134173",
        "themes": "其他",
        "service_objects": "自然人|企业法人",
    }
    return ",".join({**usual, **cells}[name] for name in HEADER.split(","))


def table(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    """A whole file."""
    return (end.join([header, *rows]) + end).encode()


@pytest.fixture
def shared() -> Path:
    """The folder of real catalogues beside the repository."""
    if not (SHARED / "items_guangdong.csv").exists():
        pytest.skip("the real catalogues are not beside this repository (../shared/data)")
    return SHARED


@pytest.fixture
def draft(cast: Cast) -> ItemEdition:
    """A complete draft of the teahouse's licence, by the editor of the market department."""
    item = services.create_item(
        actor=cast.actor("editor"), name="公共场所卫生许可证核发（新办）", kind="licence",
        department=cast.units["market"], at=NOON,
    )  # fmt: skip
    edition = item.editions.get()
    return services.save_edition(
        actor=cast.actor("editor"),
        edition=edition,
        values={
            "name": item.name,
            "content": "开茶馆、理发店、旅店等，营业前要办的卫生许可。",
            "legal_basis": "《公共场所卫生管理条例》第四条",
            "conditions": "已领营业执照，经营场所在清河县内。",
            "legal_limit": 20,
            "legal_unit": "working_day",
            "promise_limit": 10,
            "promise_unit": "working_day",
            "fee": False,
            "service_objects": ["person", "enterprise"],
            "themes": ["准营准办"],
            "consult_phone": "0990-6312208",
            "complaint_phone": "0990-6312345",
            "results": [{"name": "公共场所卫生许可证", "kind": "证照"}],
            "review_body": "清河县人民政府",
            "suit_court": "清河县人民法院",
        },
        materials=[
            MaterialValues(name="公共场所卫生许可申请表", source_channel="在线填写", basis="条例第四条"),
            MaterialValues(
                name="集中空调卫生检测报告", necessity="conditional", condition=["==", "uses_air", "yes"],
                condition_text="用集中空调时要", source_channel="检测机构", basis="条例第四条",
            ),
        ],
        at=NOON,
    )  # fmt: skip


@pytest.fixture
def publish(cast: Cast) -> Callable[[ItemEdition], ItemEdition]:
    """Carry a draft through the legal check into force."""

    def carry(edition: ItemEdition) -> ItemEdition:
        services.submit_for_legal_check(actor=cast.actor("editor"), edition=edition, at=NOON)
        services.decide_legal_check(actor=cast.actor("legal"), edition=edition, passed=True, opinion="", at=NOON)
        return services.publish_edition(actor=cast.actor("manager"), edition=edition, at=NOON)

    return carry


@pytest.fixture
def published(draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]) -> ItemEdition:
    """The teahouse's licence in force."""
    return publish(draft)


def item_of(edition: ItemEdition) -> ServiceItem:
    """The item as the database has it now."""
    return ServiceItem.objects.get(pk=edition.item_id)


FORM: dict[str, Any] = {
    "title": "公共场所卫生许可申请表",
    "sections": [
        {
            "key": "place",
            "title": "场所",
            "fields": [
                {"key": "shop_name", "kind": "text", "label": "场所名称", "required": True, "prefill": "name"},
                {"key": "area", "kind": "decimal", "label": "面积", "required": True, "least": "1", "unit": "平方米"},
                {"key": "uses_air", "kind": "yes_no", "label": "用集中空调吗", "required": True},
                {
                    "key": "air_kind",
                    "kind": "choice",
                    "label": "空调种类",
                    "required": True,
                    "show_if": ["==", "uses_air", "yes"],
                    "choices": [{"value": "wind", "label": "全空气"}, {"value": "water", "label": "水系统"}],
                },
            ],
        }
    ],
}
