"""Acceptance at its own address does what the step `accept` does, and refuses in the same words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.service.cases.tests.stage import case_of, submitted

pytestmark = pytest.mark.django_db


def accept(cast: Cast, who: str, code: str, body: str = "{}", **headers: str) -> Any:
    """One acceptance with this person's token."""
    sent = {"authorization": f"Bearer {cast.token(who)}", **headers} if who else headers
    return Client(enforce_csrf_checks=True).post(
        f"/api/v1/applications/{code}/accept", data=body, content_type="application/json", headers=sent
    )


def test_a_case_is_accepted_with_its_slip(cast: Cast) -> None:
    code = submitted(cast)
    answer = accept(cast, "wang", code, '{"seen": 1}')
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json() == {"code": code, "seq": 2, "version": 2, "state": "reviewing"}
    assert case_of(code).slip_number
    assert AuditEntry.objects.filter(action="licence.accept", target=code, result="ok").count() == 1


def test_a_replay_gets_the_first_answer(cast: Cast) -> None:
    code = submitted(cast)
    first = accept(cast, "wang", code, **{"Idempotency-Key": "window-3-1"})
    again = accept(cast, "wang", code, **{"Idempotency-Key": "window-3-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


@pytest.mark.parametrize(("who", "status"), [("", 401), ("li", 403), ("zhao", 403), ("qian_staff", 404), ("sun", 403)])
def test_who_may_not_is_refused(cast: Cast, who: str, status: int) -> None:
    assert accept(cast, who, submitted(cast)).status_code == status


def test_a_case_that_lacks_material_stays_unaccepted(cast: Cast) -> None:
    code = submitted(cast, paper=False)
    answer = accept(cast, "wang", code)
    assert (answer.status_code, answer.json()["code"]) == (409, "materials_lacking")
    assert case_of(code).slip_number == ""
    assert AuditEntry.objects.filter(result="refused", target__contains=code).count() == 1


def test_a_page_gone_stale_is_told(cast: Cast) -> None:
    answer = accept(cast, "wang", submitted(cast), '{"seen": 7}')
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_page")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"seen": -1}', '{"seen": "x"}', '{"seen": 1e99}', "\x00", "[" * 9999]
)
def test_broken_bodies_are_refused_in_chinese(cast: Cast, body: str) -> None:
    answer = accept(cast, "wang", submitted(cast), body)
    assert 400 <= answer.status_code < 500
    assert answer["content-type"] == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["title"])


def test_another_method_is_refused(cast: Cast) -> None:
    answer = Client().get("/api/v1/applications/X/accept", headers={"authorization": f"Bearer {cast.token('wang')}"})
    assert answer.status_code == 405


def test_the_document_declares_it(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    operation = document["paths"]["/api/v1/applications/{code}/accept"]["post"]
    assert "201" in operation["responses"]
    assert "requestBody" in operation
