"""What this place has set; defaults where it has set nothing."""

from __future__ import annotations

from yimen.ground.kit.remembering import Remembered
from yimen.service.residence.models import Setting
from yimen.service.residence.rules import SETTINGS, Choice

KEPT_SECONDS = 30
_kept: Remembered[str] = Remembered(KEPT_SECONDS)


def setting(key: str) -> str:
    """The value of a setting of `rules.SETTINGS`."""
    return Setting.objects.filter(key=key).values_list("value", flat=True).first() or SETTINGS[key].default


def number(key: str) -> int:
    """The same as a number."""
    return int(setting(key))


def kept_setting(key: str) -> str:
    """As `setting`, read at most every half minute in a process: for paths that are walked at every application."""
    return _kept.get(lambda: setting(key), key)


def settings_shown() -> list[tuple[Choice, str, str]]:
    """Each setting with its value, and who changed it when ("" for the default)."""
    rows = {row.key: row for row in Setting.objects.all()}
    return [
        (choice, rows[key].value if key in rows else choice.default, rows[key].changed_by if key in rows else "")
        for key, choice in SETTINGS.items()
    ]
