"""The site as each person finds it: one walk a person, of which the tests ask many things."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.test import Client

from tests.cast import QIAN_ID
from tests.security.crawler import STARTS, Form, view_of, walk
from tests.security.world import NEEDLES, World

ROLES = ("", "li", "wang", "wu", "zhao", "chen", "he", "manager", "editor", "legal", "system", "security", "audit")
"""Whose forms are tried; the first to meet one tries it. The empty name is the visitor."""


EXPORTS = (
    "/desk/inbox/?as=xlsx",
    "/desk/query/?as=xlsx",
    "/desk/done/?as=xlsx",
    "/manage/items/export/",
    "/manage/units/export/",
    "/manage/staff/export/",
    "/manage/audit/export/",
)
"""Files that are asked for by a button, not by a link."""


def leaks(text: str) -> list[str]:
    """The seeded values that stand whole in a text."""
    return [value for value in (*NEEDLES, QIAN_ID) if value in text]


@dataclass(frozen=True, slots=True)
class Seen:
    """A page or file that somebody came to: what it answered, the values it shows whole, the forms to be sent from it."""

    url: str
    view: str
    status: int
    leaks: list[str]
    forms: list[Form]


class Walks:
    """A walk a person, made once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._walked: dict[str, list[Seen]] = {}

    def of(self, role: str) -> list[Seen]:
        """All that this person comes to by following links."""
        if role not in self._walked:
            self._walked[role] = list(self._walk(role))
        return self._walked[role]

    def _walk(self, role: str) -> list[Seen]:
        client = self._world.cast.client(role) if role else Client()
        kind = self._world.cast.accounts[role].kind if role else ""
        return [
            Seen(
                page.url, view_of(page.url), page.status, leaks(page.text),
                [form for form in page.forms if form.method == "post" and not urlsplit(form.action).netloc],
            )
            for page in walk(client, [*STARTS[kind], *(EXPORTS if kind == "staff" else ())])
        ]  # fmt: skip
