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

from bench import (
    accepting,
    approving,
    board,
    catalogue,
    ledger,
    memory,
    pages,
    queueing,
    reorganising,
    searching,
    simulating,
    watching,
)
from bench.fill import fill
from bench.report import Row, table, write
from bench.server import Server, server
from bench.town import Town

LARGE_CASES, SMALL_CASES, LEDGER_CASES, SIMULATED_CASES = 1_000_000, 10_000, 50_000, 20_000
REORGANISED_MATTERS = 50_000
DUE_CLOCKS = 1_000
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

Part = Callable[[Server, Town, argparse.Namespace], list[Row]]


def _accepting(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return accepting.measure(place, town, rounds=asked.rounds, seconds=asked.seconds)


def _approving(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return approving.measure(place, town, rounds=asked.rounds, seconds=asked.seconds)


def _pages(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return pages.measure(place, town, rounds=asked.rounds, times=asked.times, sizes=(asked.small, asked.large))


def _search(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    place.create("search", "base")
    return searching.measure(place, rounds=asked.rounds, times=asked.times * 5, items=_sized(searching.ITEMS, asked))


def _catalogue(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    place.create("catalogue", "base")
    return catalogue.measure(place, town, items=_sized(catalogue.ITEMS, asked), times=asked.times, say=_say)


def _ledger(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    place.create("ledger", "base")
    fill(
        place.owner("ledger"), [clerk.template for clerk in town.clerks], closed=_sized(LEDGER_CASES, asked), waiting=0
    )
    return ledger.measure(place, rounds=asked.rounds)


def _simulate(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return simulating.measure(place, rounds=asked.rounds, cases=_sized(SIMULATED_CASES, asked))


def _reorganise(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return reorganising.measure(place, town, matters=_sized(REORGANISED_MATTERS, asked))


def _watch(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    rows = watching.measure(
        place, town, few=asked.small, many=asked.large, due=_sized(DUE_CLOCKS, asked), rounds=asked.rounds
    )
    return rows + board.measure(place, database="watch_many", matters=asked.large, times=asked.times)


def _queue(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return queueing.measure(place, seconds=asked.seconds)


def _memory(place: Server, town: Town, asked: argparse.Namespace) -> list[Row]:
    return memory.measure(place, full=asked.scale >= 1)


PARTS: dict[str, Part] = {
    "pages": _pages,
    "accept": _accepting,
    "approve": _approving,
    "search": _search,
    "catalogue": _catalogue,
    "ledger": _ledger,
    "simulate": _simulate,
    "reorganise": _reorganise,
    "watch": _watch,
    "queue": _queue,
    "memory": _memory,
}
"""In this order: the pages are looked at before others have worked on the cases."""
NEED_CASES = {"pages", "accept", "approve"}


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
            _say(f"{name}: {time.perf_counter() - began:.0f} s\n{table(rows)}")
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
    asked.small, asked.large = _sized(SMALL_CASES, asked), _sized(LARGE_CASES, asked)
    asked.times = 40 if asked.scale >= 0.1 else 10
    if strange := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(strange))}")
    return asked


def _prepare(place: Server, asked: argparse.Namespace) -> Town:
    """The base database and its filled copies."""
    file = place.home / "town.json"
    place.create("bare")
    _run("bench.prepare", place.environment("bare", as_owner=True))
    place.create("base", "bare")
    _run("bench.prepare", place.environment("base", as_owner=True), str(file))
    town = Town.read(file)
    templates = [clerk.template for clerk in town.clerks]
    if NEED_CASES & set(asked.parts):
        for name, count in (("small", asked.small), ("large", asked.large)):
            began = time.perf_counter()
            place.create(name, "base")
            # Enough for every round of the three who accept, and for the one in which they warm up.
            stack = (
                int(asked.seconds * 2 * accepting.FASTEST * (asked.rounds + 1))
                if name == "large" and "accept" in asked.parts
                else 0
            )
            fill(place.owner(name), templates, closed=int(count * 0.85), waiting=max(int(count * 0.15), stack))
            _say(f"{name}: {count} cases in {time.perf_counter() - began:.0f} s")
    return town


def _run(module: str, environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-m", module, *arguments], env=environment, check=True)


def _sized(number: int, asked: argparse.Namespace) -> int:
    return max(100, int(number * asked.scale))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
