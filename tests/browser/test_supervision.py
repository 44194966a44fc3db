"""Alerts, cards and rules as they are seen: a red card with its trail, the lists, a rule that is looked at before it is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.browser.driving import Browse, Site
from yimen.ground.kit.moments import now
from yimen.ground.matters import services as matters
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.watch.supervision import services
from yimen.watch.supervision.models import Alert
from yimen.watch.supervision.tests import stage


@pytest.fixture
def alert(site: Site) -> Alert:
    """A red card that was appealed, one that waits for its explanation, and a finding by hand."""
    cast = site.cast
    with in_its_own_time(), transaction.atomic():
        mark_synthetic()
        at = now()
        stage.strict(cast)
        for number in range(3):
            matter = stage.begun(cast, code=f"E-{number}")
            Matter.objects.filter(pk=matter.pk).update(
                due_on=(at - timedelta(days=4)).date(), due_at=at - timedelta(days=4), watch_at=at
            )
        watching.sweep_all(at)
        services.raise_alert(
            actor=cast.actor("sun"), violation="arbitrary", text="未经中心同意，撤回一名派驻窗口人员。", at=at,
            unit=cast.units["housing"],
        )  # fmt: skip
        first = services.raise_alert(
            actor=cast.actor("sun"), violation="slow", text="材料在科室之间来回转，三天没有人接办。", level="red", at=at,
            about=Matter.objects.get(code="E-0"),
        )  # fmt: skip
        stage.carded(cast, stage.found(first), at)
        services.appeal(alert=stage.found(first), actor=cast.actor("zhao"), reason="当天窗口停电，有物业证明。", at=at)
        assert matters.fold_tallies() >= 0
        return stage.found(first)


@pytest.mark.browser
def test_the_screens_read_well(browse: Browse, look: Any, alert: Alert) -> None:
    code = alert.matter.code
    pages = {
        "alert": f"/desk/alerts/{code}/", "alerts": "/manage/supervision/alerts/", "cards": "/manage/supervision/cards/",
        "figures": "/manage/supervision/figures/", "scores": "/manage/supervision/scores/",
        "rules": "/manage/supervision/rules/", "rule": "/manage/supervision/rules/stage-limit/",
        "rule-edit": "/manage/supervision/rules/stage-limit/edit/", "card": f"/desk/alerts/{code}/card/",
        "raise": "/manage/supervision/alerts/new/",
    }  # fmt: skip
    for phone in (False, True):
        page = browse("sun", phone=phone)
        for name, url in pages.items():
            page.goto(url)
            look(page, f"supervision-{name}{'-phone' if phone else ''}")
    page = browse("zhao")
    page.goto("/desk/alerts/")
    look(page, "supervision-mine")
