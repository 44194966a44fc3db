"""Pure rules: the clocks of a legal challenge, and what its outcome asks for."""

from __future__ import annotations

from yimen.ground.matters.lifecycle import ClockStart

OBEYED = ("revoked", "changed", "unlawful", "ordered", "settled")
"""Outcomes that may order something; the others leave the act as it was."""

MUST_OBEY = ("ordered",)
"""Outcomes that always do."""

LOST = ("revoked", "changed", "unlawful", "ordered")
"""Outcomes that find against the organ."""


def defence_clock(kind: str, *, summary: bool = False) -> ClockStart:
    """How long the organ has to answer from the day it got the copy.

    Reconsideration: ten working days, five in summary procedure (行政复议法 arts. 48, 54, 88: its five and ten days are working
    days). Lawsuit: fifteen days (行政诉讼法 art. 67).
    """
    if kind == "lawsuit":
        return ClockStart("defence", 15, "calendar", 15, "calendar", "《行政诉讼法》第六十七条")
    days = 5 if summary else 10
    law = "《行政复议法》第五十四条" if summary else "《行政复议法》第四十八条"
    return ClockStart("defence", days, legal=days, law=law)


def comply_clock(kind: str, days: int, unit: str) -> ClockStart:
    """The time that the ruling itself sets for obeying it; the organ must obey (行政复议法 art. 77, 行政诉讼法 art. 94)."""
    law = "《行政诉讼法》第九十四条" if kind == "lawsuit" else "《行政复议法》第七十七条"
    return ClockStart("complying", days, unit, days, unit, law)


def prefix_of(kind: str) -> str:
    """How the number of a challenge begins: `FY` for a reconsideration, `SS` for a lawsuit."""
    return "SS" if kind == "lawsuit" else "FY"
