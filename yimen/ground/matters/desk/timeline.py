"""The steps of a matter as the timeline of a page draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yimen.ground.kit import moments
from yimen.ground.matters import selectors as matters

NOTE_MOST = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """One step."""

    what: str
    when: str
    who: str
    note: str
    kind: str
    url: str = ""
    link: str = ""
    late: str = ""


def label_of(step: matters.Shown) -> str:
    """The step by its label."""
    return step.label


def reason_of(step: matters.Shown) -> str:
    """The reason given with it."""
    return str(step.facts.get("reason") or "")


def told_unit(*actions: str) -> Callable[[matters.Shown], str]:
    """The label, and after these actions the unit that they went to."""

    def say(step: matters.Shown) -> str:
        unit = step.facts.get("unit")
        return f"{step.label}：{unit}" if unit and step.action in actions else step.label

    return say


def entries(
    steps: Sequence[matters.Shown],
    *,
    running: bool,
    what: Callable[[matters.Shown], str] = label_of,
    note: Callable[[matters.Shown], str] = reason_of,
) -> list[Entry]:
    """Every step, newest first; the last of a running matter is marked as where it stands."""
    this_year = moments.now().year
    return [
        Entry(
            what=what(step),
            when=moments.say_moment(step.happened_at, year=step.happened_at.year != this_year),
            who=" ".join(part for part in (step.window or step.post, step.actor) if part),
            note=said if len(said := note(step)) <= NOTE_MOST else f"{said[: NOTE_MOST - 2]}……",
            kind="paused" if step.effect == "stop" else "now" if place == 0 and running else "",
            late=step.said_late(moments.say_moment(step.recorded_at)),
        )
        for place, step in enumerate(reversed(steps))
    ]
