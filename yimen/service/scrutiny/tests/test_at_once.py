"""Two who register the same reconsideration in one moment: one of them does, the other is told that it stands already."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import build_cast
from yimen.ground.kit.moments import day_of, now
from yimen.service.cases.tests.stage import submitted
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Challenge
from yimen.service.scrutiny.services.challenges import NumberTaken


@pytest.mark.commits
def test_of_two_entries_at_once_one_stands(committed_db: Any) -> None:
    with transaction.atomic():
        cast = build_cast()
    with transaction.atomic():
        code = submitted(cast)
    at = now()
    said: list[str] = []
    start = threading.Barrier(2)

    def enter(who: str) -> None:
        start.wait(5)
        try:
            services.register_challenge(
                code=code, kind="reconsideration", who="applicant", against="silence", claim="逾期没有受理。", body="清河县人民政府",
                number="清政复受〔2026〕9号", accepted_on=day_of(at), served_on=day_of(at), actor=cast.actor(who), at=at,
            )  # fmt: skip
            said.append("entered")
        except NumberTaken:
            said.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(who,)) for who in ("he", "legal")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == ["entered", "taken"]
    assert Challenge.objects.count() == 1
