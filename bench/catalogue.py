"""The catalogue with 23 000 items: its list pages, and a workbook of all of them laid beside it."""

from __future__ import annotations

import time
from statistics import median

from bench.crew import crew
from bench.report import Row
from bench.server import Server

ITEMS = 23_000
MATERIALS = 5
PAGE_MS, DIFF_S = 50.0, 20.0
PAGES = {
    "items, staff": "/manage/items/",
    "items, staff, by words": "/manage/items/?q=食品",
    "findings, the worst first": "/manage/quality/editions/?which=both",
    "items, public": "/items/",
    "items, public, by words": "/items/?q=食品",
}


def measure(server: Server, *, items: int, times: int) -> list[Row]:
    """The rows of the table."""
    with crew("catalogue:fill", server.environment("catalogue", as_owner=True), 1) as filler:
        session = filler.order({"items": items})[0]
    rows: list[Row] = []
    with crew("catalogue:work", server.environment("catalogue"), 1) as worker:
        for name, address in PAGES.items():
            took = worker.order({"what": address, "session": session, "times": times})[0]
            rows.append(Row(f"{name}, {items:,} items, p50", took, "ms", 1, PAGE_MS, "less"))
        for what, name, floor in (
            ("lint", f"judging {items:,} editions", None),
            ("out", f"a workbook of {items:,} items written", None),
            ("diff", f"a workbook of {items:,} rows laid beside the catalogue", DIFF_S),
        ):
            took = worker.order({"what": what, "session": session, "times": 1})[0]
            rows.append(Row(name, took, "s", 1, floor, "less"))
    return rows


# Inside a worker


def fill(items: int) -> str:
    """Clone the town's first published item so often, with materials of its own; returns the session of a manager."""
    from django.db import connection, transaction

    from bench import searching

    searching.fill(items)
    with transaction.atomic(), connection.cursor() as cursor:
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
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return _manager()


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
    organisations.appoint(actor=installer, post=post, account=account, at=at)
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    return people.open_session(account, at=at, ip="127.0.0.1", device="bench").secret


def work(what: str, session: str, times: int) -> float:
    """Milliseconds of a page (the median), or seconds of one of the long jobs."""
    if what.startswith("/"):
        return _page(what, session, times)
    return {"lint": _lint, "out": _out, "diff": _diff}[what]()


def _page(address: str, session: str, times: int) -> float:
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get(address)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(address)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return median(took)


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
    if verdicts or not counted:
        raise RuntimeError(f"{len(verdicts)} of {counted} rows differ from the catalogue they were written from")
    return took
