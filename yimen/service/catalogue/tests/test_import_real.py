"""The two real catalogues: every row accounted for, a second run changes nothing, an undo takes everything back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from yimen.ground.identity.rules import SYSTEM
from yimen.service.catalogue import selectors, services
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, ServiceItem, SourceDepartment
from yimen.service.catalogue.services.imports import Report, import_now
from yimen.service.catalogue.tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cast import Cast


def guangdong(shared: Path, *, materials: bool = True) -> Report:
    return import_now(
        actor=SYSTEM,
        content=(shared / "items_guangdong.csv").read_bytes(),
        file_name="items_guangdong.csv",
        materials=(shared / "items_guangdong_materials.csv").read_bytes() if materials else None,
        materials_name="items_guangdong_materials.csv",
        at=NOON,
    )


def counts(report: Report) -> tuple[int, int, int, int, int]:
    found = report.counts
    assert found.rows == found.new + found.changed + found.unchanged + found.rejected
    return found.rows, found.new, found.changed, found.unchanged, found.rejected


def test_guangdong_is_taken_whole_in_seconds(db: None, shared: Path) -> None:
    began = time.perf_counter()
    report = guangdong(shared)
    assert time.perf_counter() - began < 15
    assert counts(report) == (1810, 1810, 0, 0, 0)
    assert (report.materials["rows"], report.materials["accepted"], report.materials["rejected"]) == (2715, 2715, 0)
    assert EditionMaterial.objects.count() == 2715
    item = ServiceItem.objects.get(code="11440000006940116U244010200300101")
    assert item.code31 == "11440000006940116U2440102003001"
    edition = item.editions.get()
    assert edition.status == "draft"
    assert edition.materials.count() == 7
    assert ItemEdition.objects.filter(legal_source="none").count() == 570
    assert ItemEdition.objects.filter(legal_source="none", promise_limit__isnull=True).count() == 412


def test_a_second_run_changes_nothing(db: None, shared: Path) -> None:
    guangdong(shared)
    assert counts(guangdong(shared)) == (1810, 0, 0, 1810, 0)
    assert counts(guangdong(shared, materials=False)) == (1810, 0, 0, 1810, 0)
    assert ItemEdition.objects.count() == 1810


def test_guangan_gets_codes_of_its_own(db: None, shared: Path) -> None:
    content = (shared / "items_guangan_district.csv").read_bytes()
    report = import_now(actor=SYSTEM, content=content, file_name="items_guangan_district.csv", at=NOON)
    assert counts(report) == (908, 908, 0, 0, 0)
    licences = ItemEdition.objects.filter(kind="licence")
    assert licences.count() == 433
    assert set(licences.values_list("legal_limit", "legal_unit", "legal_source")) == {
        (20, "working_day", "statutory_default")
    }
    assert not ItemEdition.objects.exclude(kind="licence").exclude(legal_source="none").exists()
    coded = ServiceItem.objects.exclude(code31="")
    assert coded.count() > 800
    assert all(item.code31.endswith(f"4{item.base_code}") for item in coded)
    assert ServiceItem.objects.filter(codes__code="512C0107400001-511602000000-000-00877868-5-1-00").exists()
    again = import_now(actor=SYSTEM, content=content, file_name="items_guangan_district.csv", at=NOON)
    assert counts(again) == (908, 0, 0, 908, 0)


def test_undo_takes_everything_back(db: None, shared: Path) -> None:
    batch = guangdong(shared).batch
    assert batch is not None
    undone = services.undo_import(actor=SYSTEM, batch=batch, at=NOON)
    assert (undone.removed, undone.kept) == (1810, 0)
    assert not ServiceItem.objects.exists()
    assert not SourceDepartment.objects.exists()
    assert counts(guangdong(shared)) == (1810, 1810, 0, 0, 0)


def test_publishing_a_batch_and_applying_for_an_item(cast: Cast, shared: Path) -> None:
    report = guangdong(shared)
    batch = report.batch
    assert batch is not None
    founded, left = services.adopt_departments(actor=SYSTEM, batch=batch, at=NOON)
    assert founded == 169
    assert {source.code for source in left} == {"TE440000GD030003VV", "13440000515356094L"}
    checked = services.pass_batch(actor=cast.actor("legal"), batch=batch, opinion="粤府办公布的目录", at=NOON)
    assert checked.moved + len(checked.refused) == 1810
    assert 0 < len(checked.refused) < 30
    assert all(reasons for *_, reasons in checked.refused)
    published = services.publish_batch(actor=cast.actor("manager"), batch=batch, at=NOON)
    assert (published.moved, published.refused) == (checked.moved, [])
    edition = selectors.open_edition("11440000006939756B2440101007000", NOON)
    assert edition.item.department is not None
    assert edition.item.department.name == "广东省发展和改革委员会"
    assert selectors.find(selectors.Query("提价申报")).items[0].code == edition.item.code
    undone = services.undo_import(actor=SYSTEM, batch=batch, at=NOON)
    assert undone.kept == published.moved
    assert undone.removed == 1810 - published.moved
