"""The course of a procedure for the guide: the straight way through its table, and what may stop or end it on the way.

Nothing is drawn by hand: a changed step table changes the chart of every item that follows it (R031).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yimen.ground.matters.lifecycle import BEFORE, Procedure, StepRule

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Side:
    """A step beside the way: it leaves at the step `at` of the way (from 0) and either stops the clock or ends the matter."""

    at: int
    rule: StepRule
    stops: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of the straight way in order, and those beside it."""

    way: tuple[StepRule, ...]
    sides: tuple[Side, ...]


def course(procedure: Procedure) -> Course:
    """The way on which nothing is missing and nothing refused: from each state the first step that leads on."""
    phases = {state.code: state.phase for state in procedure.states}
    way: list[StepRule] = []
    here, seen = BEFORE, {BEFORE}
    while len(way) < MOST_STEPS:
        onward = _onward(procedure, here, seen, phases)
        if not onward:
            break
        way.append(onward[0])
        here = str(onward[0].to)
        seen.add(here)
        if phases[here] == "closed":
            break
    return Course(tuple(way), tuple(_sides(procedure, way, phases)))


def _onward(procedure: Procedure, here: str, seen: set[str], phases: Mapping[str, str]) -> list[StepRule]:
    """The steps that lead on from a state, the table's first choice first; a way that ends at once comes last."""
    found = [
        rule
        for rule in procedure.steps_from(here)
        if rule.to is not None
        and rule.to not in seen
        and rule.shown
        and not rule.danger
        and phases.get(rule.to) != "stopped"
    ]
    return sorted(found, key=lambda rule: (_ends_early(procedure, rule, phases), rule.order))


def _ends_early(procedure: Procedure, rule: StepRule, phases: Mapping[str, str]) -> bool:
    """Whether a step closes the matter although its state has others that go on."""
    others = (each for origin in procedure.origins(rule) for each in procedure.steps_from(origin))
    return phases.get(str(rule.to)) == "closed" and any(
        each.to is not None and phases.get(each.to) == "open" for each in others if each is not rule
    )


def _sides(procedure: Procedure, way: list[StepRule], phases: Mapping[str, str]) -> list[Side]:
    """Stops and other ends, each at the step of the way that leaves the same state; each action once."""
    states = [BEFORE, *(str(rule.to) for rule in way)]
    found: dict[str, Side] = {}
    for at, state in enumerate(states[: len(way)]):
        for rule in procedure.steps_from(state):
            if rule in way or rule.to is None or rule.to in states or not rule.shown or rule.action in found:
                continue
            stops = phases.get(rule.to) == "stopped"
            if stops or rule.danger or phases.get(rule.to) == "closed":
                found[rule.action] = Side(at, rule, stops)
    return list(found.values())


def said(rule: StepRule) -> str:
    """The step as the applicant reads it."""
    return rule.public_label or rule.label
