"""One sign-in in a real Chromium: through a province and back, and from a department's system through Yimen and back. The
content policy lets both through, and every screen of mandates, enterprises and systems reads well at both sizes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import transaction

from tests.browser.driving import Browse, Site
from tests.cast import PASSWORD, QIAN_ID
from tests.one_sign_in.provider import SECRET, provider
from yimen.ground.identity import oidc
from yimen.ground.identity import services as identity
from yimen.ground.identity.models import ExternalIdentity, SignOn
from yimen.ground.identity.oidc import challenge_of
from yimen.ground.identity.services import Agent, systems
from yimen.ground.kit.moments import day_of, now


class Department(BaseHTTPRequestHandler):
    """A department's own system, as far as a browser sees it: where people come back to."""

    came: list[str] = []

    def do_GET(self) -> None:
        """Somebody has come back."""
        Department.came.append(self.path)
        body = "<!doctype html><html lang=zh><title>房产交易系统</title><h1>已登录房产交易系统</h1></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def department() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Department)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_through_the_province_and_out_again(site: Site, browse: Browse, look: Any, settings: Any) -> None:
    settings.ORIGIN = site.url
    with provider() as running:
        settings.IDENTITY_ISSUER, settings.IDENTITY_CLIENT_ID = running.issuer, "yimen"
        settings.IDENTITY_CLIENT_SECRET, settings.IDENTITY_NAME, settings.IDENTITY_LEVEL = SECRET, "省统一身份认证", 2
        oidc.forget()
        page = browse(phone=True)
        page.goto("/sign-in/")
        look(page, "province-door-phone")
        page.get_by_role("link", name="用省统一身份认证登录").click()
        page.get_by_role("button", name="王小芳").click()
        page.wait_for_url("**/my/")
        assert page.get_by_role("heading", name="王小芳的办件").is_visible()
        assert ExternalIdentity.objects.count() == 1
        # From a page of ours by a form: out to the province, whose leaving leads home.
        page.goto("/sign-out/")
        page.get_by_role("main").get_by_role("button", name="退出").click()
        page.wait_for_url(site.url + "/")
        running.control(trouble="expired")
        page.goto("/sign-in/")
        page.get_by_role("link", name="用省统一身份认证登录").click()
        page.get_by_role("button", name="王小芳").click()
        assert page.get_by_text("已过期").is_visible()
        look(page, "province-refused-phone", silent=False)


@pytest.mark.parametrize(("who", "name", "audience"), [("wang", "wang", "staff"), ("li", "li_citizen", "citizen")])
def test_a_departments_system_through_the_ordinary_door(
    site: Site, browse: Browse, look: Any, settings: Any, department: str, who: str, name: str, audience: str
) -> None:
    settings.ORIGIN = site.url
    with transaction.atomic():
        system, _ = systems.register_system(
            actor=site.cast.actor("system"), name="房产交易系统", owner="清河县住房和城乡建设局", audience=audience,
            redirect_uris=[f"{department}/back"], scopes=["profile"], at=now(),
        )  # fmt: skip
        if audience == "citizen":
            site.cast.accounts["li"].refresh_from_db()
    asked = {
        "client_id": system.client_id, "redirect_uri": f"{department}/back", "response_type": "code",
        "scope": "openid profile", "state": "s-1", "code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256",
    }  # fmt: skip
    page = browse()
    page.goto(f"/oauth/authorize/?{urlencode(asked)}")
    page.get_by_label("登录名").first.fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    if audience == "citizen":
        page.get_by_role("button", name="同意并登录").wait_for()
        look(page, "consent")
        page.get_by_role("button", name="同意并登录").click()
    page.get_by_role("heading", name="已登录房产交易系统").wait_for()
    back = parse_qs(urlsplit(page.url).query)
    assert back["state"] == ["s-1"]
    assert back["code"]
    assert SignOn.objects.filter(account=site.cast.accounts[who]).count() == 1


def test_the_screens(site: Site, browse: Browse, look: Any) -> None:
    cast, at = site.cast, now()
    with transaction.atomic():
        given: dict[str, Any] = {
            "actor": cast.actor("li"), "agent": Agent("钱进", "resident", QIAN_ID), "valid_from": day_of(at),
            "valid_to": day_of(at) + timedelta(days=90), "at": at,
        }  # fmt: skip
        mandate = identity.give_mandate(powers=["apply", "correct", "collect"], **given)
        identity.give_mandate(powers=["look"], **given)
        identity.accept_mandate(actor=cast.actor("qian"), uid=mandate.uid, at=at)
        _, code = identity.invite_member(
            actor=cast.actor("teahouse"), name="钱进", id_type="resident", id_number=QIAN_ID, role="agent", at=at
        )
        identity.accept_invitation(actor=cast.actor("qian"), code=code, at=at)
        systems.register_system(
            actor=cast.actor("system"), name="房产交易系统", owner="清河县住房和城乡建设局", audience="staff",
            redirect_uris=["https://fcjy.example.cn/back"], scopes=["profile", "post"], at=at,
        )  # fmt: skip
    for phone in (False, True):
        tail = "-phone" if phone else ""
        for who, url, name in (
            ("li", "/my/mandates/", "mandates"),
            ("li", "/my/mandates/new/", "mandate-new"),
            ("li", f"/my/mandates/{mandate.uid}/", "mandate"),
            ("qian", "/my/mandates/?side=received", "mandates-received"),
            ("qian", "/my/acting/", "acting"),
            ("teahouse", "/my/enterprise/", "enterprise"),
            ("wang", "/desk/mandates/new/", "desk-mandate-new"),
            ("wang", f"/desk/mandates/?q={mandate.number}", "desk-mandates"),
            ("system", "/manage/systems/", "systems"),
            ("system", "/manage/systems/new/", "system-new"),
            ("manager", "/manage/registered/", "registered"),
        ):
            page = browse(who, phone=phone)
            page.goto(url)
            look(page, name + tail)
        page = browse("qian", phone=phone)
        page.goto("/my/acting/")
        page.get_by_role("button", name="代李明").click()
        page.get_by_role("heading", name="李明的办件").wait_for()
        look(page, "acting-for" + tail)
