"""Requests that no client of ours sends: each is answered in Chinese, as problem+json, with a status of 4xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.service.cases.tests.stage import ANSWERS, published, submitted

pytestmark = pytest.mark.django_db


def send(method: str, path: str, body: bytes = b"", *, kind: str = "application/json", **headers: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.generic(method, f"/api/v1{path}", data=body, content_type=kind, headers=headers)


def bearer(cast: Cast, who: str, *scopes: str) -> dict[str, str]:
    return {"authorization": f"Bearer {cast.token(who, *scopes)}"}


def assert_problem(answer: Any, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in (statuses or range(400, 500)), (answer.status_code, answer.content[:300])
    assert answer["content-type"].partition(";")[0] == "application/problem+json", answer.content[:300]
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == answer.status_code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told["title"] + told.get("detail", "")), told
    return told


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/applications", "/items", "/applications/X/accept", "/workdays/due", "/inbox"])
def test_another_method(cast: Cast, method: str, path: str) -> None:
    answer = send(method, path, b"{}", **bearer(cast, "wang"))
    assert_problem(answer, 405)
    assert answer["allow"]


@pytest.mark.parametrize("path", ["/nothing", "/applications/", "/items/a/b/c", "/../admin", "/%00", "/%ff"])
def test_no_such_address(db: None, path: str) -> None:
    assert_problem(send("GET", path), 400, 404)


@pytest.mark.parametrize("path", ["/items", "/workdays/due?start=2026-09-24&n=5", "/openapi.json"])
def test_head_and_options(db: None, path: str) -> None:
    assert send("HEAD", path).status_code in (200, 405)
    assert send("OPTIONS", path).status_code < 500


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "multipart/form-data", "application/x-www-form-urlencoded", "\xff"]
)
def test_another_kind_of_body(cast: Cast, kind: str) -> None:
    told = send("POST", "/applications", b"<a/>", kind=kind, **bearer(cast, "li"))
    assert_problem(told, 400, 415, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe", b"\x00", b'{"item":NaN}', b'{"item":1e400}',
        b'{"item":' + b"9" * 5000 + b"}", b"[" * 50_000, b'{"a":' * 20_000, b'{"item":"\\ud800"}',
        b'{"item":"\\u0000","answers":{"shop":"\\u0000"}}', b'{"item":"' + b"x" * 1_000_000 + b'"}',
        b'{"item":"A","item":"B","answers":{}}',
        b'{"item":"A","answers":{"shop":{"a":{"b":[[[[1]]]]}}}}', b'{"item":"A","answers":{"' + b"k" * 100_000 + b'":1}}',
    ],
)  # fmt: skip
def test_odd_bodies(cast: Cast, body: bytes) -> None:
    for path in ("/applications", "/applications/X/steps", "/applications/X/accept"):
        assert_problem(send("POST", path, body, **bearer(cast, "wang")))


def test_an_answer_with_odd_values_is_refused_with_its_field(cast: Cast) -> None:
    item = published(cast)
    for value in ("\ud800", "a\x00b", {"x": 1}, [1, 2], 10**400, True, None, "长" * 1_000_000):
        body = {"item": item.code, "answers": dict.fromkeys(ANSWERS, value)}
        assert_problem(send("POST", "/applications", json.dumps(body).encode(), **bearer(cast, "li")), 400, 413, 422)


def test_rare_characters_survive(cast: Cast) -> None:
    item = published(cast)
    body = {"item": item.code, "answers": ANSWERS, "contact_name": "𠮷䶮"}
    made = send("POST", "/applications", json.dumps(body, ensure_ascii=False).encode(), **bearer(cast, "li"))
    assert made.status_code == 201, made.content
    assert len(made.json()["code"]) == 43


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize(
    "value", ["x", "W10=", "eyJhIjoxfQ==", "%00", "%ed%a0%80", "A" * 501, "A" * 100_000, "-1", "[]", "%F0%A0%AE%B7"]
)
def test_a_cursor_of_ones_own_making(cast: Cast, name: str, value: str) -> None:
    for path in ("/applications", "/inbox", *(["/items"] if name == "after" else [])):
        answer = send("GET", f"{path}?{name}={value}", b"", **bearer(cast, "wang"))
        assert_problem(answer, 400, 404, 414, 422)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer " + "x" * 10_000, "Bearer \xff", "Bearer a b c",
        "Token x", "Bearer " + "0" * 43, "Bearer ../../x",
    ],
)  # fmt: skip
def test_a_token_that_is_none(db: None, header: str) -> None:
    assert_problem(send("GET", "/applications", authorization=header), 401)


@pytest.mark.parametrize("key", ["k" * 10_000, "\x01", "", " ", "a\tb", "𠮷"])
def test_odd_idempotency_keys(cast: Cast, key: str) -> None:
    code = submitted(cast)
    headers = bearer(cast, "wang") | {"Idempotency-Key": key}
    answer = send("POST", f"/applications/{code}/accept", b"{}", **headers)
    if answer.status_code != 201:
        assert_problem(answer, 400, 422)


def test_reaching_for_anothers_case_leaves_one_row_and_says_as_much_as_for_none(cast: Cast) -> None:
    code = submitted(cast)
    none = code[:-4] + "9999"
    qian = bearer(cast, "qian")
    for path in ("", "/steps", "/deadline"):
        before = AuditEntry.objects.count()
        theirs = assert_problem(send("GET", f"/applications/{code}{path}", b"", **qian), 404)
        rows = AuditEntry.objects.count() - before
        absent = assert_problem(send("GET", f"/applications/{none}{path}", b"", **qian), 404)
        assert rows == 1, path
        assert {k: v for k, v in theirs.items() if k not in ("instance", "request_id")} == {
            k: v for k, v in absent.items() if k not in ("instance", "request_id")
        }


@pytest.mark.parametrize("seen", [-1, 0, 10**12, 10**400, "1", 1.5, None, True, []])
def test_an_odd_version_seen(cast: Cast, seen: object) -> None:
    code = submitted(cast)
    for path, said in (("accept", {"seen": seen}), ("steps", {"action": "accept", "seen": seen})):
        answer = send("POST", f"/applications/{code}/{path}", json.dumps(said).encode(), **bearer(cast, "wang"))
        if answer.status_code != 201:
            assert_problem(answer, 400, 409, 422)
