"""An opinion and a hearing from end to end over the interface."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import Hearing, OpinionRequest
from yimen.service.cases.tests.stage import published, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> str:
    """A case under review."""
    code = submitted(cast, published(cast))
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    return code


def head(cast: Cast, who: str) -> dict[str, str]:
    """With whose token one calls."""
    return {"authorization": f"Bearer {cast.token(who)}"}


def told(cast: Cast, who: str, address: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """What came of a call."""
    answer = Client().post(
        f"/api/v1{address}", json.dumps(body, default=str), content_type="application/json", headers=head(cast, who)
    )
    return answer.status_code, answer.json()


def test_an_opinion_asked_urged_and_answered(cast: Cast, case: str) -> None:
    health = cast.units["health"].pk
    status, said = told(cast, "zhao", f"/applications/{case}/opinions", department=health, question="通风？", days=3)
    assert (status, said["application"]) == (201, case)
    code = said["code"]
    assert told(cast, "zhao", f"/applications/{case}/opinions", department=health, question="通风？")[0] == 409
    assert told(cast, "zhao", f"/opinions/{code}/steps", action="urge", reason="急用")[1]["state"] == "asked"
    status, refused = told(
        cast, "qian_approver", f"/opinions/{code}/steps", action="answer", answer="conditions", text="可以"
    )
    assert (status, [each["field"] for each in refused["errors"]]) == (422, ["conditions"])
    assert told(cast, "li", f"/opinions/{code}/steps", action="answer", answer="agree", text="好")[0] in (403, 404)
    status, said = told(
        cast, "qian_approver", f"/opinions/{code}/steps", action="answer", answer="agree", text="符合标准。"
    )
    assert (status, said["state"]) == (201, "answered")
    assert OpinionRequest.objects.get(matter__code=code).text == "符合标准。"


def test_a_hearing_told_asked_for_and_noticed(cast: Cast, case: str) -> None:
    status, said = told(cast, "zhao", f"/applications/{case}/hearings", ground="affected", subject="与相邻住户有关")
    assert status == 201
    code = said["code"]
    seen = Client().get(f"/api/v1/hearings/{code}", headers=head(cast, "li")).json()
    assert {"request", "waive"} <= set(seen["acts"])
    assert seen["hosts"] == [], "who may preside is the department's affair"
    assert told(cast, "qian_approver", f"/hearings/{code}/steps", action="request")[0] == 404
    assert (
        told(cast, "li", f"/hearings/{code}/steps", action="request", seen=seen["version"])[1]["state"] == "requested"
    )
    hosts = Client().get(f"/api/v1/hearings/{code}", headers=head(cast, "zhao")).json()["hosts"]
    notice = {"place": "三楼会议室", "host_id": hosts[0]["id"], "clerk_name": "何记"}
    wrong = told(cast, "zhao", f"/hearings/{code}/steps", action="notify", planned_at="2026-12-03T09:30:00", **notice)
    assert wrong[0] == 422
    soon = (now() + timedelta(days=1)).isoformat()
    assert told(cast, "zhao", f"/hearings/{code}/steps", action="notify", planned_at=soon, **notice)[0] == 422
    later = (now() + timedelta(days=16)).replace(hour=9, minute=30).isoformat()
    assert (
        told(cast, "zhao", f"/hearings/{code}/steps", action="notify", planned_at=later, **notice)[1]["state"]
        == "noticed"
    )
    assert Hearing.objects.get(matter__code=code).host_name == hosts[0]["name"]
