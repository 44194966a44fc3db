"""What the desk promises page by page: one's own lists, no stranger's case, nothing typed lost, nothing covered shown."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.cast import LI_ID, Cast
from tests.journeys.foodshop import ANSWERS, Stage, again, pdf, set_up
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.matters import services as matters
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.cases.rules import short_code


@pytest.fixture
def stage(cast: Cast) -> Stage:
    """Items published, nobody has applied yet."""
    return set_up(cast)


@pytest.fixture
def wang(cast: Cast) -> Client:
    """Wang's browser."""
    return cast.client("wang")


def page_of(case: Case) -> str:
    return f"/desk/cases/{case.matter.code}/"


def text(response: object) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]  # the test client's answers are untyped


# --- Lists


def test_inbox_shows_the_window_and_filters(stage: Stage, wang: Client) -> None:
    waiting, accepted = stage.submit(), stage.accepted()
    shown = text(wang.get("/desk/inbox/"))
    assert "本窗口 2" in shown
    assert page_of(waiting) in shown and page_of(accepted) in shown
    filtered = text(wang.get("/desk/inbox/?state=reviewing"))
    assert page_of(accepted) in filtered and page_of(waiting) not in filtered
    assert "没有符合条件的办件" in text(wang.get("/desk/inbox/?soon=1&state=deciding"))


def test_inbox_pages_by_key_and_exports_all(stage: Stage, wang: Client) -> None:
    submitted = [stage.submit(files=False) for _ in range(23)]
    first = wang.get("/desk/inbox/")
    after = first.context["page"].after
    second = wang.get("/desk/inbox/", {"after": after})
    codes = [row.matter.code for answer in (first, second) for row in answer.context["rows"]]
    assert codes == [case.matter.code for case in submitted]
    book = load_workbook(io.BytesIO(b"".join(wang.get("/desk/inbox/?as=xlsx"))))
    sheet = book.worksheets[0]
    assert sheet.max_row == 24
    assert sheet.cell(2, 1).value == submitted[0].matter.code


@pytest.mark.parametrize(
    "odd", ["?state=%00x", "?department=999999999999999999999", "?after=zzz", "?sort=drop", "?box=all"]
)
def test_inbox_survives_broken_addresses(stage: Stage, wang: Client, odd: str) -> None:
    stage.submit(files=False)
    assert wang.get(f"/desk/inbox/{odd}").status_code in (200, 400)


def test_search_opens_a_number_and_lists_a_name(stage: Stage, wang: Client) -> None:
    case = stage.submit(files=False)
    for number in (case.matter.code, case.matter.code.lower(), short_code(case.matter.code)):
        assert wang.get("/desk/search/", {"q": number}).headers["location"] == page_of(case)
    assert page_of(case) in text(wang.get("/desk/search/", {"q": "李明"}))
    assert page_of(case) in text(wang.get("/desk/search/", {"q": "食品经营"}))
    assert page_of(case) not in text(wang.get("/desk/search/", {"q": "𠮷田"}))


def test_query_and_done_show_what_is_over(stage: Stage, cast: Cast, wang: Client) -> None:
    case = stage.submit(files=False)
    assert page_of(case) not in text(wang.get("/desk/done/"))
    cases.withdraw(code=case.matter.code, reason="不办了", actor=cast.actor("li"), at=moments.now())
    assert page_of(case) in text(wang.get("/desk/done/"))
    assert page_of(case) in text(wang.get("/desk/query/", {"state": "withdrawn"}))
    tomorrow = (moments.now() + timedelta(days=1)).date().isoformat()
    assert page_of(case) not in text(wang.get("/desk/query/", {"first": tomorrow}))


def test_two_clerks_claim_one_case(stage: Stage, cast: Cast, wang: Client) -> None:
    case = stage.submit(files=False)
    form = {"seen": case.matter.version, "next": "/desk/inbox/"}
    assert wang.post(f"{page_of(case)}claim/", form).headers["location"] == "/desk/inbox/"
    late = cast.client("zhou").post(f"{page_of(case)}claim/", form)
    assert late.status_code == 409
    assert "王芳" in text(late)


# --- Access


def test_a_stranger_finds_nothing(stage: Stage, cast: Cast) -> None:
    case = stage.submit()
    file = case.materials.first().files.first().file.uid  # type: ignore[union-attr]
    qian = cast.client("qian_staff")
    for address in ("", "clock/", "originals/", f"originals/{file}/", "accept/", "reveal/contact_phone/"):
        assert qian.get(page_of(case) + address).status_code == 404
    assert qian.post(f"{page_of(case)}accept/", {"seen": case.matter.version}).status_code == 404
    assert again(case).matter.state == "received"
    assert page_of(case) not in text(qian.get("/desk/inbox/")) + text(qian.get("/desk/query/"))


def test_a_colleague_without_the_right_is_told_so(stage: Stage, cast: Cast) -> None:
    case = stage.submit()
    answer = cast.client("sun").post(f"{page_of(case)}accept/", {"seen": case.matter.version})
    assert answer.status_code == 403
    assert "权限" in text(answer)
    assert AuditEntry.objects.filter(result="refused", actor_uid=cast.accounts["sun"].uid).count() == 1


def test_covered_values_are_revealed_with_a_reason_only(stage: Stage, cast: Cast, wang: Client) -> None:
    case = stage.submit()
    shown = text(wang.get(page_of(case)))
    assert LI_ID not in shown and "13812342671" not in shown
    address = f"{page_of(case)}reveal/party-id_number/"
    assert wang.post(address, {"why": ""}).status_code == 422
    assert LI_ID in text(wang.post(address, {"why": "核对证件原件"}))
    assert AuditEntry.objects.filter(action="identity.reveal", reason="核对证件原件").count() == 1
    revealed = text(wang.post(f"{page_of(case)}reveal/answer-keeper_phone/", {"why": "通知取件"}))
    assert ANSWERS["keeper_phone"] in revealed and LI_ID not in revealed
    assert AuditEntry.objects.filter(action="cases.reveal", target=case.matter.code).count() == 1


# --- Acts


def test_a_stale_page_keeps_what_was_typed(stage: Stage, cast: Cast, wang: Client) -> None:
    case = stage.submit()
    seen = case.matter.version
    matters.claim(matter_id=case.pk, actor=cast.actor("zhou"), at=moments.now())
    form = {"seen": seen, "problem_2": "平面图缺消毒间", "reason": "请一次补齐"}
    answer = wang.post(f"{page_of(case)}request_correction/", form)
    assert answer.status_code == 409
    shown = text(answer)
    assert "平面图缺消毒间" in shown and "请一次补齐" in shown and "认领" in shown
    assert again(case).matter.state == "received"
    form["seen"] = again(case).matter.version
    assert wang.post(f"{page_of(case)}request_correction/", form).status_code == 302
    asked = again(case)
    assert asked.matter.state == "correction_requested"
    assert asked.materials.get(order=2).note == "平面图缺消毒间"


def test_correction_is_told_once_and_taken_in_at_the_window(stage: Stage, wang: Client) -> None:
    case = stage.submit(files=False)
    shown = text(wang.get(page_of(case)))
    assert "还有 4 份必须提交的材料不齐" in shown
    assert wang.post(f"{page_of(case)}accept/", {"seen": case.matter.version}).status_code == 409
    empty = wang.post(f"{page_of(case)}request_correction/", {"seen": case.matter.version})
    assert empty.status_code == 422 and "一次写全" in text(empty)
    page = text(wang.get(f"{page_of(case)}request_correction/"))
    assert page.count("未提交，请补交。") == 4
    told = {f"problem_{order}": "未提交，请补交。" for order in range(1, 5)}
    wang.post(f"{page_of(case)}request_correction/", {"seen": case.matter.version, **told})
    case = again(case)
    assert case.corrections == 1
    part = wang.post(f"{page_of(case)}supplement/", {"seen": case.matter.version, "paper_1": "on"})
    assert part.status_code == 409 and "还差 3 份材料" in text(part)
    papers = {f"paper_{order}": "on" for order in range(1, 5)}
    assert wang.post(f"{page_of(case)}supplement/", {"seen": case.matter.version, **papers}).status_code == 302
    case = again(case)
    assert case.matter.state == "received"
    assert "不能再告知第二次" in text(wang.get(page_of(case)))


def test_materials_are_judged_one_by_one_or_all_at_once(stage: Stage, wang: Client) -> None:
    case = stage.submit()
    seen = case.matter.version
    address = f"{page_of(case)}materials/1/"
    assert wang.post(address, {"seen": seen, "state": "returned", "note": ""}).status_code == 422
    assert wang.post(address, {"seen": seen, "state": "returned", "note": "看不清"}).status_code == 302
    assert wang.post(f"{page_of(case)}materials/rest/", {"seen": seen, "state": "accepted"}).status_code == 302
    states = list(case.materials.order_by("order").values_list("state", flat=True))
    assert states == ["returned", "accepted", "accepted", "accepted"]
    assert wang.post(address, {"seen": seen, "state": "accepted"}).status_code == 302
    assert wang.post(f"{page_of(case)}accept/", {"seen": again(case).matter.version}).status_code == 302
    assert set(case.materials.values_list("state", flat=True)) == {CaseMaterial.State.ACCEPTED}


def test_special_procedure_says_how_long_and_stops_the_clock(stage: Stage, cast: Cast) -> None:
    case = stage.accepted()
    zhao = cast.client("zhao")
    form = {"seen": case.matter.version, "procedure": "testing", "days_needed": "5", "reason": "送检水样"}
    assert zhao.post(f"{page_of(case)}suspend/", {**form, "days_needed": "0"}).status_code == 422
    assert zhao.post(f"{page_of(case)}suspend/", form).status_code == 302
    shown = text(zhao.get(page_of(case)))
    assert "特别程序：检测" in shown and "行政许可特别程序告知书" in shown
    assert "停表" in text(zhao.get(f"{page_of(case)}clock/"))


def test_extension_is_the_heads_and_only_once(stage: Stage, cast: Cast) -> None:
    case = stage.accepted()
    head = cast.client("he")
    form = {"seen": case.matter.version, "days": "11", "reason": "情况复杂"}
    assert head.post(f"{page_of(case)}extend_limit/", form).status_code == 422
    assert head.post(f"{page_of(case)}extend_limit/", {**form, "days": "10"}).status_code == 302
    assert again(case).extended_days == 10
    assert "只能延长一次" in text(head.get(page_of(case)))


def test_a_case_is_handed_to_a_colleague(stage: Stage, cast: Cast) -> None:
    case = stage.accepted()
    zhao, zhou = cast.client("zhao"), cast.accounts["zhou"]
    zhao.post(f"{page_of(case)}claim/", {"seen": case.matter.version})
    case = again(case)
    address = f"{page_of(case)}hand_over/"
    assert "周平" in text(zhao.get(address))
    stranger = cast.accounts["qian_staff"].pk
    assert zhao.post(address, {"seen": case.matter.version, "to": stranger, "reason": "x"}).status_code == 422
    assert zhao.post(address, {"seen": case.matter.version, "to": zhou.pk, "reason": "外出培训"}).status_code == 302
    assert again(case).matter.person_name == "周平"
    assert "转交给周平" in text(zhao.get(page_of(case)))


def test_letters_of_the_case_alone_are_printed(stage: Stage, wang: Client) -> None:
    case, other = stage.accepted(), stage.accepted()
    papers = wang.get(page_of(case)).context["papers"]
    slip = next(paper for paper in papers if paper.kind == "acceptance_slip")
    answer = wang.get(slip.url)
    assert answer.headers["content-type"] == "application/pdf"
    assert b"".join(answer).startswith(b"%PDF")
    assert wang.get(f"{page_of(other)}letters/{slip.code}/").status_code == 404


def test_pages_ask_few_questions(stage: Stage, wang: Client, django_assert_max_num_queries: object) -> None:
    for _ in range(3):
        case = stage.submit()
    for address, most in (("/desk/inbox/", 14), (page_of(case), 28)):
        wang.get(address)
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            wang.get(address)


# --- Reception


def test_window_takes_in_only_what_its_letters_cover(stage: Stage, cast: Cast, wang: Client) -> None:
    assert "食品经营许可（新办）" in text(wang.get("/desk/intake/", {"q": "食品"}))
    qian = cast.client("qian_staff")
    assert "食品经营许可（新办）" not in text(qian.get("/desk/intake/", {"q": "食品"}))
    assert qian.get(f"/desk/intake/item/{stage.licence.code}/").status_code == 403
    assert cast.client("chen").get("/desk/intake/").status_code == 403


def test_reception_checks_the_number_and_the_name(stage: Stage, cast: Cast, wang: Client) -> None:
    address = f"/desk/intake/item/{stage.licence.code}/"
    form = {"kind": "natural", "id_type": "resident", "id_number": "519911199003070028", "name": "李明"}
    assert wang.post(address, form).status_code == 422
    other = wang.post(address, {**form, "id_number": LI_ID, "name": "李鸣"})
    assert other.status_code == 409 and "已变更" in text(other)
    found = wang.post(address, {**form, "id_number": LI_ID, "name": ""})
    assert "有档案：李明" in text(found) and "138****2671" in text(found)
    assert wang.post(address, {**form, "id_number": LI_ID}).status_code == 302


def test_reception_accepts_at_once_or_says_why_not(stage: Stage, wang: Client) -> None:
    address = f"/desk/intake/item/{stage.licence.code}/"
    started = wang.post(address, {"kind": "natural", "id_type": "resident", "id_number": LI_ID, "name": "李明"})
    form_page = started.headers["location"]
    context = wang.get(form_page).context
    form = {
        **ANSWERS, "seen": context["draft"].version, "asked": context["form"].asked_keys,
        "materials": context["asked_materials"], "contact_name": "李明", "delivery_method": "window", "act": "accept",
    }  # fmt: skip
    wrong = wang.post(form_page, {**form, "area": "很大", "shop_name": ""})
    assert wrong.status_code == 422 and "店名" in text(wrong)
    form["seen"] = wrong.context["draft"].version
    answer = wang.post(form_page, form, follow=True)
    assert "还没有受理" in text(answer)
    assert Case.objects.get().matter.state == "received"
    again_pressed = wang.post(form_page, form)
    assert again_pressed.status_code == 302
    assert Case.objects.count() == 1


def test_reception_keeps_what_was_typed_when_a_file_is_refused(stage: Stage, wang: Client) -> None:
    address = f"/desk/intake/item/{stage.licence.code}/"
    started = wang.post(address, {"kind": "natural", "id_type": "resident", "id_number": LI_ID, "name": "李明"})
    form_page = started.headers["location"]
    context = wang.get(form_page).context
    material = context["asked_materials"].split()[0]
    form = {
        **ANSWERS, "seen": context["draft"].version, "asked": context["form"].asked_keys,
        "materials": context["asked_materials"], "contact_name": "李明", "delivery_method": "window", "act": "submit",
        "shop_name": "𠮷䶮汤粉店",
    }  # fmt: skip
    virus = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00 not a plan")
    refused = wang.post(form_page, {**form, f"file_{material}": virus})
    assert refused.status_code == 422 and "𠮷䶮汤粉店" in text(refused)
    form["seen"] = refused.context["draft"].version
    scan = SimpleUploadedFile("平面图.pdf", pdf("平面图"))
    assert wang.post(form_page, {**form, f"file_{material}": scan}).status_code == 302
    case = Case.objects.get()
    assert case.materials.get(order=1).state == "provided"
    assert "𠮷䶮汤粉店" in text(wang.get(page_of(case)))
