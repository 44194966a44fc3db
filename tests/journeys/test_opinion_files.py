"""An opinion carries a file: it is shown beside the words, opens for whoever may see the case, and for nobody else."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import Cast
from tests.journeys.foodshop import pdf, set_up
from yimen.service.cases.models import Case, Opinion


@pytest.fixture
def case(cast: Cast) -> Case:
    return set_up(cast).accepted()


def _write(cast: Cast, case: Case, content: bytes, action: str = "record_opinion", **more: str) -> int:
    address = reverse("cases:desk_act", args=[case.matter.code, action])
    case.matter.refresh_from_db()
    file = SimpleUploadedFile("踏勘记录.pdf", content, "application/pdf")
    said = {"seen": case.matter.version, "text": "与图一致。", "conclusion": "note", "file": file, **more}
    return cast.client("zhao").post(address, said).status_code


@pytest.mark.parametrize(("action", "more"), [("record_opinion", {}), ("record_survey", {"people": "赵临川、顾南舟"})])
def test_the_file_stands_with_the_opinion(cast: Cast, case: Case, action: str, more: dict[str, str]) -> None:
    assert _write(cast, case, pdf("踏勘记录"), action, **more) == 302
    stored = Opinion.objects.get(case=case.pk).files.get()
    page = cast.client("zhao").get(reverse("cases:desk_case", args=[case.matter.code])).content.decode()
    address = reverse("cases:desk_original", args=[case.matter.code, stored.uid])
    assert "踏勘记录.pdf" in page
    assert address in page
    answer = cast.client("zhao").get(address)
    assert answer.status_code == 200
    assert b"".join(answer).startswith(b"%PDF")
    assert cast.client("qian").get(address).status_code == 403
    assert cast.client("li").get(address).status_code == 403


def test_what_is_no_document_is_refused_and_the_words_are_kept(cast: Cast, case: Case) -> None:
    address = reverse("cases:desk_act", args=[case.matter.code, "record_opinion"])
    file = SimpleUploadedFile("程序.pdf", b"MZ not a document", "application/pdf")
    answer = cast.client("zhao").post(
        address, {"seen": case.matter.version, "text": "与图一致。", "conclusion": "note", "file": file}
    )
    assert answer.status_code in (400, 413, 415, 422)
    assert "与图一致。" in answer.content.decode()
    assert not Opinion.objects.filter(case=case.pk).exists()


def test_the_file_of_another_case_is_not_found(cast: Cast) -> None:
    stage = set_up(cast)
    first, second = stage.accepted(), stage.accepted()
    _write(cast, first, pdf("踏勘记录"))
    stored = Opinion.objects.get(case=first.pk).files.get()
    address = reverse("cases:desk_original", args=[second.matter.code, stored.uid])
    assert cast.client("zhao").get(address).status_code == 404
