"""Tries are counted in the database, for all processes together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yimen.ground.kit import ratelimit
from yimen.ground.kit.models import RateBucket
from yimen.ground.kit.ratelimit import TooFast


@pytest.mark.django_db
def test_a_bucket_empties_and_says_how_long_to_wait() -> None:
    for _ in range(3):
        ratelimit.limit("verify:192.0.2.7", capacity=3, per_second=0.1)
    with pytest.raises(TooFast) as refused:
        ratelimit.limit("verify:192.0.2.7", capacity=3, per_second=0.1)
    assert 8 <= refused.value.wait_seconds <= 10
    assert refused.value.status == 429
    assert "秒后再试" in refused.value.next_step
    ratelimit.limit("verify:192.0.2.8", capacity=3, per_second=0.1)


@pytest.mark.django_db
def test_it_fills_again_with_time_but_never_over_its_capacity() -> None:
    for _ in range(2):
        ratelimit.take("k", capacity=2, per_second=1)
    RateBucket.objects.update(at=datetime.now(tz=UTC) - timedelta(seconds=1.2))
    assert ratelimit.take("k", capacity=2, per_second=1) == 0
    RateBucket.objects.update(at=datetime.now(tz=UTC) - timedelta(days=9))
    assert [ratelimit.take("k", capacity=2, per_second=0.01) > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.django_db
def test_old_buckets_are_forgotten() -> None:
    ratelimit.take("old", capacity=2, per_second=1)
    assert ratelimit.sweep(datetime.now(tz=UTC)) == 0
    assert ratelimit.sweep(datetime.now(tz=UTC) + timedelta(days=2)) == 1
