"""At the issuing window: by code or document, once, signed for; what may not leave the house does not (R137, art. 44)."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageDraw

from tests.cast import LI_ID, QIAN_ID, Cast
from yimen.ground.identity import services as people
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.notices.models import Message
from yimen.service.cases.events import CaseDelivered
from yimen.service.cases.tests.stage import case_of
from yimen.service.certificates import services as certificates
from yimen.service.certificates.tests import stage as certs
from yimen.service.delivery import handlers, services
from yimen.service.delivery.events import ResultShelved
from yimen.service.delivery.models import Result
from yimen.service.delivery.services import Shown
from yimen.service.delivery.services.common import NotToHand, ResultMoved, WrongCode
from yimen.service.delivery.services.handing import NotSignedFor, WrongTaker
from yimen.service.delivery.tests import stage
from yimen.service.fees.tests import stage as fees

pytestmark = pytest.mark.django_db


def drawn() -> str:
    """A name of sorts."""
    sheet = Image.new("RGBA", (900, 360))
    ImageDraw.Draw(sheet).line([(50, 200), (400, 100), (800, 250)], fill="black", width=8)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def hand(cast: Cast, row: Result, **shown: str) -> Result:
    return services.hand_over(result=row, shown=Shown(**shown), actor=cast.actor("wu"), at=now(), paper_signed=True)


def test_by_code_with_a_drawn_signature(cast: Cast) -> None:
    row = stage.shelved(cast)
    assert row.code_index and row.code_kept not in row.code_index
    client, here = cast.client("wu"), f"/desk/results/{row.uid}/"
    assert client.get("/desk/results/", {"q": row.code_kept})["Location"] == here
    assert client.get("/desk/results/", {"q": row.matter.code})["Location"] == here
    assert client.post(here, {"code": row.code_kept}).status_code == 422, "nobody has signed"
    assert client.post(here, {"code": "00000000", "paper_signed": "on"}).status_code == 422
    assert client.post(here, {"code": row.code_kept, "drawn": drawn()}).status_code == 302
    row, case = stage.again(row), case_of(row.matter.code)
    assert (row.state, row.by, row.receiver, row.code_kept) == ("handed", "code", "李明", "")
    assert case.matter.state == "concluded" and case.receiver == "李明" and case.delivered_at == row.handed_at
    assert b"".join(client.get(f"{here}signature/")).startswith(b"\x89PNG")
    assert client.post(here, {"code": "12345678", "paper_signed": "on"}).status_code == 409
    page = client.get(here).text
    assert "李明的签名" in page and "1 号窗口" in page
    assert "已交付" in cast.client("chen").get(f"/desk/cases/{row.matter.code}/").text
    handlers.close_result(CaseDelivered(row.matter_id, row.matter.code, now()))
    assert stage.again(row).by == "code", "the event of our own delivery changes nothing"


def test_by_document_of_applicant_agent_or_nobody(cast: Cast) -> None:
    row = stage.shelved(cast)
    with pytest.raises(WrongTaker, match="没有申请人的委托"):
        hand(cast, row, number=QIAN_ID)
    with pytest.raises(WrongTaker, match="取件码，或查验"):
        hand(cast, row)
    with pytest.raises(WrongCode):
        hand(cast, row, code="12")
    with pytest.raises(NotSignedFor):
        services.hand_over(result=row, shown=Shown(number=LI_ID), actor=cast.actor("wu"), at=now())
    assert hand(cast, row, number=LI_ID.lower()).by == "holder"
    assert LI_ID not in stage.again(row).proof

    other = stage.shelved(cast)
    assert hand(cast, other, number=QIAN_ID, receiver="钱进", paper="2026 年 7 月 1 日委托书").by == "paper"


def test_the_agent_of_a_mandate(cast: Cast) -> None:
    row = stage.shelved(cast)
    made = people.give_mandate(
        actor=cast.actor("li"), agent=people.Agent("钱进", "resident", QIAN_ID), powers=["collect"],
        valid_from=day_of(now()), valid_to=day_of(now()) + timedelta(days=30), at=now(),
    )  # fmt: skip
    with pytest.raises(WrongTaker, match="委托不包括"):
        hand(cast, row, number=QIAN_ID)
    people.accept_mandate(actor=cast.actor("qian"), uid=made.uid, at=now())
    done = hand(cast, row, number=QIAN_ID)
    assert (done.by, done.receiver) == ("agent", "钱进")
    assert made.number in case_of(row.matter.code).delivery_proof


def test_an_unpaid_bill_and_a_bad_certificate_hold_it(cast: Cast) -> None:
    code, bill = fees.case_with_bill(cast)
    from yimen.service.cases import services as cases

    cases.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=now())
    cases.grant(code=code, actor=cast.actor("chen"), at=now())
    made = services.register(code, now())
    assert made is not None
    row = services.shelve(result=made, actor=cast.actor("wu"), at=now(), shelf="乙 1")
    with pytest.raises(Refusal, match=bill.code):
        hand(cast, row, number=LI_ID)
    assert stage.again(row).state == "shelved" and case_of(code).delivered_at is None
    services.choose_way(result=row, way="post", actor=cast.actor("li"), at=now(), address=stage.HOME)
    with pytest.raises(Refusal, match=bill.code):
        services.post(result=stage.again(row), actor=cast.actor("wu"), at=now(), contents="证")


def test_a_certificate_not_made_or_suspended(cast: Cast) -> None:
    code, draft = certs.of_case(cast, automatic=False)
    row = services.register(code, now())
    assert row is not None
    with pytest.raises(NotToHand, match="还没有制证"):
        services.shelve(result=row, actor=cast.actor("wu"), at=now(), shelf="乙 1")
    certificates.issue(certificate=draft, values=certs.WORDS, actor=cast.actor("wu"), at=now())
    services.shelve(result=row, actor=cast.actor("wu"), at=now(), shelf="乙 1")
    certificates.move(
        certificate=certs.again(draft), action="suspend", reason="责令整改。", document="清市监〔2026〕9号",
        actor=cast.actor("chen"), at=now(),
    )  # fmt: skip
    with pytest.raises(NotToHand, match="暂停"):
        hand(cast, stage.again(row), number=LI_ID)


def test_a_cell_opens_once(cast: Cast) -> None:
    cabinet = stage.cabinet(cast)
    row, visitor = stage.in_cell(cast, cabinet, 7), Client()
    with pytest.raises(Refusal, match="里有别的结果"):
        stage.in_cell(cast, cabinet, 7)
    here = f"/cabinet/{cabinet.uid}/"
    code = row.code_kept
    assert visitor.post(here, {"code": "12 34"}).status_code == 422
    opened = visitor.post(here, {"code": f"{code[:4]} {code[4:]}"})
    assert opened.status_code == 200 and "7 号格" in opened.text
    assert visitor.post(here, {"code": code}).status_code == 422
    assert (stage.again(row).by, case_of(row.matter.code).matter.state) == ("cabinet", "concluded")
    assert 429 in [visitor.post(here, {"code": "00000001"}).status_code for _ in range(5)], "guessing is slowed"
    assert cast.client("manager").post(f"/manage/cabinets/{cabinet.uid}/end/").status_code == 302
    assert visitor.get(here).status_code == 404


def test_the_applicant_hears_and_is_reminded(cast: Cast) -> None:
    row = stage.shelved(cast)
    handlers.tell_where(ResultShelved(row.pk, row.matter.code, now()))
    said = Message.objects.get(subject="结果可以领取了")
    assert f"{row.code_kept[:4]} {row.code_kept[4:]}" in said.body
    page = cast.client("li").get(f"/my/matters/{row.matter.code}/").text
    assert f"{row.code_kept[:4]} {row.code_kept[4:]}" in page
    assert services.remind_due(now()) == 0
    assert services.remind_due(now() + timedelta(days=20)) == 1
    assert services.remind_due(now() + timedelta(days=20)) == 0
    assert Message.objects.filter(subject="有结果久未领取", account=cast.accounts["wu"]).exists()
    old = row.code_kept
    assert cast.client("li").post(f"/my/results/{row.uid}/code/").status_code == 302
    with pytest.raises(WrongCode):
        hand(cast, stage.again(row), code=old)


def test_delivered_elsewhere_or_taken_back(cast: Cast) -> None:
    from yimen.service.cases import services as cases

    row = stage.shelved(cast)
    cases.deliver(code=row.matter.code, method="signature", receiver="李明", actor=cast.actor("wu"), at=now())
    services.close_elsewhere(row.matter.code, now())
    assert (stage.again(row).state, stage.again(row).by) == ("handed", "elsewhere")
    with pytest.raises(ResultMoved):
        hand(cast, row, number=LI_ID)
    other = stage.shelved(cast)
    services.withdraw(other.matter_id, now())
    assert stage.again(other).state == "withdrawn" and not stage.again(other).code_index


def test_strangers_and_colleagues(cast: Cast) -> None:
    row = stage.shelved(cast)
    here = f"/desk/results/{row.uid}/"
    assert cast.client("qian_approver").get(here).status_code in (403, 404)
    assert cast.client("tang").get(here).status_code == 404
    assert cast.client("he").get(here).status_code == 200
    assert cast.client("he").post(here, {"number": LI_ID, "paper_signed": "on"}).status_code == 403
    assert cast.client("he").get(f"{here}shelve/").status_code == 403
    assert cast.client("qian").get(f"/my/results/{row.uid}/").status_code == 404
    assert row.code_kept not in cast.client("wu").get(here).text, "the code is the applicant's"


def given(**more: Any) -> dict[str, Any]:
    return {"name": "李明", "phone": "13812342671", "address": "清河县城关镇东街 12 号"} | more


def test_mail_is_chosen_on_the_phone(cast: Cast) -> None:
    row, li = stage.shelved(cast), cast.client("li")
    here = f"/my/results/{row.uid}/"
    assert li.post(f"{here}mail/", given(address="东街")).status_code == 422
    assert li.post(f"{here}mail/", given()).status_code == 302
    shown = li.get(here).text
    assert "东街 12 号" not in shown and "清河县城关镇****" in shown
    assert li.post(f"{here}window/").status_code == 302
    assert stage.again(row).way == "window"


def test_over_the_interface(cast: Cast) -> None:
    row, client = stage.shelved(cast), Client()
    wu = {"authorization": f"Bearer {cast.token('wu', 'delivery.*', 'cases.*')}"}
    listed = client.get("/api/v1/deliveries?box=shelved", headers=wu).json()
    assert [each["case"] for each in listed["rows"]] == [row.matter.code] and row.code_kept not in str(listed)
    here = f"/api/v1/deliveries/{row.uid}"
    body = {"code": "00000000", "paper_signed": True}
    wrong = client.post(f"{here}/hand-over", body, content_type="application/json", headers=wu)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_pickup_code")
    given = body | {"code": row.code_kept}
    done = client.post(f"{here}/hand-over", given, content_type="application/json", headers=wu)
    assert (done.status_code, done.json()["state"]) == (200, "handed")
    assert client.post(f"{here}/hand-over", given, content_type="application/json", headers=wu).status_code == 409
    qian = {"authorization": f"Bearer {cast.token('tang', 'delivery.*')}"}
    assert client.get(here, headers=qian).status_code == 404
    parcel = stage.ordered(cast)
    found = client.get(f"/api/v1/parcels/{parcel.uid}", headers=wu).json()
    assert (found["state"], found["tracking"], "address" in found) == ("ordered", parcel.tracking, False)
