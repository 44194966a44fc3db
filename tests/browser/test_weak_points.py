"""A case that climbed the chain, the reminders' settings, a directory after a merger: looked at in both sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from tests.browser.driving import Browse, Site
from tests.cast import INSTALLER
from yimen.ground.kit.moments import now
from yimen.ground.matters.services import claim
from yimen.ground.matters.watching import sweep_all
from yimen.ground.organisations import services as ground
from yimen.service.cases import services
from yimen.service.cases.tests.stage import accepted, matter_of
from yimen.service.cases.tests.test_reminding import late
from yimen.service.residence.tests.stage import directory, item
from yimen.service.residence.tests.test_reorganise import begun

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True])
def test_they_read_well(browse: Browse, site: Site, look: Callable[..., None], phone: bool) -> None:
    cast = site.cast
    with transaction.atomic():
        ground.set_chain(
            actor=INSTALLER, unit=cast.units["market"], principal=cast.posts["he"], deputy=None, team=[cast.posts["chen"]], at=now()
        )  # fmt: skip
        code = accepted(cast)
        claim(matter_id=matter_of(code).pk, actor=cast.actor("zhao"), at=now())
        sweep_all(late(code, 0))
        sweep_all(late(code, 3))
        services.urge_case(code=code, reason="申请人来电催问，请今天答复。", actor=cast.actor("sun"), at=now())
        made = item(cast, name="食品经营许可（新办）")
        standing = directory(
            cast,
            {"kind": "base", "department": cast.units["market"]},
            {"kind": "item", "item": made},
            at=now(),
            on=now().date(),
        )
        begun(
            cast, kind="rename", parts=[ground.PartGiven(cast.units["market"])], new_name="清河县市场监管和知识产权局"
        )
    size = "phone" if phone else "desk"
    manager = browse("manager", phone=phone)
    for name, address in (
        ("case-reminders", f"/desk/cases/{code}/"), ("reminder-terms", "/manage/case-reminders/"),
        ("directory-moves", f"/manage/residence/directories/{standing.pk}/"), ("materials", "/manage/materials/"),
        ("urge", f"/desk/cases/{code}/urge/"), ("workdays-form", "/workdays/"),
    ):  # fmt: skip
        manager.goto(address)
        look(manager, f"{name}-{size}")
