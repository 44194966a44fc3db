"""What every page needs around its own content: menus, the actor, elder mode, the footer.

A module puts its entries in from its `apps.py`:

    register_menu("desk", MenuItem("收件箱", "cases:inbox", "inbox", permission="cases.accept", count=mine))

Templates read them as `shell.portal_menu`, `shell.desk_menu`, `shell.manage_menu`; each is computed when it is first
read, so a page that shows no menu asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse

from yimen.ground.kit import moments

Area = Literal["portal", "quick", "desk", "manage", "own", "footer"]
ELDER_COOKIE = "elder"
ROOTS = ("/", "/desk/", "/manage/", "/my/")  # every page of an area begins with its root


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry. `url_name` is a view's name without arguments, or a path beginning with `/`.

    Without `permission` everybody who sees the area sees the entry; with a tuple any one of them is enough. `count` is
    asked with the request, and only for those who see the entry; `hot` shows a count in red. `for_kind` limits it to
    citizens or staff.
    """

    label: str
    url_name: str
    icon: str = "list"
    permission: str | tuple[str, ...] = ""
    count: Callable[[HttpRequest], int | None] | None = None
    group: str = ""
    order: int = 100
    hot: bool = False
    for_kind: Literal["", "citizen", "staff"] = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu item as this page shows it."""

    label: str
    url: str
    icon: str
    here: bool
    count: int | None
    hot: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading of the side menu."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Footer:
    """What the foot of a public page says about the centre."""

    name: str
    address: str = ""
    hours: tuple[str, ...] = ()
    hotline: str = "12345"
    supervision: str = ""


Part = Callable[[HttpRequest, Any], str]


@dataclass(frozen=True, slots=True)
class Strip:
    """A line above every page of the workbench while something extraordinary is so: words, and one link. `kind` as of `alert`."""

    text: str
    url: str = ""
    link: str = ""
    kind: Literal["", "warn", "bad"] = ""


_menus: dict[str, list[MenuItem]] = {}
_strips: list[Callable[[HttpRequest], list[Strip]]] = []
_parts: dict[str, list[Part]] = {}
_unread: list[Callable[[HttpRequest], int]] = []
_footer: list[Callable[[HttpRequest], Footer]] = []


def register_menu(area: Area, item: MenuItem) -> None:
    """Add an entry to a menu; a second entry with the same address replaces the first."""
    rest = [held for held in _menus.get(area, []) if held.url_name != item.url_name]
    _menus[area] = sorted([*rest, item], key=lambda held: held.order)


def register_unread(count: Callable[[HttpRequest], int]) -> None:
    """Say how unread notices of the actor are counted (the bell of the workbench)."""
    _unread[:] = [count]


def register_strips(say: Callable[[HttpRequest], list[Strip]]) -> None:
    """Say what stands above every page of the workbench (none usually). Asked on every page: it asks no database."""
    if say not in _strips:
        _strips.append(say)


def register_footer(facts: Callable[[HttpRequest], Footer]) -> None:
    """Say where the centre's address, hours and telephones come from."""
    _footer[:] = [facts]


def register_part(place: str, part: Part) -> None:
    """Add what an upper module has to say at a named place of a lower one's page (`{% parts "catalogue.guide" item %}`).

    `part` gets the request and the subject the place names, and gives safe HTML, or "" where it has nothing to say.
    """
    held = _parts.setdefault(place, [])
    if part not in held:
        held.append(part)


def parts_of(place: str, request: HttpRequest, subject: Any) -> list[str]:
    """What is said at a place, in the order of registration, without the empty."""
    return [said for part in _parts.get(place, ()) if (said := part(request, subject))]


class Shell:
    """The frame of one page; everything in it is computed on first reading."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def actor(self) -> Any:
        """Who is signed in, or None. A system actor is nobody here."""
        actor = getattr(self._request, "actor", None)
        return actor if actor is not None and actor.kind != "system" else None

    @property
    def acting_for(self) -> Any:
        """The standing in which the actor acts for another; None while acting in the own name."""
        standing = getattr(self.actor, "standing", None)
        return standing if standing is not None and standing.party_id != standing.home_party_id else None

    @property
    def elder(self) -> bool:
        """Whether the page is to be drawn in elder mode."""
        return self._request.COOKIES.get(ELDER_COOKIE) == "1"

    @property
    def elder_url(self) -> str:
        """Where the switch leads without JavaScript."""
        return "/elder/?" + urlencode({"on": int(not self.elder), "next": self._request.get_full_path()})

    @property
    def site(self) -> str:
        """The site's name: the centre's without its last word, `清河县政务服务`."""
        return self.centre.removesuffix("中心")

    @property
    def centre(self) -> str:
        """The centre's full name."""
        return str(getattr(settings, "CENTRE_NAME", "") or "政务服务中心")

    @cached_property
    def now(self) -> datetime:
        """The moment this page is made."""
        return moments.now()

    @property
    def place(self) -> str:
        """Where the actor sits: window, else department with post."""
        actor = self.actor
        if actor is None or actor.kind != "staff":
            return ""
        return actor.window or " ".join(part for part in (actor.department, actor.post) if part)

    @property
    def own_page(self) -> str:
        """The actor's own home."""
        return "/desk/" if self.actor is not None and self.actor.kind == "staff" else "/my/"

    @property
    def in_desk(self) -> bool:
        """Whether this is a page of the workbench or of administration, seen by staff."""
        staff = self.actor is not None and self.actor.kind == "staff"
        return staff and self._request.path.startswith(("/desk/", "/manage/"))

    @property
    def frame(self) -> str:
        """The template that a page without a place of its own (a refusal) is put into."""
        if not self.in_desk:
            return "kit/portal.html"
        return "kit/manage.html" if self._request.path.startswith("/manage/") else "kit/desk.html"

    @property
    def home_url(self) -> str:
        """Where `回首页` leads."""
        return "/desk/" if self.in_desk else "/"

    @cached_property
    def unread(self) -> int:
        """Unread notices, 0 when nobody counts them."""
        return _unread[0](self._request) if _unread and self.actor is not None else 0

    @cached_property
    def strips(self) -> list[Strip]:
        """What stands above every page of the workbench."""
        return [strip for say in _strips for strip in say(self._request)] if self.actor is not None else []

    @property
    def find_url(self) -> str:
        """Where the search box of the workbench asks."""
        return address_of("cases:find") or "/desk/find/"

    @property
    def notices_url(self) -> str:
        """The actor's notices."""
        return address_of("notices:mine") or "/desk/notices/"

    @cached_property
    def footer(self) -> Footer:
        """The foot of the page."""
        return _footer[0](self._request) if _footer else Footer(name=self.centre)

    @cached_property
    def portal_menu(self) -> tuple[Entry, ...]:
        return self._entries("portal")

    @cached_property
    def portal_quick(self) -> tuple[Entry, ...]:
        return self._entries("quick")

    @cached_property
    def own_menu(self) -> tuple[Entry, ...]:
        return self._entries("own")

    @cached_property
    def footer_menu(self) -> tuple[Entry, ...]:
        return self._entries("footer")

    @cached_property
    def desk_menu(self) -> tuple[Group, ...]:
        return self._groups("desk")

    @cached_property
    def manage_menu(self) -> tuple[Group, ...]:
        return self._groups("manage")

    def _groups(self, area: Area) -> tuple[Group, ...]:
        order: dict[str, int] = {}
        for item in _menus.get(area, []):
            order.setdefault(item.group, len(order))
        items = sorted(self._seen(area), key=lambda pair: order[pair[0].group])
        grouped = groupby(items, key=lambda pair: pair[0].group)
        return tuple(Group(label, tuple(entry for _, entry in pairs)) for label, pairs in grouped)

    def _entries(self, area: Area) -> tuple[Entry, ...]:
        return tuple(entry for _, entry in self._seen(area))

    def _seen(self, area: Area) -> list[tuple[MenuItem, Entry]]:
        """The entries this actor may see, the longest address that fits the page marked as `here`."""
        pairs = [
            (item, url) for item in _menus.get(area, []) if self._may_see(item) and (url := address_of(item.url_name))
        ]
        path = self._request.path
        fitting = [url for _, url in pairs if path == url or (url not in ROOTS and path.startswith(url))]
        here = max(fitting, key=len, default="")
        return [
            (
                item,
                Entry(item.label, url, item.icon, url == here, self._count(item), item.hot),
            )
            for item, url in pairs
        ]

    def _count(self, item: MenuItem) -> int | None:
        return item.count(self._request) if item.count else None

    def _may_see(self, item: MenuItem) -> bool:
        if item.for_kind and (self.actor is None or self.actor.kind != item.for_kind):
            return False
        codes = (item.permission,) if isinstance(item.permission, str) else item.permission
        return not any(codes) or (self.actor is not None and any(self.actor.holds(code) for code in codes))


def address_of(url_name: str) -> str:
    """The path of a named view, or "" where no such view exists in this installation."""
    return url_name if url_name.startswith("/") else _address(url_name, get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=1000)
def _address(url_name: str, urls: str) -> str:
    """Menus ask for the same addresses at every page."""
    try:
        return reverse(url_name, urlconf=urls)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in every template."""
    held = getattr(request, "_shell", None)
    if held is None:
        held = Shell(request)
        request._shell = held  # type: ignore[attr-defined]  # one frame per request, also for several templates
    return {"shell": held}
