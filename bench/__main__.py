"""`python -m bench`: measure what is promised, print the table, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench import accepting
from bench.fill import fill
from bench.report import Row, table, write
from bench.server import Server, server
from bench.town import Town

CASES, SMALL_CASES = 1_000_000, 10_000
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

Part = Callable[[Server, Town, argparse.Namespace], list[Row]]


def _accepting(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return accepting.measure(place, town, rounds=asked.rounds, seconds=asked.seconds)


PARTS: dict[str, Part] = {"accept": _accepting}


def main() -> None:
    """Parse, prepare, measure part by part, report."""
    asked = _asked()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yimen.house.settings")
    rows: list[Row] = []
    with server(keep=asked.keep) as place:
        town = _prepare(place, asked)
        for name in asked.parts:
            began = time.perf_counter()
            rows += PARTS[name](place, town, asked)
            _say(f"{name}: {time.perf_counter() - began:.0f} s")
        with psycopg.connect(place.owner_url) as connection:
            version = ".".join(str(part) for part in divmod(connection.info.server_version, 10000))
    print(table(rows))
    if asked.write:
        write(asked.write, rows, scale=asked.scale, rounds=asked.rounds, seconds=asked.seconds, server=version)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", default=list(PARTS), help=f"which parts, of {', '.join(PARTS)}; all by default"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="size of the databases; CI runs 0.01")
    parser.add_argument("--rounds", type=int, default=3, help="how often the rivals take turns")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each rival runs in a round")
    parser.add_argument(
        "--write", type=Path, default=None, help="write the page there; make bench writes docs/benchmarks.md"
    )
    parser.add_argument("--keep", action="store_true", help="leave the databases of a given server standing")
    asked = parser.parse_args()
    if strange := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(strange))}")
    return asked


def _prepare(place: Server, asked: argparse.Namespace) -> Town:
    """The base database and its filled copies."""
    place.create("base")
    file = place.home / "town.json"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.prepare", str(file)],
        env=place.environment("base", as_owner=True),
        check=True,
    )
    town = Town.read(file)
    templates = [clerk.template for clerk in town.clerks]
    for name, cases in (("small", SMALL_CASES), ("large", CASES)):
        began = time.perf_counter()
        count = max(100, int(cases * asked.scale))
        place.create(name, "base")
        waiting = max(int(count * 0.15), int(asked.seconds * 2500 * (asked.rounds + 1)) if name == "large" else 0)
        fill(place.owner(name), templates, closed=int(count * 0.85), waiting=waiting)
        _say(f"{name}: {count} cases in {time.perf_counter() - began:.0f} s")
    return town


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
