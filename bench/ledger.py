"""`verify-ledger`: how many steps it proves in a second. Sealed first, as the worker would have done."""

from __future__ import annotations

import time

from bench.crew import crew
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server


def measure(server: Server, *, rounds: int) -> list[Row]:
    """The row of the table."""
    with crew("ledger:seal", server.environment("ledger"), 1) as sealer:
        sealed = sealer.order({})[0]
    with crew("ledger:verify", server.environment("ledger"), 1) as verifier:
        scores = take_turns({"verify": lambda: verifier.order({})[0]}, rounds)
    return [
        Row("verify-ledger", scores.median("verify"), "steps/s", 30_000, 100_000,
            detail=f"{sealed['steps']:,} steps, sealed at {sealed['rate']:,.0f} steps/s")
    ]  # fmt: skip


# Inside a worker


def seal() -> dict[str, float]:
    """Seal everything that waits."""
    from yimen.ground.matters import sealing

    began, steps = time.perf_counter(), 0
    while done := sealing.seal_once():
        steps += done
    return {"steps": steps, "rate": steps / (time.perf_counter() - began)}


def verify() -> float:
    """Steps proved in a second."""
    from yimen.ground.matters import sealing

    began = time.perf_counter()
    verdict = sealing.verify()
    if not verdict.sound:
        raise RuntimeError(f"the benchmark's ledger is not sound: {verdict.faults[:3]}")
    return verdict.steps / (time.perf_counter() - began)
