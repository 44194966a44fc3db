"""Live signals: a page that stands open learns that something has changed, and asks the site for it.

    register_topic("supervision.lights", lambda actor: actor.holds("supervision.view"))      # in the module's policies
    announce("supervision.lights", matter.pk)                                               # in the change's transaction

A signal says a topic and a few ids, never what they hold: whoever hears it asks the site, which shows what its reader may see.
It is PostgreSQL's NOTIFY, so it is heard when the change is committed, and never when it is not. A signal may be lost (a reader
who was away); whoever missed one is told to ask for everything. So nothing may rest on it but the freshness of a page.

A browser enters the live process with a ticket: signed by the site, for sixty seconds, good for the topics its reader may hear.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest

from yimen.ground.kit.refusals import Invalid, NotAllowed

CHANNEL = "yimen_live"
APPLICATION = "yimen-live"
"""How the live process calls itself to the database; who listens is seen there."""
TICKET_SECONDS = 60
MOST_TOPICS = 8
MOST_IDS = 40
"""A signal about more than so many says only that there are many."""
TICKET_PATH = "/live/ticket/"
STREAM_PATH = "/live/"
_NAME = re.compile(r"[a-z]+\.[a-z_]+")
_SALT = "yimen.live.ticket"

Who = Callable[[Any], bool]


class UnknownTopic(Invalid):
    """No module has registered this topic."""

    code = "unknown_topic"


class NotYours(NotAllowed):
    """The topic exists and is for others."""

    code = "topic_not_yours"


class TicketRefused(Exception):
    """The ticket is not ours, was changed, or is older than a minute."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says: what may be heard, by whom (an opaque id, for the limit on streams), and its own number."""

    topics: tuple[str, ...]
    who: str
    number: str


_topics: dict[str, Who] = {}


def register_topic(name: str, who: Who) -> None:
    """Make a topic known, `module.what`, and say who may hear it; `who` gets the actor."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name}: a topic is called module.what")
    _topics[name] = who


def topics() -> tuple[str, ...]:
    """Every registered topic, by name."""
    return tuple(sorted(_topics))


def announce(topic: str, *ids: int | str) -> None:
    """Say, when the open transaction commits, that these have changed. Costs one statement, heard or not.

    The same signal twice in one transaction is heard once. Raises `OutsideTransactionError` with no transaction open, and
    KeyError for a topic that nobody registered.
    """
    if topic not in _topics:
        raise KeyError(topic)
    if not connection.in_atomic_block:
        from yimen.ground.kit.outbox import OutsideTransactionError  # the live process itself loads no model

        raise OutsideTransactionError(f"{topic} announced outside a transaction")
    said = {"t": topic, "i": list(ids) if len(ids) <= MOST_IDS else []}
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, json.dumps(said, separators=(",", ":"))])


def issue_ticket(names: Iterable[str], actor: Any) -> str:
    """A ticket for these topics. Raises `UnknownTopic`, or `NotYours` where the actor may not hear one of them."""
    wanted = tuple(dict.fromkeys(names))
    if not wanted or len(wanted) > MOST_TOPICS or any(name not in _topics for name in wanted):
        raise UnknownTopic("没有这样的实时消息。", next_step="请重新打开这一页。")
    if not all(_topics[name](actor) for name in wanted):
        raise NotYours("您的岗位看不到这里的实时消息。", next_step="如工作需要，请联系安全管理员授权。")
    content = {"t": wanted, "w": str(actor.uid), "n": secrets.token_urlsafe(9)}
    return signing.dumps(content, salt=_SALT, compress=False)


def read_ticket(text: str) -> Ticket:
    """What the ticket says; raises `TicketRefused`. Needs no database."""
    try:
        said = signing.loads(text, salt=_SALT, max_age=TICKET_SECONDS)
        return Ticket(tuple(said["t"]), said["w"], said["n"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise TicketRefused from None


def stream_address(request: HttpRequest) -> str:
    """Where this browser finds the live process: behind the same proxy, or at its own port; "" where there is none."""
    if settings.LIVE == "proxy":
        return STREAM_PATH
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    if settings.LIVE == "direct" and host in settings.LIVE_HOSTS:
        return f"{request.scheme}://{host}:{settings.LIVE_PORT}{STREAM_PATH}"
    return ""
