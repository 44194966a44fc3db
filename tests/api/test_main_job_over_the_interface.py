"""The main job over `/api/v1`: what the screens can do, a program can."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import LI_ID, Cast
from yimen.service.cases.tests.stage import ANSWERS, published, submitted

pytestmark = pytest.mark.django_db


def call(cast: Cast, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """One request with this person's token; returns the response."""
    sent = {"authorization": f"Bearer {cast.token(who)}", **headers} if who else headers
    return Client().generic(method, f"/api/v1{path}", data=_text(body), content_type="application/json", headers=sent)


def _text(body: Any) -> str:
    import json

    return body if isinstance(body, str) else "" if body is None else json.dumps(body)


def test_apply_accept_review_grant_deliver(cast: Cast) -> None:
    item = published(cast)
    assert item.current is not None
    papers = [material.pk for material in item.current.materials.all()]
    li = {"id_type": "resident", "id_number": LI_ID, "name": "李明"}
    body = {"item": item.code, "answers": ANSWERS, "applicant": li, "paper_materials": papers}
    window = cast.token("wang", "cases.*", "identity.verify")
    made = call(cast, "", "POST", "/applications", body, authorization=f"Bearer {window}")
    assert made.status_code == 201, made.content
    code = made.json()["code"]
    for who, step in (
        ("wang", {"action": "accept"}),
        ("zhao", {"action": "pass_review", "reason": "符合条件"}),
        ("chen", {"action": "grant"}),
        ("wu", {"action": "deliver", "method": "signature", "receiver": "李明"}),
    ):
        answer = call(cast, who, "POST", f"/applications/{code}/steps", step)
        assert answer.status_code == 201, answer.content.decode()
    shown = call(cast, "li", "GET", f"/applications/{code}").json()
    assert shown["state"] == "concluded"
    steps = call(cast, "li", "GET", f"/applications/{code}/steps").json()["steps"]
    assert [step["action"] for step in steps] == ["submit", "accept", "pass_review", "grant", "deliver"]
    clocks = call(cast, "li", "GET", f"/applications/{code}/deadline").json()["clocks"]
    assert [clock["clock"] for clock in clocks] == ["receipt", "handling", "delivery"]


def test_a_replayed_application_gets_the_same_number(cast: Cast) -> None:
    item = published(cast)
    body = {"item": item.code, "answers": ANSWERS}
    first = call(cast, "li", "POST", "/applications", body, **{"Idempotency-Key": "once-1"})
    again = call(cast, "li", "POST", "/applications", body, **{"Idempotency-Key": "once-1"})
    assert (first.status_code, first.json()["code"]) == (again.status_code, again.json()["code"])
    other = call(cast, "li", "POST", "/applications", {**body, "contact_name": "别人"}, **{"Idempotency-Key": "once-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_stranger_gets_404_a_page_gone_stale_409_and_nobody_401(cast: Cast) -> None:
    code = submitted(cast)
    assert call(cast, "qian", "GET", f"/applications/{code}").status_code == 404
    assert call(cast, "qian_staff", "POST", f"/applications/{code}/steps", {"action": "accept"}).status_code == 404
    assert call(cast, "zhao", "POST", f"/applications/{code}/steps", {"action": "accept"}).status_code == 403
    assert call(cast, "wang", "POST", f"/applications/{code}/steps", {"action": "accept", "seen": 9}).status_code == 409
    assert call(cast, "", "GET", f"/applications/{code}").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[" * 100000,
        '{"item": 1e999}',
        '{"item":"\\ud800"}',
        '{"item":"\\u0000"}',
        '"x"',
        "null",
        "{}",
        '{"item":' + "9" * 5000 + "}",
    ],
)
def test_broken_bodies_are_refused_in_chinese(cast: Cast, body: str) -> None:
    answer = call(cast, "li", "POST", "/applications", body)
    assert 400 <= answer.status_code < 500
    assert answer["content-type"] == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["title"])


@pytest.mark.parametrize(
    "query",
    [
        "start=2026-02-30&n=1",
        "start=0000-01-01&n=1",
        "start=9999-12-31&n=20",
        "start=%00&n=1",
        "start=2026-09-24&n=-1",
        "start=2026-09-24&n=99999999999999999999",
    ],
)
def test_impossible_days_are_refused(db: None, query: str) -> None:
    answer = Client().get(f"/api/v1/workdays/due?{query}")
    assert 400 <= answer.status_code < 500
    assert answer["content-type"] == "application/problem+json"


def test_the_calculator_answers(db: None) -> None:
    answer = Client().get("/api/v1/workdays/due?start=2026-09-24&n=20").json()
    assert answer["due_on"] == "2026-10-29"
    assert {"day": "2026-09-25", "counted": False, "why": "中秋节放假"} in answer["derivation"]


def test_the_public_query_tells_no_personal_data(cast: Cast) -> None:
    code = submitted(cast)
    good = Client().get(f"/api/v1/query?code={code}&tail=0029")
    assert good.status_code == 200
    assert "李明" not in good.content.decode()
    assert Client().get(f"/api/v1/query?code={code}&tail=0012").status_code == 404


def test_items_are_found_and_shown(cast: Cast) -> None:
    item = published(cast)
    found = Client().get("/api/v1/items?q=卫生").json()["items"]
    assert item.code in [line["code"] for line in found]
    assert Client().get(f"/api/v1/items/{item.code}").json()["name"] == item.name
    assert Client().get("/api/v1/items/NO-SUCH").status_code == 404


def test_the_document_is_openapi_3_1(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/applications/{code}/steps" in document["paths"]
