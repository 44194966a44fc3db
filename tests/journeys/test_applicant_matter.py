"""One's own matters: the list, the page of a case, the correction that resumes the clock, the withdrawal."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from tests.journeys.teahouse import apply, open_teahouse, pdf, seen_on
from yimen.ground.kit import moments
from yimen.service.cases import services
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.cases.views.public import mine
from yimen.service.catalogue.models import ServiceItem

REPORT, PLAN = 2, 3


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return open_teahouse(cast)


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.client("li")


@pytest.fixture
def code(client: Client, item: ServiceItem) -> str:
    return apply(client, item)


@pytest.fixture
def asked_back(cast: Cast, code: str) -> str:
    """A case whose plan and report are to be mended."""
    services.request_correction(
        code=code, items=[(REPORT, "报告已过期，请交一年内的"), (PLAN, "平面图缺消毒间")], actor=cast.actor("wang"),
        at=moments.now(),
    )  # fmt: skip
    return code


def state_of(code: str) -> str:
    return Case.objects.get(matter__code=code).matter.state


def test_the_page_answers_first_and_explains_the_date(client: Client, code: str) -> None:
    page = client.get(f"/my/matters/{code}/").content.decode()
    heading = re.search(r"<h1>(.+?)</h1>", page)
    assert heading is not None
    assert heading[1].startswith("已收到，正在核对材料，最晚")
    assert "逐日账目" in page
    assert "收到申请。当日不计" in page
    assert "提交申请" in page


def test_what_is_lacking_is_told_at_once_with_the_way_to_mend_it(client: Client, asked_back: str) -> None:
    page = client.get(f"/my/matters/{asked_back}/").content.decode()
    assert "还差 2 份材料，等您补齐" in page
    assert "平面图缺消毒间" in page
    assert f"/my/matters/{asked_back}/correct/" in page
    assert "补正告知书" in page
    assert 'class="yours"' in client.get("/my/").content.decode()
    assert "有 1 件事等您" in client.get("/").content.decode()


def test_all_is_handed_in_at_once_and_the_clock_resumes(client: Client, asked_back: str) -> None:
    address = f"/my/matters/{asked_back}/correct/"
    page = client.get(address).content.decode()
    half = client.post(
        address,
        {"act": "send", "seen": seen_on(page), "held": held(page), f"file-{PLAN}": upload("新平面图𠮷")},
    )
    said = half.content.decode()
    assert half.status_code == 422
    assert "请上传一年内卫生检测报告" in said
    assert "新平面图𠮷.pdf" in said
    whole = client.post(
        address, {"act": "send", "seen": seen_on(said), "held": held(said), f"file-{REPORT}": upload("新报告")}
    )
    assert whole["Location"] == f"/my/matters/{asked_back}/"
    assert state_of(asked_back) == "received"
    names = set(CaseMaterial.objects.filter(state="provided").values_list("files__file__name", flat=True))
    assert {"新平面图𠮷.pdf", "新报告.pdf"} <= names
    assert "已收到，正在核对材料" in client.get(f"/my/matters/{asked_back}/").content.decode()
    again = client.post(address, {"act": "send", "seen": "1", f"file-{REPORT}": upload("再来一次")})
    assert again.status_code == 302


def test_a_bad_file_is_told_and_the_good_one_kept(client: Client, asked_back: str) -> None:
    address = f"/my/matters/{asked_back}/correct/"
    page = client.get(address).content.decode()
    sent = {
        "act": "send", "seen": seen_on(page), "held": held(page), f"file-{PLAN}": upload("好的"),
        f"file-{REPORT}": SimpleUploadedFile("坏的.pdf", b"MZ" + b"\0" * 100),
    }  # fmt: skip
    said = client.post(address, sent)
    assert said.status_code == 422
    assert "好的.pdf" in said.content.decode()
    assert state_of(asked_back) == "correction_requested"


@pytest.mark.parametrize("token", ["", "x", "W10:1abc:xyz", "9" * 100_000])
def test_a_broken_page_holds_nothing(client: Client, asked_back: str, token: str) -> None:
    answer = client.post(f"/my/matters/{asked_back}/correct/", {"act": "send", "held": token})
    assert answer.status_code == 422
    assert state_of(asked_back) == "correction_requested"


def test_a_withdrawal_says_its_consequence_and_asks_why(client: Client, code: str) -> None:
    address = f"/my/matters/{code}/withdraw/"
    page = client.get(address).content.decode()
    assert "撤回后就不再办理" in page
    assert client.post(address, {"seen": seen_on(page)}).status_code == 422
    assert client.post(address, {"seen": "0", "reason": "暂时不开店了"}).status_code == 409
    assert state_of(code) == "received"
    assert client.post(address, {"seen": seen_on(page), "reason": "暂时不开店了"})["Location"] == f"/my/matters/{code}/"
    assert state_of(code) == "withdrawn"
    heading = re.search(r"<h1>(.+?)</h1>", client.get(f"/my/matters/{code}/").content.decode())
    assert heading is not None
    assert re.sub(r"<[^>]+>", "", heading[1]).startswith("您已于")
    assert client.get(address).status_code == 302


def test_a_refusal_is_shown_with_its_letter(cast: Cast, client: Client, code: str) -> None:
    at = moments.now
    services.accept_case(code=code, actor=cast.actor("wang"), at=at())
    services.pass_review(code=code, text="场所不符合要求。", actor=cast.actor("zhao"), at=at(), conclusion="refuse")
    services.refuse(code=code, reason="场所没有消毒设施。", actor=cast.actor("chen"), at=at())
    page = client.get(f"/my/matters/{code}/").content.decode()
    assert "决定不予许可，请您领取决定书" in page
    assert "场所没有消毒设施" in page
    assert "不予许可决定书" in page
    assert "场所不符合要求" not in page  # what sections write to each other is not told
    assert client.get(f"/my/matters/{code}/withdraw/").status_code == 302


def test_the_list_is_paged_by_key(client: Client, item: ServiceItem, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [apply(client, item) for _ in range(3)]
    monkeypatch.setattr(mine, "ROWS", 2)
    first = client.get("/my/").content.decode()
    assert [code in first for code in codes] == [False, True, True]
    after = re.search(r'href="(\?after=[^"]+)"', first)
    assert after is not None
    second = client.get("/my/" + after[1].replace("&amp;", "&")).content.decode()
    assert [code in second for code in codes] == [True, False, False]
    assert client.get("/my/?after=rubbish").status_code == 400


def test_somebody_elses_case_is_not_there(cast: Cast, code: str) -> None:
    for step in ("", "submitted/", "correct/", "withdraw/"):
        assert cast.client("qian").get(f"/my/matters/{code}/{step}").status_code == 404
        assert cast.client("wang").get(f"/my/matters/{code}/{step}").status_code == 403
        assert Client().get(f"/my/matters/{code}/{step}").status_code == 302
    assert cast.client("qian").post(f"/my/matters/{code}/withdraw/", {"seen": "1", "reason": "x"}).status_code == 404
    assert state_of(code) == "received"


@pytest.mark.parametrize("code", ["x", "1" * 43, "1" * 5000, "😀"])
def test_a_number_that_does_not_exist(cast: Cast, code: str) -> None:
    assert cast.client("li").get(f"/my/matters/{code}/").status_code == 404


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", pdf(name), "application/pdf")


def held(page: str) -> str:
    found = re.search(r'name="held" value="([^"]*)"', page)
    assert found is not None
    return found[1]
