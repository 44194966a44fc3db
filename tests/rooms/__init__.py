"""What the tests of every address must know of a room, one file a room: `ceilings` and `world` gather them.

A file here may hold `CEILINGS` (name of the view: who opens it, how often it may ask the database), `LIST` (names of pages of
many rows), `QUESTIONS` (what stands behind the question mark), `ELSEWHERE`, `NO_ACT` and `MORE` (acts that
`test_one_audit_row` cannot carry out, that leave no row, that leave more than one; each with its reason),
`EXPECTED` (what an address answers that wants what no test world has), `OTHER_KEYS` (addresses that no person's session opens),
`BODIES` (what a call of a stranger says), `OPEN` (objects that are nobody's alone), `arguments(world)` (for each address with
parameters, the object that stands there) and `more(world, count)` (so many more rows of what the lists of the room show).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def rooms() -> Iterator[Any]:
    """Each file of this folder."""
    for found in iter_modules(__path__):
        yield import_module(f"{__name__}.{found.name}")


def gathered(name: str) -> Any:
    """The dictionaries (or sets) of this name, of all rooms together."""
    parts = [getattr(room, name) for room in rooms() if hasattr(room, name)]
    whole: Any = {} if name not in ("LIST", "OTHER_KEYS") else set()
    for part in parts:
        whole |= part
    return whole


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """Addresses with parameters, of all rooms together; each room makes its objects once a world."""
    made: dict[str, dict[str, dict[str, Any]]] = vars(world).setdefault("rooms", {})
    for room in rooms():
        if hasattr(room, "arguments") and room.__name__ not in made:
            made[room.__name__] = room.arguments(world)
    return {key: value for each in made.values() for key, value in each.items()}


def more(world: Any, count: int) -> None:
    """So many more rows in the lists of all rooms."""
    for room in rooms():
        if hasattr(room, "more"):
            room.more(world, count)
