"""Speed-up, efficiency gain, suggestions: figures that are said only where they can honestly be computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue.rules.vocabulary import ItemKind

ON_APPLICATION = tuple(
    str(kind)
    for kind in ItemKind
    if kind not in (ItemKind.PENALTY, ItemKind.COERCION, ItemKind.LEVY, ItemKind.INSPECTION)
)
"""Kinds of items that somebody applies for 依申请; the others an organ exercises of its own accord 依职权."""

DEPTHS: tuple[tuple[str, str], ...] = (
    ("1", "互联网咨询"),
    ("2", "收件"),
    ("3", "预审"),
    ("4", "受理"),
    ("6", "结果反馈"),
    ("9", "其他"),
)
"""网办深度 as provincial systems code it; a catalogue may write the code or the name, one or several."""

MOST_STEPS = 40


def reduction(promised: int | None, promised_unit: str, legal: int | None, legal_unit: str) -> float | None:
    """1 − promised ÷ statutory (R028), or None where the two cannot be compared: one is missing, the statutory one is none
    (0), or they are counted in different units. Working days are never turned into calendar days.
    """
    if promised is None or not legal:
        return None
    # 0 means the same day in every unit.
    if promised and promised_unit != legal_unit:
        return None
    return 1 - promised / legal


def within_target(
    promised: int | None, promised_unit: str, legal: int | None, legal_unit: str, numerator: int, denominator: int
) -> bool | None:
    """Whether promised ≤ statutory × numerator / denominator (R028); None where it cannot be said."""
    if reduction(promised, promised_unit, legal, legal_unit) is None or promised is None or legal is None:
        return None
    return promised * denominator <= legal * numerator


@dataclass(frozen=True, slots=True)
class InnerStep:
    """One step inside the department: what, who, how many working days."""

    name: str
    post: str
    days: Decimal


_LINE = re.compile(r"\s*[|｜\t]\s*")


def read_steps(text: str, label: str, field: str) -> list[InnerStep]:
    """Steps written one a line as `环节｜岗位｜工作日`; raises `Invalid` naming the line that cannot be read."""
    found = []
    for number, line in enumerate((each for each in text.splitlines() if each.strip()), 1):
        parts = _LINE.split(line.strip())
        problem = f"{label}第 {number} 行请写成“环节｜岗位｜工作日”，例如“审核｜审查岗｜2”。"
        if len(parts) != 3 or not parts[0] or not parts[1] or len(parts[0]) > 60 or len(parts[1]) > 60:
            raise Invalid(problem, fields={field: problem})
        if not re.fullmatch(r"\d{1,3}(\.\d)?", parts[2]):
            raise Invalid(problem, fields={field: problem})
        found.append(InnerStep(parts[0], parts[1], Decimal(parts[2])))
    if not 1 <= len(found) <= MOST_STEPS:
        problem = f"{label}应有 1 到 {MOST_STEPS} 行。"
        raise Invalid(problem, fields={field: problem})
    return found


@dataclass(frozen=True, slots=True)
class Gauge:
    """A course in numbers: steps, different posts that touch it, working days, materials, visits (None: not known)."""

    steps: int
    people: int
    days: Decimal
    materials: int | None = None
    visits: int | None = None

    @classmethod
    def of(cls, steps: Sequence[InnerStep], materials: int | None = None, visits: int | None = None) -> Gauge:
        """The numbers of a course."""
        return cls(
            len(steps),
            len({each.post for each in steps}),
            sum((each.days for each in steps), Decimal(0)),
            materials,
            visits,
        )


@dataclass(frozen=True, slots=True)
class Gain:
    """What a rebuilding saved: how much of each, and the efficiency gain 1 − days after ÷ days before (None without days)."""

    before: Gauge
    after: Gauge

    @property
    def efficiency(self) -> float | None:
        """The share of the working days that is saved; negative where it has become slower."""
        return float(1 - self.after.days / self.before.days) if self.before.days else None
