"""The public query: number and four characters, one answer for every mistake, nobody named (R074)."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.test import Client

from tests.cast import Cast
from tests.journeys.teahouse import apply, open_teahouse
from yimen.ground.documents.rules import shown_code
from yimen.ground.documents.selectors import letters_of
from yimen.ground.kit import moments
from yimen.service.cases import services
from yimen.service.cases.rules import short_code
from yimen.service.cases.services.public_query import TRIES_OF_A_NUMBER
from yimen.service.cases.views.public import track


@pytest.fixture
def code(cast: Cast) -> str:
    return apply(cast.client("li"), open_teahouse(cast))


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}-", "—{}\u3000"])
def test_anybody_with_number_and_tail_sees_how_far_it_is(client: Client, cast: Cast, code: str, typed: str) -> None:
    services.request_correction(
        code=code, items=[(2, "李明的报告已过期")], actor=cast.actor("wang"), at=moments.now(), reason="李明材料不齐"
    )
    answer = client.post("/track/", {"code": typed.format(code.lower()), "tail": "００２９"})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    said = page.content.decode()
    assert page["Cache-Control"].startswith("no-store")
    assert "等您补齐" in said
    assert "逐日账目" in said
    assert "告知补正" in said
    told = re.sub(r'class="code">[^<]*<', "", said.replace(code, ""))  # digests hold any four figures
    for name in ("李明", "王芳", "138", "0029", "柳溪镇", "听泉茶馆", "报告已过期", "/letters/"):
        assert name not in told, name


def test_a_number_is_read_however_it_is_copied(client: Client, code: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code.lower())
    spaced = "－".join(wide[at : at + 8] for at in range(0, len(wide), 8))
    assert client.post("/track/", {"code": spaced, "tail": "００－２９"}).status_code == 302


def test_the_code_on_a_letter_stands_for_the_number(client: Client, code: str) -> None:
    letter = letters_of(code)[0]
    found = client.post("/track/", {"code": shown_code(letter.code).lower(), "tail": "0029"})
    assert found.status_code == 302
    assert code in client.get(found["Location"]).content.decode()
    assert client.post("/track/", {"code": letter.code, "tail": "0028"}).status_code == 404
    unknown = client.post("/track/", {"code": "7K4XQ2P9M3TA", "tail": "0029"})
    assert (unknown.status_code, "没有查到这件办件" in unknown.content.decode()) == (404, True)


@pytest.mark.parametrize(
    ("typed", "said"), [("{short}", "简短编号"), ("{code}9", "您填了 44 位"), ("1234567", "您填了 7 位")]
)
def test_what_is_no_number_is_told_why(client: Client, code: str, typed: str, said: str) -> None:
    answer = client.post("/track/", {"code": typed.format(code=code, short=short_code(code)), "tail": "0029"})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_every_mistake_gets_the_same_answer(client: Client, code: str) -> None:
    wrong_tail = client.post("/track/", {"code": code, "tail": "0028"})
    wrong_code = client.post("/track/", {"code": code[:-1] + "9", "tail": "0029"})
    assert wrong_tail.status_code == wrong_code.status_code == 404
    said = [
        answer.content.decode().partition('role="alert"')[2].partition("</div>")[0]
        for answer in (wrong_tail, wrong_code)
    ]
    assert "没有查到这件办件" in said[0]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"code": "", "tail": ""}, {"code": "x" * 1_000_000, "tail": "0029"}, {"code": "\x00", "tail": "\x00\x00\x00\x00"},
        {"code": "编号", "tail": "001X"}, {"code": "1" * 43, "tail": "12"}, {"code": "1" * 43, "tail": "……………"},
    ],
)  # fmt: skip
def test_bad_input_is_told_at_its_field(client: Client, db: None, sent: dict[str, str]) -> None:
    answer = client.post("/track/", sent)
    assert answer.status_code == 422
    assert 'class="error-summary"' in answer.content.decode()


def test_guessing_is_slowed_down(client: Client, code: str) -> None:
    answers = [client.post("/track/", {"code": code, "tail": f"{n:04}"}) for n in range(TRIES_OF_A_NUMBER + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [404] * TRIES_OF_A_NUMBER
    assert answers[-1].status_code == 429
    assert "再试" in answers[-1].content.decode()
    assert client.post("/track/", {"code": code, "tail": "0029"}).status_code == 429


def test_the_address_of_an_answer_cannot_be_made_up_and_grows_old(
    client: Client, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(f"/track/{signing.dumps(code, salt='other')}/").status_code == 404
    assert client.get(f"/track/{code}/").status_code == 404
    good = signing.dumps(code, salt=track.SALT, compress=True)
    assert client.get(f"/track/{good}/").status_code == 200
    monkeypatch.setattr(track, "SECONDS_OPEN", -1)
    assert "已经过时" in client.get(f"/track/{good}/").content.decode()


def test_the_code_of_a_slip_fills_the_number_in(client: Client, db: None) -> None:
    assert 'value="ABC123"' in client.get("/track/?code=ABC123").content.decode()
    assert client.get("/track/?code=%00%ED%A0%80").status_code in (200, 400)
