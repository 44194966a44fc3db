"""A double click, a replayed request, fifty at once with one key: one effect, and everybody gets its answer."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from tests.cast import Cast, build_cast
from tests.security.world import World, build_world
from yimen.ground.documents.models import Letter
from yimen.ground.kit.models import AuditEntry
from yimen.ground.matters.models import Matter, Step
from yimen.service.cases.tests.stage import ANSWERS, published, submitted

AT_ONCE = 50


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The cast in a database where commits are real."""
    with transaction.atomic():
        return build_cast()


def at_once(count: int, path: str, body: Any, headers: dict[str, str]) -> list[Any]:
    """The same call from this many threads, released together; each answer has its body read."""
    gate = Barrier(count)

    def call(_turn: int) -> Any:
        gate.wait(60)
        try:
            answer = Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def test_fifty_applications_with_one_key_are_one(committed_cast: Cast) -> None:
    with transaction.atomic():
        item = published(committed_cast)
    headers = {"authorization": f"Bearer {committed_cast.token('li')}", "idempotency-key": "one-and-only"}
    answers = at_once(AT_ONCE, "/applications", {"item": item.code, "answers": ANSWERS}, headers)
    assert {status for status, _ in answers} == {201}, Counter(str(answer) for answer in answers)
    assert len({body["code"] for _, body in answers}) == 1
    assert Matter.objects.count() == 1
    assert Letter.objects.filter(kind="materials_receipt").count() == 1
    assert AuditEntry.objects.filter(action="licence.submit").count() == 1


def test_fifty_acceptances_with_one_key_are_one(committed_cast: Cast) -> None:
    with transaction.atomic():
        code = submitted(committed_cast)
    headers = {"authorization": f"Bearer {committed_cast.token('wang')}", "idempotency-key": "accept-once"}
    answers = at_once(AT_ONCE, f"/applications/{code}/steps", {"action": "accept"}, headers)
    assert {status for status, _ in answers} == {201}, Counter(str(answer) for answer in answers)
    assert len({body["seq"] for _, body in answers}) == 1
    assert Step.objects.filter(matter__code=code, action="accept").count() == 1


def test_fifty_acceptances_without_a_key_have_one_winner(committed_cast: Cast) -> None:
    with transaction.atomic():
        code = submitted(committed_cast)
    headers = {"authorization": f"Bearer {committed_cast.token('wang')}"}
    answers = at_once(AT_ONCE, f"/applications/{code}/steps", {"action": "accept", "seen": 1}, headers)
    assert Counter(status for status, _ in answers) == {201: 1, 409: AT_ONCE - 1}
    assert Letter.objects.filter(kind="acceptance_slip").count() == 1
    assert all("刷新" in body["detail"] for status, body in answers if status == 409)


def test_a_key_is_not_used_for_something_else(committed_cast: Cast) -> None:
    with transaction.atomic():
        item = published(committed_cast)
    headers = {"authorization": f"Bearer {committed_cast.token('li')}", "idempotency-key": "k"}
    body = {"item": item.code, "answers": ANSWERS}
    first = Client().post("/api/v1/applications", json.dumps(body), content_type="application/json", headers=headers)
    body["contact_name"] = "别人"
    second = Client().post("/api/v1/applications", json.dumps(body), content_type="application/json", headers=headers)
    assert (first.status_code, second.status_code) == (201, 422)
    assert second.json()["code"] == "idempotency_key_reused"
    assert Matter.objects.count() == 1


def test_a_refused_request_gives_its_key_back(committed_cast: Cast) -> None:
    """Whoever mends the request may send it again under the same key."""
    with transaction.atomic():
        code = submitted(committed_cast, paper=False)
    headers = {"authorization": f"Bearer {committed_cast.token('wang')}", "idempotency-key": "again"}
    url, body = f"/api/v1/applications/{code}/steps", json.dumps({"action": "accept"})
    refused = Client().post(url, body, content_type="application/json", headers=headers)
    assert refused.status_code == 409, refused.content.decode()
    other = json.dumps({"action": "request_correction", "items": [{"order": 1, "problem": "缺"}]})
    assert Client().post(url, other, content_type="application/json", headers=headers).status_code == 201


@pytest.mark.browser
def test_a_double_click_submits_once(browse: Any, site: Any) -> None:
    with transaction.atomic():
        world = build_world(site.cast)
    before = Matter.objects.count()
    page = browse("li")
    page.goto(f"/apply/{world.uid_of(world.draft)}/check/")
    page.get_by_role("checkbox").check()
    page.locator("form[method=post] button.primary").last.dblclick(delay=20)
    page.wait_for_url("**/submitted/")
    assert Matter.objects.count() == before + 1


@pytest.mark.browser
def test_a_double_click_accepts_once(browse: Any, site: Any) -> None:
    with transaction.atomic():
        world = build_world(site.cast)
    page = browse("wang")
    page.goto(f"/desk/cases/{world.case}/")
    page.locator(f"form[action$='{world.case}/accept/'] button").first.dblclick(delay=20)
    page.wait_for_load_state()
    page.wait_for_function("document.body.innerText.includes('审查中')")
    assert Step.objects.filter(matter__code=world.case, action="accept").count() == 1
    assert isinstance(world, World)
