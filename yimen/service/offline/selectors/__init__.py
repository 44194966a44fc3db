"""What may be asked of offline windows."""

from yimen.service.offline.selectors.common import setting, settings_of
from yimen.service.offline.selectors.extract import extract
from yimen.service.offline.selectors.listing import by_proof, devices, entries, entry_of_case, faults, outages

__all__ = [
    "by_proof",
    "devices",
    "entries",
    "entry_of_case",
    "extract",
    "faults",
    "outages",
    "setting",
    "settings_of",
]
