"""What may be asked of certificates."""

from __future__ import annotations

from yimen.service.certificates.selectors.listing import (
    case_of,
    certificates_of_case,
    course_of,
    edition_of,
    facts_of,
    known_of,
    own,
    register,
    standing_of,
)
from yimen.service.certificates.selectors.verifying import Verdict, find, verdict_of

__all__ = [
    "Verdict",
    "case_of",
    "certificates_of_case",
    "course_of",
    "edition_of",
    "facts_of",
    "find",
    "known_of",
    "own",
    "register",
    "standing_of",
    "verdict_of",
]
