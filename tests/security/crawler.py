"""Walk the site as one person: every page that a link leads to, every form on it, and the text of every file it offers."""

from __future__ import annotations

import io
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

STARTS = {"citizen": ("/", "/my/", "/my/account/"), "staff": ("/desk/", "/manage/", "/my/account/"), "": ("/",)}
PASSED_OVER = ("?", "identity:sign_out", "web:look")
"""Nothing, the end of the walk, and the gallery of components, which shows invented values only."""
MOST_OF_A_KIND = 3
"""Pages of one view with the same sort of question are looked at this often."""


@dataclass
class Control:
    """One control of a form as a browser would send it."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    required: bool = False


@dataclass
class Form:
    """A form: where it goes, how, and what is in it."""

    page: str
    action: str
    method: str
    multipart: bool = False
    controls: list[Control] = field(default_factory=list)

    @property
    def view(self) -> str:
        """The name of the view that takes it."""
        return view_of(self.action)

    @property
    def signature(self) -> tuple[str, str, tuple[str, ...]]:
        """Two forms with the same signature are the same form with other objects."""
        extra = ""
        if self.view == "cases:desk_act":
            extra = urlsplit(self.action).path.rstrip("/").rpartition("/")[2]
        acts = sorted(
            {f"{c.name}={c.value}" for c in self.controls if c.kind in ("submit", "hidden") and c.name == "act"}
        )
        return (
            self.view + extra,
            self.method,
            tuple(sorted({_numberless(control.name) for control in self.controls})) + tuple(acts),
        )

    def data(self) -> dict[str, list[str]]:
        """What a browser sends when nothing is changed and the first button is pressed."""
        said: dict[str, list[str]] = {}
        pressed = False
        for control in self.controls:
            if control.kind == "submit":
                if pressed:
                    continue
                pressed = True
            if control.kind in ("file", "off"):
                continue
            if control.name:
                said.setdefault(control.name, []).append(control.value)
        return said


@dataclass
class Page:
    """An answer that the walk has met."""

    url: str
    status: int
    content: bytes
    media: str
    forms: list[Form] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a person can read in it, whatever the format."""
        return text_of(self.content, self.media)


def _numberless(name: str) -> str:
    return "".join("#" if character.isdigit() else character for character in name)


def view_of(url: str) -> str:
    """The name of the view at an address, `?` where there is none."""
    return _view_at(urlsplit(url).path)


@cache  # the same few hundred links stand on thousands of pages
def _view_at(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        return "?"
    return match.view_name or match.route


def text_of(content: bytes, media: str) -> str:
    """The words in an answer: pages and JSON as they are, workbooks unpacked, PDF read out."""
    if media.startswith("application/pdf"):
        from pypdf import PdfReader

        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def body_of(response: Any) -> bytes:
    """The whole body, also of an answer that streams."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def walk(client: Client, starts: Iterable[str], *, most: int = MOST_OF_A_KIND, limit: int = 1500) -> Iterator[Page]:
    """Follow links from `starts`, breadth first, GET only; files that links offer are fetched too.

    Fails where there is more to see than `limit` pages, so that no walk ends early in silence.
    """
    waiting, seen, kinds = deque(starts), set(starts), Counter[tuple[str, ...]]()
    looked = 0
    while waiting:
        assert looked < limit, f"more than {limit} pages to see"
        url = waiting.popleft()
        response = client.get(url)
        looked += 1
        page = Page(url, response.status_code, body_of(response), response.get("Content-Type", ""))
        found: list[str] = []
        if "location" in response.headers:
            found.append(urljoin(url, response["location"]))
        if page.media.startswith("text/html"):
            reader = _Reader(url)
            reader.feed(page.content.decode("utf-8", "replace"))
            page.forms = reader.forms
            found += reader.links
            found += [form.action for form in reader.forms if form.method == "get"]
        yield page
        for link in found:
            place = urlsplit(link)
            if place.netloc or place.scheme or not place.path.startswith("/") or place.path.startswith("/static/"):
                continue
            address = place.path + (f"?{place.query}" if place.query else "")
            kind = (view_of(place.path), *sorted(name for name, _ in parse_qsl(place.query)))
            if address in seen or kind[0] in PASSED_OVER or kinds[kind] >= most:
                continue
            seen.add(address)
            kinds[kind] += 1
            waiting.append(address)


class _Reader(HTMLParser):
    """Links and forms of one page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self._by_id: dict[str, Form] = {}
        self._waiting: list[tuple[str, Control]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        has = dict(attrs)
        if tag == "a" and "href" in said:
            self.links.append(urljoin(self.url, said["href"]))
        elif tag == "iframe" and "src" in said:
            self.links.append(urljoin(self.url, said["src"]))
        elif tag == "form":
            action = urljoin(self.url, said.get("action") or self.url)
            self._open = Form(
                self.url, action, said.get("method", "get").lower(), "multipart" in said.get("enctype", "")
            )
            if said.get("id"):
                self._by_id[said["id"]] = self._open
            self.forms.append(self._open)
        elif tag == "input":
            kind = said.get("type", "text").lower()
            if kind in ("image", "button", "reset") or "disabled" in has:
                return
            if kind in ("checkbox", "radio") and "checked" not in has:
                self._add(
                    said, Control(said.get("name", ""), "off", said.get("value", "on"), [kind], "required" in has)
                )
                return
            value = said.get("value", "on" if kind in ("checkbox", "radio") else "")
            self._add(said, Control(said.get("name", ""), kind, value, [], "required" in has))
        elif tag == "button" and said.get("type", "submit") == "submit" and "disabled" not in has:
            self._add(said, Control(said.get("name", ""), "submit", said.get("value", "")))
        elif tag == "textarea":
            self._area = Control(said.get("name", ""), "textarea", "", [], "required" in has)
            self._add(said, self._area)
        elif tag == "select":
            self._select = Control(said.get("name", ""), "select", "", [], "required" in has)
            self._add(said, self._select)
        elif tag == "option" and self._select is not None:
            self._select.choices.append(said.get("value", ""))
            if "selected" in has or len(self._select.choices) == 1:
                self._select.value = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def close(self) -> None:
        super().close()

    def _add(self, said: dict[str, str], control: Control) -> None:
        form = self._by_id.get(said["form"]) if said.get("form") else self._open
        if form is not None:
            form.controls.append(control)
