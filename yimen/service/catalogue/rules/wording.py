"""Which words changed between two texts: Chinese character by character, numbers and Latin words whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.DOTALL)
MOST_TOKENS = 6000
ALIKE = 0.6
"""Below this share of common text two texts are shown whole: marking single characters would only confuse."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `changed` where the other side has not got it."""

    text: str
    changed: bool


def marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, what changed marked on its side."""
    if before == after:
        return _whole(before, changed=False), _whole(after, changed=False)
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    if not left or not right or len(left) + len(right) > MOST_TOKENS:
        return _whole(before, changed=True), _whole(after, changed=True)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < ALIKE:
        return _whole(before, changed=True), _whole(after, changed=True)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for what, a, b, c, d in matcher.get_opcodes():
        for side, text in ((sides[0], "".join(left[a:b])), (sides[1], "".join(right[c:d]))):
            if text:
                side.append(Piece(text, what != "equal"))
    return sides


def _whole(text: str, *, changed: bool) -> list[Piece]:
    return [Piece(text, changed)] if text else []


def likeness(one: str, other: str) -> float:
    """How alike two short texts are, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
