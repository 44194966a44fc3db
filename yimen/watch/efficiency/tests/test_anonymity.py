"""Who complained is never shown to the accused unit: not on a page, in a list, a file, a letter, the ledger, the audit."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotFound
from yimen.watch.efficiency import policies, services
from yimen.watch.efficiency.services.complaints import NobodyNamed
from yimen.watch.efficiency.tests import stage

pytestmark = pytest.mark.django_db
SECRETS = (stage.NAME, stage.PHONE, stage.ADDRESS, "511990312", "李明", "13812342671")


def texts_of_every_table() -> str:
    """All text that a reader of the database finds, but in the tables of identity, where everybody stands anyway."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
            " and table_name not like 'identity_%' and table_name not like 'organisations_%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")  # noqa: S608 - its own names
            found.append(f"{table}: {cursor.fetchone()[0]}")
    return "\n".join(found)


def test_a_reader_of_the_database_finds_no_name(cast: Cast) -> None:
    before = texts_of_every_table()
    made = stage.lodged(cast, owner="li")
    complaint = stage.complaint_again(made.complaint)
    services.complaints.accept(complaint=complaint, actor=cast.actor("sun"), at=now())
    services.complainant.supplement(complaint=stage.complaint_again(complaint), text=f"我是{stage.NAME}。", at=now())
    services.complaints.note(
        complaint=stage.complaint_again(complaint), actor=cast.actor("sun"), text=f"{stage.NAME}说的属实。", at=now()
    )
    after = texts_of_every_table()
    for secret in SECRETS:
        assert after.count(secret) == before.count(secret), secret
    assert str(cast.accounts["li"].uid) not in after.replace(before, "") or after.count(
        str(cast.accounts["li"].uid)
    ) == before.count(str(cast.accounts["li"].uid))


def test_the_public_form_leaves_no_name_and_no_address(cast: Cast) -> None:
    client = cast.client("li")
    answer = client.post("/complaints/new/", _form(cast), REMOTE_ADDR="203.0.113.77")
    assert answer.status_code == 302, answer.content.decode()[:2000]
    wrong = client.post("/complaints/new/", _form(cast) | {"phone": "12"}, REMOTE_ADDR="203.0.113.77")
    assert wrong.status_code == 422
    found = texts_of_every_table()
    assert stage.PHONE not in found
    assert "203.0.113.77" not in found


@pytest.mark.parametrize("who", ["he", "zhou", "wang", "manager", "leader", "tang"])
def test_the_accused_and_others_find_nothing(cast: Cast, who: str) -> None:
    made = stage.lodged(cast)
    client = cast.client(who)
    for url in (f"/desk/complaints/{made.code}/", f"/desk/complaints/{made.code}/clock/"):
        expected = (404,) if who != "leader" else (200,)
        assert client.get(url).status_code in expected
    page = client.get("/desk/complaints/")
    if who in ("he", "zhou", "wang", "tang"):
        assert page.status_code == 403
    for secret in SECRETS[:4]:
        assert secret not in page.content.decode()
    assert client.post(f"/desk/complaints/{made.code}/identity/", {"why": "想知道是谁"}).status_code in (403, 404)


def _form(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "kind": "complaint", "accused": cast.units["market"].pk, "violation": "slow", "statement": stage.STATEMENT,
        "name": stage.NAME, "phone": stage.PHONE,
    } | more  # fmt: skip


def test_a_supervisor_of_the_accused_unit_is_a_stranger(cast: Cast) -> None:
    """Sun's own office is accused: it goes one up, and Sun, who sees all other complaints, finds nothing."""
    made = stage.lodged(cast, unit="supervision")
    complaint = stage.complaint_again(made.complaint)
    assert complaint.matter.department.kind == "government"
    sun, client = cast.actor("sun"), cast.client("sun")
    with pytest.raises(NotFound):
        policies.access_complaint(sun, made.code)
    with pytest.raises(NotFound):
        services.complaints.accept(complaint=complaint, actor=sun, at=now())
    with pytest.raises(NotFound):
        services.reveal(complaint=complaint, actor=sun, reason="看看是谁", at=now())
    assert client.get(f"/desk/complaints/{made.code}/").status_code == 404
    for url in ("/desk/complaints/?box=all", f"/desk/complaints/?box=all&q={made.code}", "/manage/efficiency/figures/"):
        assert "效能监察办公室：" not in client.get(url).content.decode()
    assert made.code not in _cells(client, "/desk/complaints/?box=all&as=xlsx")


def test_the_person_accused_is_a_stranger_from_then_on(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    services.complaints.note(
        complaint=complaint,
        actor=cast.actor("sun"),
        text="是孙悦本人。",
        accused_person=cast.accounts["sun"].pk,
        at=now(),
    )
    assert cast.client("sun").get(f"/desk/complaints/{complaint.matter.code}/").status_code == 404


def test_whoever_stepped_back_stays_away(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    client = cast.client("sun")
    code = complaint.matter.code
    answer = client.post(
        f"/desk/complaints/{code}/recuse/", {"reason": "和投诉人是亲戚", "seen": complaint.matter.version}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/desk/complaints/")
    assert client.get(f"/desk/complaints/{code}/").status_code == 404


def test_masked_until_a_reason_is_given_and_then_recorded(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    client, url = cast.client("sun"), f"/desk/complaints/{complaint.matter.code}/"
    page = client.get(url).content.decode()
    for secret in SECRETS[:4]:
        assert secret not in page
    assert "137****1234" in page
    short = client.post(f"{url}identity/", {"why": "看"})
    assert short.status_code == 422
    assert stage.PHONE not in short.content.decode()
    full = client.post(f"{url}identity/", {"why": "电话核实当时情况"}).content.decode()
    assert stage.PHONE in full
    assert stage.NAME in full
    assert stage.PHONE not in client.get(url).content.decode()
    assert complaint.disclosures.get().reason == "电话核实当时情况"


def test_there_is_nobody_behind_an_anonymous_one(cast: Cast) -> None:
    complaint = stage.accepted(cast, anonymous=True)
    assert (complaint.name, complaint.phone, complaint.address, complaint.about, complaint.owner) == ("",) * 5
    with pytest.raises(NobodyNamed):
        services.reveal(complaint=complaint, actor=cast.actor("sun"), reason="电话核实", at=now())


def test_an_order_out_of_a_complaint_does_not_lead_back(cast: Cast) -> None:
    complaint = stage.accepted(cast)
    code = complaint.matter.code
    order = stage.ordered(cast, source="complaint", source_code=code)
    he = cast.client("he")
    page = he.get(f"/desk/corrections/{order.matter.code}/").content.decode()
    assert "群众投诉" in page
    assert code not in page
    assert code not in _cells(he, "/desk/corrections/?as=xlsx")
    from yimen.ground.documents.selectors import letter_by_code

    letter = letter_by_code(order.letter_code)
    assert letter is not None
    assert code not in letter.facts
    assert code in cast.client("sun").get(f"/desk/corrections/{order.matter.code}/").content.decode()
    fault = stage.fault(cast, source_code=code)
    assert code not in cast.client("wang").get(f"/desk/faults/{fault.matter.code}/").content.decode()


def test_no_notice_reaches_the_accused(cast: Cast) -> None:
    stage.accepted(cast, owner="li")
    while outbox.deliver_once():
        pass
    from yimen.ground.notices.models import Message

    told = Message.objects.filter(account__in=[cast.accounts[name] for name in ("he", "zhou", "wang", "zhao", "chen")])
    assert not told.filter(key__startswith="efficiency").exists()
    assert not Message.objects.filter(body__contains=stage.NAME).exists()


def test_the_export_names_nobody(cast: Cast) -> None:
    stage.accepted(cast)
    cells = _cells(cast.client("sun"), "/desk/complaints/?box=all&as=xlsx")
    assert "市场监督管理局" in cells
    for secret in (*SECRETS[:4], stage.STATEMENT):
        assert secret not in cells


def test_the_api_tells_a_stranger_nothing(cast: Cast) -> None:
    made = stage.lodged(cast)
    client = Client()
    wrong = client.post("/api/v1/complaints/status", {"code": made.code, "secret": "AAAAAAAA"}, "application/json")
    assert wrong.status_code == 404
    right = client.post("/api/v1/complaints/status", {"code": made.code, "secret": made.secret}, "application/json")
    assert right.status_code == 200
    for secret in SECRETS[:4]:
        assert secret not in right.content.decode()


def _cells(client: Client, url: str) -> str:
    """All text of a workbook."""
    answer: Any = client.get(url)
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
