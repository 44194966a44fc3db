"""A department's own system on this machine: takes declarations over HTTP, decides by itself, misbehaves on demand.

    yimen simulate-department --port 9110

`POST /control trouble=lost_answer` has it misbehave in that way from now on (`TROUBLES`), `trouble=` ends it;
`decide=granted` decides every case it has. Never part of an installation.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import click

from yimen.ground.kit.commands import Verb

TROUBLES: dict[str, str] = {
    "slow": "回答太慢",
    "error_500": "返回 500",
    "garbage": "返回的不是 JSON",
    "too_long": "返回太长",
    "lost_answer": "收下了，但答复丢了",
    "other_case": "答复的是另一件",
    "same_number": "给不同的办件同一个编号",
    "no_number": "不给编号",
    "strange_state": "状态不认识",
    "wrong_key": "不认密钥",
}


@dataclass
class Played:
    """What the system holds and how it behaves."""

    secret: str
    trouble: str = ""
    slow_seconds: float = 10.0
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def declare(self, code: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take a case in; one known already is answered with its number and 409."""
        with self.lock:
            if known := self.cases.get(code):
                return 409, self.said(known)
            number = "BJ-0001" if self.trouble == "same_number" else f"BJ-{len(self.cases) + 1:04d}"
            self.cases[code] = {"code": code, "number": number, "state": "accepted", "given": given}
            return 201, self.said(self.cases[code])

    def said(self, case: dict[str, Any]) -> dict[str, Any]:
        """The answer about a case, or the lie it was told to tell."""
        answer = {name: case[name] for name in ("code", "number", "state")} | {"said": "已由业务系统收件"}
        match self.trouble:
            case "other_case":
                answer["code"] = "0" * 43
            case "no_number":
                answer["number"] = ""
            case "strange_state":
                answer["state"] = "流转中"
        return answer


class Department(ThreadingHTTPServer):
    """The running system; `state` may be changed while it runs."""

    daemon_threads = True

    def __init__(self, port: int, *, secret: str, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), Answers)
        self.state = Played(secret)
        self.address = f"http://{host}:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    """One request."""

    server: Department
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """How a case stands, by its number here."""
        state = self.server.state
        if self._troubled():
            return
        number = unquote(urlsplit(self.path).path.removeprefix("/cases/"))
        found = next((each for each in state.cases.values() if each["number"] == number), None)
        if found is None:
            self._send(404, b"{}")
        else:
            self._json(state.said(found))

    def do_POST(self) -> None:
        """A declaration, or the trouble to make."""
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        state = self.server.state
        if urlsplit(self.path).path == "/control":
            given = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            state.trouble = given.get("trouble", state.trouble)
            for each in state.cases.values() if given.get("decide") else ():
                each["state"] = given["decide"]
            self._json({"trouble": state.trouble, "cases": len(state.cases)})
            return
        if state.trouble == "lost_answer":
            state.declare(self.headers.get("Idempotency-Key", ""), json.loads(body))
            self._send(502, b"")
            return
        if not self._troubled():
            status, said = state.declare(self.headers.get("Idempotency-Key", ""), json.loads(body))
            self._json(said, status)

    def _troubled(self) -> bool:
        state = self.server.state
        state.calls.append(f"{self.command} {self.path}")
        if self.headers.get("Authorization") != f"Bearer {state.secret}" or state.trouble == "wrong_key":
            self._send(401, b"{}")
            return True
        match state.trouble:
            case "slow":
                time.sleep(state.slow_seconds)
            case "error_500":
                self._send(500, b"{}")
                return True
            case "garbage":
                self._send(200, b"<html>\xff\xfe not json")
                return True
            case "too_long":
                self._send(200, b" " * 2_500_000)
                return True
        return False

    def _json(self, said: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(said, ensure_ascii=False).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: whoever plays with it reads the other side's log."""


@click.command("simulate-department", cls=Verb)
@click.option("--port", default=9110, type=click.IntRange(0, 65535), help="端口，默认 9110；0 表示任意空闲端口。")
@click.option("--secret", default="simulated-secret", help="接口密钥。")
@click.option("--trouble", default="", type=click.Choice(["", *TROUBLES]), help="从一开始就这样捣乱。")
def command(port: int, secret: str, trouble: str) -> None:
    """模拟部门专网的业务系统：真的 HTTP 服务，可以要求它捣乱。只用于试用和测试。"""
    with Department(port, secret=secret) as running:
        running.state.trouble = trouble
        click.echo(f"模拟的部门业务系统：{running.address}（按 Ctrl-C 停止）")
        running.serve_forever()
