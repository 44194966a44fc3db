"""What the browser is told with every answer: nothing from elsewhere, no frame, no guessing of types, nothing kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.performance.ceilings import CEILINGS
from tests.security.crawler import view_of
from tests.security.world import Place, World, places

FRAMED = ("cases:desk_original", "cases:desk_letter")
"""Originals are shown beside the case, in a frame of our own."""


def rules_of(answer: Any) -> dict[str, str]:
    """The content policy by directive."""
    said = answer.get("Content-Security-Policy", "")
    return {part.split()[0]: " ".join(part.split()[1:]) for part in said.split(";") if part.strip()}


KEPT = {"identity:oidc_discovery", "identity:oidc_keys"}
"""Public documents that systems keep for minutes; they say the same to everybody."""


def faults(answer: Any, place: Place, *, known: bool) -> list[str]:
    """What is missing in the headers of this answer."""
    found = []
    framed = place.name in FRAMED and answer.status_code == 200
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    found += [f"{name}: {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value]
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if not re.fullmatch(r"[0-9a-f]{16}", answer.get("X-Request-ID", "")):
        found.append("X-Request-ID")
    policy = rules_of(answer)
    if policy.get("default-src") not in ("'self'", "'none'"):
        found.append(f"default-src {policy.get('default-src')}")
    if policy.get("frame-ancestors") != ("'self'" if framed else "'none'"):
        found.append(f"frame-ancestors {policy.get('frame-ancestors')}")
    found += [f"{name} is unsafe" for name in ("script-src", "default-src") if "unsafe" in policy.get(name, "")]
    found += [f"{name} {rule}" for name, rule in policy.items() if re.search(r"https?:|\*", rule)]
    if known and place.name not in KEPT and "no-store" not in answer.get("Cache-Control", ""):
        found.append(f"Cache-Control: {answer.get('Cache-Control')}")
    if "Server" in answer.headers or "X-Powered-By" in answer.headers:
        found.append("names its software")
    return [f"{place.url} {answer.status_code} {fault}" for fault in found]


@pytest.mark.parametrize("who", ["visitor", "audit", "whoever opens it"])
def test_every_address_bears_them(world: World, who: str) -> None:
    """Asked by a stranger, by somebody signed in whom most of it is closed to, and by the one whose it is."""
    found = []
    for place in places(world):
        role = {"visitor": "", "whoever opens it": CEILINGS.get(place.name, ("manager",))[0]}.get(who, who)
        # A session of its own for each address: one of them ends sessions, and with them the epoch they were opened in.
        if role:
            world.cast.accounts[role].refresh_from_db()
        client = world.cast.client(role) if role else Client()
        if place.name in ("identity:sign_out", "identity:close"):  # nobody is signed in after these
            continue
        headers = {}
        if place.api and role:
            headers = {"authorization": f"Bearer {world.cast.token(role)}"}
        for method in ("GET", "POST"):
            answer = client.generic(method, place.url, headers=headers)
            found += faults(answer, place, known=bool(role))
    assert found == []


def test_so_does_what_is_not_there(world: World) -> None:
    for url in ("/no-such-page/", "/static/no-such.css", "/desk/cases/%00/", "/?a=%00", "/media/../etc/passwd"):
        answer = Client().get(url)
        assert answer.status_code in (400, 404), url
        assert answer["X-Content-Type-Options"] == "nosniff", url
        assert "X-Request-ID" in answer, url


def test_cookies_are_closed_to_scripts_and_to_other_sites(world: World) -> None:
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"name": "li_citizen", "password": "Lantern-Bridge-2026"})
    assert {"csrf", "session"} <= set(client.cookies)
    for name in ("csrf", "session"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] in ("Lax", "Strict"), name
        assert not client.cookies[name]["domain"], name


def test_a_strange_host_is_refused(world: World) -> None:
    answer = Client().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(world: World, target: str) -> None:
    sign_in = Client().post(
        f"/sign-in/?next={target}", {"name": "li_citizen", "password": "Lantern-Bridge-2026", "next": target}
    )
    claimed = world.cast.client("wang").post(f"/desk/cases/{world.case}/claim/", {"seen": "1", "next": target})
    elder = Client().post("/elder/", {"next": target, "on": "1"})
    for answer in (sign_in, claimed, elder):
        if answer.status_code in (301, 302, 303):
            assert "evil" not in answer["location"]
            assert view_of(answer["location"]) != "?"
