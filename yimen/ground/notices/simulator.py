"""A gateway for trials and drills that misbehaves on purpose: `yimen simulate-messages`.

It speaks the wire format of `gateway` and decides by the last four digits of the number (or of the token):

    0001 slow (3 s)            0004 unknown number         0007 receipts out of order, delivered before the late "failed"
    0002 each receipt twice    0005 takes it, never answers  0008 busy twice, then takes it
    0003 refuses               0006 receipt wrongly signed   0009 receipt "failed"        0010 no receipt at all

Everything else is taken and delivered. It keeps no text and shows numbers masked. Nothing of it is reachable from the site.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from yimen.ground.kit.moments import now
from yimen.ground.notices import gateway
from yimen.ground.notices.gateway import Gateway

SLOW = 3.0


@dataclass
class Simulator:
    """The gateway's memory. `receipts_to` is the site's address for receipts, "" for none; `hang` is how long 0005 waits."""

    key: str = "yimen"
    secret: str = "simulator-secret"  # noqa: S105 - of the simulator alone
    receipts_to: str = ""
    hang: float = 30.0
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    refused_signatures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def gateway(self) -> Gateway:
        """What signs, on both sides."""
        return Gateway("", self.key, self.secret.encode())

    def take(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """(status, answer) to one message; the same key is the same message, however often it comes."""
        key, to = str(body.get("key", "")), str(body.get("to", ""))
        tail = to[-4:]
        with self.lock:
            self.asked[key] += 1
            if tail == "0003":
                return 422, {"code": "refused"}
            if tail == "0004":
                return 422, {"code": "unknown_number"}
            if tail == "0008" and self.asked[key] <= 2:
                return 503, {"code": "busy"}
            known = self.messages.get(key)
            if known is None:
                known = self.messages[key] = {"id": f"S{len(self.messages) + 1:08}", "tail": tail, "state": "accepted"}
                self.taken[key] += 1
        return 202, {"id": known["id"], "state": known["state"]}

    def after(self, key: str) -> None:
        """Send the receipts that belong to this number, as late, as often and as wrongly as it wants them."""
        known = self.messages.get(key)
        if known is None or known.get("told"):
            return
        known["told"] = True
        tail, at = known["tail"], now()
        final = "failed" if tail == "0009" else "delivered"
        known["state"], known["at"] = ("accepted" if tail == "0010" else final), at
        if not self.receipts_to or tail == "0010":
            return
        first = self._receipt(key, known, final, "1", at)
        match tail:
            case "0002":
                batches = [[first], [first]]
            case "0007":
                early = self._receipt(key, known, "failed", "0", at - timedelta(minutes=1))
                batches = [[first], [early]]
            case _:
                batches = [[first]]
        for batch in batches:
            self._post(batch, honest=tail != "0006")

    def _receipt(self, key: str, known: dict[str, Any], state: str, number: str, at: Any) -> dict[str, Any]:
        return {
            "receipt_id": f"{known['id']}-{number}", "key": key, "id": known["id"], "state": state,
            "code": "DELIVRD" if state == "delivered" else "UNDELIV", "at": at.isoformat(),
        }  # fmt: skip

    def _post(self, receipts: list[dict[str, Any]], *, honest: bool) -> None:
        body = json.dumps({"receipts": receipts}).encode()
        signer = self.gateway if honest else Gateway("", self.key, b"somebody else")
        headers = gateway.signed(signer, "POST", urlsplit(self.receipts_to).path, body)
        try:
            answer = httpx.post(
                self.receipts_to, content=body, headers=headers | {"Content-Type": "application/json"}, timeout=5,
                trust_env=False,
            )  # fmt: skip
            self.refused_signatures += answer.status_code == 403
        except httpx.HTTPError:
            return


class Desk(BaseHTTPRequestHandler):
    """HTTP in front of a `Simulator`."""

    simulator: Simulator
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 100_000))
        if not self._signed("POST", body):
            return
        try:
            said = json.loads(body)
        except ValueError:
            said = {}
        key, tail = str(said.get("key", "")), str(said.get("to", ""))[-4:]
        if tail == "0001":
            time.sleep(SLOW)
        status, answer = self.simulator.take(said)
        if tail == "0005" and status == 202 and self.simulator.asked[key] == 1:
            time.sleep(self.simulator.hang)  # taken, and the answer never comes
            self.close_connection = True
            self.simulator.after(key)
            return
        self._answer(status, answer)
        if status == 202:
            threading.Thread(target=self.simulator.after, args=(key,), daemon=True).start()

    def do_GET(self) -> None:
        """Say what became of a message."""
        if not self._signed("GET", b""):
            return
        known = self.simulator.messages.get(unquote(self.path.rpartition("/")[2]))
        if known is None:
            self._answer(404, {"code": "unknown"})
            return
        at = known.get("at")
        self._answer(200, {"id": known["id"], "state": known["state"], "code": "", "at": at.isoformat() if at else ""})

    def _signed(self, method: str, body: bytes) -> bool:
        path = urlsplit(self.path).path
        if gateway.is_signed(self.simulator.gateway, method, path, body, dict(self.headers.items()), now()):
            return True
        self._answer(403, {"code": "signature"})
        return False

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what it was asked for is in the simulator's memory."""


def serve(simulator: Simulator, port: int = 0) -> ThreadingHTTPServer:
    """A server on the loopback for this simulator, not started yet; `server.server_port` is its port."""
    handler = type("SimulatorDesk", (Desk,), {"simulator": simulator})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server
