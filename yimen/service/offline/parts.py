"""What an offline receipt says on the page of the case it became."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import register_part
from yimen.service.offline import policies, rules
from yimen.service.offline.selectors import entry_of_case


def on_case(request: HttpRequest, case: Any) -> str:
    """The offline number, when and by whom it was given, how it came back; nothing where the case did not begin so."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "staff" or case.matter.channel != "window":
        return ""
    entry = entry_of_case(case.pk)
    if entry is None:
        return ""
    opens = any(actor.holds(code) for code in policies.SEERS)
    context = {"entry": entry, "proof": rules.proof_code(entry.link), "opens": opens}
    return render_to_string("offline/_on_case.html", context)


def register() -> None:
    """Called once when the app is ready."""
    register_part("cases.desk_case", on_case)
