"""The fonts letters are drawn with, and the check that they have every character.

The renderer drops a character that no font has, in silence: a name on a licence would lose it. So each text is checked
first, and stopped with the character's name.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from yimen.ground.kit.refusals import Invalid
from yimen.ground.kit.text import name_of

PACKAGES = (
    ("pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf"),
    ("cvttf_NotoSansCJK_Regular", "NotoSansCJKtc-Regular.otf"),
)
_SPACES = frozenset("\n\t \u3000")
_LAST = 0x110000


class MissingGlyph(Invalid):
    """No font has this character; a document with it cannot be drawn."""

    code = "missing_glyph"


class FontsMissingError(RuntimeError):
    """A font package is not installed as it should be."""


@cache
def font_files() -> tuple[Path, ...]:
    """The font files in the order they are tried, found without importing their packages."""
    files = []
    for package, name in PACKAGES:
        spec = find_spec(package)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        if folder is None or not (folder / name).is_file():
            raise FontsMissingError(f"{package}/{name}")
        files.append(folder / name)
    return tuple(files)


def check_characters(texts: Iterable[str]) -> None:
    """Raise `MissingGlyph`, naming the character and where it stands, unless every one can be drawn."""
    for text in texts:
        _check(text)
        _drawn.update(text)


def all_drawn(text: str) -> bool:
    """Has every character of the text been found in a font before? Most letters are written in the same few thousand."""
    return _drawn.issuperset(text)


_drawn = {chr(code) for code in range(32, 127)}


def _check(text: str) -> None:
    known = _coverage()
    for at, character in enumerate(text):
        code = ord(character)
        if not known[code >> 3] & 1 << (code & 7) and character not in _SPACES and not _is_variation(code):
            around = text[max(0, at - 6) : at + 7]
            name = unicodedata.name(character, "")
            raise MissingGlyph(
                f"字库里没有字符{name_of(character)}{f'，{name}' if name else ''}，“{around}”无法写进文书。",
                next_step="请核对是否录错；确属生僻字的，请联系系统管理员安装含该字的字库。",
            )


@cache
def _coverage() -> bytes:
    """One bit per code point that some font draws. Reading the fonts takes half a second, so the bits are kept in `var/`."""
    files = font_files()
    stamp = hashlib.sha256(repr(("drawn", [(f.name, f.stat().st_size) for f in files])).encode()).hexdigest()[:16]
    kept = Path(settings.YIMEN_VAR) / "cache" / f"glyphs-{stamp}.bin"
    if kept.is_file() and kept.stat().st_size == _LAST // 8:
        return kept.read_bytes()
    bits = _read_coverage(files)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{hashlib.sha256(bits).hexdigest()[:8]}")
        fresh.write_bytes(bits)
        fresh.replace(kept)
    except OSError:
        pass  # a read-only installation reads the fonts in each process
    return bits


def _read_coverage(files: Iterable[Path]) -> bytes:
    from fontTools.ttLib import TTFont

    bits = bytearray(_LAST // 8)
    for file in files:
        with TTFont(file, lazy=True) as font:
            for code in font.getBestCmap():
                # Fonts list control characters and private ones too; drawn they are nothing, or anything.
                if not unicodedata.category(chr(code)).startswith("C"):
                    bits[code >> 3] |= 1 << (code & 7)
    return bytes(bits)


def _is_variation(code: int) -> bool:
    """A variation selector asks for another shape of the character before it, which is drawn in any case."""
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
