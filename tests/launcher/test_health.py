"""`/healthz`, `/readyz`, `/metrics`: who may ask, and what they are told."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from yimen.house.config import Config


@pytest.mark.django_db
def test_healthz_answers_without_asking_the_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django gives the fixture no type
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_names_the_parts() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["database"] is True


def test_readyz_says_503_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yimen.house.health._database_ready", lambda: False)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "parts": {**answer.json()["parts"], "database": False}}


@pytest.mark.django_db
def test_metrics_are_for_this_machine() -> None:
    answer = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    assert answer.status_code == 200
    assert b"yimen_requests_total" in answer.content
    assert b"yimen_database_up 1.0" in answer.content
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404


@pytest.mark.django_db
def test_a_proxy_on_this_machine_is_not_this_machine() -> None:
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer right", 200), ("Bearer wrong", 404), ("Basic right", 404), ("", 404), ("Bearer 对", 404)],
)
def test_with_a_token_the_token_alone_counts(header: str, status: int) -> None:
    with override_settings(CONFIG=Config(metrics_token="right")):
        answer = Client(REMOTE_ADDR="127.0.0.1").get("/metrics", HTTP_AUTHORIZATION=header)
    assert answer.status_code == status
