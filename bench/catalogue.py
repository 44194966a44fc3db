"""The catalogue with 23 000 items: its list pages, and a workbook of all of them laid beside it."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from statistics import median

from bench.crew import Crew, crew
from bench.lists import FILLED, LISTS, PUBLIC, REPORTS
from bench.report import Row
from bench.server import Server
from bench.town import Town

ITEMS = 23_000
MATERIALS = 5
PAGE_MS, DIFF_S = 50.0, 20.0


def measure(
    server: Server, town: Town, *, items: int, times: int, say: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """The rows of the table; `say` hears of each page."""
    with crew("catalogue:fill", server.environment("catalogue", as_owner=True), 1) as filler:
        session = filler.order({"items": items})[0]
    rows: list[Row] = []
    with crew("catalogue:work", server.environment("catalogue"), 1) as worker:
        took = worker.order({"what": "lint", "session": session, "times": 1})[0]
        rows.append(Row(f"judging {items:,} editions", took, "s", None, None, "less"))
        worker.order({"what": "vacuum", "session": session, "times": 1})
        rows += _pages(worker, session, town.clerks[0].session, items, times, say)
        for what, name, floor in (
            ("out", f"a workbook of {items:,} items written", None),
            ("diff", f"a workbook of {items:,} rows laid beside the catalogue", DIFF_S),
        ):
            took = worker.order({"what": what, "session": session, "times": 1})[0]
            rows.append(Row(name, took, "s", floor, None, "less"))
    return rows


def _pages(worker: Crew, session: str, clerk: str, items: int, times: int, say: Callable[[str], None]) -> list[Row]:
    """A row a part: its slowest page, in milliseconds and in look-ups of one item by its code; who misses is named."""
    look_up = worker.order({"what": "look_up", "session": session, "times": times * 5})[0]
    rows = [
        Row(
            f"one item looked up by its code, {items:,} items", look_up, "ms", None, None, "less", "one row, by the ORM"
        )
    ]
    for part, addresses in {**LISTS, "reports": REPORTS}.items():
        took = {}
        for address in addresses:
            who = clerk if address.startswith("/desk/intake/") else session
            took[address] = worker.order({"what": address, "session": who, "times": max(3, times // 4)})[0]
            say(f"{took[address]:8.1f} ms  {address}")
        slowest = max(took, key=lambda each: took[each])
        missed = [f"`{each}` {ms:.0f}" for each, ms in took.items() if ms > PAGE_MS]
        promised = part in LISTS
        rows.append(
            Row(f"{part}: slowest of {len(took)} pages, {items:,} items", took[slowest], "ms", PAGE_MS if promised else None,
                None, "less",
                f"`{slowest}`, {took[slowest] / look_up:.0f} look-ups; the middle page {median(took.values()):.0f} ms"
                + (f"; over {PAGE_MS:.0f} ms: {', '.join(missed)}" if missed and promised else ""))
        )  # fmt: skip
    return rows


# Inside a worker


def fill(items: int) -> str:
    """Clone the town's first published item so often, with materials of its own; returns the session of a manager."""
    from django.db import connection, transaction

    from bench import hall, searching
    from yimen.ground.kit.moments import now

    with transaction.atomic():
        hall.offices(now())
        searching.clone(items)
        hall.spread()
    with transaction.atomic():
        searching.index(items)
        _clothe()
        hall.settle()
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return _manager()


def _clothe() -> None:
    """Codes and materials of their own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into catalogue_itemcode (item_id, system, code, place, note)"
            " select id, 'local', code, '', '' from catalogue_serviceitem where id > 1000000"
        )
        cursor.execute("alter table catalogue_editionmaterial disable trigger user")
        cursor.execute(
            "insert into catalogue_editionmaterial select (jsonb_populate_record(m, jsonb_build_object("
            " 'id', 10000000 + (e.id - 1000000) * 10 + n, 'edition_id', e.id, 'order', n, 'name', m.name || n))).*"
            " from catalogue_editionmaterial m, catalogue_itemedition e, generate_series(1, %s) n"
            " where m.id = (select min(id) from catalogue_editionmaterial) and e.id > 1000000",
            [MATERIALS],
        )
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table catalogue_editionmaterial enable trigger user")


def _manager() -> str:
    """The session of somebody who keeps the whole catalogue."""
    from uuid import UUID

    from yimen.ground.identity import services as people
    from yimen.ground.identity.rules import Actor
    from yimen.ground.kit.moments import now
    from yimen.ground.organisations import selectors
    from yimen.ground.organisations import services as organisations

    installer, at = Actor(uid=UUID(int=1), name="安装程序", kind="system"), now()
    account, _ = people.open_staff_account(actor=installer, name="目录管理", sign_in_name="catalogue_keeper", at=at)
    centre = selectors.main_centre() or selectors.departments()[0]
    post = organisations.create_post(actor=installer, unit=centre, duty="manager", title="目录管理", window=None, at=at)
    organisations.give_usual_grants(actor=installer, post=post, at=at)
    organisations.give_grant(actor=installer, code="catalogue.legal_check", scope="all", post=post, at=at)
    organisations.appoint(actor=installer, post=post, account=account, at=at)
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    return people.open_session(account, at=at, ip="127.0.0.1", device="bench").secret


def work(what: str, session: str, times: int) -> float:
    """Milliseconds of a page (see `_page`), or seconds of one of the long jobs."""
    if what.startswith("/"):
        return _page(what, session, times)
    if what == "look_up":
        return _look_up(times)
    return {"lint": _lint, "out": _out, "diff": _diff, "vacuum": _vacuum}[what]()


def _page(address: str, session: str, times: int) -> float:
    """The first page, or the second one where that takes longer. The least of so many: others work on this machine too."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    with connection.cursor() as cursor:
        for name, statement in FILLED.items():
            if f"{{{name}}}" in address:
                cursor.execute(statement)
                address = address.replace(f"{{{name}}}", str(cursor.fetchone()[0]))
    client = Client(headers={"host": "localhost"})
    if address != "/" and not address.startswith(PUBLIC):
        client.cookies[settings.SESSION_COOKIE_NAME] = session

    def timed(which: str) -> float:
        took = []
        for _ in range(times + 1):
            began = time.perf_counter()
            answer = client.get(which)
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{which}: {answer.status_code}")
        return min(took[1:])

    text = client.get(address).content.decode()
    onward = re.search(r'href="(\?[^"]*\bafter=[^"]+)"', text)
    first = timed(address)
    return max(first, timed(address.partition("?")[0] + html.unescape(onward[1]))) if onward else first


def _look_up(times: int) -> float:
    """Milliseconds in which one item comes by its code."""
    from yimen.service.catalogue.models import ServiceItem

    codes = list(ServiceItem.objects.values_list("code", flat=True)[: times + 1])
    took = []
    for code in codes:
        began = time.perf_counter()
        ServiceItem.objects.get(code=code)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _vacuum() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return 0.0


def _lint() -> float:
    from yimen.ground.kit.moments import now
    from yimen.service.catalogue import checking

    began = time.perf_counter()
    checking.check_all(now())
    return time.perf_counter() - began


_KEPT: list[bytes] = []


def _out() -> float:
    from django.db.models import Q

    from yimen.service.catalogue.workbook.baseline import standings
    from yimen.service.catalogue.workbook.writing import workbook

    began = time.perf_counter()
    _KEPT[:] = [b"".join(workbook(standings(Q())))]
    return time.perf_counter() - began


def _diff() -> float:
    """Read and compare the workbook just written: every cell of it, and no difference may be found."""
    from django.db.models import Q

    from yimen.ground.organisations import selectors
    from yimen.service.catalogue.workbook.diffing import compare
    from yimen.service.catalogue.workbook.reading import read_book

    departments = {unit.name: unit.pk for unit in selectors.departments()}
    began = time.perf_counter()
    counted, verdicts = compare(read_book(_KEPT[0]), Q(), departments)
    took = time.perf_counter() - began
    # Items in the legal check are refused as such; of the others none may differ.
    differ = [verdict for verdict in verdicts if verdict.standing is None or verdict.standing.status != "legal_check"]
    if differ or not counted:
        raise RuntimeError(f"{len(differ)} of {counted} rows differ from the catalogue they were written from")
    return took
