"""The cast stands, and each of them is who the tests say."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast
from yimen.ground.kit import moments


def test_wang_sits_at_window_3_with_letters_of_two_departments(cast: Cast) -> None:
    wang = cast.actor("wang")
    assert (wang.name, wang.kind, wang.window, wang.department) == (
        "王芳",
        "staff",
        "综合窗口 3 号",
        "清河县政务服务中心",
    )
    assert wang.centre_id == cast.units["centre"].pk
    assert {letter.department_id for letter in wang.letters} == {cast.units["market"].pk, cast.units["housing"].pk}
    assert {held.scope_id for held in wang.held("identity.verify")} == {cast.windows["window3"].pk}


def test_zhao_works_for_the_department_above_his_section(cast: Cast) -> None:
    zhao = cast.actor("zhao")
    assert (zhao.department_id, zhao.division) == (cast.units["market"].pk, "519911000000")


def test_the_actor_is_found_in_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client("wang")
    key = client.cookies["session"].value
    from yimen.ground.identity.services import sessions
    from yimen.ground.organisations import selectors

    with django_assert_num_queries(1):
        found = selectors.by_session(sessions.digest(key), moments.now())
    assert found is not None
    assert found.actor == cast.actor("wang")
