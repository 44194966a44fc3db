"""The table: what was promised, what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `value` is compared with floor and aim; `better` says which way. `detail` is read by people."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    aim: float | None = None
    better: str = "more"
    detail: str = ""

    @property
    def verdict(self) -> str:
        """`aim`, `floor` or `missed`; empty where nothing was promised."""
        if self.floor is None:
            return ""
        if self.aim is not None and self._reaches(self.aim):
            return "aim"
        return "floor" if self._reaches(self.floor) else "missed"

    def _reaches(self, mark: float) -> bool:
        return self.value >= mark if self.better == "more" else self.value <= mark


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | measured | floor | aim | reached | detail |", "|---|---|---|---|---|---|"]
    for row in rows:
        sign = "≥" if row.better == "more" else "≤"
        floor, aim = (f"{sign} {_number(mark)}" if mark is not None else "" for mark in (row.floor, row.aim))
        measured = f"**{_number(row.value)}** {row.unit}".rstrip()
        lines.append(f"| {row.what} | {measured} | {floor} | {aim} | {row.verdict} | {row.detail} |")
    return "\n".join(lines)


def write(file: Path, rows: Sequence[Row], *, scale: float, rounds: int, seconds: float, server: str) -> None:
    """Write the page with the table and what one must know to read it."""
    load = os.getloadavg()[0]
    file.write_text(
        f"""# Benchmarks

Written by `make bench` on {date.today():%Y-%m-%d}; how it is measured stands in `bench/README.md`.

Machine: {os.cpu_count()} CPUs ({platform.machine()}), {_memory()} GB of memory, Python {platform.python_version()}, PostgreSQL {server};
scale {scale:g}, {rounds} rounds of {seconds:g} s, load average at the end {load:.1f}. The load generator, the server and the
database share these CPUs, so absolute figures say little and ratios are what counts: rivals take turns within one run,
and medians are compared.

{table(rows)}
"""
    )


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3)
