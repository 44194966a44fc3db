"""Steps 3 to 5: contact, the promise, the button that submits once, the number and the receipt."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import INSTALLER, Cast
from tests.journeys.teahouse import (
    CONTACT,
    FORM,
    MATERIALS,
    apply,
    begin,
    fill,
    hand_in,
    open_teahouse,
    publish,
    seen_on,
    submit,
    to_check,
)
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit import moments
from yimen.ground.kit.moments import say_date
from yimen.service.cases.models import Case
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem


@pytest.fixture
def item(cast: Cast) -> ServiceItem:
    return open_teahouse(cast)


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.client("li")


def test_the_promise_is_reckoned_by_the_real_clock(client: Client, item: ServiceItem) -> None:
    page = client.get(f"/apply/{to_check(client, item)}/check/").content.decode()
    today, calendar = moments.day_of(moments.now()), work_calendar()
    assert say_date(calendar.nth_workday_after(today, 5)) in page
    assert say_date(calendar.nth_workday_after(today, 10)) in page


def test_from_the_first_button_to_the_receipt(client: Client, item: ServiceItem) -> None:
    code = apply(client, item)
    assert len(code) == 43
    page = client.get(f"/my/matters/{code}/submitted/").content.decode()
    assert code in page
    receipt = re.search(r"/letters/\w+\.pdf", page)
    assert receipt is not None
    assert b"".join(client.get(receipt[0]).streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    case = Case.objects.get(matter__code=code)
    assert (case.contact_phone, case.delivery_method, case.matter.channel) == ("13812342671", "window", "web")
    assert "李明的办件" in client.get("/my/").content.decode()


def test_pressing_submit_twice_submits_once(client: Client, item: ServiceItem) -> None:
    uid = to_check(client, item)
    first, second = submit(client, uid), client.post(f"/apply/{uid}/check/", {"seen": "1", "truthful": "on"})
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1
    assert client.get(f"/apply/{uid}/form/").status_code == 409
    assert client.get(f"/apply/{uid}/check/")["Location"] == first["Location"]


def test_what_is_submitted_is_what_was_shown(cast: Cast, client: Client, item: ServiceItem) -> None:
    uid = to_check(client, item)
    shown = seen_on(client.get(f"/apply/{uid}/check/").content.decode().partition('id="submit"')[2])
    assert fill(cast.client("li"), uid, place_name="改过的").status_code == 302
    answer = client.post(f"/apply/{uid}/check/", {"seen": shown, "truthful": "on"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "改过的" in page
    again = seen_on(page.partition('id="submit"')[2])
    assert client.post(f"/apply/{uid}/check/", {"seen": again, "truthful": "on"}).status_code == 302


def test_the_applicant_answers_for_the_truth(client: Client, item: ServiceItem) -> None:
    uid = to_check(client, item)
    seen = seen_on(client.get(f"/apply/{uid}/check/").content.decode().partition('id="submit"')[2])
    answer = client.post(f"/apply/{uid}/check/", {"seen": seen})
    assert answer.status_code == 422
    assert "再勾选这一项" in answer.content.decode()
    assert not Case.objects.exists()


def test_what_is_missing_is_listed_with_the_way_to_it(client: Client, item: ServiceItem) -> None:
    uid = begin(client, item)
    page = client.get(f"/apply/{uid}/check/").content.decode()
    assert f"/apply/{uid}/form/?check=1" in page
    assert "还没有填联系人和领取方式" in page
    assert client.post(f"/apply/{uid}/check/", {"seen": "1", "truthful": "on"}).status_code == 422
    assert "请填写“场所名称”" in client.get(f"/apply/{uid}/form/?check=1").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"contact_phone": "12"}, "联系电话"),
        ({"contact_name": ""}, "请填写联系人"),
        ({"delivery_method": "post", "delivery_address": ""}, "请填写邮寄地址"),
        ({"delivery_method": "pigeon"}, "没有这一项"),
        ({"delivery_method": "online"}, "没有这一项"),
    ],
)
def test_contact_and_delivery_say_what_is_wrong(
    client: Client, item: ServiceItem, sent: dict[str, str], said: str
) -> None:
    uid = begin(client, item)
    answer = client.post(f"/apply/{uid}/delivery/", {**CONTACT, **sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_guide_renewed_in_the_meantime_takes_the_answers_along(client: Client, item: ServiceItem) -> None:
    uid = to_check(client, item)
    at = moments.now() - timedelta(seconds=1)
    catalogue.new_edition(actor=INSTALLER, item=item, at=at)
    shorter = {**FORM, "sections": [{**FORM["sections"][0], "fields": FORM["sections"][0]["fields"][:-2]}]}
    publish(item, shorter, MATERIALS[:3], at)
    page = client.get(f"/apply/{uid}/check/").content.decode()
    assert "办事指南更新了" in page
    assert submit(client, uid).status_code == 409
    assert client.post(f"/apply/{uid}/renew/")["Location"] == f"/apply/{uid}/form/"
    assert 'value="听泉茶馆"' in client.get(f"/apply/{uid}/form/").content.decode()
    assert "一年内卫生检测报告.pdf" in client.get(f"/apply/{uid}/materials/").content.decode()
    assert submit(client, uid).status_code == 302


def test_a_cancelled_item_cannot_be_applied_for(client: Client, item: ServiceItem) -> None:
    uid = to_check(client, item)
    at = moments.now()
    catalogue.cancel_item(
        actor=INSTALLER, item=item, on=moments.day_of(at), reason="取消", basis="国发〔2026〕1号", at=at
    )
    assert client.get(f"/apply/{item.code}/").status_code == 422
    answer = submit(client, uid)
    assert answer.status_code == 409
    assert "取消，不能再申请" in answer.content.decode()
    assert not Case.objects.exists()


def test_an_item_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/apply/NOSUCHITEM00/").status_code == 404
    assert client.get("/apply/%00/").status_code in (400, 404)


def test_nobody_else_may_open_the_receipt(cast: Cast, client: Client, item: ServiceItem) -> None:
    code = apply(client, item)
    letter = re.search(r"/letters/\w+\.pdf", client.get(f"/my/matters/{code}/").content.decode())
    assert letter is not None
    file = re.search(rf"/my/matters/{code}/files/[0-9a-f-]+/", client.get(f"/my/matters/{code}/").content.decode())
    assert file is not None
    for address in (letter[0], file[0], f"/my/matters/{code}/", f"/my/matters/{code}/submitted/"):
        assert cast.client("qian").get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address
    assert cast.client("wang").get(letter[0]).status_code == 200
    assert cast.client("qian_staff").get(letter[0]).status_code == 404
    assert client.get("/letters/000000000000.pdf").status_code == 404


def test_handing_in_twice_does_not_break_anything(client: Client, item: ServiceItem) -> None:
    uid = begin(client, item)
    assert fill(client, uid).status_code == 302
    assert hand_in(client, uid).status_code == 302
    assert hand_in(client, uid).status_code == 302


def test_an_enterprise_applies_in_its_own_name(cast: Cast, item: ServiceItem) -> None:
    client = cast.client("teahouse")
    code = apply(client, item)
    case = Case.objects.get(matter__code=code)
    assert case.matter.applicant_name == "清河县一叶茶馆有限公司"
    assert "清河县一叶茶馆有限公司的办件" in client.get("/my/").content.decode()
    assert Client().post("/track/", {"code": code, "tail": "001b"}).status_code == 302
    assert cast.client("li").get(f"/my/matters/{code}/").status_code == 404


def test_an_item_of_the_window_is_not_taken_in_online(client: Client, item: ServiceItem) -> None:
    at = moments.now() - timedelta(seconds=1)
    catalogue.new_edition(actor=INSTALLER, item=item, at=at)
    publish(item, FORM, MATERIALS, at, channels=["window"])
    answer = client.get(f"/apply/{item.code}/")
    assert answer.status_code == 422
    assert "只在窗口办理" in answer.content.decode()
    assert "在线办理" not in client.get(f"/items/{item.code}/").content.decode()
