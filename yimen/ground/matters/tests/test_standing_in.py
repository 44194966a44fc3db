"""A stand-in reaches what the colleague has in hand, and no more than one's own otherwise."""

from __future__ import annotations

from dataclasses import replace

from tests.cast import Cast
from yimen.ground.identity.rules import Permission
from yimen.ground.matters.policies import may
from yimen.ground.matters.selectors import Asked


def test_scope_own_reaches_what_the_colleague_has_in_hand(cast: Cast) -> None:

    own = Permission("matters.view", "own")
    acting = replace(cast.actor("zhao"), permissions=frozenset({own}), stands_for=cast.accounts["chen"].pk)
    matter = Asked(
        1, "x", "licence", 1, "reviewing", 1, "", None, 1, None, None, "", cast.accounts["chen"].pk, "", 1, (), ()
    )
    assert may(acting, "matters.view", matter)
    assert not may(replace(acting, stands_for=None), "matters.view", matter)
