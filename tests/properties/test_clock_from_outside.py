"""The clock against a reckoning written from the words of the counting rule alone, with the public table of days off.

Nothing of ours is used but the door that others script: `yimen clock` and `yimen due`. The days come from
`../shared/data/holidays_cn.csv`; ordinary weekends are added by hand, as its description says.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from yimen.ground.kit import commands as verbs
from yimen.ground.matters.commands import clock, due

TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays_cn.csv"
needs_table = pytest.mark.skipif(not TABLE.exists(), reason="the public table of days off is not here")
CHINA = timezone(timedelta(hours=8))
ZONES = [CHINA, UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=5, minutes=45))]
ONE = timedelta(days=1)
SCRIPTS = 20_000
CLOSE = time(17, 30)

# law-and-codes §4.9: day of receipt, working days, due day.
_VECTORS = """
    2024-02-09 7 2024-02-26   2026-04-30 3 2026-05-08
    2025-01-24 5 2025-02-07   2026-09-24 5 2026-10-09
    2025-09-26 5 2025-10-10   2026-09-24 20 2026-10-29
    2025-12-31 20 2026-01-29  2026-09-30 20 2026-11-03
    2026-01-30 20 2026-03-05  2026-11-20 20 2026-12-18
    2026-02-13 5 2026-02-27   2026-11-21 20 2026-12-18
    2026-02-13 20 2026-03-19  2026-02-13 45 2026-04-24
"""
VECTORS = _VECTORS.split()


class Impossible(Exception):
    """The script cannot have happened."""


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "_serving", lambda: False)


@pytest.fixture(scope="module")
def table() -> dict[date, bool]:
    """Day → worked, for the days that differ from Monday to Friday."""
    with TABLE.open(encoding="utf-8", newline="") as opened:
        return {date.fromisoformat(row["date"]): row["off_or_work"] == "班" for row in csv.DictReader(opened)}


class Reckoner:
    """One script, reckoned by segments exactly as the rule words them; a day costs a step."""

    def __init__(self, script: dict[str, Any], table: dict[date, bool]) -> None:
        self.table, self.limit, self.unit = table, script["limit"], script["unit"]
        self.close = CLOSE if script.get("business_close") else None
        self.segments: list[list[date | None]] = []
        self.state = "nothing"
        latest: datetime | None = None
        for event in script["events"]:
            at = datetime.fromisoformat(event["at"]).astimezone(CHINA)
            if latest and at < latest:
                raise Impossible("order")
            latest = at
            self.happen(event, at)
        assert latest is not None
        self.last = latest.date()

    def worked(self, day: date) -> bool:
        return self.table.get(day, day.weekday() < 5)

    def happen(self, event: dict[str, Any], at: datetime) -> None:
        match self.state, event["event"]:
            case "nothing", "started":
                self.segments.append([at.date(), None])
                self.state = "running"
            case "running", "stopped":
                self.segments[-1][1] = at.date()
                self.state = "stopped"
            case "stopped", "resumed":
                self.segments.append([at.date(), None])
                self.state = "running"
            case "running" | "stopped", "extended":
                full = self.due()
                end = full and datetime.combine(full, self.close or time.max, CHINA)
                if event["by"] <= 0 or (end and at > end):
                    raise Impossible("extension")
                self.limit += event["by"]
            case _:
                raise Impossible(event["event"])

    def counted(self) -> Iterator[date]:
        """The days that count, in order; without end while the clock runs."""
        for first, last in self.segments:
            assert first is not None
            day = first
            while last is None or day < last:
                day += ONE
                if self.unit == "calendar" or self.worked(day):
                    yield day

    def reached(self) -> date | None:
        if self.limit == 0:
            return self.segments[0][0]
        return next((day for number, day in enumerate(self.counted(), 1) if number == self.limit), None)

    def due(self) -> date | None:
        day = self.reached()
        while day and self.limit and self.unit == "calendar" and not self.worked(day):
            day += ONE
        return day


def random_script(dice: random.Random) -> dict[str, Any]:
    """Mostly possible; events often fall on one day, on midnight, or before and after the due day."""
    at = datetime(dice.randint(2004, 2024), dice.randint(1, 12), dice.randint(1, 28), tzinfo=CHINA)
    at += timedelta(seconds=dice.choice([0, 1, 86399, dice.randint(0, 86399)]))
    events: list[dict[str, Any]] = []
    state = "nothing"
    for _ in range(dice.randint(1, 9)):
        likely = {"nothing": ["started"], "running": ["stopped", "extended"], "stopped": ["resumed", "extended"]}[state]
        kind = dice.choice(likely if dice.random() < 0.97 else ["started", "stopped", "resumed", "extended"])
        event: dict[str, Any] = {"at": at.astimezone(dice.choice(ZONES)).isoformat(), "event": kind}
        if kind == "extended":
            event["by"] = dice.choice([1, 5, 10, dice.randint(1, 40)])
        if kind == "stopped":
            event["why"] = dice.choice(["correction", "special_procedure", "现场踏勘", ""])
        events.append(event)
        state = {"started": "running", "resumed": "running", "stopped": "stopped"}.get(kind, state)
        step = dice.choice([0, 60, 3600, 86400, dice.randint(0, 40 * 86400)])
        at += timedelta(seconds=step if dice.random() < 0.99 else -step)
    limit = dice.choice([0, 1, 5, 20, 45, dice.randint(0, 90)])
    script = {"limit": limit, "unit": dice.choice(["workday", "calendar"]), "events": events}
    return script | ({"business_close": "17:30"} if dice.random() < 0.3 else {})


def check(script: dict[str, Any], answer: dict[str, Any], table: dict[date, bool]) -> bool:
    """Compare one answer with the reckoning; was the script possible?"""
    try:
        walk = Reckoner(script, table)
    except Impossible:
        assert "refused" in answer, script
        return False
    assert "refused" not in answer, (script, answer)
    due_on = walk.due() if walk.state == "running" else None
    assert (answer["due_on"], answer["state"]) == (due_on.isoformat() if due_on else None, walk.state), script
    assert answer["limit"] == walk.limit
    start = walk.segments[0][0]
    assert start is not None
    end, full = due_on or walk.last, walk.reached()
    listed = [entry["day"] for entry in answer["derivation"]]
    assert listed == [(start + ONE * number).isoformat() for number in range(1, (end - start).days + 1)], script
    moved = walk.due()
    expected = set()
    for day in walk.counted():
        if day > end:
            break
        if not (walk.unit == "calendar" and full and moved and full < day <= moved):
            expected.add(day.isoformat())
    assert {entry["day"] for entry in answer["derivation"] if entry["counted"]} == expected, script
    assert all(entry["why"] for entry in answer["derivation"])
    return True


@needs_table
def test_twenty_thousand_scripts(table: dict[date, bool], tmp_path: Path) -> None:
    dice = random.Random(20261122)
    scripts = [random_script(dice) for _ in range(SCRIPTS)]
    file = tmp_path / "scripts.json"
    file.write_text(json.dumps(scripts), encoding="utf-8")
    answers = json.loads(CliRunner().invoke(clock, [str(file)]).stdout)
    possible = sum(check(script, answer, table) for script, answer in zip(scripts, answers, strict=True))
    assert SCRIPTS // 2 < possible < SCRIPTS


@pytest.mark.parametrize(
    ("start", "days", "due_on"), list(zip(VECTORS[::3], VECTORS[1::3], VECTORS[2::3], strict=True))
)
def test_vector(start: str, days: str, due_on: str) -> None:
    assert CliRunner().invoke(due, [start, days]).stdout == f"{due_on}\n"
    script = {"limit": int(days), "unit": "workday", "events": [{"at": f"{start}T23:59:59+08:00", "event": "started"}]}
    answer = json.loads(CliRunner().invoke(clock, ["-"], input=json.dumps(script)).stdout)
    assert answer["due_on"] == due_on
    assert sum(entry["counted"] for entry in answer["derivation"]) == int(days)


@needs_table
def test_each_day_says_why(table: dict[date, bool]) -> None:
    """The issue's own example: each of its days, with the words a clerk uses."""
    script = {
        "limit": 20,
        "unit": "workday",
        "events": [{"at": "2026-09-24T10:00:00+08:00", "event": "started"}],
    }
    answer = json.loads(CliRunner().invoke(clock, ["-"], input=json.dumps(script)).stdout)
    why = {entry["day"]: entry["why"] for entry in answer["derivation"]}
    assert all(set(entry) == {"day", "counted", "why"} for entry in answer["derivation"])
    assert [why[f"2026-09-{day}"] for day in (25, 26, 27)] == ["中秋节放假"] * 3
    assert [why[f"2026-10-0{day}"] for day in range(1, 8)] == ["国庆节放假"] * 7
    assert all("调休上班" in why[day.isoformat()] for day, works in table.items() if works and day.isoformat() in why)
    assert {why["2026-10-17"], why["2026-10-18"]} == {"周六", "周日"}
