"""Tables of 效能监督."""

from __future__ import annotations

from yimen.watch.efficiency.models.complaints import Complaint, Disclosure, Recusal, Reward
from yimen.watch.efficiency.models.corrections import Correction, EntryCheck, Point
from yimen.watch.efficiency.models.faults import Fault, Ladder, Ruling, Rung
from yimen.watch.efficiency.models.papers import SupervisionPaper
from yimen.watch.efficiency.models.registers import Entry, EntryNote
from yimen.watch.efficiency.models.words import LimitTold, SettingRow, Word

__all__ = [
    "Complaint",
    "Correction",
    "Disclosure",
    "Entry",
    "EntryCheck",
    "EntryNote",
    "Fault",
    "Ladder",
    "LimitTold",
    "Point",
    "Recusal",
    "Reward",
    "Ruling",
    "Rung",
    "SettingRow",
    "SupervisionPaper",
    "Word",
]
