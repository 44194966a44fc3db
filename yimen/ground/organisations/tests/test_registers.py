"""Responsibility, counterparts, supporting roles, and the course of seals (R002, R008, R011, R013)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.cast import BUILT, INSTALLER, Cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.ground.organisations import selectors, services
from yimen.ground.organisations.models import Division, EntryPlan, Seal, SealEvent, SupportingRole, Unit
from yimen.ground.organisations.policies import OutsideScope
from yimen.ground.organisations.selectors import registers
from yimen.ground.organisations.services.posts import MoreThanHeld

NOW = moments.now()
TODAY = moments.day_of(NOW)


# R011


def test_a_chain_goes_up_step_by_step(cast: Cast) -> None:
    services.set_chain(
        actor=cast.actor("he"), unit=cast.units["market"], principal=cast.posts["he"], deputy=cast.posts["leader"],
        team=[cast.posts["chen"], cast.posts["zhao"]], at=NOW,
    )  # fmt: skip
    chain = selectors.responsibility_chain(cast.units["market_section"], TODAY)
    assert [(rung.step, rung.rung, rung.name) for rung in chain] == [
        (1, "team", "赵强"),
        (1, "team", "陈静"),
        (2, "deputy", "林远"),
        (3, "principal", "何伟"),
    ]
    services.set_chain(
        actor=cast.actor("he"), unit=cast.units["market"], principal=cast.posts["he"], deputy=None, team=[],
        at=NOW + timedelta(days=1),
    )  # fmt: skip
    assert len(selectors.responsibility_chain(cast.units["market"], TODAY)) == 4  # what was so that day stays so
    assert len(selectors.responsibility_chain(cast.units["market"], TODAY + timedelta(days=1))) == 1


def test_a_head_stands_in_and_gaps_show(cast: Cast) -> None:
    assert [rung.name for rung in selectors.responsibility_chain(cast.units["housing"], TODAY)] == ["罗兰"]
    (gap,) = registers.chain_gaps([cast.units["housing"]], TODAY)
    assert gap.lacking == ("分管领导", "工作班子", "进驻工作方案")
    services.end_post(actor=INSTALLER, post=cast.posts["luo"], at=NOW)
    (gap,) = registers.chain_gaps([cast.units["housing"]], TODAY)
    assert gap.lacking[0] == "主要负责人（一把手）"
    assert selectors.responsibility_chain(cast.units["housing"], TODAY)[0].account_id is None


def test_a_chain_names_only_the_own_people(cast: Cast) -> None:
    given = {"actor": cast.actor("he"), "unit": cast.units["market"], "principal": None, "deputy": None, "at": NOW}
    with pytest.raises(Invalid):
        services.set_chain(**given, team=[cast.posts["tang"]])  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="两次"):
        services.set_chain(**(given | {"principal": cast.posts["he"]}), team=[cast.posts["he"]])  # type: ignore[arg-type]
    with pytest.raises(OutsideScope):
        services.set_chain(**(given | {"actor": cast.actor("tang")}), team=[])  # type: ignore[arg-type]


def test_plans_are_kept_edition_by_edition(cast: Cast) -> None:
    for text in ("三个事项进驻。", "全部事项进驻。"):
        services.write_entry_plan(actor=cast.actor("he"), unit=cast.units["market"], text=text, made_on=TODAY, at=NOW)
    plan = selectors.entry_plan(cast.units["market"])
    assert plan is not None
    assert (plan.number, plan.text) == (2, "全部事项进驻。")
    assert EntryPlan.objects.count() == 2


# R002


@pytest.fixture
def city(cast: Cast) -> dict[str, Unit]:
    division = cast.divisions["city"]
    made = {
        "government": services.create_unit(
            actor=INSTALLER, kind="government", name="安平市人民政府", division=division, at=BUILT
        )
    }
    for key, name in (("market", "安平市市场监督管理局"), ("water", "安平市水务局")):
        made[key] = services.create_unit(
            actor=INSTALLER, kind="department", name=name, parent=made["government"], at=BUILT
        )
    return made


def test_departments_of_two_tiers_are_paired_by_name(cast: Cast, city: dict[str, Unit]) -> None:
    upper, lower = cast.divisions["city"], cast.divisions["county"]
    suggested = [pair for pair in selectors.department_pairs(upper, lower) if pair.suggested]
    assert [(pair.upper, pair.lower) for pair in suggested] == [(city["market"], cast.units["market"])]
    services.match_units(actor=INSTALLER, upper=city["market"], lower=cast.units["market"], at=NOW)
    assert selectors.counterparts_of(cast.units["market"]) == [city["market"]]
    assert selectors.counterparts_of(city["market"]) == [cast.units["market"]]
    above, below = selectors.unmatched_departments(upper, lower)
    assert above == [city["water"]]
    assert cast.units["market"] not in below
    assert {unit.pk for unit in below} == set(
        Unit.objects.filter(division=lower, kind__in=["department", "office"])
        .exclude(pk=cast.units["market"].pk)
        .values_list("pk", flat=True)
    )


@pytest.mark.parametrize("wrong", ["same tier", "upside down", "twice", "stranger"])
def test_only_tiers_answer_to_each_other(cast: Cast, city: dict[str, Unit], wrong: str) -> None:
    upper, lower = city["market"], cast.units["market"]
    actor = INSTALLER
    if wrong == "same tier":
        upper = cast.units["housing"]
    elif wrong == "upside down":
        upper, lower = lower, upper
    elif wrong == "twice":
        services.match_units(actor=INSTALLER, upper=upper, lower=lower, at=NOW)
    else:
        actor = cast.actor("tang")
    with pytest.raises(Refusal):
        services.match_units(actor=actor, upper=upper, lower=lower, at=NOW)


def test_the_page_and_its_workbook(cast: Cast, city: dict[str, Unit]) -> None:
    client = cast.client("manager")
    page = client.get("/manage/counterparts/?upper=519900000000&lower=519911000000").content.decode()
    assert "名称相同，待确认" in page
    assert "安平市水务局" in page
    answer = client.get("/manage/counterparts/?upper=519900000000&lower=519911000000&export=1")
    assert answer.headers["Content-Type"].endswith("sheet")


# R013


def test_the_matrix_shows_gaps(cast: Cast) -> None:
    rows = {
        row.division.pk: row
        for row in registers.matrix(Division.objects.filter(pk__in=["519911000000", "519911100000"]))
    }
    assert rows["519911000000"].managers == ("马成（清河县政务服务中心 中心主任）",)
    assert rows["519911100000"].gaps == 7
    services.set_supporting_role(
        actor=INSTALLER, division=cast.divisions["county"], role="supervision", unit=cast.units["supervision"], at=NOW
    )
    with pytest.raises(Invalid):
        services.set_supporting_role(
            actor=INSTALLER, division=cast.divisions["county"], role="legal", unit=cast.units["town"], at=NOW
        )
    assert SupportingRole.objects.count() == 1
    assert "缺" in cast.client("manager").get("/manage/tiers/").content.decode()


def give(cast: Cast, who: str, code: str, to: str, scope: str, **more: object) -> None:
    services.give_grant(actor=cast.actor(who), code=code, scope=scope, post=cast.posts[to], at=NOW, **more)  # type: ignore[arg-type]


def test_a_town_manages_its_own_part_and_gives_no_more_than_it_holds(cast: Cast) -> None:
    services.end_post(actor=INSTALLER, post=cast.posts["agent"], at=NOW)
    boss = services.create_post(actor=INSTALLER, unit=cast.units["town"], duty="manager", title="中心主任", at=NOW)
    services.appoint(actor=INSTALLER, post=boss, account=cast.accounts["agent"], at=NOW)
    for code, scope in (
        ("organisations.manage", "division"),
        ("organisations.delegate", "division"),
        ("matters.view", "division"),
        ("matters.claim", "centre"),
    ):
        services.give_grant(actor=cast.actor("security"), code=code, scope=scope, post=boss, at=NOW)
    town = cast.actor("agent")
    below = services.create_post(actor=town, unit=cast.units["village"], duty="agent", title="代办员", at=NOW)
    services.give_grant(actor=town, code="matters.view", scope="centre", post=below, at=NOW)
    for code, scope, post in (
        ("matters.view", "all", below),  # wider than held
        ("matters.claim", "department", below),  # another kind of scope
        ("cases.decide", "department", below),  # not held at all
        ("organisations.delegate", "division", below),  # never passed on
    ):
        with pytest.raises(MoreThanHeld):
            services.give_grant(actor=town, code=code, scope=scope, post=post, at=NOW)
    with pytest.raises(OutsideScope):
        services.give_grant(actor=town, code="matters.view", scope="department", post=cast.posts["zhao"], at=NOW)
    with pytest.raises(MoreThanHeld):
        services.give_grant(
            actor=town,
            code="matters.view",
            scope="division",
            scope_division=cast.divisions["county"],
            post=below,
            at=NOW,
        )
    with pytest.raises(NotAllowed):
        services.give_grant(actor=town, code="matters.view", scope="division", post=boss, at=NOW)  # himself
    with pytest.raises(OutsideScope):
        services.create_unit(actor=town, kind="section", name="甲", parent=cast.units["market"], at=NOW)
    with pytest.raises(NotAllowed):
        give(cast, "manager", "matters.view", "wang", "window")  # who may not pass anything on


# R008


def test_a_seal_changes_hands_is_lost_or_destroyed(cast: Cast) -> None:
    seal, he = cast.seals["market"], cast.actor("he")
    with pytest.raises(Conflict, match="还在使用"):
        services.destroy_seal(actor=he, seal=seal, reason="更换", witness="孙悦", document="", at=NOW)
    services.hand_over_seal(actor=he, seal=seal, to=cast.posts["chen"], witness="孙悦", reason="岗位调整", at=NOW)
    assert Seal.objects.get(pk=seal.pk).keeper_id == cast.posts["chen"].pk
    with pytest.raises(Invalid):
        services.hand_over_seal(actor=he, seal=seal, to=cast.posts["tang"], witness="孙悦", reason="借用", at=NOW)
    with pytest.raises(OutsideScope):
        services.lose_seal(actor=cast.actor("tang"), seal=seal, reason="不慎", document="", at=NOW)
    services.end_seal(actor=he, seal=seal, at=NOW)
    services.destroy_seal(actor=he, seal=seal, reason="更换新章", witness="孙悦", document="清公〔2026〕3号", at=NOW)
    with pytest.raises(Conflict, match="已经登记销毁"):
        services.destroy_seal(actor=he, seal=seal, reason="再一次", witness="孙悦", document="", at=NOW)
    assert [each.kind for each in SealEvent.objects.filter(seal=seal).order_by("id")] == [
        "handed_over",
        "ended",
        "destroyed",
    ]
    page = cast.client("he").get(f"/manage/seals/{seal.pk}/").content.decode()
    assert "清公〔2026〕3号" in page


def test_a_lost_seal_is_out_of_use_and_never_destroyed(cast: Cast) -> None:
    seal, he = cast.seals["market"], cast.actor("he")
    services.lose_seal(actor=he, seal=seal, reason="搬迁中遗失", document="", at=NOW)
    assert Seal.objects.get(pk=seal.pk).ended_on == TODAY
    with pytest.raises(Conflict, match="遗失"):
        services.destroy_seal(actor=he, seal=seal, reason="找回", witness="孙悦", document="", at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        SealEvent.objects.filter(seal=seal).update(reason="改过")


def test_the_use_log_is_narrowed_and_exported(cast: Cast) -> None:
    client = cast.client("he")
    page = client.get("/manage/seals/uses/?q=授权委托书&first=2024-01-01&last=2024-01-02")
    assert page.status_code == 200
    assert "清政委〔2024〕1号" in page.content.decode()
    assert "清政委〔2024〕8号" not in page.content.decode()  # another department's
    assert "没有符合的" in client.get("/manage/seals/uses/?first=2031-01-01").content.decode()
    assert client.get("/manage/seals/uses/?export=1").headers["Content-Type"].endswith("sheet")
