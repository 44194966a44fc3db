"""One act on a case, as the desk asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yimen.service.cases import forms_staff as asked


@dataclass(frozen=True, slots=True)
class Act:
    """How one action is asked for and done.

    `verb` is the service; it takes code, actor, at, seen and the form's arguments. `press` is the word on its last
    button, `done` what is said afterwards. `direct`: the button of the case page posts at once. `dialog`: it is asked
    for over the page where scripts run. `consequence` says what the act brings about, before it is done. `key` is its
    letter on the keyboard.
    """

    verb: Callable[..., Any]
    press: str
    done: str
    form: type[asked.ActForm] = asked.ConfirmForm
    consequence: str = ""
    key: str = ""
    direct: bool = False
    dialog: bool = False
