"""The tree keeps its paths, refuses rings, and each manager stays in the own part of it (R001, R013)."""

from __future__ import annotations

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.ground.organisations import policies, selectors, services
from yimen.ground.organisations.models import Unit
from yimen.ground.organisations.policies import OutsideScope


def section(cast: Cast, parent: Unit, name: str = "新科室", **more: object) -> Unit:
    return services.create_unit(
        actor=INSTALLER,
        kind="section",
        name=name,
        parent=parent,
        at=moments.now(),
        **more,  # type: ignore[arg-type]
    )


def test_a_subtree_moves_with_its_paths(cast: Cast) -> None:
    section(cast, cast.units["market_section"], "一组")
    services.move_unit(
        actor=INSTALLER, unit=cast.units["market_section"], parent=cast.units["housing"], at=moments.now()
    )
    for unit in Unit.objects.all():
        assert unit.path == (unit.parent.path if unit.parent else "/") + f"{unit.pk}/"
    assert cast.actor("zhao").department_id == cast.units["housing"].pk


@pytest.mark.parametrize("under", ["government", "market", "market_section"])
def test_no_ring(cast: Cast, under: str) -> None:
    with pytest.raises(Conflict):
        services.move_unit(actor=INSTALLER, unit=cast.units["government"], parent=cast.units[under], at=moments.now())


def test_any_depth_that_the_path_holds(cast: Cast) -> None:
    parent = cast.units["village"]
    with pytest.raises(Invalid, match="太深"):
        for number in range(120):
            parent = section(cast, parent, f"第{number}层")
    assert parent.path.count("/") > 15


def test_two_of_one_name_under_one_parent(cast: Cast) -> None:
    section(cast, cast.units["market"], "甲")
    with pytest.raises(Conflict, match="同名"):
        section(cast, cast.units["market"], "甲")
    section(cast, cast.units["housing"], "甲")


def test_a_unit_in_use_is_not_dissolved(cast: Cast) -> None:
    for key in ("market", "market_section", "centre"):
        with pytest.raises(Conflict):
            services.dissolve_unit(actor=INSTALLER, unit=cast.units[key], at=moments.now())
    gone = services.dissolve_unit(actor=INSTALLER, unit=section(cast, cast.units["market"]), at=moments.now())
    assert gone.pk not in {unit.pk for unit in selectors.tree()}
    with pytest.raises(Conflict):
        section(cast, gone)


def test_the_tree_is_read_top_down(cast: Cast) -> None:
    names = [(unit.depth, unit.name) for unit in selectors.tree()]
    assert names[:4] == [
        (0, "清河县人民政府"),
        (1, "清河县政务服务管理局"),
        (2, "清河县政务服务中心"),
        (3, "综合受理科"),
    ]
    assert [unit.name for unit in selectors.ancestors(cast.units["market_section"])] == [
        "清河县人民政府",
        "清河县市场监督管理局",
    ]


def test_each_manages_the_own_part(cast: Cast) -> None:
    head, manager = cast.actor("he"), cast.actor("manager")
    assert policies.may(head, cast.units["market_section"])
    assert not policies.may(head, cast.units["housing"])
    assert not policies.may(head, cast.units["government"])
    assert policies.may(manager, cast.units["intake"])
    assert not policies.may(manager, cast.units["market"])
    with pytest.raises(OutsideScope):
        services.create_unit(actor=head, kind="section", name="甲", parent=cast.units["housing"], at=moments.now())
    with pytest.raises(OutsideScope):
        services.move_unit(
            actor=head, unit=cast.units["market_section"], parent=cast.units["housing"], at=moments.now()
        )
    with pytest.raises(OutsideScope):
        services.appoint(actor=head, post=cast.posts["wang"], account=cast.accounts["zhao"], at=moments.now())


@pytest.mark.parametrize("who", ["wang", "zhao", "chen", "sun", "qian_staff", "li", "qian", "editor", "leader"])
def test_others_manage_nothing(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.create_unit(
            actor=cast.actor(who), kind="section", name="甲", parent=cast.units["market"], at=moments.now()
        )


def test_a_manager_of_a_division_manages_what_lies_in_it(cast: Cast) -> None:
    services.give_grant(
        actor=cast.actor("security"),
        code="organisations.manage",
        scope="division",
        scope_division=cast.divisions["town"],
        post=cast.posts["agent"],
        at=moments.now(),
    )
    agent = cast.actor("agent")
    assert policies.may(agent, cast.units["village"])
    assert policies.may(agent, cast.units["town"])
    assert not policies.may(agent, cast.units["market"])


def test_windows_that_serve_a_department(cast: Cast) -> None:
    # The issuing window serves housing as well, but accepts nothing.
    assert [str(window) for window in selectors.windows_serving(cast.units["housing"])] == ["综合窗口 3 号"]
    with pytest.raises(Conflict):
        services.close_window(actor=INSTALLER, window=cast.windows["window3"], at=moments.now())
    with pytest.raises(Conflict, match="窗口号"):
        services.open_window(
            actor=INSTALLER, centre=cast.units["centre"], number="3", name="又一", kind="duty", at=moments.now()
        )
    with pytest.raises(Invalid):
        services.open_window(
            actor=INSTALLER, centre=cast.units["market"], number="1", name="部门", kind="duty", at=moments.now()
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "甲\x00"),
        ("name", "\ud842"),
        ("name", "长" * 1_000_000),
        ("kind", "palace"),
        ("credit_code", "1" * 18),
        ("phone", "长" * 1000),
    ],
)
def test_bad_words_are_refused(cast: Cast, field: str, value: str) -> None:
    given = {"kind": "section", "name": "甲", "parent": cast.units["market"], "at": moments.now(), field: value}
    with pytest.raises(Refusal):
        services.create_unit(actor=INSTALLER, **given)  # type: ignore[arg-type]
