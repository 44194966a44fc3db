"""A centre names its kinds of case (R057) and promises in public, measured by what the ledger says (R062)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import NotAllowed
from yimen.service.cases import counting, kinds, selectors, services
from yimen.service.cases.models import CaseSum
from yimen.service.cases.services.setting_up import KindsMoved, PromiseStands
from yimen.service.cases.tests.stage import accepted, published

pytestmark = pytest.mark.django_db


def named(code: str, label: str) -> list[kinds.KindSetting]:
    return [replace(each, label=label) if each.code == code else each for each in kinds.USUAL_SETTINGS]


def test_a_centre_without_settings_has_the_usual_seven(cast: Cast) -> None:
    labels = [each.label for each in selectors.kind_settings(cast.units["centre"].pk)]
    assert labels == ["即办件", "退办件", "补办件", "承诺件", "联办件", "上报件", "特办件"]


def test_the_name_that_the_centre_gives_is_on_the_case(cast: Cast) -> None:
    centre = cast.units["centre"]
    services.set_kinds(actor=cast.actor("manager"), centre=centre, settings=named("promise", "限时件"), at=now())
    page = cast.client("zhao").get(f"/desk/cases/{accepted(cast)}/").content.decode()
    assert "限时件" in page
    assert "承诺件" not in page


def test_six_kinds(cast: Cast) -> None:
    six = [replace(each, used=each.code != "special") for each in kinds.USUAL_SETTINGS]
    services.set_kinds(actor=cast.actor("manager"), centre=cast.units["centre"], settings=six, at=now())
    used = [each.code for each in selectors.kind_settings(cast.units["centre"].pk) if each.used]
    assert len(used) == 6


def test_a_kind_that_items_have_stays(cast: Cast) -> None:
    published(cast)
    off = [replace(each, used=each.code != "promise") for each in kinds.USUAL_SETTINGS]
    with pytest.raises(kinds.UnusableKinds) as refused:
        services.set_kinds(actor=cast.actor("manager"), centre=cast.units["centre"], settings=off, at=now())
    assert "1 个已发布事项" in refused.value.fields["used_promise"]


@pytest.mark.parametrize("label", ["", "即办件", "很" * 21])
def test_names_are_told_apart(cast: Cast, label: str) -> None:
    with pytest.raises(kinds.UnusableKinds) as refused:
        services.set_kinds(
            actor=cast.actor("manager"), centre=cast.units["centre"], settings=named("joint", label), at=now()
        )
    assert list(refused.value.fields) == ["label_joint"]


def test_who_comes_second_looks_again(cast: Cast) -> None:
    centre, manager = cast.units["centre"], cast.actor("manager")
    seen = [each.label for each in selectors.kind_settings(centre.pk)]
    services.set_kinds(actor=manager, centre=centre, settings=named("joint", "会办件"), at=now(), seen=seen)
    with pytest.raises(KindsMoved):
        services.set_kinds(actor=manager, centre=centre, settings=named("joint", "联审件"), at=now(), seen=seen)


@pytest.mark.parametrize("who", ["wang", "he", "sun", "qian_staff"])
def test_others_set_nothing(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.set_kinds(actor=cast.actor(who), centre=cast.units["centre"], settings=kinds.USUAL_SETTINGS, at=now())
    assert cast.client(who).get("/manage/case-kinds/").status_code == 403


def test_the_page_saves_and_says_what_is_wrong(cast: Cast) -> None:
    client = cast.client("manager")
    given = {"seen": "\n".join(each.label for each in kinds.USUAL_SETTINGS)}
    for each in kinds.USUAL_SETTINGS:
        given |= {f"used_{each.code}": "on", f"label_{each.code}": each.label, f"order_{each.code}": str(each.order)}
    wrong = client.post("/manage/case-kinds/", given | {"label_joint": "特办件"})
    assert wrong.status_code == 422
    assert "重名" in wrong.content.decode()
    assert client.post("/manage/case-kinds/", given | {"label_joint": "并联件"}).status_code == 302
    assert "并联件" in selectors.kind_labels(cast.units["centre"].pk).values()


# --- Promises


def promise(cast: Cast, what: str = "on_time", target: str = "100") -> None:
    services.make_promise(
        actor=cast.actor("manager"), unit=cast.units["market"], centre=cast.units["centre"], what=what, target=Decimal(target),
        text="受理的事项全部按时办结", valid_from=date(2024, 1, 1), at=now(),
    )  # fmt: skip


def figures(cast: Cast, month: date, *, granted: int, on_time: int) -> None:
    """What the outbox would have counted in a month gone by."""
    CaseSum.objects.create(
        grain="month", start=month, measure="granted", department=cast.units["market"], centre=cast.units["centre"],
        division=cast.units["market"].division, kind="promise", channel="web", number=granted, timed=granted, on_time=on_time,
        at_once=0, days=granted * 4,
    )  # fmt: skip


def test_a_promise_is_public_with_its_keeping(cast: Cast) -> None:
    promise(cast)
    today = now().astimezone(CHINA).date()
    last = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
    figures(cast, last, granted=20, on_time=19)
    page = Client().get("/promises/").content.decode()
    assert "受理的事项全部按时办结" in page
    assert "95" in page
    assert "没有做到" in page


def test_one_promise_of_a_kind_until_it_is_withdrawn(cast: Cast) -> None:
    promise(cast)
    with pytest.raises(PromiseStands):
        promise(cast, target="90")
    stands = selectors.promises(date(2026, 1, 1)).get()
    client = cast.client("manager")
    assert client.post(f"/manage/promises/{stands.uid}/withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"/manage/promises/{stands.uid}/withdraw/", {"reason": "改为百分之九十八"}).status_code == 302
    promise(cast, target="98")
    assert "改为百分之九十八" in client.get("/manage/promises/").content.decode()
    assert counting.compare() == []
