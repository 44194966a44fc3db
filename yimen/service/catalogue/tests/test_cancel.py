"""What is cancelled can never be entered or demanded again (R025, R030)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import selectors, services
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.refusals import ItemCancelled, ItemFrozen, ItemUnknown, NotPublishable
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.tests.conftest import NOON, item_of

if TYPE_CHECKING:
    from tests.cast import Cast


def cancel(cast: Cast, edition: ItemEdition, **more: Any) -> None:
    services.cancel_item(
        actor=cast.actor("manager"),
        item=item_of(edition),
        reason="国务院取消",
        basis="国发〔2026〕1号",
        at=NOON,
        **more,
    )


def test_a_cancelled_item_cannot_be_taken_in(cast: Cast, published: ItemEdition) -> None:
    code = item_of(published).code
    cancel(cast, published)
    with pytest.raises(ItemCancelled, match="已于 2026年10月12日"):
        selectors.open_edition(code, NOON)
    with pytest.raises(Conflict):
        services.new_edition(actor=cast.actor("editor"), item=item_of(published), at=NOON)
    assert selectors.find(selectors.Query("公共场所")).items == []
    with pytest.raises(Conflict, match="已经取消"):
        cancel(cast, published)


def test_a_cancellation_takes_effect_on_its_day(cast: Cast, published: ItemEdition) -> None:
    code = item_of(published).code
    cancel(cast, published, on=day_of(NOON) + timedelta(days=3))
    assert selectors.open_edition(code, NOON).pk == published.pk
    with pytest.raises(ItemCancelled):
        selectors.open_edition(code, NOON + timedelta(days=3))


def test_cancelling_needs_reason_and_basis(cast: Cast, published: ItemEdition) -> None:
    with pytest.raises(Invalid):
        services.cancel_item(actor=cast.actor("manager"), item=item_of(published), reason="x", basis=" ", at=NOON)


def test_a_suspended_item_says_why_and_comes_back(cast: Cast, published: ItemEdition) -> None:
    manager, code = cast.actor("manager"), item_of(published).code
    services.freeze_item(actor=manager, item=item_of(published), reason="系统升级", at=NOON)
    with pytest.raises(ItemFrozen, match="系统升级"):
        selectors.open_edition(code, NOON)
    services.thaw_item(actor=manager, item=item_of(published), at=NOON)
    assert selectors.open_edition(code, NOON)


def test_a_cancelled_material_is_never_demanded_even_by_a_running_edition(cast: Cast, published: ItemEdition) -> None:
    today = day_of(NOON)
    material = published.materials.get(order=1)
    services.cancel_material(actor=cast.actor("manager"), material=material, basis="国办发", at=NOON)
    assert [each.order for each in selectors.materials_of(published, today)] == [2]
    assert len(selectors.materials_of(published, today - timedelta(days=1))) == 2
    with pytest.raises(Conflict):
        services.cancel_material(actor=cast.actor("manager"), material=material, basis="国办发", at=NOON)
    copied = services.new_edition(actor=cast.actor("editor"), item=item_of(published), at=NOON)
    assert [each.order for each in copied.materials.all()] == [2]


def test_a_cancelled_standard_material_vanishes_everywhere(
    cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]
) -> None:
    manager = cast.actor("manager")
    proof = services.save_standard_material(actor=manager, code="ZM-001", name="无犯罪记录证明", proof=True, at=NOON)
    values = [MaterialValues(name="申请表", source_channel="x", basis="y"),
              MaterialValues(name="无犯罪记录证明", source_channel="x", basis="y", standard_id=proof.pk)]  # fmt: skip
    services.save_edition(actor=cast.actor("editor"), edition=draft, values={}, materials=values, at=NOON)
    edition = publish(draft)
    assert services.cancel_standard_material(actor=manager, material=proof, basis="国办发", at=NOON) == 1
    assert [each.name for each in selectors.materials_of(edition, day_of(NOON))] == ["申请表"]
    again = services.new_edition(actor=cast.actor("editor"), item=item_of(edition), at=NOON)
    with pytest.raises(NotPublishable, match="1 处"):
        services.submit_for_legal_check(actor=cast.actor("editor"), edition=again, at=NOON)


def test_materials_follow_the_answers(published: ItemEdition) -> None:
    today = day_of(NOON)
    assert [(m.order, needed) for m, needed in selectors.materials_needed(published, {}, today)] == [(1, True)]
    with_air = selectors.materials_needed(published, {"uses_air": "yes"}, today)
    assert [(m.order, needed) for m, needed in with_air] == [(1, True), (2, True)]


@pytest.mark.parametrize("code", ["", "没有", "x" * 500, "a\x00b", "B51991199999"])
def test_an_unknown_code(db: None, code: str) -> None:
    with pytest.raises(ItemUnknown):
        selectors.open_edition(code, NOON)
