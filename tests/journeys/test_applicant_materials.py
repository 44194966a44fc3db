"""Step 2: each material through the upload gate, exempt ones not asked for, paper ones brought to the window."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from tests.journeys.teahouse import begin, fill, hand_in, open_teahouse, pdf
from yimen.service.catalogue.models import ServiceItem

REPORT, PLAN = "一年内卫生检测报告", "平面图及卫生设施布局图"


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return open_teahouse(cast)


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.client("li")


@pytest.fixture
def uid(client: Client, item: ServiceItem) -> str:
    uid = begin(client, item)
    assert fill(client, uid).status_code == 302
    return uid


def page_of(client: Client, uid: str) -> str:
    return client.get(f"/apply/{uid}/materials/").content.decode()


def material(page: str, name: str) -> str:
    """The id of a material on the page."""
    found = re.search(rf'name="file-(\d+)"[^>]*aria-label="(?:上传|再传一个){name}"', page)
    assert found is not None, page
    return found[1]


def test_only_what_these_answers_need_is_asked_for(client: Client, uid: str) -> None:
    page = page_of(client, uid)
    assert "免提交，由我们从省电子证照库核对" in page
    assert "集中空调检测报告" not in page
    assert "共 4 份，已备好 1 份，还差 2 份必须的" in page


def test_going_on_without_them_says_what_is_missing(client: Client, uid: str) -> None:
    answer = client.post(f"/apply/{uid}/materials/", {"act": "next"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>有 2 处要改" in page
    assert f"请上传{REPORT}<" in page
    assert f"请上传{PLAN}，或勾选到窗口交纸质件" in page


def test_one_bad_file_does_not_lose_the_good_one(client: Client, uid: str) -> None:
    page = page_of(client, uid)
    bad = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00" + b"\0" * 200, "application/pdf")
    good = SimpleUploadedFile("平面图𠮷.pdf", pdf("plan"), "application/pdf")
    answer = client.post(
        f"/apply/{uid}/materials/",
        {"act": "next", f"file-{material(page, REPORT)}": bad, f"file-{material(page, PLAN)}": good},
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "平面图𠮷.pdf" in said
    assert "合同.pdf" in said[said.index('class="error-summary"') :][:800]
    assert "平面图𠮷.pdf" in page_of(client, uid)


def test_an_archive_bomb_and_an_empty_file_are_refused(client: Client, uid: str) -> None:
    bomb = BytesIO()
    with ZipFile(bomb, "w", compression=8) as archive:
        archive.writestr("a.txt", b"0" * 50_000_000)
    field = f"file-{material(page_of(client, uid), REPORT)}"
    for name, content in (("资料.zip", bomb.getvalue()), ("资料.pdf", bomb.getvalue()), ("空.pdf", b"")):
        answer = client.post(f"/apply/{uid}/materials/", {"act": "upload", field: SimpleUploadedFile(name, content)})
        assert answer.status_code in (302, 422)
        assert 'class="file"' not in page_of(client, uid)


def test_paper_may_be_brought_to_the_window(client: Client, uid: str) -> None:
    page = page_of(client, uid)
    plan = re.search(rf'name="paper" value="({material(page, PLAN)})"', page)
    assert plan is not None
    answer = client.post(
        f"/apply/{uid}/materials/",
        {"act": "next", "paper": plan[1], f"file-{material(page, REPORT)}": SimpleUploadedFile("r.pdf", pdf("r"))},
    )
    assert answer["Location"] == f"/apply/{uid}/delivery/"
    assert f"提交后请把 1 份纸质件带到窗口：{PLAN}" in client.get(f"/apply/{uid}/check/").content.decode()


def test_a_file_is_taken_off_again(client: Client, uid: str) -> None:
    assert hand_in(client, uid, REPORT).status_code == 422
    page = page_of(client, uid)
    button = re.search(r'value="(detach:\d+)"', page)
    assert button is not None
    assert client.post(f"/apply/{uid}/materials/", {"act": button[1]}).status_code == 302
    assert 'class="file"' not in page_of(client, uid)
    assert client.post(f"/apply/{uid}/materials/", {"act": button[1]}).status_code == 404


@pytest.mark.parametrize("name", ["file-0", "file-99999999999999999999", "file-x", "file-", "other"])
def test_a_file_for_nothing_is_passed_over(client: Client, uid: str, name: str) -> None:
    sent = {"act": "upload", name: SimpleUploadedFile("r.pdf", pdf("r")), "paper": ["-1", "x", "9" * 30]}
    assert client.post(f"/apply/{uid}/materials/", sent).status_code == 302
    assert 'class="file"' not in page_of(client, uid)
