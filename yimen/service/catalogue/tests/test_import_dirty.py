"""Imports over what is there already: changes, edited drafts, cancelled items, broken off and gone on with, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.refusals import NotAllowed
from yimen.service.catalogue import services
from yimen.service.catalogue.importing import applying
from yimen.service.catalogue.models import ImportBatch, ImportRow, ItemEdition, ServiceItem, SourceDepartment
from yimen.service.catalogue.refusals import ImportNotPossible, OwnCheck
from yimen.service.catalogue.services.imports import Report, dry_run, import_now, parse_files
from yimen.service.catalogue.tests.conftest import CODE, CODES, NOON, row, table

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db
MARKET = "清河县市场监督管理局"


def bring(*rows: str, actor: Any = SYSTEM, **files: Any) -> Report:
    return import_now(actor=actor, content=table(*rows), file_name="目录.csv", at=NOON, **files)


def outcome(report: Report) -> tuple[int, int, int, int, int]:
    found = report.counts
    assert found.rows == found.new + found.changed + found.unchanged + found.rejected
    return found.rows, found.new, found.changed, found.unchanged, found.rejected


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    bring(row(CODES[0]))
    content = table(row(CODES[0], "改了名"), row(CODES[1]), row("坏"), row(CODES[1]))
    report = dry_run(parse_files(content, "目录.csv", None))
    assert outcome(report) == (4, 1, 1, 0, 2)
    assert [entry["line"] for entry in report.rejects] == [4, 5]
    assert ServiceItem.objects.count() == 1
    assert outcome(import_now(actor=SYSTEM, content=content, file_name="目录.csv", at=NOON)) == (4, 1, 1, 0, 2)


def test_a_change_is_a_new_draft_and_undo_brings_the_old_one_back() -> None:
    first = bring(row()).batch
    second = bring(row(promise_limit_raw="5(工作日)")).batch
    assert first is not None
    assert second is not None
    item = ServiceItem.objects.get(code=CODE)
    assert [(each.number, each.status) for each in item.editions.order_by("number")] == [(1, "withdrawn"), (2, "draft")]
    services.undo_import(actor=SYSTEM, batch=second, at=NOON)
    item.refresh_from_db()
    assert [(each.number, each.status, each.promise_limit) for each in item.editions.all()] == [(1, "draft", 7)]
    assert outcome(bring(row())) == (1, 0, 0, 1, 0)
    with pytest.raises(ImportNotPossible):
        services.undo_import(actor=SYSTEM, batch=second, at=NOON)


def test_materials_that_come_later_are_a_change_and_stay_without_the_file() -> None:
    bring(row())
    materials = f"task_code,order_num,material_name\n{CODE},1,申请表\n".encode()
    assert outcome(bring(row(), materials=materials)) == (1, 0, 1, 0, 0)
    assert outcome(bring(row(), materials=materials)) == (1, 0, 0, 1, 0)
    assert outcome(bring(row(promise_limit_raw="5(工作日)"))) == (1, 0, 1, 0, 0)
    newest = ItemEdition.objects.get(item__code=CODE, status="draft")
    assert [material.name for material in newest.materials.all()] == ["申请表"]


def test_a_draft_edited_by_hand_is_not_written_over(cast: Cast) -> None:
    bring(row(dept_name=MARKET))
    item = ServiceItem.objects.get()
    assert item.department == cast.units["market"]
    services.save_edition(actor=cast.actor("editor"), edition=item.editions.get(), values={"content": "改过"}, at=NOON)
    report = bring(row(dept_name=MARKET, promise_limit_raw="5(工作日)"))
    assert outcome(report) == (1, 0, 0, 0, 1)
    assert "人工编制的草稿" in report.rejects[0]["reasons"][0]
    batch = ImportBatch.objects.earliest("id")
    undone = services.undo_import(actor=SYSTEM, batch=batch, at=NOON)
    assert (undone.removed, undone.kept) == (0, 1)
    assert ImportRow.objects.get(batch=batch).kept_because == "导入后有人修改过草稿"


def test_a_cancelled_item_is_never_entered_again() -> None:
    bring(row())
    services.cancel_item(
        actor=SYSTEM, item=ServiceItem.objects.get(), reason="国发取消", basis="国发〔2026〕1号", at=NOON
    )
    report = bring(row(promise_limit_raw="5(工作日)"))
    assert outcome(report) == (1, 0, 0, 0, 1)
    assert "一律不得再录入" in report.rejects[0]["reasons"][0]


def test_an_import_that_was_broken_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [f"11440000006939801C24401030010{number:02}" for number in range(1, 31)]
    content = table(*[row(code, f"事项{code[-2:]}") for code in codes], row("坏"))
    batch = services.check_import(actor=SYSTEM, content=content, file_name="目录.csv", at=NOON)
    services.request_import(actor=SYSTEM, batch=batch, at=NOON)
    monkeypatch.setattr(applying, "CHUNK", 10)
    whole = applying._write
    calls = []

    def breaks(*given: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("断电")
        whole(*given)

    monkeypatch.setattr(applying, "_write", breaks)
    with pytest.raises(RuntimeError):
        services.run_import(actor=SYSTEM, batch=batch, at=NOON)
    batch.refresh_from_db()
    assert (batch.status, batch.done, ServiceItem.objects.count()) == ("applying", 10, 10)
    done = services.run_import(actor=SYSTEM, batch=batch, at=NOON)
    assert (done.status, done.rows, done.new, done.rejected) == ("applied", 31, 30, 1)
    assert ServiceItem.objects.count() == 30
    assert services.run_import(actor=SYSTEM, batch=batch, at=NOON).new == 30


def test_departments_are_matched_by_code_then_by_name_never_invented(cast: Cast) -> None:
    credit = cast.units["housing"].credit_code
    bring(
        row(credit + "4440101007000", "住建的事", dept_name="某某住建局"),
        row(CODES[0], "市监的事", dept_name=MARKET),
        row(CODES[1], "不知谁的事", dept_name="某某局"),
    )
    found = {item.name: item.department for item in ServiceItem.objects.select_related("department")}
    assert found == {"住建的事": cast.units["housing"], "市监的事": cast.units["market"], "不知谁的事": None}
    source = SourceDepartment.objects.get(name="某某局")
    assert "请人工对应" in source.reason
    moved = services.map_department(
        actor=cast.actor("manager"), source=source, department=cast.units["health"], at=NOON
    )
    assert moved == 1


def test_who_may_import_check_and_publish(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        bring(row(), actor=cast.actor("qian_staff"))
    with pytest.raises(NotAllowed):
        bring(row(), actor=cast.actor("li"))
    batch = bring(row(dept_name=MARKET), actor=cast.actor("manager")).batch
    assert batch is not None
    with pytest.raises(NotAllowed):
        services.pass_batch(actor=cast.actor("editor"), batch=batch, opinion="好", at=NOON)
    assert services.publish_batch(actor=cast.actor("manager"), batch=batch, at=NOON).moved == 0
    batch.actor_uid = cast.actor("legal").uid
    with pytest.raises(OwnCheck):
        services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="好", at=NOON)
    batch.refresh_from_db()
    assert services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="好", at=NOON).moved == 1
    assert services.publish_batch(actor=cast.actor("manager"), batch=batch, at=NOON).moved == 1
    actions = list(AuditEntry.objects.filter(target_kind="import").values_list("action", flat=True))
    assert actions.count("catalogue.import") == 1
    assert {"catalogue.legal_check_batch", "catalogue.publish_batch"} <= set(actions)


def test_a_second_run_publishes_drafts_that_wait(cast: Cast) -> None:
    bring(row(dept_name=MARKET))
    batch = bring(row(dept_name=MARKET)).batch
    assert batch is not None
    assert batch.unchanged == 1
    assert services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="好", at=NOON).moved == 1


def test_several_departments_of_one_name_wait_for_a_person(cast: Cast) -> None:
    unit = cast.units["market"]
    type(unit).objects.filter(pk=cast.units["housing"].pk).update(short_name=unit.name)
    bring(row(dept_name=MARKET))
    assert ServiceItem.objects.get().department is None
    assert "请人工对应" in SourceDepartment.objects.get().reason
