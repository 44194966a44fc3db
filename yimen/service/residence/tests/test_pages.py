"""Every page of the residence opens for whom it is made, with no more queries than reviewed, and for nobody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.rooms import residence as room
from tests.security.world import filled
from yimen.ground.identity.policies import ViewAccess, all_views
from yimen.service.residence.tests.stage import item

MARKET_ONLY = {
    "adjustment", "opinion", "take_back", "plan", "edit_plan", "plan_print", "file_plan", "take_back_plan", "end_function",
    "department", "item",
}  # fmt: skip


@pytest.fixture
def world(cast: Cast) -> SimpleNamespace:
    return SimpleNamespace(cast=cast, item=item(cast))


def places(world: Any) -> list[tuple[ViewAccess, str]]:
    table = room.arguments(world)
    ours = [view for view in all_views() if view.name.startswith("residence:")]
    return [(view, filled(view, table) + room.QUESTIONS.get(view.name, "")) for view in ours]


def test_every_page_opens(world: SimpleNamespace) -> None:
    found: list[str] = []
    clients: dict[str, Client] = {}
    for view, url in places(world):
        who, most = room.CEILINGS[view.name]
        client = clients.setdefault(who, world.cast.client(who))
        for _turn in ("cold", "warm"):
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
                if answer.streaming:
                    b"".join(answer)
        if answer.status_code not in (200, 302):
            found.append(f"{view.name} -> {answer.status_code}")
        elif len(asked) > most:
            found.append(f"{view.name} asks {len(asked)} times, reviewed are {most}")
    assert not found, "\n".join(found)


def test_nobody_else(world: SimpleNamespace) -> None:
    """A visitor sees the public pages alone; a stranger of another department sees nothing of the market department's."""
    visitor, stranger = Client(), world.cast.client("tang")
    found: list[str] = []
    for view, url in places(world):
        public = view.access is not None and view.access.kind == "public"
        if (visitor.get(url).status_code == 200) != public:
            found.append(f"visitor {view.name}")
        if view.name.removeprefix("residence:") in MARKET_ONLY:
            answer = stranger.get(url)
            if answer.status_code not in (403, 404):
                found.append(f"stranger {view.name} -> {answer.status_code}")
    assert not found, "\n".join(found)
