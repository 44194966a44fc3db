"""What somebody with all rights on the database does to the ledger is found and named."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from yimen.ground.kit.moments import now
from yimen.ground.matters import sealing, services
from yimen.ground.matters.tests.stage import clerk, errand

pytestmark = pytest.mark.django_db


def as_superuser(sql: str, *values: Any) -> None:
    """Run a statement with the ledger's own guards switched off."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table matters_step disable trigger user")
        cursor.execute("alter table matters_matter disable trigger user")
        cursor.execute("alter table matters_sealentry disable trigger user")
        cursor.execute(sql, list(values))
        cursor.execute("set constraints all deferred")


def three_steps() -> tuple[int, list[int]]:
    """A sealed matter of three steps: its id and theirs."""
    wang = clerk()
    opened = errand(wang)
    taken = [services.take_step(matter=opened.matter_id, action=a, actor=wang, at=now()) for a in ("pause", "go_on")]
    ids = [opened.step_id, *(step.step_id for step in taken)]
    while sealing.seal_once():
        pass
    return opened.matter_id, ids


def named(kind: str) -> list[str]:
    return [fault.row for fault in sealing.verify().faults if fault.kind == kind]


def test_an_untouched_ledger_is_sound() -> None:
    three_steps()
    verdict = sealing.verify()
    assert verdict.sound, verdict.faults
    assert verdict.steps == 3
    assert verdict.seals >= 1


def test_unsealed_steps_are_sound_too() -> None:
    errand(clerk())
    verdict = sealing.verify()
    assert verdict.sound
    assert verdict.unsealed == 1


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{\"a\":1}'",
        "happened_at = happened_at - interval '1 second'",
        "actor_name = '别人'",
        "clock = ''",
        "\"window\" = '9'",
    ],
)
def test_one_changed_byte_is_found_and_named(change: str) -> None:
    _, ids = three_steps()
    as_superuser(f"update matters_step set {change} where id = %s", ids[1])  # noqa: S608  (fixed text of this test)
    assert any(str(ids[1]) in row for row in named("changed"))


def test_a_change_with_mended_links_is_found_by_the_seal() -> None:
    matter, ids = three_steps()
    as_superuser("update matters_step set facts = '{\"a\":1}' where id = %s", ids[2])
    as_superuser(
        "update matters_step s set link = matters_link((select p.link from matters_step p where p.id = %s), s) where s.id = %s",
        ids[1],
        ids[2],
    )
    as_superuser(
        "update matters_matter m set last_link = s.link from matters_step s where s.id = %s and m.id = %s",
        ids[2],
        matter,
    )
    assert any(str(ids[2]) in row for row in named("changed"))


def test_a_deleted_step_is_found_and_named() -> None:
    _, ids = three_steps()
    as_superuser("delete from matters_step where id = %s", ids[1])
    assert any(str(ids[1]) in row for row in named("deleted"))
    assert named("gap")


def test_a_cut_tail_is_found_and_named() -> None:
    matter, ids = three_steps()
    as_superuser("delete from matters_step where id = %s", ids[2])
    assert any(f"事 {matter}（" in row for row in named("tail"))


def test_an_inserted_back_dated_step_is_found_and_named() -> None:
    matter, ids = three_steps()
    as_superuser(
        'insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post, "window",'
        " happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)"
        " select matter_id, 4, 'pause', to_state, 'paused', actor_uid, actor_name, actor_post, \"window\","
        " happened_at - interval '9 days', recorded_at - interval '9 days', '', '', '{}', '[]', procedure, division,"
        " sha256('x') from matters_step where id = %s",
        ids[2],
    )
    with connection.cursor() as cursor:
        cursor.execute("select id from matters_step where matter_id = %s and seq = 4", [matter])
        (inserted,) = cursor.fetchone()
    assert any(str(inserted) in row for row in named("inserted"))
    assert any(str(inserted) in row for row in named("order"))


def test_a_removed_seal_entry_is_found() -> None:
    _, ids = three_steps()
    as_superuser("delete from matters_sealentry where step_id = %s", ids[0])
    assert named("seal")
    assert any(str(ids[0]) in row for row in named("inserted"))


def test_a_removed_seal_is_found() -> None:
    """The last one: its entries come after all the seals that are left."""
    three_steps()
    _, ids = three_steps()
    as_superuser("alter table matters_seal disable trigger all")
    as_superuser("alter table matters_sealentry disable trigger all")
    as_superuser(
        "delete from matters_seal where id = (select seal_id from matters_sealentry where step_id = %s)", ids[-1]
    )
    assert any(str(ids[-1]) in row for row in named("seal"))


def test_the_proof_cancels_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancellation of what is over already strikes the next question, now and then."""

    cancelled: list[int] = []
    three_steps()
    for way in ("cancel", "cancel_safe"):
        monkeypatch.setattr(psycopg.Connection, way, lambda *_, **__: cancelled.append(1))
    assert sealing.verify().sound
    assert cancelled == []
