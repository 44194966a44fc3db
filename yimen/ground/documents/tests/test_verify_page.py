"""Anybody who holds a letter sees whether it is true; nobody walks the codes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yimen.ground.documents import views
from yimen.ground.documents.selectors import verify
from yimen.ground.documents.services import draw_letter, void_letter
from yimen.ground.documents.tests.conftest import AT, BASE, MORE
from yimen.ground.documents.tests.test_issue_letter import issue
from yimen.ground.identity.rules import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_valid_letter() -> None:
    issued = issue(facts={**BASE, **MORE["acceptance_slip"], "applicant": "李雷"})
    draw_letter(issued.id)
    answer = Client().get(f"/verify/{issued.code}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "这份文书是真的，现在有效" in page
    assert issued.number in page
    assert "李*" in page and "李雷" not in page
    assert "出具以后没有改动" in page


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"applicant": "阿卜杜拉·买买提", "applicant_kind": "natural"}, "阿*******"),
        ({"applicant": "欧阳上官娜", "applicant_kind": "natural"}, "欧****"),
        ({"applicant": "阿卜杜拉·买买提"}, "阿*******"),
        ({"applicant": "John Smith"}, "J*********"),
        ({"applicant": "听泉堂", "applicant_kind": "legal"}, "听泉堂"),
        ({"applicant": "清河县听泉茶馆有限公司"}, "清河县听泉茶馆有限公司"),
    ],
)
def test_a_person_s_name_is_masked_however_long(facts: dict[str, str], shown: str) -> None:
    issued = issue(facts={**BASE, **MORE["acceptance_slip"], **facts})
    assert verify(issued.code).applicant == shown


def test_a_voided_letter() -> None:
    issued = issue()
    void_letter(code=issued.code, reason="文号打错", actor=SYSTEM, at=AT)
    page = Client().get(f"/verify/{issued.code}").content.decode()
    assert "已经作废" in page
    assert "文号打错" in page


@pytest.mark.parametrize("code", ["7K4XQ2P9M3TA", "nonsense", "<script>", "%00", "𠮷" * 40, "a" * 5000])
def test_an_unknown_code(code: str) -> None:
    answer = Client().get(f"/verify/{code}")
    assert answer.status_code in (400, 404)
    assert "<script>alert" not in answer.content.decode()


def test_typing_a_code_leads_to_its_page() -> None:
    assert Client().get(reverse("documents:ask")).status_code == 200
    answer = Client().get(reverse("documents:ask"), {"code": "7k4x-q2p9-m3ta"})
    assert answer.headers["Location"].endswith("/verify/7K4XQ2P9M3TA")
    assert "不是验证码" in Client().get(reverse("documents:ask"), {"code": "x"}).content.decode()


def test_tries_are_limited() -> None:
    codes = [Client().get("/verify/7K4XQ2P9M3TA").status_code for _ in range(views.TRIES + 2)]
    assert codes[0] == 404
    assert codes[-1] == 429
