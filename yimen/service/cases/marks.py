"""The words on a case that say which paths it has taken (`Case.marks`), and what people read for each. Pure."""

from __future__ import annotations

LABELS = {
    "special": "特办件",
    "green": "绿色通道",
    "superior": "上报",
    "external": "同步办理",
    "tolerated": "容缺",
    "promised": "告知承诺",
    "challenged": "复议诉讼",
    "reviewed": "中心会审",
}
FIRST = ("special", "green")
"""Those that go before the others, in this order."""


def marks_in(text: str) -> list[str]:
    """The words, those that go first in front."""
    words = text.split()
    return [word for word in LABELS if word in words]


def with_mark(text: str, word: str) -> str:
    """The text with this word, each once."""
    words = text.split()
    return text if word in words else f" {' '.join([*words, word])} "


def without_mark(text: str, word: str) -> str:
    """The text without this word; "" when none is left."""
    words = [each for each in text.split() if each != word]
    return f" {' '.join(words)} " if words else ""


def has_mark(text: str, word: str) -> bool:
    """Whether the case has taken this path."""
    return f" {word} " in text
