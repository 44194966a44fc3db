"""The live process as an ASGI application: `/live/` is one stream of server-sent events for who bears a ticket.

What a stream says, each as `event: name` with a JSON object:

    hello    the stream begins; `id:` is the place from which a later one can go on (`?last=` or `Last-Event-ID`)
    news     {"t": topic, "i": [ids]}: something changed; ask the site
    reload   something was missed: ask the site for everything
    away     the database does not answer; `back` when it does
    renew    the stream ends here on purpose; come back with a new ticket

A stream ends after a few minutes, so that who has lost a right soon stops to hear. Slow readers are dropped, streams are
limited for each reader and address, and nothing that a reader does makes memory grow.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from yimen.ground.kit.live import STREAM_PATH, TICKET_SECONDS, Ticket, TicketRefused, read_ticket
from yimen.ground.kit.proxies import client_of
from yimen.house.bonds import die_with_parent
from yimen.house.config import Config
from yimen.house.hub import Hub

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BEAT_SECONDS = 15.0
STREAM_SECONDS = (180.0, 240.0)
"""A stream ends after a time between these, so that a hall of screens does not come back in one second."""
SEND_SECONDS = 10.0
MOST_BYTES = 262_144
"""More than that in one stream: it ends, and the reader comes back at the place where it was."""
MOST_FOR_ONE = 24
MOST_FROM_ADDRESS = 400
GATHER_SECONDS = 0.05
REST_SECONDS = 0.5
"""Signals of one sweep come in a bunch and go out in one piece; a reader hears the first at once, then twice a second."""

PLAIN = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-site"),
]


class Refused(Exception):
    """A stream is not opened; `status` and one line say why."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


@dataclass
class Streams:
    """The application: who is connected, and what they may hear."""

    config: Config
    url: str
    hub: Hub = field(default_factory=Hub)
    open: int = 0
    dropped: int = 0
    stopping: bool = False

    def __post_init__(self) -> None:
        self._by_reader: Counter[str] = Counter()
        self._by_address: Counter[str] = Counter()
        self._used: dict[str, float] = {}
        self._listening: asyncio.Task[None] | None = None
        self._proxies = tuple(part.strip() for part in self.config.trusted_proxies.split(",") if part.strip())
        self._site = urlsplit(self.config.origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            await self._answer(scope, receive, send)
        except Refused as refused:
            await _plain(send, refused.status, refused.said, self._cors(scope))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            if (await receive())["type"] == "lifespan.startup":
                die_with_parent(
                    signal.SIGKILL
                )  # as of the web part: a child whose server was killed would keep the port
                # The server waits for every answer to end before it stops, and a stream has no end of its own: SIGTERM ends the
                # streams first, and is then passed on as SIGINT, which means the same to the server.
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._told_to_stop)
                self._listening = asyncio.create_task(self.hub.listen(self.url))
                await send({"type": "lifespan.startup.complete"})
            else:
                self.end()
                if self._listening is not None:
                    self._listening.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _told_to_stop(self) -> None:
        self.end()
        asyncio.get_running_loop().call_later(GATHER_SECONDS * 4, os.kill, os.getpid(), signal.SIGINT)

    def end(self) -> None:
        """End every stream; readers come back when we do."""
        self.stopping = True
        self.hub.rouse()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused(405, "这里只能读。")
        path = scope["path"]
        if path in ("/healthz", f"{STREAM_PATH}healthz"):
            await _plain(send, 200, "ok")
        elif path in ("/readyz", f"{STREAM_PATH}readyz"):
            await _plain(send, 200 if self.hub.here else 503, "ok" if self.hub.here else "数据库连不上。")
        elif path == "/metrics":
            await self._metrics(scope, send)
        elif path == STREAM_PATH:
            await self._stream(scope, receive, send)
        else:
            raise Refused(404, "没有这个网址。")

    # --- One stream

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("ascii", "replace"), max_num_fields=10)
        origin = _header(scope, b"origin")
        if origin and not self._ours(origin):
            raise Refused(403, "只供本站的页面使用。")
        ticket = self._admitted(query.get("ticket", [""])[0])
        reader, address = ticket.who, self._address_of(scope)
        self._demand_room(reader, address)
        place = _header(scope, b"last-event-id") or query.get("last", [""])[0]
        self.open += 1
        self._by_reader[reader] += 1
        self._by_address[address] += 1
        gone = asyncio.create_task(_gone(receive))
        telling = asyncio.create_task(self._tell(scope, send, ticket, place))
        try:
            await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, telling):
                task.cancel()
            for counter, key in ((self._by_reader, reader), (self._by_address, address)):
                counter[key] -= 1
                if counter[key] <= 0:
                    del counter[key]
            self.open -= 1
        with suppress(asyncio.CancelledError, OSError, RuntimeError):
            await telling

    async def _tell(self, scope: Scope, send: Send, ticket: Ticket, place: str) -> None:
        """Everything that one reader is told, until the stream's time is over."""
        topics, hub = frozenset(ticket.topics), self.hub
        until = monotonic() + random.uniform(*STREAM_SECONDS)  # noqa: S311 - spreads the load, protects nothing
        headers = [*STREAM, *self._cors(scope)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        here, sent = hub.here, 0
        said = [] if place else [_event("hello", {}, hub.place)]
        place = place or hub.place
        if not here:
            said.append(_event("away", {}))
        while not self.stopping and sent < MOST_BYTES and (left := until - monotonic()) > 0:
            if hub.here != here:
                here = hub.here
                said.append(_event("back" if here else "away", {}))
            read = hub.since(place, topics)
            if read.missed and here:
                said.append(_event("reload", {}, hub.place))
            said += [_event("news", {"t": topic, "i": ids}, hub.place) for topic, ids in read.news.items()]
            if here:
                place = hub.place
            body = "".join(said) or ": ·\n\n"
            said = []
            sent += len(body)
            try:
                await asyncio.wait_for(_body(send, body), SEND_SECONDS)
            except TimeoutError:
                self.dropped += 1
                return
            told = monotonic()
            await hub.news(place if here else hub.place, here, min(BEAT_SECONDS, left))
            await asyncio.sleep(max(GATHER_SECONDS, told + REST_SECONDS - monotonic()))
        ending = "" if self.stopping else _event("renew", {}, place if here else "")
        with suppress(TimeoutError):
            await asyncio.wait_for(_body(send, ending, more=False), SEND_SECONDS)

    # --- Who may

    def _admitted(self, text: str) -> Ticket:
        """The ticket, which opens one stream and no more."""
        try:
            ticket = read_ticket(text)
        except TicketRefused:
            raise Refused(401, "入场凭据已过期，请刷新页面。") from None
        now = monotonic()
        if len(self._used) > 10_000 or (self._used and now - next(iter(self._used.values())) > TICKET_SECONDS * 2):
            self._used = {number: at for number, at in self._used.items() if now - at <= TICKET_SECONDS}
        if ticket.number in self._used:
            raise Refused(401, "入场凭据已用过，请刷新页面。")
        self._used[ticket.number] = now
        return ticket

    def _demand_room(self, reader: str, address: str) -> None:
        if self.stopping or self.open >= self.config.live_streams:
            raise Refused(503, "打开的页面太多，稍后自动重连。")
        if self._by_reader[reader] >= MOST_FOR_ONE or self._by_address[address] >= MOST_FROM_ADDRESS:
            raise Refused(429, "同时打开的实时页面太多，请关掉一些。")

    def _ours(self, origin: str) -> bool:
        """Whether a page of our own site asks."""
        try:
            asked = urlsplit(origin)
            same = (asked.scheme, asked.port) == (self._site.scheme, self._site.port)
        except ValueError:
            return False
        return same and (asked.hostname == self._site.hostname or self.config.answers_to(asked.hostname or ""))

    def _cors(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        origin = _header(scope, b"origin") if scope["type"] == "http" else ""
        if not origin or not self._ours(origin):
            return []
        return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")]

    def _address_of(self, scope: Scope) -> str:
        peer = (scope.get("client") or ("", 0))[0]
        return client_of(peer, _header(scope, b"x-forwarded-for"), self._proxies) or peer

    async def _metrics(self, scope: Scope, send: Send) -> None:
        """For the machine itself or who knows YIMEN_METRICS_TOKEN, as of the site."""
        token, forwarded = self.config.metrics_token, _header(scope, b"x-forwarded-for")
        peer = (scope.get("client") or ("", 0))[0]
        right = _header(scope, b"authorization") == f"Bearer {token}" if token else peer in ("127.0.0.1", "::1")
        if not right or (forwarded and not token):
            raise Refused(404, "没有这个网址。")
        numbers = {
            "yimen_live_streams": self.open,
            "yimen_live_signals_total": self.hub.heard,
            "yimen_live_dropped_total": self.dropped,
            "yimen_live_database_up": int(self.hub.here),
        }
        await _plain(send, 200, "".join(f"{name} {value}\n" for name, value in numbers.items()))


# --- The wire


def _event(name: str, said: dict[str, Any], place: str = "") -> str:
    head = f"id: {place}\n" if place else ""
    return f"{head}event: {name}\ndata: {json.dumps(said, separators=(',', ':'))}\n\n"


async def _body(send: Send, text: str, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _plain(send: Send, status: int, said: str, more: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*PLAIN, *(more or [])]})
    await _body(send, said, more=False)


async def _gone(receive: Receive) -> None:
    """Until the reader has closed the page."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def _made() -> Streams:
    config = Config.read()
    return Streams(config, config.database_url or "postgresql:///yimen")


def __getattr__(name: str) -> Any:
    """`application` is made when the server asks for it: importing this file reads no environment."""
    if name == "application":
        globals()["application"] = made = _made()
        return made
    raise AttributeError(name)
