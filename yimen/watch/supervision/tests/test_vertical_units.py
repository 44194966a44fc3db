"""Units led from another tier stand on the board of the county where they work, and say who leads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import BUILT, INSTALLER, Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.matters import services as matters
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import fold_tallies
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as organising
from yimen.watch.supervision import selectors
from yimen.watch.supervision.tests.stage import BEGAN


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


def test_a_unit_led_by_the_city_stands_on_the_countys_board(cast: Cast) -> None:
    city = organising.create_unit(
        actor=INSTALLER, kind="department", name="安平市税务局", parent=cast.units["government"], division=cast.divisions["city"],
        use_level="3", at=BUILT,
    )  # fmt: skip
    tax = organising.create_unit(
        actor=INSTALLER, kind="department", name="清河县税务局", parent=city, division=cast.divisions["county"], use_level="4",
        at=BUILT,
    )  # fmt: skip
    assert organisations.led_from([tax.pk, city.pk, cast.units["market"].pk, cast.units["town"].pk]) == {
        tax.pk: "安平市税务局"
    }
    matters.open_matter(
        procedure="errand", action="ask", code="V-1", title="试办一件事", subject="", actor=SYSTEM, at=BEGAN, applicant_id=None,
        applicant_name="", department_id=tax.pk, centre_id=cast.units["centre"].pk, division=tax.division_id, channel="web",
        clock=ClockStart("errand", 10, law="试办规定"),
    )  # fmt: skip
    fold_tallies()
    for who in ("sun", "leader", "manager"):
        (group,) = [
            each for each in selectors.board(cast.actor(who), BEGAN).departments if each.department_id == tax.pk
        ]
        assert (group.open, group.led_from) == (1, "安平市税务局"), who
        page = cast.client(who).get("/desk/watch/").content.decode()
        assert "垂直管理，安平市税务局" in page, who
        assert "垂直管理" in cast.client(who).get("/desk/watch/cockpit/").content.decode()
        listed = cast.client(who).get(f"/desk/watch/matters/?which=open&department={tax.pk}").content.decode()
        assert "V-1" in listed
    # A head of another department of the county sees nothing of it.
    assert not [each for each in selectors.board(cast.actor("he"), BEGAN).departments if each.department_id == tax.pk]
    form = cast.client("sun").get(f"/desk/ladders/new/?unit={tax.pk}").content.decode()
    assert 'name="vertical" id="id_vertical" checked' in form or "checked" in form
