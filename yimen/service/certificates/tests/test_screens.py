"""The screens of certificates: from the register to the phone and the page behind the QR."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.service.certificates import services
from yimen.service.certificates.models import Certificate, CertificateType, PrintRecord
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db
DESK = "/desk/certificates/"


def test_a_certificate_from_hand(cast: Cast) -> None:
    kind, client = stage.kind(cast), cast.client("wu")
    assert client.post(f"{DESK}new/", {"kind": kind.pk, "holder": "11010119900307001X"}).status_code == 422
    number = cast.parties["li"].id_number
    made = client.post(f"{DESK}new/", {"kind": kind.pk, "holder": number})
    row = Certificate.objects.get()
    assert made["Location"] == f"{DESK}{row.uid}/issue/"
    page = client.get(made["Location"])
    assert 'value="李明"' in page.text and 'value="茶座"' in page.text
    refused = client.post(made["Location"], {"f_holder": "李明", "seen": 1})
    assert refused.status_code == 422 and "字号名称" in refused.text
    given = {f"f_{key}": value for key, value in stage.WORDS.items()}
    assert client.post(made["Location"], {**given, "seen": 1}).status_code == 302
    assert client.post(made["Location"], {**given, "seen": 1}).status_code == 409
    shown = client.get(f"{DESK}{row.uid}/").text
    row = stage.again(row)
    assert row.number in shown and row.identifier in shown and "遗失补发" not in shown
    pdf = client.get(f"{DESK}{row.uid}/file.pdf?inline")
    assert b"".join(pdf).startswith(b"%PDF-") and pdf["Content-Type"] == "application/pdf"
    assert client.get(f"{DESK}{row.uid}/file.txt").status_code == 404
    for reason, status in (("", 302), ("", 422), ("卡纸，重打一份。", 302)):
        assert client.post(f"{DESK}{row.uid}/print/", {"reason": reason}).status_code == status
    assert PrintRecord.objects.count() == 2


def test_the_register_finds_and_exports(cast: Cast) -> None:
    row, _ = stage.issued(cast), stage.drafted(cast)
    client = cast.client("wu")
    assert "待制证" in client.get(DESK).text
    for query in (row.number, row.identifier, row.code, "李"):
        found = client.get(DESK, {"box": "all", "q": query}).text
        assert row.number in found, query
    assert row.number not in client.get(DESK, {"box": "ended"}).text
    assert row.number not in client.get(DESK, {"box": "ending"}).text
    Certificate.objects.filter(pk=row.pk).update(valid_to=day_of(now()) + timedelta(days=20))
    assert row.number in client.get(DESK, {"box": "ending"}).text
    book = client.get(DESK, {"box": "all", "as": "xlsx"})
    assert b"".join(book).startswith(b"PK")
    for odd in ({"kind": "x"}, {"state": "?"}, {"box": "zz"}):
        assert client.get(DESK, odd).status_code == 200


def test_strangers_and_colleagues(cast: Cast) -> None:
    row = stage.issued(cast)
    assert cast.client("qian_approver").get(f"{DESK}{row.uid}/").status_code == 404
    assert cast.client("zhao").get(f"{DESK}{row.uid}/").status_code == 200
    assert cast.client("zhao").get(f"{DESK}{row.uid}/suspend/").status_code == 403
    assert cast.client("wu").get(f"{DESK}{row.uid}/suspend/").status_code == 403
    assert cast.client("chen").get(f"{DESK}{row.uid}/fly/").status_code == 404
    assert cast.client("qian").get(f"/my/certificates/{row.uid}/").status_code == 404
    assert cast.client("qian").get(f"/my/certificates/{row.uid}/file.pdf").status_code == 404


def test_suspended_is_said_to_whoever_scans(cast: Cast) -> None:
    row, client = stage.issued(cast), cast.client("chen")
    given = {"reason": "责令整改。", "document": "清市监〔2026〕9号", "seen": 2}
    assert client.post(f"{DESK}{row.uid}/suspend/", {**given, "document": ""}).status_code == 422
    assert client.post(f"{DESK}{row.uid}/suspend/", given).status_code == 302
    page = Client().get(f"/verify/certificate/{row.code}").text
    assert "已暂停使用" in page and "清市监〔2026〕9号" in page and "李*" in page
    assert "李明" not in page and "责令整改" not in page
    client.post(f"{DESK}{row.uid}/revoke/", {**given, "seen": 3})
    assert "已被撤销" in Client().get(f"/verify/certificate/{row.code}").text


def test_asked_by_code_or_identifier(cast: Cast) -> None:
    row, visitor = stage.issued(cast), Client()
    for typed in (row.code.lower(), row.identifier):
        answer = visitor.get("/verify/certificate/", {"code": typed})
        assert answer.status_code == 302
        assert "这张证照有效" in visitor.get(answer["Location"]).text
    assert "不是核验码" in visitor.get("/verify/certificate/", {"code": "不对"}).text
    assert visitor.get("/verify/certificate/AAAABBBBCCCC").status_code == 404
    draft = stage.drafted(cast)
    assert visitor.get(f"/verify/certificate/{draft.code}").status_code == 404


def test_the_holder_has_it_on_the_phone(cast: Cast) -> None:
    code, row = stage.of_case(cast)
    client = cast.client("li")
    assert row.number in client.get("/my/certificates/").text
    page = client.get(f"/my/certificates/{row.uid}/").text
    assert "这张证照有效" in page and "听泉茶馆" in page
    assert b"".join(client.get(f"/my/certificates/{row.uid}/file.ofd")).startswith(b"PK")
    assert row.number in client.get(f"/my/matters/{code}/").text
    assert row.number in cast.client("chen").get(f"/desk/cases/{code}/").text
    assert "还没有电子证照" in cast.client("qian").get("/my/certificates/").text


def test_the_centre_sets_up_a_type(cast: Cast) -> None:
    client = cast.client("manager")
    values = {
        "code": stage.TYPE_CODE, "name": "食品经营许可证", "issuer": cast.units["market"].pk, "series": "清食证",
        "holder_kind": "either", "layout": "portrait", "months": 60,
        "lines": "经营者 | 持证人名称\n项目 | 固定内容 | 热食\n备注 | | | 选填",
    }  # fmt: skip
    assert client.post("/manage/certificate-types/new/", {**values, "code": "1"}).status_code == 422
    assert client.post("/manage/certificate-types/new/", {**values, "lines": "经营者 | 天上"}).status_code == 422
    assert client.post("/manage/certificate-types/new/", values).status_code == 302
    kind = CertificateType.objects.get()
    assert [field["source"] for field in kind.fields] == ["holder", "fixed", "typed"] and not kind.fields[2]["required"]
    assert "食品经营许可证" in client.get("/manage/certificate-types/").text
    address = f"/manage/certificate-types/{kind.uid}/"
    assert "经营者 | 持证人名称" in client.get(address).text
    changed = {**values, "name": "食品经营许可证（新版）"}
    assert client.post(address, changed).status_code == 302
    assert client.get(f"{address}sample/").content.startswith(b"%PDF-")
    assert client.post(f"{address}end/").status_code == 302
    assert client.post(f"{address}end/").status_code == 409
    with pytest.raises(services.issuing.CannotIssue, match="已经停用"):
        services.draw_up(kind=stage.again_type(kind), holder=cast.parties["li"], actor=cast.actor("wu"), at=now())
