"""What the pages of this module share: one act asked for and done, files handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.forms import Form

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

PAGE = 30


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
