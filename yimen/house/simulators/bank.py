"""A bank on this machine: takes orders and refunds over signed HTTP, pays when told, calls back, and misbehaves on demand.

    yimen simulate-bank --port 9120 --to http://127.0.0.1:8000

Its payment page (`/pay/<order>`) is the phone of the payer: open it and press. `POST /control trouble=twice` has it misbehave
(`TROUBLES`). Never part of an installation.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import click

from yimen.ground.kit.commands import Verb
from yimen.ground.kit.moments import CHINA, now
from yimen.house.simulators.serving import Answering, notice, serve
from yimen.service.fees.bank import SignedBank

NOTICES = "/fees/bank/notices/"
TROUBLES: dict[str, str] = {
    "twice": "同一通知发五遍",
    "other_amount": "第二遍换了金额",
    "less": "到账少一分",
    "unsigned": "不签名",
    "old": "签名是一小时前的",
    "silent": "收了钱不通知",
    "slow": "回答太慢",
    "error_500": "返回 500",
    "garbage": "返回的不是 JSON",
    "no_code": "不给付款码",
}


@dataclass
class Played:
    """What the bank holds and how it behaves."""

    merchant: SignedBank
    address: str = ""
    trouble: str = ""
    slow_seconds: float = 10.0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, given: dict[str, Any]) -> dict[str, Any]:
        """Take an order; the same number twice is the same order."""
        with self.lock:
            known = self.orders.setdefault(
                given["order"], given | {"number": f"B{len(self.orders) + 1:06d}", "paid": ""}
            )
        return {"bank_order": known["number"], "pay_url": f"{self.address}/pay/{given['order']}"}

    def refund(self, given: dict[str, Any]) -> dict[str, Any]:
        """Give back; the same number twice is the same refund."""
        with self.lock:
            known = self.refunds.setdefault(
                given["refund"], given | {"number": f"R{len(self.refunds) + 1:06d}", "at": now()}
            )
        return {"serial": known["number"]}

    def pay(
        self, order: str, *, serial: str = "", amount_fen: int | None = None, at: datetime | None = None
    ) -> dict[str, Any]:
        """Somebody pays an order; what the bank will say about it."""
        with self.lock:
            held = self.orders.get(order, {"amount_fen": 0})
            number = (
                serial
                or held.get("paid")
                or f"2026{len([1 for each in self.orders.values() if each.get('paid')]) + 1:010d}"
            )
            held["paid"] = number
            held["paid_at"] = at or now()
        fen = held["amount_fen"] if amount_fen is None else amount_fen
        return {
            "kind": "paid", "serial": number, "order": order, "amount_fen": fen, "happened_at": held["paid_at"].isoformat(),
        }  # fmt: skip

    def file_of(self, day: str) -> str:
        """The file of a day."""
        lines = ["日期,种类,渠道,流水号,金额"]
        for kind, number, moment, fen in [
            *(
                ("收款", each["paid"], each["paid_at"], each["amount_fen"])
                for each in self.orders.values()
                if each.get("paid")
            ),
            *(("退款", each["number"], each["at"], each["amount_fen"]) for each in self.refunds.values()),
        ]:
            if moment.astimezone(CHINA).date().isoformat() == day:
                lines.append(f"{day},{kind},扫码,{number},{fen // 100}.{fen % 100:02d}")
        return "\n".join(lines) + "\n"

    def notices(self, said: dict[str, Any]) -> list[tuple[bytes, dict[str, str]]]:
        """How the bank tells of one payment, with the trouble it was told to make: bodies and headers, in order."""
        if self.trouble == "silent":
            return []
        if self.trouble == "less":
            said = said | {"amount_fen": said["amount_fen"] - 1}
        told = [said] * (5 if self.trouble == "twice" else 1)
        if self.trouble == "other_amount":
            told.append(said | {"amount_fen": said["amount_fen"] + 100})
        return [notice(self.merchant, NOTICES, each, self.trouble) for each in told]


class Bank(ThreadingHTTPServer):
    """The running bank; `state` may be changed while it runs, `to` is where it calls back ("" for nobody)."""

    daemon_threads = True

    def __init__(
        self, port: int, *, merchant: str = "QH001", secret: str, to: str = "", host: str = "127.0.0.1"
    ) -> None:
        super().__init__((host, port), Answers)
        self.address = f"http://{host}:{self.server_address[1]}"
        self.state = Played(SignedBank(f"{self.address}/v1", merchant, secret.encode()), self.address)
        self.to = to

    def tell(self, said: dict[str, Any]) -> None:
        """Call back."""
        import httpx

        for body, headers in self.state.notices(said) if self.to else ():
            answer = httpx.post(self.to + NOTICES, content=body, headers=headers, timeout=30, trust_env=False)
            self.state.answers.append(answer.status_code)


class Answers(Answering):
    """One request."""

    server: Bank

    def do_GET(self) -> None:  # noqa: N802 -- http.server's name
        """The payer's page, or the file of a day."""
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/pay/"):
            order = path.removeprefix("/pay/")
            held = self.server.state.orders.get(order)
            said = (
                "没有这个订单"
                if held is None
                else "已付款"
                if held.get("paid")
                else f"付款 {held['amount_fen'] / 100:.2f} 元"
            )
            button = "" if held is None or held.get("paid") else '<form method="post"><button>确认付款</button></form>'
            page = f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{said}</title><h1>{said}</h1>{button}'
            self.send(200, page.encode(), "text/html; charset=utf-8")
        elif path.startswith("/v1/files/") and self.ours(self.server.state.merchant, b""):
            self.send(200, self.server.state.file_of(path.removeprefix("/v1/files/")).encode(), "text/csv")
        else:
            self.send(404, b"{}")

    def do_POST(self) -> None:  # noqa: N802 -- http.server's name
        """An order, a refund, the payer's press, or the trouble to make."""
        body = self.body()
        path, state = unquote(urlsplit(self.path).path), self.server.state
        if path == "/control":
            given = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            state.trouble = given.get("trouble", state.trouble)
            self.json({"trouble": state.trouble, "orders": len(state.orders)})
        elif path.startswith("/pay/"):
            order = path.removeprefix("/pay/")
            if order in state.orders and not state.orders[order].get("paid"):
                self.server.tell(state.pay(order))
            self.send(200, '<!doctype html><html lang="zh"><meta charset="utf-8"><title>已付款</title><h1>已付款</h1>'.encode(),
                       "text/html; charset=utf-8")  # fmt: skip
        elif path in ("/v1/orders", "/v1/refunds"):
            if not self.ours(state.merchant, body) or self.troubled(state.trouble, state.slow_seconds):
                return
            given = json.loads(body)
            said = state.order(given) if path == "/v1/orders" else state.refund(given)
            if state.trouble == "no_code":
                said["pay_url"] = ""
            self.json(said)


@click.command("simulate-bank", cls=Verb)
@click.option("--port", default=9120, help="端口。")
@click.option("--secret", default="simulated-secret", help="商户密钥，与 YIMEN_BANK_URL 里的一致。")
@click.option("--to", default="http://127.0.0.1:8000", help="通知送到哪个网站。")
def simulate_bank(port: int, secret: str, to: str) -> None:
    """在本机模拟银行的扫码支付，用来试缴费、退款和对账。"""
    with Bank(port, secret=secret, to=to) as running:
        serve(running, f"模拟银行在 {running.address}，YIMEN_BANK_URL=http://QH001:{secret}@127.0.0.1:{port}/v1。")
