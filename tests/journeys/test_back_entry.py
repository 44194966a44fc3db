"""Entering something afterwards, as if it had been done in time: by screen, by interface, by an administration page, by SQL (R220).

Each is refused, or changes nothing but what is shown as written today, or is found and named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client

from conftest import CommittedDatabase
from tests.cast import Cast, build_cast
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import sealing
from yimen.ground.matters.models import Matter, Step
from yimen.ground.matters.proof import publishing
from yimen.ground.matters.selectors import timeline
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import submitted

LONG_AGO = timedelta(days=9)

TAKE = """select verdict from matters_take_step(%(matter)s, %(version)s, '{received}', 'accept', 'reviewing', gen_random_uuid(),
 '王芳', '窗口', '', %(at)s, %(basis)s, '', '{}', '[]', null, '{}', '[]', '', null, %(recorded)s)"""


@pytest.fixture
def cast(committed_db: CommittedDatabase) -> Cast:
    return build_cast()


@pytest.fixture
def case(cast: Cast) -> Matter:
    """Li's application, received today; nine days ago nobody had seen it."""
    return Matter.objects.get(code=submitted(cast))


def accepted_at(case: Matter) -> datetime:
    return Step.objects.get(matter=case, action="accept").happened_at


def test_by_screen(cast: Cast, case: Matter) -> None:
    """The form has no field for the moment; one that is sent along means nothing."""
    client = cast.client("wang")
    page = f"/desk/cases/{case.code}/accept/"
    long_ago = (now() - LONG_AGO).isoformat()
    sent = {
        "seen": case.version,
        "happened_at": long_ago,
        "at": long_ago,
        "recorded_at": long_ago,
        "basis": "postal_receipt",
    }
    client.post(page, sent)
    assert now() - accepted_at(case) < timedelta(minutes=1)


def test_by_interface(cast: Cast, case: Matter) -> None:
    """The interface takes no moment either."""
    sent = {"action": "accept", "happened_at": (now() - LONG_AGO).isoformat(), "basis": "postal_receipt"}
    answer = Client().post(
        f"/api/v1/applications/{case.code}/steps", json.dumps(sent), content_type="application/json",
        headers={"authorization": f"Bearer {cast.token('wang')}"},
    )  # fmt: skip
    assert answer.status_code in (201, 422), answer.content
    for step in Step.objects.filter(matter=case, action="accept"):
        assert now() - step.happened_at < timedelta(minutes=1)
        assert step.basis == ""


@pytest.mark.parametrize("address", ["/admin/", "/admin/matters/step/add/", "/manage/matters/step/", "/manage/steps/"])
def test_by_an_administration_page(cast: Cast, address: str) -> None:
    """There is none for steps; the three administrators have no page that writes one."""
    for who in ("system", "security", "audit"):
        assert cast.client(who).get(address).status_code == 404


def test_by_a_program_of_ours(cast: Cast, case: Matter) -> None:
    """Also code of our own cannot: the database refuses a moment without a basis."""
    with pytest.raises(Refusal):
        cases.accept_case(code=case.code, actor=cast.actor("wang"), at=now() - LONG_AGO)
    assert not Step.objects.filter(matter=case, action="accept").exists()


@pytest.fixture
def app(committed_db: CommittedDatabase) -> Iterator[psycopg.Connection]:
    """A connection with all that the running program has."""
    if committed_db.app_url == committed_db.owner_url:
        pytest.skip("this server has no role yimen_app")
    with psycopg.connect(committed_db.app_url, autocommit=True) as opened:
        yield opened


def test_by_sql_with_the_rights_of_the_program(app: psycopg.Connection, case: Matter) -> None:
    """No row by hand; by the function no time without a basis, and never the time of recording."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("insert into matters_step (matter_id, seq) values (%s, 2)", [case.pk])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(
            "update matters_step set happened_at = happened_at - interval '9 days' where matter_id = %s", [case.pk]
        )
    long_ago = now() - LONG_AGO
    given = {"matter": case.pk, "version": case.version, "at": long_ago, "basis": "", "recorded": long_ago}
    with pytest.raises(psycopg.Error) as refused:
        app.execute(TAKE, given)
    assert refused.value.sqlstate == "YM412"
    # With a basis it stands, and says on the timeline when it was written down and on what ground.
    taken = app.execute(TAKE, given | {"basis": "postal_receipt"}).fetchone()
    assert taken == ("taken",)
    step = Step.objects.get(matter=case, action="accept")
    assert now() - step.recorded_at < timedelta(minutes=1)
    shown = timeline(Matter.objects.get(pk=case.pk))[-1]
    assert shown.late_entry
    assert "补记，依据：邮件签收单" in shown.said_late("今天")


@contextmanager
def unguarded() -> Iterator[None]:
    """As the owner of the tables, with every guard switched off."""
    with connection.cursor() as cursor:
        for table in ("matters_step", "matters_matter"):
            cursor.execute(f"alter table {table} disable trigger user")
        yield
        for table in ("matters_step", "matters_matter"):
            cursor.execute(f"alter table {table} enable trigger user")


def test_by_sql_with_all_rights(cast: Cast, case: Matter) -> None:
    """Whoever may do everything mends the links and even puts the step into the queue of the sealer: it is found and named."""
    while sealing.seal_once():
        pass
    publishing.publish(now(), all_of_it=True)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            'insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post, "window",'
            " happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)"
            " select matter_id, 2, 'accept', 'received', 'reviewing', actor_uid, '王芳', '窗口', '', %s, %s, '', '', '{}', '[]',"
            " procedure, division, link from matters_step where matter_id = %s and seq = 1 returning id",
            [now() - LONG_AGO, now() - LONG_AGO, case.pk],
        )
        (inserted,) = cursor.fetchone()
        cursor.execute(
            "update matters_step s set link = matters_link(p.link, s) from matters_step p where s.id = %s"
            " and p.matter_id = s.matter_id and p.seq = 1",
            [inserted],
        )
        cursor.execute(
            "update matters_matter m set state = 'reviewing', version = 2, last_seq = 2, last_link = s.link"
            " from matters_step s where s.id = %s and m.id = s.matter_id",
            [inserted],
        )
        cursor.execute("insert into matters_unsealed (step_id) values (%s)", [inserted])
    while sealing.seal_once():
        pass
    faults = sealing.verify().faults
    assert {fault.kind for fault in faults} >= {"order", "sealed_late"}
    assert any(str(inserted) in fault.row for fault in faults)


def test_what_was_published_cannot_be_reached_any_more(case: Matter) -> None:
    """The past that a digest covers does not change without the digest saying so, not even with new links and new seals."""
    while sealing.seal_once():
        pass
    publishing.publish(now(), all_of_it=True)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "update matters_step set happened_at = happened_at - interval '9 days', recorded_at = recorded_at - interval '9 days'"
            " where matter_id = %s",
            [case.pk],
        )
        cursor.execute("update matters_step s set link = matters_link(''::bytea, s) where matter_id = %s", [case.pk])
        cursor.execute(
            "update matters_matter m set last_link = s.link from matters_step s where s.matter_id = m.id and m.id = %s",
            [case.pk],
        )
    assert [fault.number for fault in publishing.verify()] == [1]
