"""Rounds: rivals take turns (A B A B …), and the median of each counts, so that a noisy minute hurts them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median


@dataclass(slots=True)
class Scores:
    """What each rival reached in each round."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The middle one of a rival's rounds."""
        return median(self.of[name])

    def ratio(self, name: str, other: str) -> float:
        """The median of the ratios within the rounds: neighbours in time are compared with each other."""
        return median(a / b for a, b in zip(self.of[name], self.of[other], strict=True) if b)


def take_turns(rivals: Mapping[str, Callable[[], float]], rounds: int) -> Scores:
    """Let each rival run once a round; every second round in reverse order."""
    scores = Scores({name: [] for name in rivals})
    for number in range(rounds):
        order = list(rivals.items())
        for name, run in order if number % 2 == 0 else reversed(order):
            scores.of[name].append(run())
    return scores
