"""Run inside an installation: builds the cast and prints its tokens, or looks for what a fault has left behind.

python -m tests.faults.stage build            -> {"item": …, "tokens": {"li": …, "wang": …}}
python -m tests.faults.stage check < acts     -> {"faults": […], "matters": n}
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any


def build() -> dict[str, Any]:
    """The cast and one published item, for good."""
    from django.db import transaction

    from tests.cast import build_cast
    from yimen.service.cases.tests.stage import published

    with transaction.atomic():
        cast = build_cast()
        # Nothing need be handed in: only staff can say that paper came, and the load must not hang on one person's file.
        item = published(cast, materials=(("平面图", "optional"),))
        tokens = {name: cast.token(name) for name in ("li", "wang")}
    return {"item": item.code, "tokens": tokens}


def check(acts: dict[str, list[str]]) -> dict[str, Any]:
    """Whether every acknowledged act is there, once, and nothing is half done.

    Of cases alone: supervision opens matters of its own when a machine is so busy that the steps come in bunches.
    """
    from yimen.ground.documents.models import Letter
    from yimen.ground.kit.models import AuditEntry, OutboxEvent
    from yimen.ground.matters.models import Matter, Step
    from yimen.service.cases.models import Case

    faults: list[str] = []
    steps: dict[str, list[str]] = defaultdict(list)
    for code, action in (
        Step.objects.filter(matter__procedure="licence")
        .order_by("matter_id", "seq")
        .values_list("matter__code", "action")
    ):
        steps[code].append(action)
    letters: dict[str, list[str]] = defaultdict(list)
    series: dict[tuple[str, int], list[int]] = defaultdict(list)
    for letter in Letter.objects.filter(matter_code__in=steps):
        letters[letter.matter_code].append(letter.kind)
        series[letter.series, letter.year].append(letter.serial)
    cases = {case.matter.code: case for case in Case.objects.select_related("matter")}
    faults += [f"{code} was acknowledged and is lost" for code in acts["submitted"] if steps[code][:1] != ["submit"]]
    faults += [
        f"{code} was acknowledged as accepted and has {steps[code].count('accept')} acceptances"
        for code in acts["accepted"]
        if steps[code].count("accept") != 1
    ]
    for matter in Matter.objects.filter(procedure="licence"):
        case, done = cases.get(matter.code), steps[matter.code]
        if case is None:
            faults.append(f"{matter.code} has no case")
            continue
        if not matter.version == matter.last_seq == len(done):
            faults.append(f"{matter.code}: version {matter.version}, steps {len(done)}")
        if letters[matter.code].count("materials_receipt") != 1:
            faults.append(f"{matter.code} has {letters[matter.code].count('materials_receipt')} receipts")
        accepted = "accept" in done
        if accepted != bool(case.slip_number) or letters[matter.code].count("acceptance_slip") != int(accepted):
            faults.append(f"{matter.code}: acceptance and slip do not agree")
    twice = set(acts["submitted"])
    if len(twice) != len(acts["submitted"]):
        faults.append("one number was given twice")
    if len(cases) != len(twice):
        faults.append(f"{len(cases)} cases stand where {len(twice)} were acknowledged")
    days: dict[str, list[int]] = defaultdict(list)
    for code in cases:
        days[code[:-4]].append(int(code[-4:]))
    for name, numbers in [*days.items(), *series.items()]:
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            faults.append(f"{name}: numbers are not consecutive")
    rows = AuditEntry.objects.filter(result="ok", action__startswith="licence.").count()
    if rows != sum(map(len, steps.values())):
        faults.append(f"{rows} audit rows for {sum(map(len, steps.values()))} steps")
    waiting = OutboxEvent.objects.count()
    return {"faults": faults, "matters": len(cases), "steps": sum(map(len, steps.values())), "outbox": waiting}


def main() -> None:
    """One word: what to do. The answer is one line of JSON."""
    from yimen.house.cli.database import provide

    with provide():
        answer = build() if sys.argv[1] == "build" else check(json.load(sys.stdin))
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
