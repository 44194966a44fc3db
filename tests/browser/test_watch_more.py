"""Results without a case, places of steps, single windows, a rule for one place, the four rules: as people see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.browser.driving import Browse
from tests.rooms import watch2
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import now
from yimen.service.cases.tests.stage import accepted
from yimen.watch.efficiency.tests.test_of_alerts import carded
from yimen.watch.supervision import services
from yimen.watch.supervision.models import Rule


@pytest.mark.browser
def test_each_screen_reads_well_at_both_sizes(site: Any, browse: Browse, look: Any) -> None:
    made = watch2.arguments(site)
    rule = Rule.objects.get(code="overdue")
    version = rule.versions.get()
    draft = services.RuleDraft(
        kind="overdue",
        label=version.label,
        level="red",
        params=version.params,
        why="从严",
        place=site.cast.units["market"],
    )
    services.change_rule(actor=site.cast.actor("sun"), rule=rule, draft=draft, at=now(), seen=1)
    alert, *_ = [carded(site.cast) for _ in range(3)]
    with transaction.atomic():
        accepted(site.cast)
    while outbox.deliver_once():
        pass
    services.nightly(now())
    pages = {
        "results": "/manage/supervision/results/",
        "results-new": "/manage/supervision/results/new/",
        "results-batch": f"/manage/supervision/results/{made['supervision:results_batch']['uid']}/",
        "windows": "/manage/supervision/scores/windows/",
        "people": "/manage/supervision/scores/windows/?by=person",
        "places": "/manage/supervision/places/",
        "places-behind": "/manage/supervision/places/behind/?which=required",
        "rule": "/manage/supervision/rules/overdue/",
        "rule-edit": "/manage/supervision/rules/overdue/edit/",
        "alert": f"/desk/alerts/{alert.matter.code}/",
        "ladders": "/desk/ladders/",
        "papers": "/supervision-rules/",
        "paper": "/supervision-rules/approval/",
    }
    for phone in (False, True):
        page = browse("sun", phone=phone)
        for name, address in pages.items():
            page.goto(address)
            look(page, f"watch-{name}{'-phone' if phone else ''}")
