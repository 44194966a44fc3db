"""A provincial identity provider on this machine: OpenID Connect over HTTP, with invented people, telling lies on demand.

    yimen simulate-identity --port 9100
    YIMEN_IDENTITY_ISSUER=http://127.0.0.1:9100 YIMEN_IDENTITY_CLIENT_ID=yimen YIMEN_IDENTITY_CLIENT_SECRET=… make run

`POST /control trouble=expired` has every answer from now on misbehave in that way (`TROUBLES`), `trouble=` ends it;
`rotate=1` changes the signing key. Never part of an installation: people sign in by choosing a name.
"""

from __future__ import annotations

import base64
import hmac
import html
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import click
from joserfc import jwt
from joserfc.jwk import RSAKey

from yimen.ground.identity.oidc import challenge_of
from yimen.ground.kit.commands import Verb

TROUBLES: dict[str, str] = {
    "wrong_issuer": "令牌写的是别的颁发者",
    "other_audience": "令牌是发给别的系统的",
    "replayed_nonce": "令牌是上一次登录的",
    "expired": "令牌已过期",
    "not_yet_valid": "令牌还没有生效",
    "alg_none": "令牌没有签名",
    "public_key_as_secret": "用公钥当作密钥签名（HS256）",
    "unknown_kid": "签名密钥没有公布",
    "wrong_signature": "签名对不上",
    "slow": "回答太慢",
    "error_500": "返回 500",
    "garbage": "返回的不是 JSON",
    "other_sub": "用户信息是另一个人的",
    "no_id_token": "不给身份令牌",
    "low_level": "实名等级低",
    "elsewhere": "发现文档指向别的网站",
}


@dataclass(frozen=True)
class Person:
    """Somebody who can be chosen at the provider."""

    sub: str
    name: str
    id_number: str
    phone: str
    level: int = 3


PEOPLE = {
    each.sub: each
    for each in (
        Person("prov-wangfang", "王小芳", "519911199207150020", "13700000001"),
        Person("prov-zhangqiang", "张小强", "519911198803120018", "13700000002"),
        Person("prov-li", "李明", "519911199003070029", "13812342671"),
        Person("prov-guest", "访客", "", "13700000003", level=1),
    )
}


@dataclass
class Played:
    """The provider's state: its key, codes and tokens given, the trouble it makes."""

    issuer: str
    client_id: str
    client_secret: str
    trouble: str = ""
    slow_seconds: float = 8.0
    key: RSAKey = field(default_factory=lambda: _new_key())
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    last_nonce: str = "an-older-nonce"
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def discovery(self) -> dict[str, Any]:
        """Where everything is."""
        at = "http://127.0.0.2:1" if self.trouble == "elsewhere" else self.issuer
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
        }

    def keys(self) -> dict[str, Any]:
        """The public key set."""
        return {"keys": [{**self.key.as_dict(private=False), "kid": self.key.kid, "use": "sig", "alg": "RS256"}]}

    def id_token(self, given: dict[str, str]) -> str:
        """What it says of the person, or the lie it was told to tell."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": given["sub"], "aud": self.client_id, "iat": now, "exp": now + 300,
            "nonce": given["nonce"], "acr": f"level{PEOPLE[given['sub']].level}", "sid": given["sid"],
        }  # fmt: skip
        match self.trouble:
            case "wrong_issuer":
                claims["iss"] = "https://other.example"
            case "other_audience":
                claims["aud"] = "another-system"
            case "replayed_nonce":
                claims["nonce"] = self.last_nonce
            case "expired":
                claims |= {"iat": now - 500, "exp": now - 200}
            case "not_yet_valid":
                claims |= {"iat": now + 3600, "nbf": now + 3600, "exp": now + 7200}
            case "low_level":
                claims["acr"] = "level1"
        self.last_nonce = given["nonce"]
        return self.sign(claims)

    def sign(self, claims: dict[str, Any]) -> str:
        """Signed as it should be, or as it must not be."""
        if self.trouble == "alg_none":
            head, body = (_part(json.dumps(each).encode()) for each in ({"alg": "none", "kid": self.key.kid}, claims))
            return f"{head}.{body}."
        if self.trouble == "public_key_as_secret":
            # By hand: the library itself refuses to sign with a public key.
            head, body = (_part(json.dumps(each).encode()) for each in ({"alg": "HS256", "kid": self.key.kid}, claims))
            mark = hmac.new(self.key.as_pem(private=False), f"{head}.{body}".encode(), "sha256").digest()
            return f"{head}.{body}.{_part(mark)}"
        if self.trouble == "unknown_kid":
            stranger = _new_key()
            return jwt.encode({"alg": "RS256", "kid": stranger.kid}, claims, stranger, algorithms=["RS256"])
        key = _new_key() if self.trouble == "wrong_signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key, algorithms=["RS256"])


def _new_key() -> RSAKey:
    key = RSAKey.generate_key(2048, private=True)
    return RSAKey.import_key(key.as_pem(private=True), {"kid": key.thumbprint()})


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider(ThreadingHTTPServer):
    """The running provider; `state` may be changed while it runs."""

    daemon_threads = True

    def __init__(self, port: int, *, client_id: str, client_secret: str, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), Answers)
        self.state = Played(f"http://{host}:{self.server_address[1]}", client_id, client_secret)


class Answers(BaseHTTPRequestHandler):
    """One request."""

    server: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Discovery, keys, the page where a person is chosen, userinfo, logout."""
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        state = self.server.state
        if self._troubled(url.path):
            return
        match url.path:
            case "/.well-known/openid-configuration":
                self._json(state.discovery())
            case "/keys":
                self._json(state.keys())
            case "/authorize":
                self._authorize(asked)
            case "/userinfo":
                self._userinfo()
            case "/logout":
                self._go(asked.get("post_logout_redirect_uri", "/"))
            case _:
                self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        """The token, the person chosen, the trouble to make."""
        size = int(self.headers.get("Content-Length") or 0)
        given = {
            name: values[0] for name, values in parse_qs(self.rfile.read(size).decode(), keep_blank_values=True).items()
        }
        path = urlsplit(self.path).path
        state = self.server.state
        if path == "/control":
            state.trouble = given.get("trouble", state.trouble)
            if given.get("rotate"):
                state.key = _new_key()
            self._json({"trouble": state.trouble, "kid": state.key.kid})
        elif path == "/authorize":
            self._chosen(given)
        elif not self._troubled(path) and path == "/token":
            self._token(given)
        else:
            self._send(404, b"", "text/plain")

    def _troubled(self, path: str) -> bool:
        """Answers badly where the trouble lies in answering at all."""
        state = self.server.state
        if path not in ("/token", "/userinfo", "/keys"):
            return False
        if state.trouble == "slow":
            time.sleep(state.slow_seconds)
        if state.trouble == "error_500":
            self._send(500, b"{}", "application/json")
            return True
        if state.trouble == "garbage":
            self._send(200, b"<html>\xff\xfe not json", "application/json")
            return True
        return False

    def _authorize(self, asked: dict[str, str]) -> None:
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        buttons = "".join(
            f'<p><button name="sub" value="{each.sub}">{each.name}（{each.level} 级实名）</button></p>'
            for each in PEOPLE.values()
        )
        page = (
            '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>省统一身份认证（模拟）</title>'
            f"<h1>省统一身份认证（模拟）</h1><form method=post>{hidden}{buttons}</form></html>"
        )
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _chosen(self, given: dict[str, str]) -> None:
        code = secrets.token_urlsafe(24)
        state = self.server.state
        if given.get("sub") not in PEOPLE or given.get("client_id") != state.client_id:
            self._send(400, b"", "text/plain")
            return
        state.codes[code] = {
            "sub": given["sub"], "nonce": given.get("nonce", ""), "challenge": given.get("code_challenge", ""),
            "redirect_uri": given.get("redirect_uri", ""), "sid": secrets.token_hex(8),
        }  # fmt: skip
        self._go(f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given.get('state', '')})}")

    def _token(self, given: dict[str, str]) -> None:
        state = self.server.state
        basic = base64.b64encode(f"{state.client_id}:{state.client_secret}".encode()).decode()
        found = state.codes.pop(given.get("code", ""), None)
        fits = (
            found is not None
            and self.headers.get("Authorization") == f"Basic {basic}"
            and found["redirect_uri"] == given.get("redirect_uri")
            and found["challenge"] == challenge_of(given.get("code_verifier", ""))
        )
        if not fits or found is None:
            self._json({"error": "invalid_grant"}, 400)
            return
        access = secrets.token_urlsafe(24)
        state.tokens[access] = found["sub"]
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if state.trouble != "no_id_token":
            answer["id_token"] = state.id_token(found)
        self._json(answer)

    def _userinfo(self) -> None:
        state = self.server.state
        sub = state.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if sub is None:
            self._json({"error": "invalid_token"}, 401)
            return
        person = PEOPLE[sub]
        if state.trouble == "other_sub":
            person = next(each for each in PEOPLE.values() if each.sub != sub)
        known = {"sub": person.sub, "name": person.name, "phone_number": person.phone, "id_type": "resident"}
        self._json(known | ({"id_number": person.id_number} if person.id_number else {}))

    def _json(self, said: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(said, ensure_ascii=False).encode(), "application/json")

    def _go(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: whoever plays with it reads the other side's log."""


@click.command("simulate-identity", cls=Verb)
@click.option("--port", default=9100, type=click.IntRange(0, 65535), help="端口，默认 9100；0 表示任意空闲端口。")
@click.option("--client-id", default="yimen", help="本站在对方那里的编号。")
@click.option("--client-secret", default="simulated-secret", help="本站在对方那里的密钥。")
@click.option("--trouble", default="", type=click.Choice(["", *TROUBLES]), help="从一开始就这样捣乱。")
def command(port: int, client_id: str, client_secret: str, trouble: str) -> None:
    """模拟省统一身份认证：真的 HTTP 服务，人是编的，可以要求它说谎。只用于试用和测试。"""
    with Provider(port, client_id=client_id, client_secret=client_secret) as running:
        running.state.trouble = trouble
        click.echo(f"模拟的统一身份认证：{running.state.issuer}（按 Ctrl-C 停止）")
        running.serve_forever()
