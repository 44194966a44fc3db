"""What may be told to the window's own work."""

from __future__ import annotations

from yimen.service.windows.services import contacts as contacts
from yimen.service.windows.services import limits as limits
from yimen.service.windows.services import papers as papers
from yimen.service.windows.services import pulls as pulls
from yimen.service.windows.services.contacts import Recorded, look_up, record_first_ask
from yimen.service.windows.services.kinds import OtherWindow, WrongKind, check_intake, end_kind, set_kind, set_setting
from yimen.service.windows.services.papers import end_contingency, start_contingency
from yimen.service.windows.services.pulls import ask_section

__all__ = [
    "OtherWindow",
    "Recorded",
    "WrongKind",
    "ask_section",
    "check_intake",
    "contacts",
    "end_contingency",
    "end_kind",
    "limits",
    "look_up",
    "papers",
    "pulls",
    "record_first_ask",
    "set_kind",
    "set_setting",
    "start_contingency",
]
