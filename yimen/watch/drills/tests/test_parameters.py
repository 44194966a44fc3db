"""What a drill may be asked: nonsense is refused by name, and what was asked can be read again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from yimen.ground.kit.refusals import Invalid
from yimen.watch.drills import rules
from yimen.watch.drills.rules import Absence, Parameters, Span


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
        ({"arrivals": -1}, "arrivals"),
        ({"arrivals": float("nan")}, "arrivals"),
        ({"cases": 0}, "cases"),
        ({"staff": 0}, "staff"),
        ({"staff": 1.2}, "staff"),
        ({"missing": 2}, "missing"),
        ({"workers": 9}, "workers"),
        ({"speed": -1}, "speed"),
        ({"patience": 0}, "patience"),
        ({"minutes": {"dance": 5}}, "minutes"),
        ({"minutes": {"review": 0}}, "minutes"),
        ({"closed": (Span(date(2026, 10, 9), date(2026, 10, 8)),)}, "closed"),
        ({"closed": (Span(date(2026, 1, 1), date(2026, 6, 1)),)}, "closed"),
        ({"absent": (Absence("3", Span(date(2026, 10, 9), date(2026, 10, 8))),)}, "absent"),
        ({"since": date(1900, 1, 1)}, "since"),
    ],
)
def test_nonsense_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Parameters(**given)
    assert list(refused.value.fields) == [field]


def test_what_was_asked_can_be_read_again() -> None:
    asked = Parameters(
        days=12, since=date(2026, 9, 21), arrivals=1.2, cases=300, staff=0.7, absent=rules.read_absences(["3", "发改委=2026-10-08"]),
        closed=rules.read_spans(["2026-10-12..2026-10-14"]), missing=0.2, minutes=rules.read_minutes(["review=60"]), seed=7,
    )  # fmt: skip
    assert Parameters.from_data(asked.as_data()) == asked
    assert ("缺岗", "3；发改委=2026-10-08") in asked.said()
    assert asked.takes("review") == 60
    assert asked.takes("decide") == 10


@pytest.mark.parametrize("text", ["2026-13-01", "gestern", "2026-10-01..", "..2026-10-01"])
def test_days_that_nobody_can_read(text: str) -> None:
    with pytest.raises(Invalid):
        rules.read_spans([text])


def test_two_results_side_by_side() -> None:
    before = [{"code": "a", "name": "甲", "red": 3}, {"code": "b", "name": "乙", "red": 1}]
    after = [
        {"code": "a", "name": "甲", "red": 1},
        {"code": "c", "name": "丙", "red": 4},
        {"code": "b", "name": "乙", "red": 1},
    ]
    found = rules.compare_rows(before, after, key="code", name="name", value="red", unit="件")
    assert [(row.name, row.change, row.verdict) for row in found] == [("丙", 4, "worse"), ("甲", -2, "better")]
    totals = {row.name: row for row in rules.compare_totals({"arrived": 5, "red": 2}, {"arrived": 6, "red": 2})}
    assert totals["来件"].verdict == ""
    assert totals["曾经超期"].verdict == "same"
