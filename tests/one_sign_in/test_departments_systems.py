"""A department's system signs its people in through Yimen: Authlib and joserfc as an independent client, over real HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # it brings no types
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test import Client
from django.utils.html import escape
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.browser.driving import _Quiet, _Server
from tests.cast import Cast, build_cast
from yimen.ground.identity import services as identity
from yimen.ground.identity.models import AccountChange, RelyingSystem, SignOn
from yimen.ground.identity.oidc import challenge_of
from yimen.ground.identity.services import systems
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Invalid

BACK = "https://cqxt.example.cn/back"
VERIFIER = "v" * 43


class Site:
    """The running application, the cast in it, two systems registered with it."""

    def __init__(self, url: str, cast: Cast) -> None:
        self.url, self.cast = url, cast
        common: dict[str, Any] = {
            "actor": cast.actor("system"), "redirect_uris": [BACK], "owner": "清河县住房和城乡建设局", "at": now(),
        }  # fmt: skip
        self.staff, self.staff_secret = systems.register_system(
            name="房产交易系统", audience="staff", scopes=["profile", "post"], reads_changes=True, **common
        )
        self.citizens, self.citizens_secret = systems.register_system(
            name="公积金网厅", audience="citizen", scopes=["profile", "phone", "id_number"], **common
        )

    def client(self, *, citizens: bool = False, scope: str = "openid profile") -> OAuth2Client:
        system, secret = (self.citizens, self.citizens_secret) if citizens else (self.staff, self.staff_secret)
        return OAuth2Client(
            system.client_id, secret, scope=scope, redirect_uri=BACK, code_challenge_method="S256",
            token_endpoint=f"{self.url}/oauth/token/",
        )  # fmt: skip

    def authorize(self, client: OAuth2Client, who: str, **more: str) -> tuple[str, str]:
        """(address that the browser is led to, state); `who` presses yes where asked."""
        url, state = client.create_authorization_url(
            f"{self.url}/oauth/authorize/", code_verifier=VERIFIER, nonce="n-1", **more
        )
        parts = urlsplit(url)
        browser = self.cast.client(who)
        answer = browser.get(f"{parts.path}?{parts.query}")
        if "同意并登录" in answer.content.decode():
            answer = browser.post(f"{parts.path}?{parts.query}", {"answer": "yes"})
        return led_to(answer), str(state)

    def tokens(self, client: OAuth2Client, who: str) -> dict[str, Any]:
        back, state = self.authorize(client, who)
        found: dict[str, Any] = client.fetch_token(authorization_response=back, state=state, code_verifier=VERIFIER)
        return found


def led_to(answer: Any) -> str:
    page = answer.content.decode()
    assert answer.status_code == 200, page
    return str(page.split('content="0;url=', 1)[1].split('"', 1)[0]).replace("&amp;", "&")


@pytest.fixture
def site(committed_db: Any, settings: Any) -> Iterator[Site]:
    """The application answering on a port of its own, which is its origin."""
    kept, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    with transaction.atomic():
        cast = build_cast()
    from wsgiref.simple_server import make_server

    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.ORIGIN = f"http://127.0.0.1:{server.server_port}"
    try:
        yield Site(settings.ORIGIN, cast)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        connection.settings_dict["CONN_MAX_AGE"] = kept


@pytest.mark.commits
def test_from_discovery_to_userinfo(site: Site) -> None:
    known = httpx.get(f"{site.url}/.well-known/openid-configuration").json()
    assert known["issuer"] == site.url
    client = site.client(scope="openid profile post")
    given = site.tokens(client, "wang")
    keys = KeySet.import_key_set(httpx.get(known["jwks_uri"]).json())
    said = jwt.decode(given["id_token"], keys, algorithms=["RS256"]).claims
    wang = site.cast.accounts["wang"]
    assert (said["iss"], said["aud"], said["sub"], said["nonce"]) == (
        site.url,
        site.staff.client_id,
        str(wang.uid),
        "n-1",
    )
    assert said["exp"] - said["iat"] <= 600
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    person = httpx.get(known["userinfo_endpoint"], headers=bearer).json()
    assert (person["sub"], person["name"]) == (str(wang.uid), "王芳")
    assert "id_number" not in person
    assert "综合受理科" in str(person["posts"])
    # The key changes; what the old one signed is still believed, and the next token bears the new one.
    systems.rotate_signing_key(actor=site.cast.actor("system"), at=now())
    keys = KeySet.import_key_set(httpx.get(known["jwks_uri"]).json())
    assert jwt.decode(given["id_token"], keys, algorithms=["RS256"]).claims["sub"] == str(wang.uid)
    newer = site.tokens(site.client(), "wang")["id_token"]
    assert (
        jwt.decode(newer, keys, algorithms=["RS256"]).header["kid"] != jwt.decode(given["id_token"], keys).header["kid"]
    )
    # Refreshing turns the token over; the old one used again ends everything.
    first = given["refresh_token"]
    second = client.refresh_token(f"{site.url}/oauth/token/", refresh_token=first)
    assert second["refresh_token"] != first
    again = httpx.post(
        f"{site.url}/oauth/token/", auth=(site.staff.client_id, site.staff_secret),
        data={"grant_type": "refresh_token", "refresh_token": first},
    )  # fmt: skip
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert httpx.get(known["userinfo_endpoint"], headers=bearer).status_code == 401
    assert AuditEntry.objects.filter(action="identity.end_sign_on", reason="续期令牌重复使用").exists()


@pytest.mark.commits
def test_a_citizen_agrees_once_and_a_number_told_is_written_down(site: Site) -> None:
    client = site.client(citizens=True, scope="openid id_number")
    given = site.tokens(client, "li")
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    person = httpx.get(f"{site.url}/oauth/userinfo/", headers=bearer).json()
    assert person["id_number"] == "519911199003070029"
    assert "name" not in person  # not asked for
    row = AuditEntry.objects.get(action="identity.tell_system")
    assert "id_number" in row.facts
    assert person["id_number"] not in row.facts
    browser = site.cast.client("li")
    assert "公积金网厅" in browser.get("/my/consents/").content.decode()
    browser.post(f"/my/consents/{site.citizens.uid}/withdraw/")
    assert httpx.get(f"{site.url}/oauth/userinfo/", headers=bearer).status_code == 401


@pytest.mark.commits
def test_a_code_used_twice_ends_what_it_gave(site: Site) -> None:
    client = site.client()
    back, _ = site.authorize(client, "wang")
    said = {
        "grant_type": "authorization_code", "code": parse_qs(urlsplit(back).query)["code"][0], "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    auth = (site.staff.client_id, site.staff_secret)
    first = httpx.post(f"{site.url}/oauth/token/", auth=auth, data=said)
    assert first.status_code == 200
    assert httpx.post(f"{site.url}/oauth/token/", auth=auth, data=said).json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert httpx.get(f"{site.url}/oauth/userinfo/", headers=bearer).status_code == 401
    for wrong in ({"code_verifier": "w" * 43}, {"redirect_uri": BACK + "/"}, {"code": "guessed"}):
        back, _ = site.authorize(site.client(), "wang")
        fresh = {**said, "code": parse_qs(urlsplit(back).query)["code"][0], **wrong}
        assert httpx.post(f"{site.url}/oauth/token/", auth=auth, data=fresh).status_code == 400, wrong
    other = (site.citizens.client_id, site.citizens_secret)
    assert httpx.post(f"{site.url}/oauth/token/", auth=other, data=said).status_code == 400
    assert httpx.post(f"{site.url}/oauth/token/", auth=(auth[0], "guessed"), data=said).status_code == 401


@pytest.mark.commits
def test_a_closed_account_is_let_out_everywhere(site: Site) -> None:
    given = site.tokens(site.client(), "zhao")
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    with transaction.atomic():
        identity.disable_account(
            actor=site.cast.actor("system"), account=site.cast.accounts["zhao"], reason="离职", at=now()
        )
    assert httpx.get(f"{site.url}/oauth/userinfo/", headers=bearer).status_code == 401
    auth = (site.staff.client_id, site.staff_secret)
    more = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert httpx.post(f"{site.url}/oauth/token/", auth=auth, data=more).status_code == 400
    feed = httpx.get(f"{site.url}/api/v1/identity/changes", auth=auth).json()
    assert {"sub": str(site.cast.accounts["zhao"].uid), "change": "disabled"}.items() <= feed["changes"][-1].items()
    rest = httpx.get(f"{site.url}/api/v1/identity/changes?after={feed['next']}", auth=auth).json()
    assert rest["changes"] == []
    other = (site.citizens.client_id, site.citizens_secret)
    assert httpx.get(f"{site.url}/api/v1/identity/changes", auth=other).status_code == 403
    assert httpx.get(f"{site.url}/api/v1/identity/changes").status_code == 401
    assert AccountChange.objects.filter(change="opened").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid id_number"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_what_is_not_allowed_is_told_to_the_system(cast: Cast, change: dict[str, str], error: str) -> None:
    system, _ = registered(cast)
    answer = cast.client("wang").get("/oauth/authorize/", {**asked(system), **change})
    assert parse_qs(urlsplit(led_to(answer)).query)["error"] == [error]
    assert not SignOn.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("uri", [BACK + "/", BACK + "?a=1", "https://evil.example/back", "//evil.example", ""])
def test_nobody_is_sent_to_an_address_that_is_not_registered(cast: Cast, uri: str) -> None:
    system, _ = registered(cast)
    answer = cast.client("wang").get("/oauth/authorize/", {**asked(system), "redirect_uri": uri})
    assert answer.status_code == 422
    assert not re.search(r"(href|url|action)=.?(https?:)?//evil", answer.content.decode())
    assert escape("回调地址与登记的不一致") in answer.content.decode()


@pytest.mark.django_db
def test_the_wrong_people_and_the_wrong_administrators(cast: Cast) -> None:
    system, _ = registered(cast)
    assert cast.client("li").get("/oauth/authorize/", asked(system)).status_code == 403
    visitor = Client().get("/oauth/authorize/", asked(system))
    assert visitor["Location"].startswith("/staff/sign-in/?next=")
    silent = Client().get("/oauth/authorize/", {**asked(system), "prompt": "none"})
    assert parse_qs(urlsplit(led_to(silent)).query)["error"] == ["login_required"]
    for who in ("security", "audit", "manager"):
        assert cast.client(who).get("/manage/systems/new/").status_code == 403
    page = cast.client("system").get("/manage/systems/").content.decode()
    assert "房产交易系统" in page
    assert system.secret_hash not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "uri", ["http://x.example/", "https://x.example/#a", "https://*.example/", "javascript:alert(1)", "x"]
)
def test_addresses_that_cannot_be_registered(cast: Cast, uri: str) -> None:
    with pytest.raises(Invalid):
        registered(cast, redirect_uris=[uri])


def registered(cast: Cast, **change: Any) -> tuple[RelyingSystem, str]:
    given: dict[str, Any] = {
        "actor": cast.actor("system"), "name": "房产交易系统", "owner": "住建局", "audience": "staff",
        "redirect_uris": [BACK], "scopes": ["profile"], "at": now(),
    } | change  # fmt: skip
    return systems.register_system(**given)


def asked(system: RelyingSystem) -> dict[str, str]:
    return {
        "client_id": system.client_id, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile",
        "state": "s", "nonce": "n", "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
    }  # fmt: skip
