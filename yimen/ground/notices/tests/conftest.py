"""A real mail server on the loopback that can refuse, be slow, or hang up."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller


@dataclass
class PostOffice:
    """What the server does with mail: `answer` is what it says to a recipient, `slow` how long it thinks first."""

    answer: str = "250 OK"
    data_answer: str = "250 OK"
    slow: float = 0
    received: list[EmailMessage] = field(default_factory=list)
    seen: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self.seen += 1
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.data_answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
        return self.data_answer


class AnyPort(Controller):
    """A controller that takes whatever port is free and then knows which."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types here


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    """The server, and this site told to send through it."""
    office = PostOffice()
    controller = AnyPort(office, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{controller.port}"
    settings.DEFAULT_FROM_EMAIL = "清河县政务服务中心 <no-reply@yimen.example>"
    try:
        yield office
    finally:
        controller.stop()
