"""Qian gets nothing of Li's, whatever address she types: not as a citizen, and not as staff of another department."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.rooms import gathered
from tests.security.world import NEEDLES, RARE, Place, World, filled, places
from yimen.ground.identity.policies import Access, ViewAccess
from yimen.ground.kit.models import AuditEntry

STRANGERS = ("qian", "qian_staff", "qian_reviewer", "qian_approver", "qian_editor", "tang")
"""A citizen; then clerk, reviewer, approver, editor and head of the health department."""

OPEN = {
    "api:item": "the guide is public",
    "api:spareable": "names an item; what it answers is of whoever asks alone",
    "catalogue:guide": "the guide is public",
    "catalogue:guide_print": "the guide is public",
    "cases:apply": "any citizen may apply for a published item",
    "cases:tracked": "the signed address is itself the right, given for number and tail, and names nobody",
    "documents:verify": "the code on the letter is itself the right; the page covers the name",
}
"""Objects that are not Li's alone, with the reason; a room adds its own."""
OPEN |= gathered("OPEN")
BODIES: dict[str, dict[str, str]] = gathered("BODIES")
"""What a call says where another action than `accept` is to be named."""

READ_BY_HEADS = {
    "organisations:unit": "who sits where is known within the government; no personal data",
    "organisations:post": "as the unit",
    "organisations:letter": "an authorisation letter is shown at the window; a head may read those of others",
    "organisations:seal": "the register of seals is read by those who keep seals",
    "supervision:rule": "the rules by which all are watched are known to those who are watched",
    "fees:charge": "a standard of charges and its document are published to all; no personal data",
    "fees:charge_file": "as the charge",
    "organisations:staff_member": "name and post of a colleague, no personal data",
}
"""What the head of another department may read but not change."""


def closed(world: World) -> list[Place]:
    """Every address that names an object of Li's or of the market department."""
    return [place for place in places(world) if "<" in place.view.pattern and place.name not in OPEN]


def ask(cast: Cast, who: str, place: Place, method: str, client: Client) -> Any:
    """The request as this person's browser or program would send it."""
    if place.api:
        headers = {"authorization": f"Bearer {cast.token(who)}"}
        body = json.dumps(BODIES.get(place.name, {"action": "accept"}))
        return Client().generic(method, place.url, data=body, content_type="application/json", headers=headers)
    return client.generic(
        method, place.url, data="seen=1&act=next&text=abc", content_type="application/x-www-form-urlencoded"
    )


def test_an_address_that_the_table_does_not_know_fails() -> None:
    unknown = ViewAccess("/new/<int:pk>/", "new:page", "", Access("public"))
    with pytest.raises(AssertionError, match="new:page"):
        filled(unknown, {})


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_is_refused_at_every_object(world: World, who: str) -> None:
    client = world.cast.client(who)
    found = []
    for place in closed(world):
        for method in ("GET", "POST") if not place.view.method else (place.view.method,):
            answer = ask(world.cast, who, place, method, client)
            body = answer.content.decode("utf-8", "replace") if not answer.streaming else "a file"
            where = f"{method} {place.url} ({place.name}) -> {answer.status_code}"
            if method == "GET" and who == "tang" and place.name in READ_BY_HEADS and answer.status_code == 200:
                continue
            if answer.status_code not in (403, 404, 405):
                found.append(where)
            leaks = [secret for secret in (*NEEDLES, RARE, "李明") if secret in body]
            if leaks:
                found.append(f"{where} shows {leaks}")
    assert not found, "\n".join(found)


def test_what_is_open_tells_nobody_of_li(world: World) -> None:
    client = Client()
    for place in places(world):
        if place.name in OPEN and place.name != "cases:apply":
            answer = client.get(place.url)
            body = (b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")
            assert not [secret for secret in (*NEEDLES, RARE, "李明") if secret in body], place.url


@pytest.mark.parametrize("who", ["qian", "qian_approver"])
def test_reaching_for_it_is_written_down_once(world: World, who: str) -> None:
    client = world.cast.client(who)
    for place in closed(world):
        if place.api or place.view.access is None or not place.view.access.admits(world.cast.actor(who)):
            continue
        before = AuditEntry.objects.count()
        status = client.get(place.url).status_code
        if status in (403, 404):
            rows = AuditEntry.objects.order_by("-id")[: AuditEntry.objects.count() - before]
            assert [row.result for row in rows] == ["refused"], place.url
            assert rows[0].actor_name == world.cast.accounts[who].name


def test_an_object_that_is_there_looks_like_one_that_is_not(world: World) -> None:
    """Nobody learns from the answer whether a number exists."""
    client, missing = world.cast.client("qian_approver"), world.case[:-4] + "9999"
    for page in ("", "clock/", "originals/", "accept/"):
        there, not_there = client.get(f"/desk/cases/{world.case}/{page}"), client.get(f"/desk/cases/{missing}/{page}")
        assert there.status_code == not_there.status_code == 404
        assert said(there) == said(not_there), page


def said(answer: Any) -> str:
    """The words of the refusal, without the parts that differ with each request."""
    text = answer.content.decode().replace(answer["X-Request-ID"], "")
    return str(text[text.index("<h1") : text.index("</main>")])
