"""What the complaint centre says on the pages of lower modules."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.service.windows import selectors as windows
from yimen.service.windows.rules import COMPLAINING
from yimen.watch.efficiency import policies


def beside_the_record(request: HttpRequest, form: Any) -> str:
    """At a window for complaints: the way to take one down, or the page on which whoever complains does so unseen."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.window_id is None or windows.kind_of(actor.window_id) not in COMPLAINING:
        return ""
    return render_to_string("efficiency/_at_window.html", {"may_take_down": actor.holds(policies.INTAKE)})


def register() -> None:
    """Called once when the app is ready."""
    register_part("windows.record", beside_the_record)
