"""What the residence says on the guide of an item and under the search: where it is handled, lists, the way to ask for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.kit import moments
from yimen.ground.kit.pages import register_part
from yimen.service.residence import selectors


def on_guide(request: HttpRequest, item: Any) -> str:
    """Beside the guide: the windows, the lists, or the way to ask."""
    places = selectors.places_of(item.pk, moments.day_of(moments.now()))
    context = {
        "item": item,
        "places": places,
        "listings": selectors.listings_of(item.pk),
        "province": any(place.province for place in places),
        "staff": getattr(getattr(request, "actor", None), "kind", "") == "staff",
    }
    return render_to_string("residence/_guide.html", context)


def under_search(request: HttpRequest, query: Any) -> str:
    """Under the results: the way to ask for what is not there."""
    if getattr(getattr(request, "actor", None), "kind", "") == "staff":
        return ""
    return render_to_string("residence/_search.html", {"wanted": getattr(query, "text", "")})


def register() -> None:
    """Called once when the app is ready."""
    register_part("catalogue.guide", on_guide)
    register_part("catalogue.search", under_search)
