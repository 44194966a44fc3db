"""Who asks cannot be invented: only what our own proxies saw is believed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from yimen.ground.kit import proxies
from yimen.ground.kit.middleware import RequestMiddleware, client_address

OURS = ("10.0.0.5", "10.1.0.0/24", "fd00::/64")
GUEST = "198.51.100.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (GUEST, "", GUEST),
        (GUEST, "203.0.113.1", GUEST),  # a stranger's word
        ("10.0.0.5", GUEST, GUEST),
        ("10.0.0.5", f"203.0.113.1, {GUEST}", GUEST),  # the first was invented by the guest
        ("10.0.0.5", f"203.0.113.1, {GUEST}, 10.1.0.9", GUEST),  # two proxies of ours
        ("10.0.0.5", f"10.1.0.9, {GUEST}", GUEST),  # the guest says he is a proxy of ours
        ("::ffff:10.0.0.5", GUEST, GUEST),
        ("fd00::7", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.5", f"{GUEST}:4711", GUEST),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", f"{GUEST}, nonsense", "10.0.0.5"),
        ("10.0.0.6", GUEST, "10.0.0.6"),  # beside the proxy, not the proxy
        ("", GUEST, None),
        ("unix:", GUEST, None),
    ],
)
def test_the_nearest_address_that_is_not_ours(peer: str, forwarded: str, client: str | None) -> None:
    assert proxies.client_of(peer, forwarded, OURS) == client


@pytest.mark.parametrize("said", ["0.0.0.0/0", "::/0", "10.0.0.1/24", "proxy", "10.0.0.1;10.0.0.2"])
def test_nobody_trusts_everybody(said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        proxies.networks(f"127.0.0.1,{said}")


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.5", True), (GUEST, False)])
def test_tls_is_believed_of_a_proxy_alone(settings: Any, peer: str, secure: bool) -> None:
    settings.TRUSTED_PROXIES = OURS
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    seen: list[bool] = []

    def page(request: Any) -> HttpResponse:
        seen.append(request.is_secure())
        return HttpResponse()

    RequestMiddleware(page)(RequestFactory(REMOTE_ADDR=peer).get("/", HTTP_X_FORWARDED_PROTO="https"))
    assert seen == [secure]


def test_asking_twice_gives_the_same_answer(settings: Any) -> None:
    settings.TRUSTED_PROXIES = OURS
    request = RequestFactory(REMOTE_ADDR="10.0.0.5").get("/", HTTP_X_FORWARDED_FOR=f"203.0.113.1, {GUEST}, 10.1.0.9")
    first = client_address(request)
    request.META["REMOTE_ADDR"] = first
    assert client_address(request) == first == GUEST
