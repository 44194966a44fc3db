"""The door of the site: one question, one box, what people come for, and what waits for the one who is signed in.

It shows only what is there: themes that have items, guides that were published, hours that are known.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.edge.web import centre
from yimen.ground.identity.policies import public
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.pages import address_of
from yimen.ground.kit.remembering import Remembered
from yimen.service.cases import selectors as cases
from yimen.service.catalogue import selectors as catalogue

KEPT_SECONDS = 300
OBJECTS = {"person": "person", "enterprise": "enterprise"}
SIGNS = (
    ("生育", "baby"), ("收养", "baby"), ("教育", "school"), ("就业", "work"), ("创业", "work"), ("婚姻", "rings"),
    ("住房", "home"), ("不动产", "home"), ("社会保障", "shield"), ("社保", "shield"), ("医疗", "health"), ("卫生", "health"),
    ("交通", "car"), ("户籍", "user"), ("出境", "pass"), ("证件", "card"), ("养老", "users"), ("优待", "users"), ("残", "users"),
    ("死亡", "leaf"), ("身后", "leaf"), ("设立", "store"), ("开办", "store"), ("准营", "stamp"), ("许可", "stamp"),
    ("建设", "home"), ("工程", "home"), ("投资", "chart"), ("税", "scale"), ("法", "scale"), ("环保", "leaf"), ("农", "leaf"),
    ("安全", "shield"), ("公安", "shield"), ("消防", "shield"), ("文化", "open"), ("文体", "open"), ("注销", "leaf"), ("用工", "users"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme with its picture, its items and where they are listed."""

    sign: str
    name: str
    items: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the person who is signed in."""

    name: str
    cases: int
    drafts: int


_often: Remembered[list[tuple[str, str]]] = Remembered(KEPT_SECONDS)


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """想办什么事？"""
    actor = getattr(request, "actor", None)
    who = _who(request, actor)
    context = {
        "search_url": address_of("catalogue:search"),
        "suggest_url": address_of("catalogue:suggest"),
        "track_url": address_of("cases:track"),
        "who": who,
        "often": _frequent(),
        "themes": [Theme(_sign(each.theme), each.theme, each.items, each.examples) for each in catalogue.shelves(who)],
        "guides": catalogue.latest_guides(),
        "hall": centre.hall(moments.now()),
        "waiting": _waiting(actor),
    }
    return render(request, "web/portal.html", context)


def _who(request: HttpRequest, actor: Actor | None) -> str:
    """Person or enterprise: as chosen, else a person."""
    return OBJECTS.get(request.GET.get("for", ""), "person")


def _sign(theme: str) -> str:
    return next((sign for word, sign in SIGNS if word in theme), "list")


def _frequent() -> list[tuple[str, str]]:
    """What people apply for most; asked once in five minutes."""
    return _often.get(cases.often_applied)


def _waiting(actor: Actor | None) -> Waiting | None:
    if actor is None or actor.kind != "citizen":
        return None
    found = Waiting(actor.name, cases.waits_for(actor), cases.my_drafts(actor).order_by().values("pk")[:99].count())
    return found if found.cases or found.drafts else None
