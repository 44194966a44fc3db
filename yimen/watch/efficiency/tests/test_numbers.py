"""Every number of board and report equals an independent count, and opens a list of so many rows."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import named_period
from yimen.watch.efficiency import services
from yimen.watch.efficiency.selectors import board
from yimen.watch.efficiency.tests import stage
from yimen.watch.efficiency.views.board import _url

pytestmark = pytest.mark.django_db

COUNTS = {
    "received": "true",
    "accepted": "c.accepted_at is not null",
    "accepted_late": "c.accepted_in_time = false",
    "declined": "m.state = 'declined'",
    "effective": "c.found = 'effective'",
    "ineffective": "c.found = 'ineffective'",
    "answered": "c.answered_at is not null",
    "answered_late": "c.answered_at is not null and m.on_time = false",
    "satisfied": "c.satisfied",
    "unsatisfied": "not c.satisfied",
}


def test_complaints(cast: Cast) -> None:
    verbs, sun = services.complaints, cast.actor("sun")
    stage.lodged(cast)
    stage.lodged(cast, unit="health")
    stage.lodged(cast, unit="supervision")  # Sun must stay away from it, and does not count it
    verbs.decline(complaint=stage.complaint_again(stage.lodged(cast).complaint), actor=sun, reason="不属实。", at=now())
    for effective, satisfied in ((True, True), (False, False), (True, None)):
        one = stage.found(cast, effective=effective)
        verbs.answer(complaint=one, actor=sun, reason="已查清。", at=now())
        verbs.follow_up(complaint=stage.complaint_again(one), actor=sun, satisfied=satisfied, reason="", at=now())
    span = named_period("this_year", day_of(now()))
    whole, lines = board.figures(sun, span)
    client = cast.client("sun")
    for name, condition in COUNTS.items():
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from efficiency_complaint c join matters_matter m on m.id = c.matter_id "  # noqa: S608 - constants
                f"where c.accused_id <> %s and {condition}",
                [cast.units["supervision"].pk],
            )
            (expected,) = cursor.fetchone()
        assert whole.numbers[name] == expected, name
        assert sum(line.numbers[name] for line in lines) == expected, name
        page = client.get(_url(name, None, span)).content.decode()
        assert len(re.findall(r'<a class="title"', page)) == expected, name
    assert whole.share == 66.7


def test_the_board(cast: Cast) -> None:
    stage.ordered(cast)
    stage.lodged(cast)
    stage.fault(cast)
    stage.ladder(cast)
    stage.check(cast)
    stage.entry(cast)
    client = cast.client("sun")
    assert client.get("/manage/efficiency/").status_code == 200
    for _, _, stats in board.board(cast.actor("sun"), now()):
        for stat in stats:
            page = client.get(f"/desk/{stat.to.replace('_', '-')}/?{stat.query}").content.decode()
            assert len(re.findall(r'<a class="title"', page)) == stat.value, (stat.label, stat.to)


def test_a_stranger_counts_nothing(cast: Cast) -> None:
    stage.ordered(cast)
    for _, _, stats in board.board(cast.actor("tang"), now()):
        assert all(stat.value == 0 for stat in stats)
