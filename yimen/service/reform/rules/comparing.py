"""Matching a superior's list with ours: by base code, then by name (R027). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

_NOISE = re.compile(r"[\s\u3000“”\"'‘’「」《》〈〉()（）【】\[\]、，,。.;；:：·\-—_/]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of either list. `limit` as people write it ("20 个工作日"), `kind` an `ItemKind` word; "" where not said."""

    key: int
    name: str
    base_code: str = ""
    kind: str = ""
    basis: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which the two lists disagree."""

    field: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the comparison: theirs, ours, or both; `by` says what matched (`code`, `name`)."""

    theirs: Entry | None
    ours: Entry | None
    by: str = ""
    differences: tuple[Difference, ...] = field(default=())


def match(theirs: Sequence[Entry], ours: Sequence[Entry]) -> list[Pair]:
    """Each entry of both lists in exactly one pair. A base code that several share is settled by the name; what neither
    the code nor the name matches stands alone. A name is tried only among entries of the same kind, where both say it.
    """
    left = {entry.key: entry for entry in ours}
    found: dict[int, Pair] = {}
    by_code = _groups(ours, lambda entry: plain_code(entry.base_code))
    by_name = _groups(ours, lambda entry: plain_name(entry.name))
    for entry in theirs:
        same = [each for each in by_code.get(plain_code(entry.base_code), []) if each.key in left]
        fitting = [each for each in same if plain_name(each.name) == plain_name(entry.name)] or same
        # One code above several of ours is no match for any one of them, unless a name decides.
        if len(fitting) == 1 or (fitting and plain_name(fitting[0].name) == plain_name(entry.name)):
            found[entry.key] = _pair(entry, left.pop(fitting[0].key), "code")
    for entry in theirs:
        if entry.key in found:
            continue
        same = [
            each
            for each in by_name.get(plain_name(entry.name), [])
            if each.key in left and (not entry.kind or not each.kind or entry.kind == each.kind)
        ]
        if same:
            found[entry.key] = _pair(entry, left.pop(same[0].key), "name")
    pairs = [found.get(entry.key) or Pair(entry, None) for entry in theirs]
    return pairs + [Pair(None, entry) for entry in left.values()]


def _groups(entries: Sequence[Entry], key: object) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        said = key(entry)  # type: ignore[operator]  # a function of the entry
        if said:
            groups.setdefault(said, []).append(entry)
    return groups


def _pair(theirs: Entry, ours: Entry, by: str) -> Pair:
    """A match with its differences; what a list does not say is no difference."""
    found = []
    for name, same in (("name", plain_name), ("kind", str), ("basis", plain_name), ("limit", str)):
        above, here = getattr(theirs, name), getattr(ours, name)
        if above and same(above) != same(here):
            found.append(Difference(name, above, here))
    return Pair(theirs, ours, by, tuple(found))


def plain_name(text: str) -> str:
    """A name without signs and widths that mean nothing."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def plain_code(text: str) -> str:
    """A base code in capitals without spaces; "" for one that is none."""
    code = re.sub(r"[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", text)).upper()
    return code if len(code) >= 6 else ""
