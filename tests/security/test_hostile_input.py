"""Every form of the site takes nonsense without breaking: a clear Chinese answer, nothing lost, nothing half done.

What is sent to the forms of a walk through the site is here; `test_walk` sends it. Each request stands in a savepoint of its
own, so a value that is accepted does no harm to the next.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.security.crawler import Control, Form
from tests.security.walks import ROLES
from tests.security.world import FORM, World, picture, places

SHARE = 3
LONG = b"\xe9\x95\xbf" * 333_333
HOSTILE: dict[str, bytes] = {
    "NUL": b"a\x00b",
    "a million bytes": LONG,
    "right to left": "李\u202e明gpj.exe".encode(),
    "emoji": "🏮👨‍👩‍👧".encode(),
    "rare characters": "𠮷䶮".encode(),
    "half a pair": b"\xed\xa0\x80\xed\xb0",
    "no UTF-8": b"\xff\xfe\xc0\x80",
    "full-width digits": "２０２６年１２".encode(),
    "markup": b"'\"><svg onload=1>",
    "a template": b"{{7*7}}{% debug %}${7*7}",
    "a path": b"../../../../etc/passwd",
    "a huge number": b"1e309",
    "minus nothing": b"-0",
    "thirty digits": b"9" * 30,
    "year 0": b"0000-00-00",
    "year 9999": b"9999-12-31",
    "30 February": b"2026-02-30",
    "a list": b'[1,{"a":null}]',
    "SQL": b"1' OR '1'='1'; --",
    "a new line": b"a\r\nSet-Cookie: x=1",
    "spaces": "　 \t".encode(),
    "nothing": b"",
}
SHARES = [pytest.param(SHARE, id="its share"), pytest.param(1, id="all", marks=pytest.mark.long)]
"""Of the values every form gets each third one, another third than its neighbours; `make test-long` tries all in all."""
ALONE = ("NUL", "half a pair", "rare characters", "markup", "thirty digits", "year 9999", "30 February")
"""Tried in each field alone as well, so that the fault of one field does not hide behind another's."""

NEVER = re.compile(r".{0,12}(?:Traceback|Error\b|异常|非法(?!人)|系统繁忙|Exception).{0,12}")
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
FREE = ("text", "textarea", "search", "tel", "email", "number", "date", "password", "url", "hidden", "")
FIELDS = [question["key"] for question in FORM["sections"][0]["fields"]]
KEPT = ("csrfmiddlewaretoken", "act", "TOTAL_FORMS", "INITIAL_FORMS")
"""Left as they are, where everything else is replaced: they decide whether the form is looked at at all."""


@contextmanager
def in_vain() -> Iterator[None]:
    """What the block does to the database is taken back; the code inside still sees the outermost transaction."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


class Browsers:
    """One signed-in browser a role; none follows redirects, none raises what the site should have answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[str, Client] = {}

    def of(self, role: str) -> Client:
        if role not in self._open:
            self._open[role] = self._world.cast.client(role) if role else Client()
            self._open[role].raise_request_exception = False
        return self._open[role]


@pytest.fixture
def browsers(world: World) -> Browsers:
    """Signed in once a role."""
    return Browsers(world)


def encoded(said: Mapping[str, list[bytes]]) -> bytes:
    """A form body with exactly these bytes."""
    return b"&".join(
        f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}".encode()
        for name, values in said.items()
        for value in values
    )


def send(client: Client, form: Form, said: Mapping[str, list[bytes]]) -> Any:
    """Post the form with exactly these bytes, as a browser encodes them."""
    with in_vain():
        return client.generic("POST", form.action, encoded(said), content_type="application/x-www-form-urlencoded")


def usual(form: Form) -> dict[str, list[bytes]]:
    """What the form says when nothing is changed."""
    return {name: [value.encode() for value in values] for name, values in form.data().items()}


def free(form: Form) -> list[Control]:
    """The fields that anything can be typed into."""
    return [
        control
        for control in form.controls
        if control.name and control.kind in FREE and not control.name.endswith(KEPT)
    ]


def shared(forms: list[tuple[str, Form]], number: int, share: int) -> list[tuple[str, Form]]:
    """The forms that the value with this number is tried on."""
    return [each for place, each in enumerate(forms) if (place + number) % share == 0]


def faults(answer: Any, where: str) -> list[str]:
    """What is wrong with an answer to nonsense."""
    if answer.status_code >= 500:
        return [f"{where} -> {answer.status_code}"]
    if answer.status_code in (204, 302):
        return []
    text = answer.content.decode()
    found = []
    if not CHINESE.search(text):
        found.append(f"{where} -> {answer.status_code} says nothing in Chinese")
    if words := NEVER.findall(
        re.sub(r"<(?:textarea|input|script)[^>]*>|<textarea.*?</textarea>", "", text, flags=re.DOTALL)
    ):
        found.append(f"{where} -> {answer.status_code} says {words[:3]}")
    if "<svg onload" in text:
        found.append(f"{where} -> {answer.status_code} echoes markup")
    return found


def _nothing(form: Form) -> bytes:
    return b""


def _extra(form: Form) -> bytes:
    more: dict[str, list[bytes]] = {
        name: [b"1"] for name in ("id", "pk", "is_active", "state", "account_id", "kind", "admin_role")
    }
    return encoded(usual(form) | more)


def _doubled(form: Form) -> bytes:
    return encoded({name: values * 3 for name, values in usual(form).items()})


def _endless(form: Form) -> bytes:
    return encoded(usual(form)) + b"&a=1" * 3000


def _choices(form: Form) -> bytes:
    said = usual(form)
    for control in form.controls:
        if control.kind in ("select", "radio", "checkbox", "off", "submit") and control.name:
            said[control.name] = [b"no-such-choice", b"\x00", b"-1", b"9" * 20]
    return encoded(said)


SHAPES: dict[str, tuple[Callable[[Form], bytes], str]] = {
    "missing fields": (_nothing, "application/x-www-form-urlencoded"),
    "extra fields": (_extra, "application/x-www-form-urlencoded"),
    "each field three times": (_doubled, "application/x-www-form-urlencoded"),
    "three thousand fields": (_endless, "application/x-www-form-urlencoded"),
    "choices that are none": (_choices, "application/x-www-form-urlencoded"),
    "JSON": (lambda form: b'{"a": [1, {"b": null}]}', "application/json"),
    "XML": (lambda form: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
    "text": (lambda form: b"\x00\xff", "text/plain; charset=utf-99"),
    "broken multipart": (
        lambda form: b'--x\r\nContent-Disposition: form-data; name="a"',
        "multipart/form-data; boundary=x",
    ),
    "multipart without a border": (lambda form: b"abc", "multipart/form-data"),
    "a strange charset": (lambda form: encoded(usual(form)), "application/x-www-form-urlencoded; charset=utf-7"),
}


NAMES = (
    "q", "after", "before", "sort", "box", "state", "department", "first", "last", "page", "as", "code", "next", "left",
    "right", "kind", "act", "tab", "who", "day", "soon", "theme", "city", "tail", "start", "n", "unit", "check", "status",
    "year", "month", "from", "to", "centre", "role", "show", "export", "picture", "until", "division", "series", "result",
)  # fmt: skip
VALUES = (
    b"\xff\xed\xa0\x80",
    b"'\"><svg onload=1>",
    b"9" * 30,
    b"-1",
    "𠮷䶮".encode(),
    b"%",
    b"0000-00-00",
)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("number", range(len(VALUES)))
def test_odd_questions_to_every_page(world: World, browsers: Browsers, number: int, share: int) -> None:
    """What stands behind the question mark: cursors, filters, sort orders, page numbers."""
    actors = {role: world.cast.actor(role) if role else None for role in ROLES}
    query = "&".join(f"{name}={quote_from_bytes(VALUES[number])}" for name in NAMES)
    found: list[str] = []
    for order, place in enumerate(places(world)):
        access = place.view.access
        role = next((role for role, actor in actors.items() if access is not None and access.admits(actor)), None)
        if (order + number) % share or role is None or place.api or place.name == "identity:sign_out":
            continue
        answer = browsers.of(role).get(f"{place.url}?{query}")
        if answer.status_code >= 500 and place.name not in ("/readyz", "web:offline"):
            found.append(f"{role} {place.url} -> {answer.status_code}")
        if not answer.streaming and b"<svg onload" in answer.content:
            found.append(f"{role} {place.url} echoes markup")
    assert not found, "\n".join(found)


def test_rare_characters_come_back_as_they_went(world: World) -> None:
    """𠮷䶮 in a name, markup in a remark: the page shows both as they were typed, escaped."""
    li, markup = world.cast.client("li"), "<b>𠮷䶮</b> & 'x' {{7*7}}"
    assert world.draft is not None
    url = f"/apply/{world.draft.uid}/form/"
    said = {
        "shop": "𠮷䶮茶馆",
        "area": "20",
        "air": "no",
        "remark": markup,
        "seen": str(world.draft.version),
        "act": "next",
    }
    answer = li.post(url, said | {"asked": " ".join(FIELDS)})
    assert answer.status_code == 302, answer.content.decode()
    page = li.get(url).content.decode()
    assert 'value="𠮷䶮茶馆"' in page
    assert html.escape(markup) in page
    assert markup not in page
    wang = world.cast.client("wang").get(f"/desk/cases/{world.case}/").content.decode()
    assert "𠮷䶮茶馆" in wang


def test_a_good_form_still_goes_through(world: World) -> None:
    """The same walk and encoding with good values is accepted: the tests above do not pass for a wrong reason."""
    answer = world.cast.client("wang").generic(
        "POST",
        f"/desk/cases/{world.case}/accept/",
        urlencode({"seen": "1"}),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 302
    materials = world.cast.client("li")
    assert world.draft is not None
    material = world.draft.files.get().material_id
    sent = materials.post(f"/apply/{world.draft.uid}/materials/", {"act": "upload", f"file-{material}": picture()})
    assert sent.status_code == 302
