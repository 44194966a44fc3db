"""Lifecycles drawn from the code (`docs/lifecycles.md`): the step table of every procedure, as a diagram and as a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from yimen.ground.matters.lifecycle import BEFORE, Procedure, procedures

DRAWN = Path(__file__).parents[2] / "docs" / "lifecycles.md"

CLOCKS = {"": "", "start": "starts", "stop": "stops", "resume": "resumes", "extend": "extends", "finish": "ends"}
TEST_ONLY = {"errand"}


def document() -> str:
    """The whole page."""
    parts = [
        "# Lifecycles",
        "",
        "Drawn from the step tables by `make lifecycles`; a test compares. Guards, buttons and the access rules come from",
        "the same tables (`lifecycle.py` of each module).",
        "",
    ]
    drawn: dict[object, list[Procedure]] = {}
    # A lifecycle in several words is drawn once, in the words of the table that cites its articles.
    for table in sorted(procedures(), key=lambda each: (not any(rule.law for rule in each.steps), each.name)):
        if table.name not in TEST_ONLY:
            drawn.setdefault(_course(table), []).append(table)
    for first, *others in drawn.values():
        parts += draw(first)
        if others:
            parts += ["The same course in the words of other powers, which 行政许可法 does not bind:", ""]
            parts += ["| table | 名称 | 准予 | 不予 |", "|---|---|---|---|"]
            parts += [
                f"| `{each.name}` | {each.label} | {each.step('grant').label} | {each.step('refuse').label} |"
                for each in others
            ]
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _course(table: Procedure) -> object:
    """All of a table but its words."""
    bare = tuple(replace(rule, label="", public_label="", law="") for rule in table.steps)
    return tuple((state.code, state.phase) for state in table.states), bare


def draw(table: Procedure) -> list[str]:
    """One procedure: a Mermaid state diagram and its table."""
    lines = [f"## {table.label} (`{table.name}` version {table.version})", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"  {state.code}: {state.label}" for state in table.states]
    for rule in table.steps:
        for origin in table.origins(rule):
            target = origin if rule.to is None else rule.to
            lines.append(f"  {'[*]' if origin == BEFORE else origin} --> {target}: {rule.label}")
    lines += [f"  {state.code} --> [*]" for state in table.states if state.phase == "closed"]
    lines += ["```", "", "| step | 动作 | from | to | by | permission | letter | clock | document | reason | article |"]
    lines.append("|---|---|---|---|---|---|---|---|---|---|---|")
    for rule in table.steps:
        origins = ", ".join(origin or "—" for origin in table.origins(rule))
        clock = f"{CLOCKS[rule.clock]} {rule.clock_name}".strip()
        cells = (
            rule.action, rule.label, origins, rule.to or "(stays)", rule.by, rule.permission, rule.power or "", clock,
            rule.document, "needed" if rule.reason_needed else "", rule.law,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]
