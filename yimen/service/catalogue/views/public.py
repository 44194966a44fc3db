"""What everybody sees: finding an item, its guide on the web and on paper."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import public
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Refusal
from yimen.service.catalogue import guide as guides
from yimen.service.catalogue import selectors
from yimen.service.catalogue.models import ItemEdition
from yimen.service.catalogue.refusals import ItemUnknown
from yimen.service.catalogue.rules.vocabulary import ItemKind, ServiceObject
from yimen.service.catalogue.rules.words import tidy_query

PAGE = 20


@public
def search(request: HttpRequest) -> HttpResponse:
    """Find an item by words, theme, department or kind of applicant."""
    asked = request.GET
    query = selectors.Query(
        text=tidy_query(asked.get("q", "")),
        department=_number(asked.get("department", "")),
        theme=asked.get("theme", "")[:60].replace("\x00", ""),
        object=asked.get("object", "") if asked.get("object", "") in ServiceObject.labels() else "",
        kind=asked.get("kind", "") if asked.get("kind", "") in ItemKind.labels() else "",
    )
    page = selectors.find(query, after=asked.get("after", ""), size=PAGE)
    kept = {name: asked[name] for name in ("q", "department", "theme", "object", "kind") if asked.get(name)}
    context = {
        "query": query,
        "page": page,
        "rows": [(item, selectors.limits(item.current) if item.current else None) for item in page.items],
        "next_url": "?" + urlencode({**kept, "after": page.next}) if page.next else "",
        "first_url": "?" + urlencode(kept) if asked.get("after") else "",
        "overview": selectors.overview(),
        "objects": ServiceObject.pairs(),
        "kinds": ItemKind.pairs(),
        "narrowed": bool(kept),
    }
    return render(request, "catalogue/search.html", context)


@public
def suggest(request: HttpRequest) -> HttpResponse:
    """Titles for what has been typed so far, as a list to be put under the box."""
    found = selectors.suggest(request.GET.get("q", ""))
    return render(request, "catalogue/_suggest.html", {"found": found})


@public
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of an item; of one that is cancelled or suspended, what has become of it."""
    at = moments.now()
    try:
        edition = selectors.open_edition(code, at)
    except ItemUnknown:
        raise
    except Refusal as refusal:
        item = selectors.item_by_code(code)
        return render(request, "catalogue/closed.html", {"item": item, "refusal": refusal}, status=410)
    if edition.item.code != code:
        return redirect(reverse("catalogue:guide", args=[edition.item.code]))
    return render(request, "catalogue/guide.html", _context(edition))


@public
def guide_print(request: HttpRequest, code: str) -> HttpResponse:
    """The guide as a sheet of paper."""
    return render(request, "catalogue/guide_print.html", _context(selectors.open_edition(code, moments.now())))


def _context(edition: ItemEdition) -> dict[str, object]:
    built = guides.build(edition, moments.now())
    return {"guide": built, "edition": edition, "item": edition.item}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
