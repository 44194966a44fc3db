"""What is published once a day, and what the file of a history says about it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from yimen.ground.kit import crypto, keyring
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters import sealing, services
from yimen.ground.matters.models import LedgerDigest, Matter, Step
from yimen.ground.matters.proof import publishing, tree
from yimen.ground.matters.proof.history import footing, history_of
from yimen.ground.matters.tests.stage import clerk, errand
from yimen.ground.matters.tests.test_ledger_proof import as_superuser

pytestmark = pytest.mark.django_db


def sealed_errands(count: int = 3) -> list[Matter]:
    """So many errands of two steps, all of them sealed."""
    wang = clerk()
    found = []
    for _ in range(count):
        opened = errand(wang)
        services.take_step(matter=opened.matter_id, action="pause", actor=wang, at=now())
        found.append(Matter.objects.get(pk=opened.matter_id))
    while sealing.seal_once():
        pass
    return found


def root_from(history: dict[str, Any]) -> list[str]:
    """The roots to which a history's own lines lead, reckoned here without the module's help."""
    roots = []
    for digest in history["digests"]:
        data = b"\x00" + f"{history['code']}\n".encode()
        for step in history["steps"]:
            if step["digest"] == digest["number"]:
                data += step["seq"].to_bytes(4, "big") + bytes.fromhex(step["link"])
        node = hashlib.sha256(data).digest()
        for beside in digest["way"]:
            other = bytes.fromhex(beside[1:])
            node = hashlib.sha256(b"\x01" + (other + node if beside[0] == "L" else node + other)).digest()
        roots.append(node.hex())
    return roots


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13])
def test_every_leaf_climbs_to_the_root(count: int) -> None:
    leaves = [hashlib.sha256(bytes([each])).digest() for each in range(count)]
    rows = tree.levels(leaves)
    for place, leaf in enumerate(leaves):
        assert tree.climb(leaf, tree.way_up(rows, place)) == tree.root_of(leaves)
        assert tree.climb(b"another", tree.way_up(rows, place)) != tree.root_of(leaves)


def test_a_history_leads_to_the_published_root() -> None:
    matters = sealed_errands(5)
    (made,) = publishing.publish(now(), all_of_it=True)
    assert (made.number, made.matters, made.steps) == (1, 5, 10)
    for matter in matters:
        history = history_of(matter, now())
        assert root_from(history) == [made.root_hex]
        before = b""
        for step in history["steps"]:
            if step["text"] is not None:
                assert hashlib.sha256(before + step["text"].encode()).hexdigest() == step["link"]
            before = bytes.fromhex(step["link"])


def test_the_text_is_signed_and_names_the_one_before() -> None:
    sealed_errands(1)
    (first,) = publishing.publish(now(), all_of_it=True)
    sealed_errands(1)
    (second,) = publishing.publish(now(), all_of_it=True)
    said = publishing.fields_of(second.text)
    assert said["previous"] == hashlib.sha256(first.text.encode()).hexdigest()
    assert said["since"] == publishing.fields_of(first.text)["made"]
    key = bytes.fromhex(second.public_key)
    assert said["key"] == hashlib.sha256(key).hexdigest()
    assert crypto.sm2().verify(key, second.text.encode(), bytes.fromhex(second.signature.rsplit(":", 1)[-1]))
    assert publishing.verify() == []


def test_today_is_published_tomorrow() -> None:
    sealed_errands(1)
    assert publishing.publish(now()) == []
    tomorrow = now() + timedelta(days=1)
    (made,) = publishing.publish(tomorrow)
    assert made.day == day_of(now())
    assert publishing.publish(tomorrow) == []


def test_a_day_without_a_step_is_published_too() -> None:
    sealed_errands(1)
    publishing.publish(now() + timedelta(days=1))
    (empty,) = publishing.publish(now() + timedelta(days=2))
    assert (empty.matters, empty.steps, bytes(empty.root)) == (0, 0, tree.NOTHING)
    assert publishing.verify() == []


def test_much_at_once_goes_into_several(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        sealed_errands(1)
    monkeypatch.setattr(publishing, "MOST_STEPS", 2)
    made = publishing.publish(now(), all_of_it=True)
    assert [each.steps for each in made] == [2, 2, 2]
    assert publishing.verify() == []


def test_what_is_not_published_yet_says_so() -> None:
    (matter,) = sealed_errands(1)
    publishing.publish(now(), all_of_it=True)
    services.take_step(matter=matter.pk, action="go_on", actor=clerk("李续"), at=now())
    steps = history_of(matter, now())["steps"]
    assert [each["digest"] for each in steps] == [1, 1, None]


def test_the_wording_of_what_is_internal_stays_closed() -> None:
    (matter,) = sealed_errands(1)
    steps = history_of(matter, now())["steps"]
    assert all(each["text"] is None for each in steps), "the steps of an errand have no words for the public"
    assert all(len(each["link"]) == 64 for each in steps)


def test_a_ledger_mended_by_somebody_with_all_rights_no_longer_bears_out_its_digest() -> None:
    matter = sealed_errands(3)[1]
    publishing.publish(now(), all_of_it=True)
    # The facts are changed and every link after them made good: only what was published knows.
    as_superuser("update matters_step set facts = '{\"a\":1}' where matter_id = %s and seq = 1", matter.pk)
    as_superuser(
        "update matters_step s set link = matters_link(''::bytea, s) where matter_id = %s and seq = 1", matter.pk
    )
    as_superuser(
        "update matters_step s set link = matters_link((select p.link from matters_step p where p.matter_id = s.matter_id"
        " and p.seq = 1), s) where matter_id = %s and seq = 2",
        matter.pk,
    )
    assert [fault.number for fault in publishing.verify()] == [1]


def test_a_history_put_right_again_is_sound_at_once() -> None:
    matter = sealed_errands(3)[1]
    (digest,) = publishing.publish(now(), all_of_it=True)
    link = Step.objects.get(matter=matter, seq=2).link
    setting = "update matters_step set link = %s where matter_id = %s and seq = 2"
    as_superuser(setting, bytes(32), matter.pk)
    assert root_from(history_of(matter, now())) != [bytes(digest.root).hex()]
    as_superuser(setting, link, matter.pk)
    assert root_from(history_of(matter, now())) == [bytes(digest.root).hex()]


@pytest.mark.parametrize(
    "statement", ["update matters_ledgerdigest set matters = 0", "delete from matters_ledgerdigest"]
)
def test_a_digest_cannot_be_changed_or_removed(statement: str) -> None:
    sealed_errands(1)
    publishing.publish(now(), all_of_it=True)
    with pytest.raises(DatabaseError, match="matters_ledgerdigest"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_new_key_is_confirmed_by_the_former_one() -> None:
    matters = sealed_errands(1)
    publishing.publish(now(), all_of_it=True)
    keyring.ring().rotate(publishing.PURPOSE)
    services.take_step(matter=matters[0].pk, action="go_on", actor=clerk("李续"), at=now())
    sealing.seal_once()
    (second,) = publishing.publish(now(), all_of_it=True)
    former = LedgerDigest.objects.get(number=1)
    assert second.public_key != former.public_key
    handed_on = bytes.fromhex(second.handed_on.rsplit(":", 1)[-1])
    assert crypto.sm2().verify(bytes.fromhex(former.public_key), second.text.encode(), handed_on)
    (key,) = history_of(matters[0], now())["keys"]
    assert key["former"] == former.public_key


def test_a_letter_without_a_step_says_nothing_of_the_ledger() -> None:
    assert footing("ABCD", "") == {}
    assert footing("ABCD", "没有这件") == {}
