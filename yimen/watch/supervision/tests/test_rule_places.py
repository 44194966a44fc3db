"""A rule may say something of its own for one centre or department; the more special word wins, at once, and may be lifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Alert, Rule, RuleVersion
from yimen.watch.supervision.rules import chosen
from yimen.watch.supervision.selectors.previewing import preview
from yimen.watch.supervision.services import NoChange, RuleDraft
from yimen.watch.supervision.tests.stage import BEGAN, at, begun

MOMENT = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


def own_word(cast: Cast, code: str, unit: str, **change: Any) -> RuleVersion:
    """The rule as it stands, with something of its own for one unit."""
    rule = Rule.objects.get(code=code)
    last = rule.versions.order_by("-number")[0]
    general = rule.versions.filter(place=None).order_by("-number")[0]
    draft = RuleDraft(
        kind=general.kind, label=general.label, level=general.level, params=general.params, in_use=True, why="本地规定",
        place=cast.units[unit],
    )  # fmt: skip
    draft = replace(draft, **change)
    return services.change_rule(actor=cast.actor("sun"), rule=rule, draft=draft, at=BEGAN, seen=last.number)


def holding(cast: Cast, department: str, centre: str | None = "centre") -> dict[str, RuleVersion]:
    found = selectors.rules_at(
        BEGAN + MOMENT, "overdue", cast.units[department].pk, cast.units[centre].pk if centre else None
    )
    return {each.rule.code: each for each in found}


def test_the_more_special_word_wins(cast: Cast) -> None:
    wide = own_word(cast, "overdue", "centre", level="red")
    narrow = own_word(cast, "overdue", "market", level="notice")
    assert holding(cast, "market")["overdue"] == narrow
    assert holding(cast, "health")["overdue"] == wide
    assert holding(cast, "health", None)["overdue"].place is None
    assert holding(cast, "market")["overdue-long"].place is None  # another rule says what it said
    lifted = own_word(cast, "overdue", "market", lifted=True)
    assert lifted.number == 4
    assert holding(cast, "market")["overdue"] == wide


def test_a_rule_may_be_off_at_one_place(cast: Cast) -> None:
    own_word(cast, "overdue", "market", in_use=False)
    assert "overdue" not in holding(cast, "market")
    assert "overdue" in holding(cast, "health")


def test_lights_and_alerts_follow_without_restart(cast: Cast) -> None:
    market, other = begun(cast, code="E-1"), begun(cast, code="E-2")
    Matter.objects.filter(pk=other.pk).update(department=cast.units["health"])
    own_word(cast, "overdue", "market", in_use=False)
    for code in Rule.objects.filter(versions__kind="signal").values_list("code", flat=True).distinct():
        own_word(cast, code, "market", in_use=False)
    late = at("03-20T10:00")
    watching.sweep_all(late)
    services.raise_overdue([market.pk, other.pk], late)
    lights = dict(Matter.objects.filter(pk__in=[market.pk, other.pk]).values_list("code", "light"))
    assert lights == {"E-1": "", "E-2": "red"}
    found = set(Alert.objects.values_list("about__code", "version__rule__code"))
    assert ("E-2", "overdue") in found
    assert ("E-1", "overdue") not in found
    assert ("E-1", "overdue-long") in found


def test_the_preview_looks_at_that_place_alone(cast: Cast) -> None:
    begun(cast, code="E-1")
    other = begun(cast, code="E-2")
    Matter.objects.filter(pk=other.pk).update(department=cast.units["health"])
    params = RuleVersion.objects.get(rule__code="overdue").params
    late = at("03-20T10:00")
    for place, looked in ((None, 2), (cast.units["market"].pk, 1), (cast.units["housing"].pk, 0)):
        said = preview("overdue", params, {**params, "late_workdays": 30}, late, place)
        assert said is not None
        assert said.looked == looked
        assert said.lines[0][1:] == (looked, 0)


def test_what_makes_no_sense_is_refused(cast: Cast) -> None:
    own_word(cast, "overdue", "market", level="red")
    with pytest.raises(NoChange):
        own_word(cast, "overdue", "market", level="red")
    with pytest.raises(Invalid):
        own_word(cast, "overdue", "market_section", level="red")
    with pytest.raises(Invalid):
        own_word(cast, "overdue", "health", lifted=True)


def test_on_the_screen(cast: Cast) -> None:
    client = cast.client("sun")
    url = "/manage/supervision/rules/overdue/"
    given = {
        "label": "超期未办", "text": "", "law": "", "level": "red", "param_measure": "promised", "param_late_workdays": "2",
        "param_procedures": "", "in_use": "on", "why": "本局要求更严", "place": cast.units["market"].pk, "seen": "1",
    }  # fmt: skip
    shown = client.post(f"{url}edit/", given | {"verb": "preview"})
    assert shown.status_code == 200, shown.content.decode()[:400]
    assert client.post(f"{url}edit/", given).status_code == 302
    page = client.get(url).content.decode()
    assert "单独规定" in page
    assert "市场监督管理局" in page
    form = client.get(f"{url}edit/?place={cast.units['market'].pk}").content.decode()
    assert 'value="2"' in form
    assert "只适用于" in client.get("/manage/supervision/rules/").content.decode()
    stale = client.post(f"{url}edit/", given | {"param_late_workdays": "4"})
    assert stale.status_code == 409


def test_the_pure_choice() -> None:
    class Version:
        def __init__(self, rule: int, place: int | None, *, on: bool = True, lifted: bool = False) -> None:
            self.rule_id, self.place_id, self.in_use, self.lifted = rule, place, on, lifted

    general, centre, own = Version(1, None), Version(1, 7), Version(1, 9)
    assert chosen([general, centre, own], 9, 7) == [own]
    assert chosen([general, centre], 9, 7) == [centre]
    assert chosen([general, Version(1, 9, lifted=True)], 9, 7) == [general]
    assert chosen([general, Version(1, 9, on=False)], 9, 7) == []
    assert chosen([Version(2, 9)], 8, 7) == []


def test_what_the_form_shows_may_be_saved_as_it_is(cast: Cast) -> None:
    """A list of codes stands in its field as people write it, so that saving does not turn it into something else."""
    client = cast.client("sun")
    form = client.get("/manage/supervision/rules/overdue/edit/").content.decode()
    assert "[]" not in form
    assert 'name="lifted"' not in form
    given = {"label": "超期未办", "level": "yellow", "param_measure": "promised", "param_late_workdays": "1",
             "in_use": "on", "why": "试", "seen": "1"}  # fmt: skip
    assert client.post("/manage/supervision/rules/overdue/edit/", given | {"param_procedures": "[]"}).status_code == 422
    assert (
        client.post(
            "/manage/supervision/rules/overdue/edit/", given | {"param_procedures": "licence、alert"}
        ).status_code
        == 302
    )
    assert RuleVersion.objects.get(rule__code="overdue", number=2).params["procedures"] == ["alert", "licence"]
    assert "alert、licence" in client.get("/manage/supervision/rules/overdue/edit/").content.decode()
