"""Names of files as other machines send them."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def clean_name(name: str) -> str:
    """A bare file name that is safe to show and to save: no folder, no invisible or direction-changing character.

    `../../x.pdf` → `x.pdf`; `a\u202egpj.exe` → `agpj.exe`; the ending stays when a long name is cut. Never empty.
    """
    name = re.split(r"[/\\]", name[-1000:])[-1]
    # Cc and Cf are control and format characters (bidi, zero width), Cs lone surrogates, Zl and Zp line separators.
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" \u3000").rstrip(" .")
    if not name or name.startswith(".") or _RESERVED.fullmatch(name):
        name = f"文件{name}"
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = stem[: LONGEST - len(ending) - 1] + dot + ending if dot and len(ending) <= 10 else name[:LONGEST]
    return name


def ending_of(name: str) -> str:
    """The lower-case ending without its dot; "" when there is none."""
    stem, dot, ending = name.rpartition(".")
    return unicodedata.normalize("NFKC", ending).lower() if dot and stem else ""
