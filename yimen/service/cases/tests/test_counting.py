"""What reports count is what the ledger says: facts noted once, sums that add up, mended when they do not."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import Cast, build_cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of, now
from yimen.service.cases import counting, services
from yimen.service.cases.models import CaseFact, CaseSum
from yimen.service.cases.tests.stage import matter_of, published, submitted

COUNTS = {
    "submit": "submitted", "accept": "accepted", "grant": "granted", "grant_at_once": "granted", "refuse": "refused",
    "decline": "declined", "find_not_required": "not_required", "withdraw": "withdrawn", "deliver": "delivered",
}  # fmt: skip


def by_ledger() -> Counter[tuple[str, date]]:
    """The same numbers from the steps alone."""
    with connection.cursor() as cursor:
        cursor.execute("select action, (happened_at at time zone 'Asia/Shanghai')::date from matters_step")
        return Counter((COUNTS[action], day) for action, day in cursor.fetchall() if action in COUNTS)


def by_sums(grain: str = "day") -> Counter[tuple[str, date]]:
    found: Counter[tuple[str, date]] = Counter()
    for each in CaseSum.objects.filter(grain=grain):
        found[each.measure, each.start] += each.number
    return found


def live(cast: Cast) -> None:
    """Li's cases in several ends."""
    item = published(cast)
    ways: list[list[tuple[str, str, dict[str, Any]]]] = [
        [],
        [("wang", "accept_case", {})],
        [("wang", "accept_case", {}), ("zhao", "pass_review", {"text": "符合。"}), ("chen", "grant", {})],
        [
            ("wang", "accept_case", {}),
            ("zhao", "pass_review", {"text": "不符。"}),
            ("chen", "refuse", {"reason": "面积不够"}),
        ],
        [("wang", "decline_case", {"reason": "不属于本机关"})],
        [("li", "withdraw", {"reason": "不办了"})],
    ]
    for steps in ways:
        code = submitted(cast, item)
        for who, verb, more in steps:
            getattr(services, verb)(code=code, actor=cast.actor(who), at=now(), **more)


@pytest.mark.django_db
def test_the_sums_are_those_of_the_ledger(cast: Cast) -> None:
    live(cast)
    while outbox.deliver_once():
        pass
    assert by_sums() == by_ledger()
    assert sum(by_sums("month").values()) == sum(by_ledger().values())
    granted = CaseFact.objects.get(measure="granted")
    assert (granted.on_time, granted.day) == (True, day_of(now()))


@pytest.mark.django_db
def test_noting_again_adds_nothing(cast: Cast) -> None:
    live(cast)
    assert counting.make_good() == sum(by_ledger().values())
    assert counting.make_good() == 0
    counting.note(CaseFact.objects.first().matter_id)  # type: ignore[union-attr]
    assert by_sums() == by_ledger()


@pytest.mark.django_db
def test_a_wrong_sum_is_found_and_mended(cast: Cast) -> None:
    live(cast)
    counting.make_good()
    CaseSum.objects.filter(grain="month", measure="accepted").update(number=99)
    assert [(each.measure, each.stored) for each in counting.compare()] == [("accepted", 99)]
    assert counting.nightly() == {"facts": 0, "sums": 1}
    assert counting.compare() == []
    assert by_sums() == by_ledger()


@pytest.mark.django_db
def test_a_fact_keeps_the_department_it_happened_in(cast: Cast) -> None:
    code = submitted(cast, published(cast))
    counting.make_good()
    matter_of(code).__class__.objects.filter(code=code).update(department=cast.units["health"])
    services.withdraw(code=code, reason="不办了", actor=cast.actor("li"), at=now() + timedelta(seconds=1))
    counting.make_good()
    assert set(CaseFact.objects.values_list("measure", "department__name")) == {
        ("submitted", cast.units["market"].name),
        ("withdrawn", cast.units["health"].name),
    }


@pytest.mark.commits
def test_many_who_note_at_once_count_once() -> None:
    with transaction.atomic():
        cast = build_cast()
        item = published(cast)
        ids = [matter_of(submitted(cast, item)).pk for _ in range(6)]

    def work() -> None:
        for one in ids:
            counting.note(one)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert by_sums() == by_ledger()
