"""Whoever leaves here leaves the departments' systems too: each is told over real HTTP, once, and later if it was away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils.crypto import get_random_string
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.cast import Cast
from yimen.ground.identity import handlers, signing_keys
from yimen.ground.identity import services as identity
from yimen.ground.identity.events import SignedOff
from yimen.ground.identity.models import RelyingSystem, Session, SignOn
from yimen.ground.identity.services import sso, systems
from yimen.ground.identity.services.letting_out import BY_THE_SYSTEM
from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbound import Unreachable

pytestmark = pytest.mark.django_db


class System:
    """A department's system that hears logout tokens; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[str] = []
        outer = self

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.heard.append(parse_qs(body)["logout_token"][0])
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        self.uri = f"http://127.0.0.1:{self.server.server_port}/left"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def there() -> Iterator[System]:
    system = System()
    yield system
    system.server.shutdown()
    system.server.server_close()


@pytest.fixture
def registered(cast: Cast, there: System) -> RelyingSystem:
    """A system for staff that wants to be told."""
    made, _ = systems.register_system(
        actor=cast.actor("system"), name="房产交易系统", audience="staff", scopes=["profile"], owner="清河县住房和城乡建设局",
        redirect_uris=["https://cqxt.example.cn/back"], at=now(),
    )  # fmt: skip
    RelyingSystem.objects.filter(pk=made.pk).update(
        logout_uri=there.uri
    )  # an address of this machine is not registered
    made.refresh_from_db()
    return made


def signed_on(cast: Cast, system: RelyingSystem, who: str = "wang") -> tuple[Session, SignOn]:
    """Signed in here, and from that session signed on there."""
    session = identity.open_session(cast.accounts[who], at=now()).session
    made = SignOn.objects.create(
        account=cast.accounts[who], system=system, session_uid=session.uid, scopes=["openid"], redirect_uri="x", challenge="c",
        code_hash=get_random_string(40), code_expires_at=now(), code_used_at=now(), signed_in_at=now(), at=now(),
    )  # fmt: skip
    return session, made


def deliver(cast: Cast, who: str = "wang") -> None:
    handlers.let_out_there_too(SignedOff(cast.accounts[who].uid, now() - timedelta(minutes=1)))


def claims_of(token: str) -> dict[str, Any]:
    key = signing_keys.current(now())
    return dict(jwt.decode(token, KeySet([key]), algorithms=["RS256"]).claims)


def test_signing_out_here_tells_the_system_there(cast: Cast, registered: RelyingSystem, there: System) -> None:
    session, on = signed_on(cast, registered)
    identity.sign_out(session=session.uid, actor=cast.actor("wang"), at=now())
    deliver(cast)
    deliver(cast)  # twice does no harm
    (token,) = there.heard
    said = claims_of(token)
    assert (said["sub"], said["aud"], said["sid"]) == (
        str(cast.accounts["wang"].uid),
        registered.client_id,
        str(on.uid),
    )
    assert "http://schemas.openid.net/event/backchannel-logout" in said["events"]
    assert "nonce" not in said, "a logout token is no id token"
    on.refresh_from_db()
    assert on.told_at is not None


@pytest.mark.parametrize("way", ["session", "all", "others"])
def test_every_way_of_ending_a_session_ends_what_it_signed_on(
    cast: Cast, registered: RelyingSystem, there: System, way: str
) -> None:
    kept_session, kept = signed_on(cast, registered)
    keeping = kept_session.uid
    session, on = signed_on(cast, registered)  # staff have one session: the first one's signing-on goes on by itself
    wang = cast.actor("wang")
    if way == "session":
        identity.end_session(session=session.uid, actor=wang, at=now())
    else:
        identity.end_sessions(
            account=cast.accounts["wang"], actor=wang, at=now(), keep=keeping if way == "others" else None
        )
    on.refresh_from_db()
    kept.refresh_from_db()
    assert on.ended_at is not None
    assert (kept.ended_at is None) == (way != "all")
    deliver(cast)
    assert len(there.heard) == (2 if way == "all" else 1)


def test_one_that_is_away_is_told_later(cast: Cast, registered: RelyingSystem, there: System) -> None:
    session, on = signed_on(cast, registered)
    identity.sign_out(session=session.uid, actor=cast.actor("wang"), at=now())
    there.status = 503
    with pytest.raises(Unreachable):
        deliver(cast)
    on.refresh_from_db()
    assert on.told_at is None
    there.status = 204
    deliver(cast)
    on.refresh_from_db()
    assert on.told_at is not None
    assert len(there.heard) == 2


def test_one_that_refuses_is_not_asked_again(cast: Cast, registered: RelyingSystem, there: System) -> None:
    session, _ = signed_on(cast, registered)
    identity.sign_out(session=session.uid, actor=cast.actor("wang"), at=now())
    there.status = 400
    deliver(cast)
    deliver(cast)
    assert len(there.heard) == 1


def test_the_system_that_ended_it_is_not_told(cast: Cast, registered: RelyingSystem, there: System) -> None:
    _, on = signed_on(cast, registered)
    sso.end_sign_on(on, BY_THE_SYSTEM, now())
    deliver(cast)
    assert there.heard == []


def test_nobody_elses_and_nothing_without_a_sign_on(cast: Cast, registered: RelyingSystem, there: System) -> None:
    _, other = signed_on(cast, registered, "zhao")
    session = identity.open_session(cast.accounts["wang"], at=now()).session
    before = OutboxEvent.objects.count()
    identity.sign_out(session=session.uid, actor=cast.actor("wang"), at=now())
    assert OutboxEvent.objects.count() == before, "who was signed on nowhere makes no news"
    deliver(cast)
    other.refresh_from_db()
    assert (there.heard, other.ended_at) == ([], None)
