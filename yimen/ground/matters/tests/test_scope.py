"""The list that a permission opens, and the answer for one matter, are one rule."""

from __future__ import annotations

import pytest

from yimen.ground.identity.rules import Permission, ScopeKind
from yimen.ground.matters import policies
from yimen.ground.matters.models import Matter
from yimen.ground.matters.tests.stage import clerk, errand

pytestmark = pytest.mark.django_db
SCOPES: tuple[ScopeKind, ...] = ("own", "window", "department", "centre", "division", "all")


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("place", [None, 10**9])
def test_list_and_answer_agree(scope: ScopeKind, place: int | None) -> None:
    """Also for a scope without its place: it never holds the matters that have none."""
    errand(clerk())
    path = "51" if scope == "division" else ""
    actor = clerk(
        permissions=frozenset({Permission("matters.view", scope, place, path)}), window_id=None, centre_id=None
    )
    listed = set(Matter.objects.filter(policies.scope(actor, "matters.view")))
    assert listed == {matter for matter in Matter.objects.all() if policies.may(actor, "matters.view", matter)}
