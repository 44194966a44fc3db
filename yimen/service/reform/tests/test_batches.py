"""A batch of changes from proposal to undoing, with its counts by kind (R026, R027)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from yimen.ground.kit import outbox
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.notices.models import Message
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.refusals import ItemCancelled, ItemFrozen
from yimen.service.reform import selectors, services
from yimen.service.reform.models import Change, ChangeBatch, Exercise, Suspension
from yimen.service.reform.tests.conftest import NOON, Publish

if TYPE_CHECKING:
    from tests.cast import Cast

TODAY = day_of(NOON)
DOCUMENT: dict[str, Any] = {"document": "清府发〔2026〕18号", "document_on": TODAY, "effective_on": TODAY}


def decided(cast: Cast, *changes: dict[str, Any], **document: Any) -> ChangeBatch:
    """A batch with these changes that has been reviewed and decided."""
    batch = services.propose_batch(actor=cast.actor("editor"), title="承接和取消一批权力事项", at=NOON)
    for change in changes:
        services.add_change(actor=cast.actor("manager"), batch=batch, at=NOON, **({"reason": "上级决定"} | change))
    services.submit_batch(actor=cast.actor("editor"), batch=batch, at=NOON)
    services.review_batch(actor=cast.actor("legal"), batch=batch, passed=True, opinion="", at=NOON)
    return services.decide_batch(actor=cast.actor("manager"), batch=batch, at=NOON, **(DOCUMENT | document))


def apply(cast: Cast, batch: ChangeBatch) -> ChangeBatch:
    """Carry it out."""
    return services.apply_batch(actor=cast.actor("manager"), batch=batch, at=NOON)


def test_every_kind_takes_effect_in_the_catalogue(cast: Cast, publish: Publish) -> None:
    gone, frozen, changed, given, down = (
        publish(name) for name in ("甲证核发", "乙证核发", "丙证核发", "丁证核发", "戊证核发")
    )
    town = cast.units["town"]
    batch = decided(
        cast,
        {"kind": "undertake", "name": "己证核发", "item_kind": "licence", "department": cast.units["market"]},
        {"kind": "cancel", "item": gone},
        {"kind": "freeze", "item": frozen},
        {
            "kind": "adjust",
            "item": changed,
            "values": {"name": "丙证核发（告知承诺）", "legal_limit": 10, "legal_unit": "working_day"},
        },
        {"kind": "empower", "item": given, "units": [town]},
        {"kind": "delegate", "item": down, "units": [town]},
    )
    batch = apply(cast, batch)
    assert batch.state == "applied"
    assert set(Change.objects.values_list("state", flat=True)) == {"applied"}
    made = ServiceItem.objects.get(name="己证核发")
    assert made.current is None and made.editions.get().status == "draft"
    with pytest.raises(ItemCancelled):
        catalogue.open_edition(gone.code, NOON)
    with pytest.raises(ItemFrozen):
        catalogue.open_edition(frozen.code, NOON)
    draft = ItemEdition.objects.get(item=changed, status="draft")
    assert (draft.name, draft.legal_limit) == ("丙证核发（告知承诺）", 10)
    assert set(Exercise.objects.values_list("item__name", "mode")) == {
        ("丁证核发", "empowered"),
        ("戊证核发", "delegated"),
    }
    assert [row["name"] for row in selectors.receiving_units(TODAY)] == [town.name]
    assert {e.name for e in selectors.powers(TODAY, unit=town.pk)} == {"丁证核发", "戊证核发"}


def test_counts_by_kind_are_those_of_the_document(cast: Cast, publish: Publish) -> None:
    """68 = 56 undertaken + 11 cancelled + 1 adjusted (004 L8)."""
    items = [publish(f"第 {number} 证核发") for number in range(12)]
    batch = decided(
        cast,
        *(
            {"kind": "undertake", "name": f"下放事项 {n}", "item_kind": "licence", "department": cast.units["housing"]}
            for n in range(56)
        ),
        *({"kind": "cancel", "item": item} for item in items[:11]),
        {"kind": "adjust", "item": items[11], "values": {"name": "改名的证"}},
    )
    assert selectors.tally(batch) == [("undertake", "承接", 56), ("cancel", "取消", 11), ("adjust", "调整", 1)]
    assert selectors.tallies([batch]) == {batch.pk: "68 项 = 承接 56、取消 11、调整 1"}
    apply(cast, batch)
    asked = selectors.Asked(TODAY, None, date(2026, 1, 1), TODAY)
    report = selectors.build("changes", asked)
    assert report is not None
    shown = {line.name: line.values[0] for line in report.lines}
    with connection.cursor() as cursor:
        cursor.execute("select kind, count(*) from reform_change group by kind")
        counted = dict(cursor.fetchall())
    assert shown == {"承接": counted["undertake"], "取消": counted["cancel"], "调整": counted["adjust"]}
    assert report.total is not None and report.total.values[:2] == (68, 68)


def test_fifty_items_to_towns(cast: Cast, publish: Publish) -> None:
    items = [publish(f"村民第 {number} 事") for number in range(50)]
    apply(cast, decided(cast, *({"kind": "empower", "item": item, "units": [cast.units["town"]]} for item in items)))
    assert selectors.receiving_units(TODAY)[0]["items"] == 50


def test_one_that_cannot_be_done_says_why_and_the_rest_is_done(cast: Cast, publish: Publish) -> None:
    good, bad = publish("甲证核发"), publish("乙证核发")
    batch = decided(cast, {"kind": "freeze", "item": good}, {"kind": "freeze", "item": bad})
    ServiceItem.objects.filter(pk=bad.pk).update(status="frozen")
    batch = apply(cast, batch)
    assert dict(batch.changes.values_list("name", "state")) == {"甲证核发": "applied", "乙证核发": "failed"}
    assert batch.changes.get(name="乙证核发").outcome == "只有在用的事项可以暂停办理。"
    ServiceItem.objects.filter(pk=bad.pk).update(status="active")
    apply(cast, batch)
    assert set(batch.changes.values_list("state", flat=True)) == {"applied"}
    with pytest.raises(Conflict, match="已经全部实施"):
        apply(cast, batch)


def test_undoing_takes_back_what_the_law_lets_it(cast: Cast, publish: Publish) -> None:
    gone, frozen, given = publish("甲证核发"), publish("乙证核发"), publish("丁证核发")
    batch = apply(cast, decided(
        cast, {"kind": "cancel", "item": gone}, {"kind": "freeze", "item": frozen},
        {"kind": "empower", "item": given, "units": [cast.units["town"]]},
    ))  # fmt: skip
    later = NOON + timedelta(days=3)
    batch = services.undo_batch(actor=cast.actor("manager"), batch=batch, reason="文件撤回", at=later)
    assert batch.state == "undone"
    states = dict(batch.changes.values_list("name", "state"))
    assert states == {"甲证核发": "kept", "乙证核发": "undone", "丁证核发": "undone"}
    assert "不能恢复" in batch.changes.get(name="甲证核发").outcome
    frozen.refresh_from_db()
    assert frozen.status == "active"
    assert Exercise.objects.get().until == day_of(later)


def test_a_cancellation_ahead_of_its_day_can_be_taken_back(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发")
    ahead = TODAY + timedelta(days=30)
    batch = apply(cast, decided(cast, {"kind": "cancel", "item": item}, effective_on=ahead))
    assert catalogue.open_edition(item.code, NOON).item == item  # until its day it is taken in
    services.undo_batch(actor=cast.actor("manager"), batch=batch, reason="暂缓", at=NOON)
    item.refresh_from_db()
    assert (item.status, item.cancelled_on) == ("active", None)


def test_what_takes_effect_at_once_waits_for_its_day(cast: Cast, publish: Publish) -> None:
    batch = decided(cast, {"kind": "freeze", "item": publish("甲证核发")}, effective_on=TODAY + timedelta(days=2))
    with pytest.raises(Conflict, match="施行日期"):
        apply(cast, batch)


def test_the_way_through_the_offices(cast: Cast, publish: Publish) -> None:
    editor, legal, manager = cast.actor("editor"), cast.actor("legal"), cast.actor("manager")
    batch = services.propose_batch(actor=editor, title="一批", at=NOON)
    with pytest.raises(Invalid, match="还没有事项"):
        services.submit_batch(actor=editor, batch=batch, at=NOON)
    item = publish("甲证核发")
    services.add_change(actor=editor, batch=batch, kind="cancel", item=item, reason="合并", at=NOON)
    with pytest.raises(Conflict, match="已经在这个批次里"):
        services.add_change(actor=editor, batch=batch, kind="freeze", item=item, reason="合并", at=NOON)
    services.submit_batch(actor=editor, batch=batch, at=NOON)
    with pytest.raises(NotAllowed):
        services.review_batch(actor=editor, batch=batch, passed=True, opinion="", at=NOON)
    with pytest.raises(Invalid):
        services.review_batch(actor=legal, batch=batch, passed=False, opinion="", at=NOON)
    services.review_batch(actor=legal, batch=batch, passed=False, opinion="依据不清", at=NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.opinion) == ("draft", "依据不清")
    services.submit_batch(actor=editor, batch=batch, at=NOON)
    services.review_batch(actor=legal, batch=batch, passed=True, opinion="", at=NOON)
    with pytest.raises(services.BatchMoved):
        services.remove_change(actor=editor, batch=batch, order=1, at=NOON)
    with pytest.raises(Invalid, match="不能早于"):
        services.decide_batch(
            actor=manager, batch=batch, at=NOON, **(DOCUMENT | {"effective_on": TODAY - timedelta(days=1)})
        )
    with pytest.raises(NotAllowed):
        services.decide_batch(actor=legal, batch=batch, at=NOON, **DOCUMENT)


def test_nobody_reviews_their_own_batch(cast: Cast, publish: Publish) -> None:
    manager = cast.actor("manager")
    batch = services.propose_batch(actor=manager, title="一批", at=NOON)
    services.add_change(actor=manager, batch=batch, kind="freeze", item=publish("甲证"), reason="升级", at=NOON)
    services.submit_batch(actor=manager, batch=batch, at=NOON)
    ChangeBatch.objects.filter(pk=batch.pk).update(author_uid=cast.actor("legal").uid)
    with pytest.raises(services.OwnReview):
        services.review_batch(actor=cast.actor("legal"), batch=batch, passed=True, opinion="", at=NOON)


def test_a_department_proposes_only_for_its_own_items(cast: Cast, publish: Publish) -> None:
    other = publish("施工许可", department="housing")
    batch = services.propose_batch(actor=cast.actor("editor"), title="一批", at=NOON)
    with pytest.raises(NotAllowed):
        services.add_change(actor=cast.actor("editor"), batch=batch, kind="cancel", item=other, reason="不归", at=NOON)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "empower"}, "units"),
        ({"kind": "delegate"}, "units"),
        ({"kind": "undertake", "name": "新事项", "item_kind": ""}, "item_kind"),
        ({"kind": "undertake", "name": "新事项", "item_kind": "licence"}, "department"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "adjust", "values": {"legal_limit": "9", "legal_unit": ""}}, "legal_unit"),
    ],
)
def test_bad_input_names_its_field(cast: Cast, publish: Publish, change: dict[str, Any], field: str) -> None:
    batch = services.propose_batch(actor=cast.actor("manager"), title="一批", at=NOON)
    given: dict[str, Any] = {"item": publish("甲证"), "reason": "上级决定", **change}
    with pytest.raises(Invalid) as refused:
        services.add_change(actor=cast.actor("manager"), batch=batch, at=NOON, **given)
    assert field in refused.value.fields
    assert not batch.changes.exists()


def test_empowering_names_towns(cast: Cast, publish: Publish) -> None:
    batch = services.propose_batch(actor=cast.actor("manager"), title="一批", at=NOON)
    with pytest.raises(Invalid, match="乡镇"):
        services.add_change(
            actor=cast.actor("manager"), batch=batch, kind="empower", item=publish("甲证"), units=[cast.units["health"]],
            reason="放权", at=NOON,
        )  # fmt: skip


def test_the_hall_is_told(cast: Cast, publish: Publish) -> None:
    """R026: 及时把新增或撤销的项目通报大厅管理机构."""
    batch = apply(cast, decided(cast, {"kind": "cancel", "item": publish("甲证核发")}))
    while outbox.deliver_once():
        pass
    told = Message.objects.filter(key__startswith=f"reform.changed:{batch.uid}")
    assert {message.account_id for message in told} >= {cast.accounts["manager"].pk, cast.accounts["editor"].pk}
    assert cast.accounts["qian_approver"].pk not in {message.account_id for message in told}
    assert "取消" in told[0].body
    while outbox.deliver_once():
        pass
    assert Message.objects.filter(key__startswith=f"reform.changed:{batch.uid}").count() == len(told)


def test_a_freeze_is_remembered_with_its_days(cast: Cast, publish: Publish) -> None:
    item = publish("甲证核发")
    batch = apply(cast, decided(cast, {"kind": "freeze", "item": item}))
    while outbox.deliver_once():
        pass
    assert Suspension.objects.get().since == TODAY
    later = NOON + timedelta(days=9)
    services.undo_batch(actor=cast.actor("manager"), batch=batch, reason="恢复", at=later)
    while outbox.deliver_once():
        pass
    held = Suspension.objects.get()
    assert held.until == day_of(later)
    rows = selectors.with_duties(list(selectors.powers(TODAY)), TODAY)
    assert rows[0].suspension == held
    after = day_of(later)
    assert selectors.with_duties(list(selectors.powers(after)), after)[0].suspension is None


def test_every_step_leaves_its_row(cast: Cast, publish: Publish) -> None:
    apply(cast, decided(cast, {"kind": "cancel", "item": publish("甲证核发")}))
    written = AuditEntry.objects.filter(action__startswith="reform.").order_by("id").values_list("action", flat=True)
    assert list(written) == [
        "reform.propose", "reform.add_change", "reform.submit", "reform.pass", "reform.decide", "reform.apply",
    ]  # fmt: skip
