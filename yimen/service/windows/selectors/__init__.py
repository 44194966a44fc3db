"""What may be asked of the window's own work."""

from __future__ import annotations

from yimen.service.windows.selectors.common import (
    NoPlace,
    centre_of,
    file_of,
    own_unit,
    sections_to_ask,
    setting,
    settings_of,
    words_of,
)
from yimen.service.windows.selectors.kinds import (
    Sign,
    history_of,
    items_of,
    kind_of,
    signs,
    uses_two_plus_two,
    windows_for,
)
from yimen.service.windows.selectors.papers import Standing, in_force, readings, standings, unread_of

__all__ = [
    "NoPlace",
    "Sign",
    "Standing",
    "centre_of",
    "file_of",
    "history_of",
    "in_force",
    "items_of",
    "kind_of",
    "own_unit",
    "readings",
    "sections_to_ask",
    "setting",
    "settings_of",
    "signs",
    "standings",
    "unread_of",
    "uses_two_plus_two",
    "windows_for",
    "words_of",
]
