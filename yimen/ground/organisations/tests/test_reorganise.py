"""A department goes into another: preview, second person, start, what ends, what its people see, undoing (issue 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations import selectors, services
from yimen.ground.organisations.models import AuthorisationLetter, Reorganisation, SealEvent, Unit, UnitSuccession
from yimen.ground.organisations.policies import OutsideScope
from yimen.ground.organisations.services import PartGiven, StalePreview

TODAY = moments.day_of(moments.now())


def merged(cast: Cast, **more: object) -> Reorganisation:
    """A plan by the centre's manager: market supervision goes into housing."""
    given: dict[str, object] = {
        "actor": cast.actor("manager"),
        "kind": "merge",
        "document": "清编发〔2026〕12号",
        "document_title": "关于组建市场和住建局的通知",
        "effective_on": TODAY,
        "parts": [PartGiven(cast.units["market"], cast.units["housing"])],
        "at": moments.now(),
    }
    return services.draft_reorganisation(**(given | more))  # type: ignore[arg-type]


def approved(cast: Cast, **more: object) -> Reorganisation:
    plan = merged(cast, **more)
    services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    return services.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=moments.now())


def carried_out(cast: Cast, **more: object) -> Reorganisation:
    plan = approved(cast, **more)
    services.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    return services.carry_on(plan.uid, moments.now)


def test_the_preview_counts_what_is_touched(cast: Cast) -> None:
    found = {
        section.name: section
        for section in services.preview_reorganisation(actor=cast.actor("manager"), plan=merged(cast), at=moments.now())
    }
    assert found["units"].count == 2  # the department and its section
    assert found["posts"].count == 5  # he and editor at the department; zhao, chen, zhou in the section
    assert [line.flag for line in found["posts"].lines].count("撤销") == 1
    assert found["windows"].count == 2
    assert found["letters"].count == 5
    assert found["lacking"].count == 4  # wang has a letter of housing already
    assert found["lacking"].warning
    assert found["seals"].count == 1
    assert found["matters"].count == 0


def test_the_author_does_not_approve(cast: Cast) -> None:
    cast_leader = cast.actor("leader")
    plan = merged(cast)
    services.preview_reorganisation(actor=cast_leader, plan=plan, at=moments.now())
    with pytest.raises(NotAllowed):
        services.approve_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    Reorganisation.objects.filter(pk=plan.pk).update(drafted_by=cast_leader.uid)
    with pytest.raises(NotAllowed, match="自己"):
        services.approve_reorganisation(actor=cast_leader, plan=plan, at=moments.now())


def test_a_preview_grows_stale(cast: Cast) -> None:
    plan = merged(cast)
    services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    services.revoke_letter(
        actor=cast.actor("he"), letter=cast.letters["market_zhao"], reason="岗位调整", at=moments.now()
    )
    with pytest.raises(StalePreview, match="授权委托书"):
        services.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=moments.now())
    services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    services.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=moments.now())
    services.end_post(actor=INSTALLER, post=cast.posts["chen"], at=moments.now())
    with pytest.raises(StalePreview, match="岗位"):
        services.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    assert Unit.objects.get(pk=cast.units["market"].pk).dissolved_on is None


def test_not_before_its_day(cast: Cast) -> None:
    plan = approved(cast, effective_on=TODAY + timedelta(days=3))
    with pytest.raises(Conflict, match="生效"):
        services.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())


def test_a_successor_without_a_head_cannot_sign(cast: Cast) -> None:
    services.end_post(actor=INSTALLER, post=cast.posts["luo"], at=moments.now())
    plan = merged(cast)
    services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    with pytest.raises(Conflict, match="没有在任的负责人"):
        services.approve_reorganisation(actor=cast.actor("leader"), plan=plan, at=moments.now())


def test_carried_out(cast: Cast) -> None:
    plan = carried_out(cast)
    market, housing = (Unit.objects.get(pk=cast.units[key].pk) for key in ("market", "housing"))
    assert plan.state == "applied"
    assert market.dissolved_on == TODAY
    zhao = cast.actor("zhao")
    assert zhao.department_id == housing.pk
    assert zhao.predecessors == (market.pk,)
    assert zhao.letters == ()  # the letter died with its department
    assert {held.scope_id for held in zhao.held("matters.view")} == {market.pk, housing.pk}
    assert cast.windows["window3"].departments.filter(pk=housing.pk).exists()
    assert not cast.windows["window3"].departments.filter(pk=market.pk).exists()
    assert AuthorisationLetter.objects.get(pk=cast.letters["market_zhao"].pk).state == "signed"
    assert SealEvent.objects.get(seal=cast.seals["market"]).kind == "superseded"
    assert cast.actor("he").post_id is None  # who led the old department leads nothing until appointed anew
    assert [past.what for past in selectors.history_of(market)] == ["整体划入", "撤销"]
    assert [past.unit for past in selectors.history_of(housing)] == ["清河县市场监督管理局"]
    assert [unit.name for unit in selectors.named("市场监督")] == ["清河县市场监督管理局", "清河县住房和城乡建设局"]


def test_letters_of_the_new_department_are_drafted_and_hold_before_and_after(cast: Cast) -> None:
    plan = approved(cast)
    made = services.draft_successor_letters(actor=cast.actor("manager"), plan=plan, at=moments.now())
    # wang has housing's letter for accept and issue already; the others get one each.
    assert {letter.post_id for letter in made} == {cast.posts[key].pk for key in ("zhao", "chen", "zhou", "wu")}
    for letter in made:
        services.sign_letter(actor=cast.actor("luo"), letter=letter, at=moments.now())
    services.begin_reorganisation(actor=cast.actor("manager"), plan=plan, at=moments.now())
    market, housing = cast.units["market"].pk, cast.units["housing"].pk
    # Between start and end both letters speak for both departments: no matter is without a hand.
    assert {letter.department_id for letter in cast.actor("zhao").letters} == {market, housing}
    assert len(cast.actor("zhao").letters) == 4
    services.carry_on(plan.uid, moments.now)
    assert [letter.department_id for letter in cast.actor("zhao").letters] == [housing, market]


def test_undone_while_nothing_was_built_on_it(cast: Cast) -> None:
    before = {key: cast.actor(key) for key in ("zhao", "he", "wang", "editor", "luo")}
    plan = carried_out(cast)
    with pytest.raises(OutsideScope):
        services.begin_undoing(actor=cast.actor("wang"), plan=plan, reason="文件撤销", at=moments.now())
    services.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=moments.now())
    plan = services.carry_on(plan.uid, moments.now)
    assert plan.state == "undone"
    for key, actor in before.items():
        assert cast.actor(key) == actor, key
    assert UnitSuccession.objects.get(plan=plan).undone_at is not None
    assert [each.kind for each in SealEvent.objects.filter(seal=cast.seals["market"]).order_by("id")] == [
        "superseded",
        "restored",
    ]
    with pytest.raises(Conflict):
        services.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="再撤", at=moments.now())


def test_not_undone_once_something_was_built_on_it(cast: Cast) -> None:
    plan = carried_out(cast)
    services.end_post(actor=INSTALLER, post=cast.posts["editor"], at=moments.now())
    services.appoint(actor=INSTALLER, post=cast.posts["editor"], account=cast.accounts["zhao"], at=moments.now())
    with pytest.raises(Conflict, match="新的任命"):
        services.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=moments.now())


def test_a_new_name_and_the_old_one(cast: Cast) -> None:
    plan = carried_out(
        cast,
        kind="rename",
        parts=[PartGiven(cast.units["health"])],
        new_name="清河县卫生健康委员会",
        new_short_name="卫健委",
    )
    assert plan.state == "applied"
    health = Unit.objects.get(pk=cast.units["health"].pk)
    assert health.name == "清河县卫生健康委员会"
    assert selectors.name_on(health, TODAY) == "清河县卫生健康委员会"
    assert selectors.name_on(health, TODAY - timedelta(days=1)) == "清河县卫生健康局"
    assert [unit.pk for unit in selectors.named("卫生健康局")] == [health.pk]
    assert cast.actor("tang").department == "清河县卫生健康委员会"
    services.begin_undoing(actor=cast.actor("leader"), plan=plan, reason="文件撤销", at=moments.now())
    services.carry_on(plan.uid, moments.now)
    assert Unit.objects.get(pk=health.pk).name == "清河县卫生健康局"


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        ("merge", [("market", "market", None)], "不能是它自己"),
        ("merge", [("market", "market_section", None)], "上级或下级"),
        ("merge", [("market", "housing", None), ("housing", "health", None)], "名单里"),
        ("merge", [("market", "housing", None), ("health", "justice", None)], "同一个机构"),
        ("merge", [("market", "housing", None), ("market", "housing", None)], "只写一次"),
        ("merge", [("centre", "housing", None)], "不能这样改革"),
        ("merge", [("market", "housing", ["A"])], "整体"),
        ("move_items", [("market", "housing", None)], "写明划出的事项"),
        ("split", [("market", "housing", ["A"]), ("market", "health", ["A"])], "分给了两个"),
        ("rename", [("market", None, None)], "新名称"),
        ("palace", [("market", "housing", None)], "没有这种"),
        ("dissolve", [], "请选择"),
    ],
)
def test_plans_that_make_no_sense(
    cast: Cast, kind: str, parts: list[tuple[str, str | None, list[str] | None]], said: str
) -> None:
    given = [
        PartGiven(cast.units[source], cast.units[target] if target else None, items) for source, target, items in parts
    ]
    with pytest.raises(Invalid, match=said):
        merged(cast, kind=kind, parts=given)
    assert not Reorganisation.objects.exists()


@pytest.mark.parametrize("who", ["he", "wang", "zhao", "sun", "qian_staff", "editor", "security"])
def test_others_reorganise_nothing(cast: Cast, who: str) -> None:
    with pytest.raises(OutsideScope):
        merged(cast, actor=cast.actor(who))


def test_only_one_at_a_time(cast: Cast) -> None:
    first = approved(cast)
    second = approved(
        cast,
        kind="rename",
        parts=[PartGiven(cast.units["health"])],
        new_name="清河县卫健委",
        document="清编发〔2026〕13号",
    )
    services.begin_reorganisation(actor=cast.actor("manager"), plan=first, at=moments.now())
    with pytest.raises(Conflict, match="正在实施"):
        services.begin_reorganisation(actor=cast.actor("manager"), plan=second, at=moments.now())
    services.carry_on(first.uid, moments.now)
    services.begin_reorganisation(actor=cast.actor("manager"), plan=second, at=moments.now())
