"""The same case in another system, declared once: over real HTTP against a system that misbehaves on purpose (R076, R135)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.house.simulators.department import TROUBLES, Department
from yimen.service.cases import services
from yimen.service.cases.models import ExternalHandling
from yimen.service.cases.services import external
from yimen.service.cases.services.external import HandedAlready, NumberTaken, SystemUnusable
from yimen.service.cases.tests.stage import published, submitted

pytestmark = pytest.mark.django_db
SECRET = "simulated-secret"


@pytest.fixture
def department() -> Iterator[Department]:
    with Department(0, secret=SECRET) as running:
        running.state.slow_seconds = 0.4
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def handed(cast: Cast, department: Department) -> str:
    """A case that waits to be handed over."""
    system(cast, department.address)
    code = submitted(cast)
    services.hand_to_system(code=code, system="market-net", actor=cast.actor("wang"), at=now())
    return code


def system(cast: Cast, address: str = "", code: str = "market-net", name: str = "市监业务专网") -> None:
    services.set_external_system(
        actor=cast.actor("manager"),
        code=code,
        name=name,
        department=cast.units["market"],
        address=address,
        secret=SECRET,
        at=now(),
    )


def held() -> ExternalHandling:
    return ExternalHandling.objects.get()


def test_declared_once_and_answered(cast: Cast, department: Department, handed: str) -> None:
    assert services.push_due(now()) == 1
    assert (held().number, held().state) == ("BJ-0001", "accepted")
    given = department.state.cases[handed]["given"]
    assert given["answers"]["shop"] == "听泉茶馆"
    assert given["format"] == "yimen-case/1"
    page = cast.client("wang").get(f"/desk/cases/{handed}/").content.decode()
    assert "BJ-0001" in page
    assert "对方已受理" in page
    assert services.push_due(now()) == 0


def test_its_decision_is_asked_for_later(cast: Cast, department: Department, handed: str) -> None:
    services.push_due(now())
    department.state.cases[handed]["state"] = "granted"
    ExternalHandling.objects.update(next_at=now())
    assert services.push_due(now()) == 1
    assert held().state == "granted"
    assert held().next_at is None


def test_a_lost_answer_makes_no_second_declaration(cast: Cast, department: Department, handed: str) -> None:
    department.state.trouble = "lost_answer"
    services.push_due(now())
    assert held().number == ""
    department.state.trouble = ""
    ExternalHandling.objects.update(next_at=now())
    services.push_due(now())
    assert held().number == "BJ-0001"
    assert len(department.state.cases) == 1


@pytest.mark.parametrize("trouble", [each for each in TROUBLES if each not in ("slow", "lost_answer", "same_number")])
def test_nothing_wrong_is_believed(department: Department, handed: str, trouble: str) -> None:
    department.state.trouble = trouble
    services.push_due(now())
    assert (held().number, held().state, held().tries) == ("", "waiting", 1)
    assert held().said
    assert held().next_at is not None


def test_too_slow(department: Department, handed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "SECONDS", 0.1)
    department.state.trouble = "slow"
    services.push_due(now())
    assert "没有回应" in held().said


def test_after_eight_tries_somebody_is_asked(cast: Cast, department: Department, handed: str) -> None:
    department.state.trouble = "error_500"
    at = now()
    for _ in range(8):
        services.push_due(at)
        at += timedelta(hours=5)
    assert (held().state, held().next_at) == ("failed", None)
    department.state.trouble = ""
    pressed = cast.client("wang").post(f"/desk/cases/{handed}/externals/{held().pk}/again/")
    assert pressed.status_code == 302
    services.push_due(now())
    assert held().state == "accepted"


def test_a_number_of_another_case_is_a_clash(cast: Cast, department: Department) -> None:
    system(cast, department.address)
    item, wang = published(cast), cast.actor("wang")
    department.state.trouble = "same_number"
    for code in (submitted(cast, item), submitted(cast, item)):
        services.hand_to_system(code=code, system="market-net", actor=wang, at=now())
    assert services.push_due(now()) == 2
    assert sorted(ExternalHandling.objects.values_list("state", flat=True)) == ["accepted", "clashing"]


def test_nobody_hands_a_case_over_twice(cast: Cast, handed: str) -> None:
    with pytest.raises(HandedAlready):
        services.hand_to_system(code=handed, system="market-net", actor=cast.actor("wang"), at=now())


def test_kept_by_hand_where_there_is_no_interface(cast: Cast) -> None:
    system(cast)
    item, wang = published(cast), cast.actor("wang")
    code, other = submitted(cast, item), submitted(cast, item)
    with pytest.raises(SystemUnusable):
        services.hand_to_system(code=code, system="market-net", actor=wang, at=now())
    services.note_external(code=code, system="market-net", number="SJ-77", state="sent", actor=wang, at=now())
    services.note_external(code=code, system="market-net", number="SJ-77", state="granted", actor=wang, at=now())
    assert (held().number, held().state, held().by_hand) == ("SJ-77", "granted", True)
    with pytest.raises(NumberTaken):
        services.note_external(code=other, system="market-net", number="SJ-77", state="sent", actor=wang, at=now())
    assert "SJ-77" in cast.client("wang").get("/desk/externals/").content.decode()


def test_people_are_not_sent_in_clear(cast: Cast) -> None:
    for address in ("http://market.example/api", "ftp://x", "https://"):
        with pytest.raises(SystemUnusable):
            system(cast, address)


def test_the_key_is_closed_in_the_database(cast: Cast) -> None:
    from django.db import connection

    system(cast)
    with connection.cursor() as cursor:
        cursor.execute("select secret from cases_externalsystem")
        assert SECRET not in str(cursor.fetchone())


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"null", json.dumps({"code": "c", "number": 7, "state": "accepted"}).encode()]
)
def test_odd_answers(body: bytes) -> None:
    with pytest.raises(external.BadAnswer):
        external.read_answer(body, "c")
