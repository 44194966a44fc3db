"""The tables of the window's own work."""

from __future__ import annotations

from yimen.service.windows.models.contacts import FirstAsk, HandOver
from yimen.service.windows.models.kinds import WindowService
from yimen.service.windows.models.papers import Activation, Paper, Reading
from yimen.service.windows.models.pulls import Pull
from yimen.service.windows.models.words import LimitTold, SettingRow, Word

__all__ = [
    "Activation",
    "FirstAsk",
    "HandOver",
    "LimitTold",
    "Paper",
    "Pull",
    "Reading",
    "SettingRow",
    "WindowService",
    "Word",
]
