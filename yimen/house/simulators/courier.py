"""A courier on this machine: takes orders over signed HTTP, tells of their course when told, and misbehaves on demand.

    yimen simulate-courier --port 9130 --to http://127.0.0.1:8000

`POST /control trouble=twice` has it misbehave (`TROUBLES`); `POST /control order=<邮件单号>` lets the parcel travel: taken, on the
road, signed for. Never part of an installation.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import click

from yimen.ground.kit.commands import Verb
from yimen.ground.kit.moments import now
from yimen.ground.kit.partners import Partner
from yimen.house.simulators.serving import Answering, notice, serve

NOTICES = "/delivery/courier/notices/"
TROUBLES: dict[str, str] = {
    "twice": "同一回执发五遍",
    "reordered": "先说签收，再说揽收",
    "late": "揽收的回执两天后才来",
    "unknown": "回执的单号谁也不认识",
    "after_return": "退回以后又说签收",
    "lost": "路上丢了",
    "unsigned": "不签名",
    "old": "签名是一小时前的",
    "silent": "走完不说",
    "slow": "回答太慢",
    "error_500": "返回 500",
    "garbage": "返回的不是 JSON",
    "no_number": "不给快递单号",
}


@dataclass
class Played:
    """What the courier holds and how it behaves."""

    partner: Partner
    trouble: str = ""
    slow_seconds: float = 10.0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: int = 0
    answers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, given: dict[str, Any]) -> dict[str, Any]:
        """Take an order; the same number twice is the same order."""
        with self.lock:
            number = f"EX{9_000_001 + len(self.orders)}CN"
            known = self.orders.setdefault(given["order"], given | {"tracking": number})
        if self.trouble == "no_number":
            return {"tracking": "", "cost_fen": 1200}
        return {"tracking": known["tracking"], "cost_fen": 1200 if given["direction"] == "out" else 1500}

    def says(self, order: str, kind: str, at: datetime, **more: Any) -> dict[str, Any]:
        """One thing about one parcel, under an event number of its own."""
        with self.lock:
            self.told += 1
            event = f"E{self.told:08d}"
        tracking = self.orders.get(order, {}).get("tracking", "EX0000000CN")
        said = {
            "event": event,
            "order": order,
            "tracking": tracking,
            "kind": kind,
            "happened_at": at.isoformat(),
            "signed_by": "",
        }
        return said | more

    def course(self, order: str, at: datetime) -> list[dict[str, Any]]:
        """What the courier tells of a parcel that travels from `at` on, with the trouble it was told to make, in order."""
        hours = [at + timedelta(minutes=number) for number in range(4)]
        taken, road = self.says(order, "accepted", hours[0]), self.says(order, "transit", hours[1])
        signed = self.says(order, "delivered", hours[2], signed_by="本人")
        match self.trouble:
            case "silent":
                return []
            case "twice":
                return [each for each in (taken, road, signed) for _ in range(5)]
            case "reordered" | "late":
                return [signed, road, taken]
            case "unknown":
                return [taken | {"order": "YZ000000-2019-00001"}]
            case "after_return":
                back = self.says(order, "returned", hours[2])
                return [taken, road, back, self.says(order, "delivered", hours[3], signed_by="门卫")]
            case "lost":
                return [taken, self.says(order, "lost", hours[2])]
        return [taken, road, signed]

    def notices(self, told: list[dict[str, Any]]) -> list[tuple[bytes, dict[str, str]]]:
        """Bodies and headers of what is told, in order."""
        return [notice(self.partner, NOTICES, each, self.trouble) for each in told]


class Courier(ThreadingHTTPServer):
    """The running courier; `state` may be changed while it runs, `to` is where it calls back ("" for nobody)."""

    daemon_threads = True

    def __init__(
        self, port: int, *, merchant: str = "QH001", secret: str, to: str = "", host: str = "127.0.0.1"
    ) -> None:
        super().__init__((host, port), Answers)
        self.address = f"http://{host}:{self.server_address[1]}"
        self.state = Played(Partner(f"{self.address}/v1", merchant, secret.encode()))
        self.to = to

    def travel(self, order: str) -> None:
        """Let a parcel travel and tell of it."""
        import httpx

        for body, headers in self.state.notices(self.state.course(order, now())) if self.to else ():
            answer = httpx.post(self.to + NOTICES, content=body, headers=headers, timeout=30, trust_env=False)
            self.state.answers.append(answer.status_code)


class Answers(Answering):
    """One request."""

    server: Courier

    def do_POST(self) -> None:  # noqa: N802 -- http.server's name
        """An order, or what to do next."""
        body, state = self.body(), self.server.state
        path = unquote(urlsplit(self.path).path)
        if path == "/control":
            given = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            state.trouble = given.get("trouble", state.trouble)
            if given.get("order"):
                self.server.travel(given["order"])
            self.json({"trouble": state.trouble, "orders": sorted(state.orders), "answers": state.answers})
        elif path == "/v1/parcels":
            if self.ours(state.partner, body) and not self.troubled(state.trouble, state.slow_seconds):
                self.json(state.order(json.loads(body)))
        else:
            self.send(404, b"{}")


@click.command("simulate-courier", cls=Verb)
@click.option("--port", default=9130, help="端口。")
@click.option("--secret", default="simulated-secret", help="商户密钥，与 YIMEN_COURIER_URL 里的一致。")
@click.option("--to", default="http://127.0.0.1:8000", help="回执送到哪个网站。")
def simulate_courier(port: int, secret: str, to: str) -> None:
    """在本机模拟快递公司，用来试寄送结果、上门取材料和各种乱象。"""
    with Courier(port, secret=secret, to=to) as running:
        serve(running, f"模拟快递在 {running.address}，YIMEN_COURIER_URL=http://QH001:{secret}@127.0.0.1:{port}/v1。")
