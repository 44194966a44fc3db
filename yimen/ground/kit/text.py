"""Text that people typed, made fit to keep: what cannot be kept is refused with its reason.

Rare characters (𠮷, 䶮, variation selectors) pass unchanged; no Unicode normalisation is applied to names, since it
would replace some of them. `particulars` holds the rules of telephone numbers and addresses.
"""

from __future__ import annotations

import re
import unicodedata

from yimen.ground.kit.refusals import Invalid

LINE_LIMIT = 200
TEXT_LIMIT = 5000

_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x00AD])  # left behind by copying; they carry no meaning
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_HARD_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\t\v\f\r\n\u0085\u2028\u2029]+")
_LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_SPACES = re.compile(r"[ \u3000]{2,}")


class UnusableText(Invalid):
    """The text holds what cannot be kept, or is too long."""

    code = "unusable_text"


def clean_line(value: str, *, label: str = "这一项", limit: int = LINE_LIMIT) -> str:
    """One line: ends trimmed, inner runs of white space made one space. Raises `UnusableText` naming `label`."""
    _check(value, label, limit)
    line = _HARD_SPACES.sub(" ", value.translate(_INVISIBLE))
    return _measured(_SPACES.sub(" ", line).strip(" \u3000"), label, limit)


def clean_text(value: str, *, label: str = "这一项", limit: int = TEXT_LIMIT) -> str:
    """Text of several lines: line ends made `\\n`, trailing white space cut. Raises `UnusableText` naming `label`."""
    _check(value, label, limit)
    lines = _LINE_BREAKS.sub("\n", value.translate(_INVISIBLE)).split("\n")
    return _measured("\n".join(line.rstrip() for line in lines).strip("\n"), label, limit)


def clean_code(value: str, *, label: str = "编号", limit: int = 64) -> str:
    """A code or number as machines write it: full-width characters folded, all white space out, upper case.

    Raises `UnusableText` when anything but ASCII is left.
    """
    _check(value, label, limit * 2)
    code = "".join(unicodedata.normalize("NFKC", value.translate(_INVISIBLE)).split()).upper()
    if not code.isascii():
        odd = next(character for character in code if not character.isascii())
        raise UnusableText(f"{label}里有不能使用的字符“{odd}”。", next_step="只填字母、数字和短横线，请检查后重填。")
    return _measured(code, label, limit)


def name_of(character: str) -> str:
    """A character by its name and code point, for people who must find it: `“䶮”(U+4DAE)`."""
    return f"“{character}”(U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"


def _check(value: str, label: str, limit: int) -> None:
    # A wildly long text is refused before anything walks over it.
    if len(value) > limit * 4 + 1000:
        raise UnusableText(f"{label}有 {len(value)} 个字，最多 {limit} 个字。", next_step="请删减后重新提交。")
    for character in value:
        code = ord(character)
        if (code < 0x20 and character not in "\t\n\r\v\f") or (0x7F <= code < 0xA0 and code != 0x85):
            raise UnusableText(
                f"{label}里有看不见的控制字符({name_of(character)})。", next_step="请手工重新输入这一项。"
            )
        if 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code < 0xFDF0:
            raise UnusableText(f"{label}里有残缺的字符(U+{code:04X})。", next_step="请手工重新输入这一项。")
    if found := _BIDI.search(value):
        raise UnusableText(
            f"{label}里有改变文字方向的控制字符({name_of(found[0])})。", next_step="请手工重新输入这一项。"
        )


def _measured(value: str, label: str, limit: int) -> str:
    if len(value) > limit:
        raise UnusableText(f"{label}有 {len(value)} 个字，最多 {limit} 个字。", next_step="请删减后重新提交。")
    return value
