"""The board's sums are what a count of the matters says, at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import tallies, watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter, Tally
from yimen.service.cases.tests.stage import published, submitted
from yimen.watch.supervision import selectors, services

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


def counted(column: str) -> dict[str, int]:
    """What an independent count of the open matters says, by a column."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {column}::text, count(*) from matters_matter where closed_at is null group by 1"  # noqa: S608
        )
        return dict(cursor.fetchall())


def test_the_sums_are_an_independent_count(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    for minute in range(6):
        submitted(cast, item, at=MONDAY + timedelta(minutes=minute))
    sun = cast.actor("sun")
    for at in (MONDAY, datetime(2026, 10, 14, 8, tzinfo=CHINA), datetime(2026, 10, 16, 8, tzinfo=CHINA)):
        watching.sweep_all(at)
        for _ in range(2):
            board = selectors.board(sun, at)
            assert {key: n for key, n in board.whole.lights.items() if n} == counted("light")
            assert {str(each.department_id): each.open for each in board.departments} == counted("department_id")
            assert tallies.recount(at) == []
            tallies.fold()
    assert Tally.objects.filter(folded=False).count() == 0
    assert selectors.board(sun, MONDAY).whole.received == 6


def test_what_is_closed_leaves_the_board_and_is_todays(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    matter = Matter.objects.get(code=submitted(cast, item, at=MONDAY))
    watching.sweep_all(datetime(2026, 10, 19, 9, tzinfo=CHINA))
    before = selectors.board(cast.actor("sun"), MONDAY).whole.open
    at = datetime(2026, 10, 13, 9, tzinfo=CHINA)
    with connection.cursor() as cursor:
        cursor.execute(
            "update matters_matter set closed_at = %s, on_time = false where id = %s",
            [at, matter.pk],
        )
    board = selectors.board(cast.actor("sun"), at)
    assert (before, board.whole.open, board.whole.closed, board.whole.late) == (1, 0, 1, 1)
    assert tallies.recount(at) == []
    Matter.objects.filter(pk=matter.pk).update(closed_at=None)
    again = selectors.board(cast.actor("sun"), at)
    assert (again.whole.open, again.whole.closed, again.whole.late) == (1, 0, 0)
    assert tallies.recount(at) == []


def test_a_count_that_went_astray_is_found_and_mended(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    submitted(cast, item, at=MONDAY)
    Tally.objects.filter(what="open").update(count=5)
    found = services.recount_board(actor=SYSTEM, at=MONDAY)
    assert [(each.what, each.said, each.found) for each in found] == [("open", 5, 1)]
    services.recount_board(actor=SYSTEM, at=MONDAY, mend=True)
    assert services.recount_board(actor=SYSTEM, at=MONDAY) == []


def test_what_is_red_says_whose_and_since_when_within_the_scope(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    matter = Matter.objects.get(code=submitted(cast, item, at=MONDAY))
    at = datetime(2026, 10, 16, 8, tzinfo=CHINA)
    watching.sweep_all(at)
    matter.refresh_from_db()
    assert matter.light == "yellow"
    (line,) = selectors.shining(list(selectors.what_is_red(cast.actor("sun"))))
    assert (line.matter.pk, line.light_label, line.rule) == (matter.pk, "黄灯", "本阶段期限信号灯")
    assert line.since == datetime(2026, 10, 16, tzinfo=CHINA)
    assert line.evidence["promised"]["due_on"] == "2026-10-19"
    assert list(selectors.what_is_red(cast.actor("he"))) == [matter]
    for stranger in ("tang", "wang", "li"):
        assert not selectors.what_is_red(cast.actor(stranger)).exists()
    assert selectors.board(cast.actor("tang"), at).whole.open == 0
    filters = selectors.RedFilters(lights=("red",))
    assert not selectors.what_is_red(cast.actor("sun"), filters).exists()
