"""People who apply and clerks who accept, over HTTP, and who try again when nothing comes back, as programs do."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from yimen.service.cases.tests.stage import ANSWERS

GIVE_UP_SECONDS = 90.0


@dataclass
class Loader:
    """Submits and accepts from several threads until stopped; keeps what was acknowledged."""

    port: int
    item: str
    tokens: dict[str, str]
    workers: int = 4
    accepts: bool = True
    most: int = 1_000_000
    submitted: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    failures: int = 0
    longest_wait: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Loader:
        """Begin."""
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.workers)]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Take nothing new on; wait until what was begun is acknowledged."""
        self._stop.set()
        self.wait()

    def wait(self) -> None:
        """Wait for the end, however long it takes, as long as it comes nearer."""
        for thread in self._threads:
            while thread.is_alive():
                before = self._answered()
                thread.join(GIVE_UP_SECONDS + 30)
                assert not thread.is_alive() or self._answered() > before, "a request was never answered"

    def _answered(self) -> int:
        return len(self.submitted) + len(self.accepted) + len(self.strange)

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if self._begun >= self.most:
                    return
                self._begun += 1
            body = {"item": self.item, "answers": ANSWERS}
            answer = self._until_answered("li", "/api/v1/applications", body)
            if answer is None:
                continue
            self.submitted.append(answer["code"])
            if self.accepts:
                path = f"/api/v1/applications/{answer['code']}/steps"
                if self._until_answered("wang", path, {"action": "accept"}) is not None:
                    self.accepted.append(answer["code"])

    def _until_answered(self, who: str, path: str, body: Any) -> Any:
        """Send under one key until there is an answer; only no answer and 503 are tried again."""
        key, began = uuid4().hex, time.monotonic()
        while time.monotonic() - began < GIVE_UP_SECONDS:
            try:
                status, answer = self._send(who, path, body, key)
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 0, None
            if status == 201:
                self.longest_wait = max(self.longest_wait, time.monotonic() - began)
                return answer
            if status not in (0, 503):
                self.strange.append(f"{path} -> {status} {answer}")
                return None
            self.failures += 1
            time.sleep(0.1)
        self.strange.append(f"{path} was never answered")
        return None

    def _send(self, who: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            headers = {
                "Authorization": f"Bearer {self.tokens[who]}",
                "Idempotency-Key": key,
                "Content-Type": "application/json",
            }
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()
