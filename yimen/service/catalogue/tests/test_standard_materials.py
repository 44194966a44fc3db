"""The list of materials says whether a file may be used again and how long (R030)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import services
from yimen.service.catalogue.models import StandardMaterial
from yimen.service.catalogue.tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db
ADDRESS = "/manage/materials/"


def test_the_form_keeps_reuse_and_validity(cast: Cast) -> None:
    client = cast.client("manager")
    said = {"code": "M001", "name": "平面图", "reusable": "on", "valid_days": "365"}
    assert client.post(ADDRESS, said).status_code == 302
    made = StandardMaterial.objects.get()
    assert (made.reusable, made.valid_days) == (True, 365)
    page = client.get(f"{ADDRESS}?code=M001").content.decode()
    assert "365 天内" in page and "修改“平面图”" in page and 'value="365"' in page
    assert client.post(ADDRESS, {"code": "M001", "name": "平面图"}).status_code == 302
    made.refresh_from_db()
    assert (made.reusable, made.valid_days) == (False, None)
    assert "每次都要交" in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    "said", [{"valid_days": "30"}, {"reusable": "on", "valid_days": "0"}, {"reusable": "on", "valid_days": "x"}]
)
def test_days_that_make_no_sense_are_refused(cast: Cast, said: dict[str, str]) -> None:
    answer = cast.client("manager").post(ADDRESS, {"code": "M001", "name": "平面图", **said})
    assert answer.status_code == 422
    assert not StandardMaterial.objects.exists()


def test_who_says_nothing_of_reuse_leaves_it_as_it_is(cast: Cast) -> None:
    manager = cast.actor("manager")
    services.save_standard_material(actor=manager, code="M1", name="甲", at=NOON, reusable=True, valid_days=90)
    services.save_standard_material(actor=manager, code="M1", name="甲（新）", at=NOON)
    made = StandardMaterial.objects.get()
    assert (made.name, made.reusable, made.valid_days) == ("甲（新）", True, 90)
    with pytest.raises(Invalid):
        services.save_standard_material(actor=manager, code="M1", name="甲", at=NOON, reusable=False, valid_days=90)
