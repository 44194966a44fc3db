"""Set-up shared by the reform's tests: items in force, and where the real lists lie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cast import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

if TYPE_CHECKING:
    from tests.cast import Cast

NOON = datetime(2026, 10, 12, 12, 0, tzinfo=CHINA)
SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data"

Publish = Callable[..., ServiceItem]


@pytest.fixture
def publish(cast: Cast) -> Publish:
    """`publish("事项名称", department="market", **elements)`: an item of the kind and elements given, in force at `at`."""

    def carry(name: str, *, department: str = "market", at: datetime = NOON, **values: Any) -> ServiceItem:
        kind = values.pop("kind", "licence")
        item = catalogue.create_item(actor=SYSTEM, name=name, kind=kind, department=cast.units[department], at=at)
        revise(cast, item, at=at, **values)
        item.refresh_from_db()
        return item

    return carry


def revise(cast: Cast, item: ServiceItem, *, at: datetime = NOON, **values: Any) -> ServiceItem:
    """Another edition of an item, carried into force."""
    usual: dict[str, Any] = {
        "name": item.name, "content": "依法办理。", "legal_basis": "《公共场所卫生管理条例》第四条", "conditions": "符合法定条件。",
        "legal_limit": 20, "legal_unit": "working_day", "promise_limit": 10, "promise_unit": "working_day", "fee": False,
        "service_objects": ["person", "enterprise"], "themes": ["准营准办"], "consult_phone": "0990-6312208",
        "complaint_phone": "0990-6312345", "results": [{"name": "许可证", "kind": "证照"}], "review_body": "清河县人民政府",
        "suit_court": "清河县人民法院", "visits": 1, "visits_reason": "核对原件", "channels": ["online", "window"],
    }  # fmt: skip
    materials, standards = values.pop("materials", ["申请表"]), values.pop("standards", {})
    opened = item.editions.filter(status="draft").first() or catalogue.new_edition(actor=SYSTEM, item=item, at=at)
    edition = catalogue.save_edition(
        actor=SYSTEM,
        edition=opened,
        values=usual | values,
        materials=[
            MaterialValues(name=name, source_channel="申请人自备", basis="条例第四条", standard_id=standards.get(name))
            for name in materials
        ],
        at=at,
    )
    catalogue.submit_for_legal_check(actor=SYSTEM, edition=edition, at=at)
    catalogue.decide_legal_check(actor=cast.actor("legal"), edition=edition, passed=True, opinion="", at=at)
    catalogue.publish_edition(actor=SYSTEM, edition=edition, at=at)
    item.refresh_from_db()
    return item


@pytest.fixture
def shared() -> Path:
    """The folder of real lists beside the repository."""
    if not (SHARED / "power_list_liaoning_sample.csv").exists():
        pytest.skip("the real lists are not beside this repository (../shared/data)")
    return SHARED
