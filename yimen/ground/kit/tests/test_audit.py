"""Each act leaves one audit row, also the refused one, and no row can be changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from yimen.ground.kit import audit, numbering
from yimen.ground.kit.models import AuditEntry, Serial
from yimen.ground.kit.refusals import Conflict, Refusal


@dataclass(frozen=True)
class Person:
    uid: UUID
    name: str
    post: str


WANG = Person(UUID(int=3), "王芳", "3号窗口")


@pytest.mark.django_db
def test_a_row_says_who_what_where_and_the_database_says_when() -> None:
    with audit.request_context("req-1", "192.0.2.7"):
        audit.record("cases.accept", actor=WANG, target_kind="case", target="C1", facts={"b": 1, "a": UUID(int=1)})
    row = AuditEntry.objects.get()
    assert (row.actor_name, row.actor_post, row.action, row.result) == ("王芳", "3号窗口", "cases.accept", "ok")
    assert (row.request_id, row.ip) == ("req-1", "192.0.2.7")
    assert row.at is not None
    assert json.loads(row.facts) == {"a": str(UUID(int=1)), "b": 1}
    assert audit.current() == audit.NOWHERE


def test_a_refused_act_is_rolled_back_but_leaves_one_row(committed_db: Any) -> None:
    with pytest.raises(Conflict) as refused, audit.act("cases.accept", actor=WANG, target="C1") as act:
        act.target_kind = "case"
        numbering.next_number("n")
        raise Conflict("刚被同事受理。")
    assert audit.record_refusal(refused.value, action="request", actor=WANG) is None
    assert not Serial.objects.exists()
    row = AuditEntry.objects.get()
    assert (row.result, row.reason, row.target_kind, row.target) == ("refused", "刚被同事受理。", "case", "C1")


def test_an_unexpected_failure_leaves_one_row_without_its_message(committed_db: Any) -> None:
    with pytest.raises(ZeroDivisionError), audit.act("cases.accept", actor=None):
        raise ZeroDivisionError("13812342671")
    row = AuditEntry.objects.get()
    assert (row.result, row.reason) == ("failed", "ZeroDivisionError")


def test_an_act_is_the_outermost_transaction(committed_db: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic(), audit.act("cases.accept", actor=WANG):
        pass


@pytest.mark.django_db
def test_hostile_text_is_recorded_too() -> None:
    refusal = Refusal("看不懂\x00\ud800" + "长" * 900)
    audit.record_refusal(refusal, action="x", actor=Person(UUID(int=9), "钱\x00𠮷", ""), target="\udc00")
    row = AuditEntry.objects.get()
    assert row.actor_name == "钱𠮷"
    assert len(row.reason) <= 500
    assert audit.facts_text({"a": "\ud800\x00"}) == '{"a":"\\ud800\\u0000"}'


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "update kit_auditentry set result = 'ok'",
        "delete from kit_auditentry",
        "truncate kit_auditentry",
    ],
)
def test_the_database_refuses_any_change(change: str) -> None:
    audit.record("cases.accept", actor=WANG)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_the_database_function_writes_the_same_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select kit_audit(%s, %s, %s, 'cases.accept', 'case', 'C1', p_facts => %s)",
            [WANG.uid, WANG.name, WANG.post, "{}"],
        )
    row = AuditEntry.objects.get()
    assert (row.actor_uid, row.result, row.ip, row.facts) == (WANG.uid, "ok", None, "{}")
