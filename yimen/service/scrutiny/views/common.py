"""What the pages of this module share: one act asked for and done, files handed in, the timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.forms import Form
from yimen.ground.matters import selectors as matters

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

PAGE = 30
EXPORT_MOST = 5000


@dataclass(frozen=True, slots=True)
class Act:
    """How one act is asked for: its form, the word on the button, what is said before and after."""

    form: type[Form]
    verb: Callable[..., Any]
    press: str
    done: str
    note: str = ""
    danger: bool = False
    files: bool = False


def stored(request: HttpRequest, actor: Actor, at: datetime) -> list[StoredFile]:
    """The files that came with a form's field `file`, through the gate."""
    return [store_file(upload, actor=actor, at=at) for upload in request.FILES.getlist("file")]


def entries(steps: Sequence[matters.Shown], *, running: bool) -> list[dict[str, Any]]:
    """Every step, newest first, in the shape the timeline draws."""
    return [
        {
            "what": step.label, "when": moments.say_moment(step.happened_at),
            "who": " ".join(part for part in (step.post, step.actor) if part), "note": str(step.facts.get("reason", ""))[:120],
            "kind": "now" if place == 0 and running else "", "url": "", "link": "",
            "late": step.said_late(moments.say_moment(step.recorded_at)),
        }
        for place, step in enumerate(reversed(steps))
    ]  # fmt: skip


def export_url(request: HttpRequest) -> str:
    """The same list as a file."""
    query = request.GET.copy()
    for gone in ("after", "before"):
        query.pop(gone, None)
    query["as"] = "xlsx"
    return "?" + query.urlencode()
