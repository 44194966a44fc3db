"""The screens of reorganisation and of the registers read well at both sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import Browse, Site
from yimen.ground.kit import moments
from yimen.ground.organisations import services
from yimen.ground.organisations.services import PartGiven

pytestmark = [pytest.mark.browser, pytest.mark.commits]
Look = Callable[..., None]


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_screens_read_well(browse: Browse, site: Site, look: Look, phone: bool) -> None:
    cast, at, size = site.cast, moments.now(), "phone" if phone else "desk"
    plan = services.draft_reorganisation(
        actor=cast.actor("manager"), kind="merge", document="清编发〔2026〕12号", document_title="关于组建市场和住建局的通知",
        effective_on=moments.day_of(at), parts=[PartGiven(cast.units["market"], cast.units["housing"])], at=at,
    )  # fmt: skip
    services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=at)
    services.set_chain(
        actor=cast.actor("he"), unit=cast.units["market"], principal=cast.posts["he"], deputy=cast.posts["leader"],
        team=[cast.posts["zhao"]], at=at,
    )  # fmt: skip
    page = browse("manager", phone=phone)
    for name, url in (
        ("list", "/manage/reorganisations/"),
        ("plan", f"/manage/reorganisations/{plan.uid}/"),
        ("kinds", "/manage/reorganisations/new/"),
        ("split", "/manage/reorganisations/new/?kind=split"),
        ("tiers", "/manage/tiers/"),
        ("counterparts", "/manage/counterparts/?upper=519911000000&lower=519911100000"),
    ):
        page.goto(url)
        look(page, f"reform-{name}-{size}")
    page = browse("he", phone=phone)
    for name, url in (
        ("unit", f"/manage/units/{cast.units['market'].pk}/"),
        ("responsibility", "/manage/responsibility/"),
        ("seal-uses", "/manage/seals/uses/"),
    ):
        page.goto(url)
        look(page, f"reform-{name}-{size}")
