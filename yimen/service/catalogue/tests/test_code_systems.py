"""Codes of other provinces beside the national one: known by their looks, found by search, one item each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.catalogue import selectors, services
from yimen.service.catalogue.models import ItemCode, ItemEdition
from yimen.service.catalogue.rules.code_systems import SYSTEMS, guess, problem_of
from yimen.service.catalogue.services.codes import CodeValues
from yimen.service.catalogue.tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cast import Cast

GANSU = "62052400MZ-XK-0001"
SICHUAN = "511Z07001006-511602000000-000-11511301008778183N-1-00"


def test_each_system_knows_its_own_example() -> None:
    for key, system in SYSTEMS.items():
        assert system.source
        if system.example:
            assert problem_of(key, system.example) == "", key


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("gansu", "6205MZ-XK-0001"),
        ("sichuan", GANSU),
        ("hubei", "123"),
        ("national", "123"),
        ("moon", "1"),
        ("other", ""),
    ],
)
def test_what_is_no_code_of_a_system_is_told(system: str, code: str) -> None:
    assert problem_of(system, code)


def test_a_code_is_guessed_by_its_looks() -> None:
    assert (guess(GANSU), guess(SICHUAN), guess("XK00123001Y"), guess("随便")) == (
        "gansu",
        "sichuan",
        "guizhou",
        "other",
    )


def test_a_code_is_put_found_and_taken_off(cast: Cast, published: ItemEdition) -> None:
    item, editor = published.item, cast.actor("editor")
    services.add_code(actor=editor, item=item, values=CodeValues("gansu", GANSU), at=NOON)
    assert ItemCode.objects.get(code=GANSU).place == "62"
    assert selectors.item_by_code(GANSU) == item
    assert [each.pk for each in selectors.find(selectors.Query(GANSU)).items] == [item.pk]
    assert item.name in Client().get("/items/", {"q": GANSU[:9]}).content.decode()
    assert item.name in cast.client("editor").get("/manage/items/", {"q": GANSU}).content.decode()
    with pytest.raises(Conflict):
        services.add_code(actor=editor, item=item, values=CodeValues("gansu", GANSU), at=NOON)
    with pytest.raises(Invalid):
        services.add_code(actor=editor, item=item, values=CodeValues("local", "B51991100009"), at=NOON)
    services.remove_code(actor=editor, item=item, code_id=ItemCode.objects.get(code=GANSU).pk, at=NOON)
    with pytest.raises(Conflict):
        services.remove_code(
            actor=editor, item=item, code_id=ItemCode.objects.get(item=item, system="local").pk, at=NOON
        )
    with pytest.raises(NotAllowed):
        services.add_code(actor=cast.actor("qian_staff"), item=item, values=CodeValues("gansu", GANSU), at=NOON)


def test_a_code_belongs_to_one_item_only_where_it_names_it(cast: Cast, published: ItemEdition) -> None:
    editor = cast.actor("editor")
    other = services.create_item(actor=editor, name="另一件", kind="licence", department=cast.units["market"], at=NOON)
    for system, code in (("gansu", GANSU), ("catalog", "442199806003")):
        services.add_code(actor=editor, item=published.item, values=CodeValues(system, code), at=NOON)
    with pytest.raises(Conflict):
        services.add_code(actor=editor, item=other, values=CodeValues("gansu", GANSU), at=NOON)
    services.add_code(actor=editor, item=other, values=CodeValues("catalog", "442199806003"), at=NOON)


def test_the_page_speaks(cast: Cast, published: ItemEdition) -> None:
    client, address = cast.client("editor"), f"/manage/items/{published.item.code}/codes/"
    refused = client.post(address, {"system": "gansu", "code": "123"})
    assert refused.status_code == 422
    assert "应像" in refused.content.decode()
    assert client.post(address, {"system": "gansu", "code": GANSU}).status_code == 302
    page = client.get(f"/manage/items/{published.item.code}/").content.decode()
    assert "甘肃省编码" in page
    pk = ItemCode.objects.get(code=GANSU).pk
    assert client.post(address, {"remove": str(pk)}).status_code == 302
    assert Client().get(f"/api/v1/items/{published.item.code}").json()["codes"][0]["system"] == "local"
