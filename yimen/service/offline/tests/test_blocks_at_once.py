"""Numbers are given to one browser only, and an entry sent twice at once is one case: with real parallel commits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from conftest import CommittedDatabase
from tests.cast import build_cast
from yimen.service.cases.models import Case
from yimen.service.offline.models import Entry
from yimen.service.offline.services.numbers import reserve
from yimen.service.offline.tests import stage

pytestmark = pytest.mark.commits


def test_blocks_never_meet(committed_db: CommittedDatabase) -> None:
    def take(_: int) -> list[int]:
        try:
            with transaction.atomic():
                first = reserve("3", 5)
            return list(range(first, first + 5))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = [number for block in pool.map(take, range(40)) for number in block]
    assert sorted(found) == list(range(1, 201))


def test_an_entry_sent_twice_at_once_is_one_case(committed_db: CommittedDatabase) -> None:
    window = stage.window(build_cast())
    for _ in range(3):
        window.receive()

    def send(_: int) -> list[str]:
        try:
            return [each.code for each in window.send()]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send, range(4)))
    assert all(each == found[0] for each in found)
    assert Case.objects.count() == Entry.objects.count() == 3
