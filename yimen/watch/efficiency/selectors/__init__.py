"""Ask for what supervision of efficiency keeps."""

from __future__ import annotations

from yimen.watch.efficiency.selectors.common import (
    centre_phone,
    complaint_unit,
    file_of,
    own_unit,
    setting,
    settings_shown,
    words_of,
)

__all__ = [
    "centre_phone",
    "complaint_unit",
    "file_of",
    "own_unit",
    "setting",
    "settings_shown",
    "words_of",
]
