"""Which version of a rule holds at a place: the more special one wins. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Scoped(Protocol):
    """A version with its place: None for everywhere. Read alone."""

    @property
    def rule_id(self) -> int: ...
    @property
    def place_id(self) -> int | None: ...
    @property
    def in_use(self) -> bool: ...
    @property
    def lifted(self) -> bool: ...


Version = TypeVar("Version", bound=Scoped)


def chosen(found: Iterable[Version], department: int | None, centre: int | None) -> list[Version]:
    """Of the newest versions of each rule and place, those that hold for a department in a centre, one a rule.

    The department's own comes before the centre's, and that before what is said for everywhere. One that is not in use switches
    its rule off there; one that was lifted says nothing.
    """
    best: dict[int, tuple[int, Version]] = {}
    for each in found:
        if each.lifted:
            continue
        if each.place_id is None:
            rank = 0
        elif each.place_id == department:
            rank = 2
        elif each.place_id == centre:
            rank = 1
        else:
            continue
        if each.rule_id not in best or rank > best[each.rule_id][0]:
            best[each.rule_id] = (rank, each)
    return [each for _, each in best.values() if each.in_use]
