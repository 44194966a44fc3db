"""The board and the cockpit over the many, as pages: what a supervisor waits for, the first time and again (≤ 300, ≤ 50 ms).

The database is the watch's, in which everything is open; one matter in fifty shines, each with its change written down, and the last
thirty days have their traffic.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.crew import crew
from bench.report import Row
from bench.server import Server

PAGES = {
    "board": "/desk/watch/",
    "board, one department": "/desk/watch/?department={department}&light=all",
    "matters behind a number": "/desk/watch/matters/?which=open",
    "cockpit": "/desk/watch/cockpit/",
}
PAGE_MS, COLD_MS = 50, 300
SHINING = 50
"""One matter in so many."""


def measure(server: Server, *, database: str, matters: int, times: int) -> list[Row]:
    """A row for each page, and one for the slowest first view."""
    with crew("board:prepare", server.environment(database, as_owner=True), 1) as filler:
        session = filler.order({})[0]
    rows, first = [], {}
    for name, address in PAGES.items():
        with crew("board:look", server.environment(database), 1) as reader:
            cold, warm = reader.order({"session": session, "address": address, "times": times})[0]
        first[name] = cold
        rows.append(
            Row(f"{name}, {matters:,} open", warm, "ms", PAGE_MS, PAGE_MS / 2, "less", f"the first {cold:.0f} ms")
        )
    slowest = max(first, key=lambda name: first[name])
    rows.append(
        Row(
            "slowest first view in a new process",
            first[slowest],
            "ms",
            COLD_MS,
            None,
            "less",
            f"{slowest}; nothing prepared",
        )
    )
    return rows


# Inside a worker


def prepare() -> str:
    """Light one matter in fifty, spread the days of some, fold the sums; returns a supervisor's session."""
    from django.db import connection, transaction

    from yimen.ground.matters import services as matters

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter set light = (array['red', 'yellow', 'warn', 'warn'])[1 + (id / %s) %% 4]"
            " where closed_at is null and id %% %s = 0",
            [SHINING, SHINING],
        )
        cursor.execute(
            "insert into supervision_lightchange (matter_id, previous, before, after, since, at, version_id, department_id,"
            " person_name, evidence) select id, null, '', light, opened_at, opened_at,"
            " (select min(id) from supervision_ruleversion), department_id, '', '{}' from matters_matter where light <> ''"
            " and not exists (select 1 from supervision_lightchange c where c.matter_id = matters_matter.id)"
        )
        cursor.execute(
            "insert into matters_tally (what, day, light, procedure, department_id, centre_id, division_id, count, folded)"
            " select what, current_date - n, '', procedure, department_id, centre_id, division_id, 40, false"
            " from (select distinct procedure, department_id, centre_id, division_id from matters_tally) t,"
            " generate_series(1, 30) n, unnest(array['opened', 'closed', 'late']) what"
        )
    matters.fold_tallies()
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) matters_matter, matters_tally, supervision_lightchange")
    return _supervisor()


def _supervisor() -> str:
    from uuid import UUID

    from yimen.ground.identity import services as people
    from yimen.ground.identity.rules import Actor
    from yimen.ground.kit.moments import now
    from yimen.ground.organisations import selectors
    from yimen.ground.organisations import services as organisations

    installer, at = Actor(uid=UUID(int=1), name="安装程序", kind="system"), now()
    account, _ = people.open_staff_account(actor=installer, name="监察员", sign_in_name="bench_supervisor", at=at)
    unit = selectors.main_centre() or selectors.departments()[0]
    post = organisations.create_post(
        actor=installer, unit=unit, duty="supervisor", title="电子监察", window=None, at=at
    )
    organisations.give_usual_grants(actor=installer, post=post, at=at)
    organisations.appoint(actor=installer, post=post, account=account, at=at)
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    return people.open_session(account, at=at, ip="127.0.0.1", device="bench").secret


def look(session: str, address: str, times: int) -> tuple[float, float]:
    """Milliseconds of the page: the first time in this process, and the median of so many after it."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    with connection.cursor() as cursor:
        cursor.execute("select min(department_id) from matters_matter where light <> ''")
        address = address.format(department=cursor.fetchone()[0])
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get("/desk/")  # what every page needs is loaded; this page, its queries and its rows are not
    took: list[Any] = []
    for _ in range(times + 1):
        began = time.perf_counter()
        answer = client.get(address)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return took[0], median(took[1:])
