"""A request sent twice is answered twice and done once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from yimen.ground.kit import idempotency
from yimen.ground.kit.idempotency import Answer, KeyReused, StillRunning
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.refusals import Invalid

AT = datetime(2026, 9, 30, 9, 0, tzinfo=CHINA)


@pytest.mark.django_db
def test_the_second_request_gets_the_first_answer() -> None:
    assert idempotency.begin("7 POST /applications", "k1", request_hash="h", at=AT) is None
    with pytest.raises(StillRunning):
        idempotency.begin("7 POST /applications", "k1", request_hash="h", at=AT)
    idempotency.finish("7 POST /applications", "k1", Answer(201, '{"code":"C1"}'))
    assert idempotency.begin("7 POST /applications", "k1", request_hash="h", at=AT) == Answer(201, '{"code":"C1"}')
    with pytest.raises(KeyReused):
        idempotency.begin("7 POST /applications", "k1", request_hash="other", at=AT)
    assert idempotency.begin("8 POST /applications", "k1", request_hash="other", at=AT) is None


@pytest.mark.django_db
def test_a_key_may_be_used_again_after_a_day() -> None:
    assert idempotency.begin("s", "k", request_hash="h", at=AT) is None
    assert idempotency.begin("s", "k", request_hash="new", at=AT + timedelta(hours=25)) is None
    assert idempotency.sweep(AT + timedelta(hours=60)) == 1


@pytest.mark.parametrize("key", ["", "k" * 129, "键", "a\nb"])
def test_an_odd_key_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        idempotency.begin("s", key, request_hash="h", at=AT)
