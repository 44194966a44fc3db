"""The course of a reorganisation, and what other modules must know to take part in it. Pure vocabulary: no database, no clock.

draft 拟定 → previewed 已预览 → approved 已批准 (by a second person) → applying 实施中 → applied 已实施 → undoing → undone 已撤回.
A module that keeps things of a department registers as a participant: what it would move (preview), moving it batch by batch
(apply), moving it back (undo), and what was built on the move since (built_on).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from yimen.ground.identity.rules import Actor

MERGE, SPLIT, RENAME, DISSOLVE, MOVE_ITEMS = "merge", "split", "rename", "dissolve", "move_items"
WHOLE = (MERGE, DISSOLVE)
"""Kinds whose sources end and leave everything to a successor."""


@dataclass(frozen=True, slots=True)
class Move:
    """What goes from one unit to another; `items` are implementation codes, None for everything.

    `accounts` keep what they have in hand (their posts go along; None: all). `windows` serve the target afterwards;
    `window` is where matters go whose window does not (None: they stay where they are).
    """

    source: int
    target: int
    source_name: str
    target_name: str
    items: tuple[str, ...] | None = None
    accounts: tuple[int, ...] | None = None
    windows: tuple[int, ...] = ()
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """A plan as a participant sees it. `record` holds, by participant, what each wrote down while it moved."""

    plan: UUID
    kind: str
    document: str
    effective_on: date
    moves: tuple[Move, ...]
    renamed: tuple[int, ...] = ()
    started_at: datetime | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list behind a number: what it is, a second line, where it can be looked at; `flag` is a mark to mind."""

    text: str
    sub: str = ""
    url: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One number of the preview and the list behind it.

    `digest` changes whenever what was previewed has changed; empty for what moves all day long (running matters) and
    therefore makes no preview stale. `url` leads to the living list.
    """

    name: str
    label: str
    count: int
    unit: str = "项"
    note: str = ""
    url: str = ""
    warning: bool = False
    lines: tuple[Line, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call of apply or undo did: how many it moved, whether none is left, how many others work on just now."""

    moved: int
    done: bool
    busy: int = 0


Preview = Callable[[Moves], list[Section]]
Work = Callable[[Moves, Actor, datetime, MutableMapping[str, Any]], Batch]
BuiltOn = Callable[[Moves], str]


@dataclass(frozen=True, slots=True)
class Participant:
    """A module's part. Each call of `apply` and `undo` is one short transaction of the caller; they are called until none is left.

    The mapping given to them is the participant's own record, kept with the plan. `built_on` says in Chinese what stands
    against undoing, or nothing.
    """

    name: str
    label: str
    preview: Preview
    apply: Work
    undo: Work
    built_on: BuiltOn
    order: int


_participants: dict[str, Participant] = {}


def nothing_built(moves: Moves) -> str:
    """For a participant on which nothing can be built."""
    return ""


def register_participant(
    name: str,
    preview: Preview,
    apply: Work,
    undo: Work,
    *,
    label: str = "",
    built_on: BuiltOn = nothing_built,
    order: int = 50,
) -> None:
    """Take part in reorganisations; called in `apps.ready`. Lower `order` moves first: items before the matters that use them."""
    _participants[name] = Participant(name, label or name, preview, apply, undo, built_on, order)


def participants() -> tuple[Participant, ...]:
    """Everybody who takes part, in the order of moving."""
    return tuple(sorted(_participants.values(), key=lambda each: (each.order, each.name)))
