"""Whoever follows a link of ours arrives: no page leads a person to where that person may not go, or where nothing is."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client

from tests.security.conftest import ROLES
from tests.security.crawler import STARTS, walk
from tests.security.world import World

MAY_LEAD_NOWHERE = {
    "/offline/": "says 503 on purpose",
}


@pytest.mark.parametrize(
    "role", ["visitor", *(role for role in ROLES if role), "zhou", "sun", "leader", "agent", "teahouse"]
)
def test_every_link_arrives(world: World, role: str) -> None:
    client = Client() if role == "visitor" else world.cast.client(role)
    kind = "" if role == "visitor" else world.cast.accounts[role].kind
    ends: Counter[int] = Counter()
    wrong = []
    for page in walk(client, STARTS[kind]):
        ends[page.status] += 1
        if page.status >= 400 and page.url not in MAY_LEAD_NOWHERE:
            wrong.append(f"{role}: {page.url} -> {page.status}")
    assert not wrong, "\n".join(wrong)
    assert ends[200] > 5
