"""The worklist page and the case page with a million cases and with ten thousand: history must not slow the day's work."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.crew import crew
from bench.report import Row
from bench.rounds import take_turns
from bench.server import Server
from bench.town import Town

PAGES = {"worklist page": "/desk/inbox/?box=window", "case page": "/desk/cases/{code}/"}


def measure(server: Server, town: Town, *, rounds: int, times: int, sizes: tuple[int, int]) -> list[Row]:
    """A row for each page."""
    rows = []
    with (
        crew("pages:ask", server.environment("small"), 1) as small,
        crew("pages:ask", server.environment("large"), 1) as large,
    ):
        for name, address in PAGES.items():
            order = {
                "session": town.clerks[0].session, "window": town.clerks[0].window, "address": address, "times": times
            }  # fmt: skip
            rivals = {"large": lambda o=order: large.order(o)[0], "small": lambda o=order: small.order(o)[0]}  # type: ignore[misc]
            for warm in rivals.values():
                warm()
            scores = take_turns(rivals, rounds)
            rows.append(
                Row(f"{name}, {sizes[1]:,} cases ÷ {sizes[0]:,} cases", scores.ratio("large", "small"), "×", 2, 1.2, "less",
                    f"{scores.median('large'):.1f} ÷ {scores.median('small'):.1f} ms a page")
            )  # fmt: skip
    return rows


# Inside a worker

_known: dict[str, Any] = {}


def ask(session: str, window: int, address: str, times: int) -> float:
    """Milliseconds for the page, the median of so many, each of another case."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    if "client" not in _known:
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        with connection.cursor() as cursor:
            cursor.execute(
                "select code from matters_matter where state = 'received' and window_id = %s and id > 8 order by sort_at limit 200",
                [window],
            )
            _known["codes"] = [code for (code,) in cursor.fetchall()]
        _known["client"] = client
    took = []
    for number in range(times):
        path = address.format(code=_known["codes"][number % len(_known["codes"])])
        began = time.perf_counter()
        answer = _known["client"].get(path)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return median(took)
