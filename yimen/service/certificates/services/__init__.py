"""Tell certificates what to do: one verb, one transaction."""

from __future__ import annotations

from yimen.service.certificates.services.course import annotate, change, expire_due, move, renew, replace, restore
from yimen.service.certificates.services.files import file_of
from yimen.service.certificates.services.from_cases import draw_up_for_case
from yimen.service.certificates.services.issuing import discard, draw_up, issue
from yimen.service.certificates.services.printing import record_print
from yimen.service.certificates.services.types import end_type, save_type

__all__ = [
    "annotate",
    "change",
    "discard",
    "draw_up",
    "draw_up_for_case",
    "end_type",
    "expire_due",
    "file_of",
    "issue",
    "move",
    "record_print",
    "renew",
    "replace",
    "restore",
    "save_type",
]
