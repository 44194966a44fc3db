"""What every partner that is played on this machine does alike: a small signed server that answers JSON and may misbehave."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import click

from yimen.ground.kit.moments import now
from yimen.ground.kit.partners import Keys, is_signed, signed


class Answering(BaseHTTPRequestHandler):
    """One request to a played partner."""

    protocol_version = "HTTP/1.1"

    def ours(self, keys: Keys, body: bytes) -> bool:
        """Whether the centre itself asks; 401 where it does not."""
        good = is_signed(keys, self.command, urlsplit(self.path).path, body, self.headers, now())  # type: ignore[arg-type]
        if not good:
            self.send(401, b"{}")
        return good

    def troubled(self, trouble: str, slow_seconds: float) -> bool:
        """The troubles any partner knows: too slow, an error, no JSON; True where the answer is out."""
        match trouble:
            case "slow":
                time.sleep(slow_seconds)
            case "error_500":
                self.send(500, b"{}")
                return True
            case "garbage":
                self.send(200, b"<html>\xff\xfe not json")
                return True
        return False

    def body(self) -> bytes:
        """What was sent."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def json(self, said: dict[str, Any]) -> None:
        """Answer with this."""
        self.send(200, json.dumps(said, ensure_ascii=False).encode())

    def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        """Answer with these bytes."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: whoever plays with it reads the other side's log."""


def notice(keys: Keys, path: str, said: dict[str, Any], trouble: str = "") -> tuple[bytes, dict[str, str]]:
    """A notice to the centre, signed unless the trouble is another: body and headers."""
    body = json.dumps(said).encode()
    headers = signed(keys, "POST", path, body)
    if trouble == "unsigned":
        headers = {}
    elif trouble == "old":
        headers["X-Timestamp"] = str(int((now() - timedelta(hours=1)).timestamp()))
    return body, headers | {"Content-Type": "application/json"}


def serve(running: Any, words: str) -> None:
    """Serve until Ctrl+C."""
    click.echo(f"{words} 按 Ctrl+C 结束。")
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        click.echo("已结束。")
