"""Personal values are covered on every page, in every answer of the interface and in every file, until somebody asks and is
written down.

Li's and a partner's numbers, telephones and addresses are seeded; the whole site is walked as each role (`test_walk`), and no value
may appear whole. Who may see one's own is listed with the reason.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.access.matrix import ROLES
from tests.cast import LI_ID
from tests.security.crawler import body_of, text_of
from tests.security.walks import leaks
from tests.security.world import LI_PHONE, PARTNER_ID, World, places
from yimen.ground.documents.services import draw_letter
from yimen.ground.kit.models import AuditEntry


@pytest.mark.parametrize("role", [role for role in ROLES if role != "visitor"])
def test_the_interface_shows_no_whole_value(world: World, role: str) -> None:
    headers = {"authorization": f"Bearer {world.cast.token(role)}"}
    for place in places(world):
        if place.api and place.view.method in ("", "GET"):
            body = Client().get(place.url, headers=headers).content.decode()
            assert not leaks(body), f"{role} {place.url}"
    assert not leaks(Client().get(f"/api/v1/query?code={world.case}&tail={LI_ID[-4:]}").content.decode())


def test_no_letter_shows_a_whole_value(world: World) -> None:
    from yimen.ground.documents.models import Letter

    kinds = {letter.kind: letter for letter in Letter.objects.all()}
    assert {"materials_receipt", "acceptance_slip", "decision_grant", "delivery_receipt"} <= set(kinds)
    for letter in kinds.values():
        draw_letter(letter.pk)
        answer = world.cast.client("li").get(f"/letters/{letter.code}.pdf")
        assert answer.status_code == 200
        text = text_of(body_of(answer), "application/pdf")
        assert "李明" in text
        assert not leaks(text.replace("\n", "")), letter.kind


@pytest.mark.parametrize(
    ("field", "value"), [("party-id_number", LI_ID), ("contact_phone", LI_PHONE), ("answer-partner_id", PARTNER_ID)]
)
def test_a_reveal_needs_a_reason_and_leaves_a_row(world: World, field: str, value: str) -> None:
    wang, url = world.cast.client("wang"), f"/desk/cases/{world.case}/reveal/{field}/"
    before = AuditEntry.objects.count()
    refused = wang.post(url, {"why": " "})
    assert value not in refused.content.decode()
    assert not AuditEntry.objects.filter(action__endswith=".reveal", result="ok").exists()
    before = AuditEntry.objects.count()
    shown = wang.post(url, {"why": "电话核对申请人身份"})
    assert value in shown.content.decode()
    rows = list(AuditEntry.objects.order_by("id")[before:])
    assert [row.result for row in rows] == ["ok"]
    assert rows[0].action.endswith(".reveal")
    assert rows[0].actor_name == "王芳"
    assert "核对申请人身份" in rows[0].reason
    assert value not in rows[0].facts + rows[0].reason + rows[0].target
    assert value not in wang.get(f"/desk/cases/{world.case}/").content.decode()


@pytest.mark.parametrize("role", ["wu", "he", "manager"])
def test_who_sees_the_case_but_may_not_reveal_is_refused(world: World, role: str) -> None:
    may = world.cast.actor(role).holds("identity.reveal")
    answer = world.cast.client(role).post(f"/desk/cases/{world.case}/reveal/contact_phone/", {"why": "核对申请人身份"})
    assert (LI_PHONE in answer.content.decode()) == may
    if not may:
        assert answer.status_code == 403


def test_one_s_own_reveal_is_written_down_too(world: World) -> None:
    client, before = world.cast.client("li"), AuditEntry.objects.filter(action="identity.reveal").count()
    assert LI_ID not in client.get("/my/account/").content.decode()
    assert LI_ID in client.post("/my/account/reveal/").content.decode()
    assert AuditEntry.objects.filter(action="identity.reveal").count() == before + 1


def test_logs_and_records_hold_no_whole_value(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the log of a day's requests nor audit, outbox and ledger hold what is covered elsewhere."""
    from yimen.ground.kit.models import OutboxEvent
    from yimen.ground.matters.models import Step

    wang = world.cast.client("wang")
    with caplog.at_level("DEBUG"):
        wang.get(f"/desk/query/?q={LI_PHONE}")
        wang.post(f"/desk/intake/item/{world.item.code}/", {"id_type": "resident", "id_number": LI_ID})
        Client().post("/track/", {"code": world.case, "tail": LI_ID[-4:]})
        Client().post("/sign-in/", {"name": LI_ID, "password": "Wrong-Lantern-2026"})
    assert not leaks(
        " ".join(json.dumps(record.__dict__, default=str, ensure_ascii=False) for record in caplog.records)
    )
    for model in (AuditEntry, OutboxEvent, Step):
        for row in model.objects.values():
            assert not leaks(_words(dict(row))), f"{model.__name__} {row['id']}"


def test_at_rest_they_are_ciphertext(world: World) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("identity_party", "cases_case", "cases_draft", "documents_letter", "notices_notice"):
            cursor.execute("select to_regclass(%s)", [table])
            if cursor.fetchone()[0] is None:
                continue
            cursor.execute(f"select string_agg(t::text, ' ') from {table} t")  # noqa: S608 (names above)
            assert not leaks(cursor.fetchone()[0] or ""), table


def _words(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str, ensure_ascii=False)
