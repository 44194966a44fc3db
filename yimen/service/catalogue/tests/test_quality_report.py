"""What is kept of the linter's findings is what it finds; the report counts it right; settings reach it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.catalogue import checking, place_settings, quality_report, selectors, services
from yimen.service.catalogue.models import CheckTally, EditionCheck, ItemEdition
from yimen.service.catalogue.refusals import NotPublishable
from yimen.service.catalogue.tests.conftest import CODES, NOON, row, table

if TYPE_CHECKING:
    from tests.cast import Cast


def test_a_saved_draft_is_judged_at_once(cast: Cast, draft: ItemEdition) -> None:
    kept = EditionCheck.objects.get(edition=draft)
    found = selectors.findings(selectors.edition_of(draft.item, 1), day_of(NOON))
    assert [each["rule"] for each in kept.findings] == [each.rule for each in found]
    assert (kept.standing, kept.errors) == (False, 0)
    services.save_edition(actor=cast.actor("editor"), edition=draft, values={"legal_basis": ""}, at=NOON)
    kept.refresh_from_db()
    assert kept.errors == 1
    assert "basis_missing" in kept.rules
    assert "legal_basis" in kept.missing


def test_the_report_counts_as_the_database_counts(cast: Cast, published: ItemEdition) -> None:
    services.import_now(
        actor=cast.actor("manager"), content=table(*(row(code, f"事项{n}") for n, code in enumerate(CODES))),
        file_name="a.csv", at=NOON,
    )  # fmt: skip
    assert checking.check_all(NOON) == 5
    checks = quality_report.checks_of(SYSTEM, standing=None)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select i.department_id, count(*), count(*) filter (where not exists (
                       select from jsonb_array_elements(c.findings) f where f->>'severity' = 'error')),
                   sum((select count(*) from jsonb_array_elements(c.findings) f where f->>'severity' = 'warning'))
              from catalogue_itemedition e join catalogue_serviceitem i on i.id = e.item_id
              join catalogue_editioncheck c on c.edition_id = e.id
             where e.status not in ('retired', 'withdrawn') group by 1 order by 1 nulls last
            """
        )
        counted = {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}
        cursor.execute(
            "select f->>'rule', count(distinct c.edition_id) from catalogue_editioncheck c, jsonb_array_elements(c.findings) f group by 1"
        )
        by_rule = dict(cursor.fetchall())
    said = {
        each.department: (each.editions, each.editions - each.with_errors, each.warnings)
        for each in quality_report.by_department(checks)
    }
    assert said == counted
    assert {each.rule: each.editions for each in quality_report.by_rule(checks)} == by_rule
    assert CheckTally.objects.get(day=day_of(NOON)).editions == 1


def test_an_edition_out_of_force_is_no_longer_counted(cast: Cast, published: ItemEdition) -> None:
    assert EditionCheck.objects.filter(edition=published, standing=True).exists()
    services.retire_edition(actor=cast.actor("manager"), item=published.item, reason="停办", at=NOON)
    checking.check_all(NOON + timedelta(days=1))
    assert not EditionCheck.objects.filter(edition=published).exists()


def test_a_place_makes_a_rule_heavier_and_publishing_obeys(
    cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]
) -> None:
    manager = cast.actor("manager")
    place_settings.save_setting(
        actor=manager, key="lint.result_sample", value="error", basis="县政务办〔2026〕3 号", at=NOON
    )
    with pytest.raises(NotPublishable):
        publish(draft)
    place_settings.save_setting(actor=manager, key="lint.result_sample", value="warning", basis="", at=NOON)
    assert place_settings.severities() == {}
    publish(draft)


def test_no_rule_of_law_is_made_lighter(cast: Cast) -> None:
    with pytest.raises(Invalid, match="法律规定"):
        place_settings.save_setting(
            actor=cast.actor("manager"), key="lint.promise_longer", value="off", basis="", at=NOON
        )
    with pytest.raises(NotAllowed):
        place_settings.save_setting(actor=cast.actor("editor"), key="reuse_valid_days", value=10, basis="", at=NOON)
    with pytest.raises(Invalid):
        place_settings.save_setting(
            actor=cast.actor("manager"), key="reuse_valid_days", value=100_000, basis="", at=NOON
        )


def test_the_screens_speak(cast: Cast, published: ItemEdition) -> None:
    manager = cast.client("manager")
    page = manager.get("/manage/quality/").content.decode()
    assert "合格率" in page
    assert "办理结果没有样本" in page
    listed = manager.get("/manage/quality/editions/?rule=result_sample").content.decode()
    assert published.name in listed
    assert published.name not in manager.get("/manage/quality/editions/?weight=error").content.decode()
    for name in ("export/", "departments/", "picture/"):
        assert b"".join(manager.get(f"/manage/quality/{name}"))[:2] in (b"PK", b"<s")
    assert manager.post("/manage/quality/again/").status_code == 302
    assert manager.get("/manage/catalogue-settings/").status_code == 200
    refused = manager.post("/manage/catalogue-settings/", {"key": "lint.promise_longer", "value": "off"})
    assert refused.status_code == 422
    assert cast.client("editor").get("/manage/catalogue-settings/").status_code == 403
    assert published.name not in cast.client("qian_staff").get("/manage/quality/editions/").content.decode()


def test_the_lists_turn_their_pages(cast: Cast, published: ItemEdition, monkeypatch: pytest.MonkeyPatch) -> None:
    services.import_now(
        actor=cast.actor("manager"), content=table(*(row(code, f"事项{n}") for n, code in enumerate(CODES))),
        file_name="a.csv", at=NOON,
    )  # fmt: skip
    checking.check_all(NOON)
    monkeypatch.setattr("yimen.service.catalogue.views.quality.PAGE", 2)
    client, address, seen = cast.client("manager"), "/manage/quality/editions/?which=both", 0
    page = client.get(address).context["page"]
    while True:
        seen += page.shown
        if not page.after:
            break
        page = client.get(address, {"which": "both", "after": page.after}).context["page"]
    assert seen == 5
    EditionCheck.objects.update(standing=True, missing=["hours"])
    monkeypatch.setattr("yimen.service.catalogue.views.disclosures.PAGE", 2)
    assert client.get("/manage/disclosures/items/?set=three").context["page"].after
