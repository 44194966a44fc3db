"""The pages as a telephone without scripts uses them: appoint, fill in, photos, paper signatures, the conclusion, the applicant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit import moments
from yimen.service.cases.tests.stage import accepted, case_of
from yimen.service.scrutiny.models import Challenge, Panel, Survey
from yimen.service.scrutiny.tests.test_surveys import COMPLIES, photo

pytestmark = pytest.mark.django_db


def test_a_survey_on_the_phone(cast: Cast) -> None:
    code = accepted(cast)
    zhao, li = cast.client("zhao"), cast.client("li")
    now = moments.now() + timedelta(minutes=1)
    answer = zhao.post(
        f"/desk/cases/{code}/surveys/new/",
        {
            "planned_at": moments.local(now).strftime("%Y-%m-%dT%H:%M"), "place": "东街 12 号",
            "surveyor_1": cast.accounts["zhao"].pk, "certificate_1": "川01", "surveyor_2": cast.accounts["zhou"].pk,
            "certificate_2": "川02",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    survey = Survey.objects.select_related("matter").get()
    Survey.objects.update(planned_at=moments.now())
    here = f"/desk/surveys/{survey.matter.code}/"
    assert "踏勘" in li.get(f"/my/matters/{code}/").content.decode()
    assert zhao.get(here + "fill/").status_code == 200 and not survey.records.exists(), "looking keeps nothing"
    assert zhao.post(here + "fill/", COMPLIES | {"area": "大"}).status_code == 422
    assert zhao.post(here + "fill/", COMPLIES | {"then": "photos", "present": "李明"}).status_code == 302
    taken = moments.local(moments.now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    assert (
        zhao.post(here + "photos/", {"photos": [photo(), photo("后厨.jpg", "#aa5544")], "taken_at": taken}).status_code
        == 302
    )
    for each in survey.surveyors.all():
        assert zhao.post(f"{here}sign/{each.pk}/", {"drawn": "", "paper": photo(f"{each.pk}.jpg")}).status_code == 302
    assert zhao.post(here + "sign/present/", {"drawn": "", "name": "李明", "refused": "不认可"}).status_code == 422
    signed = {"drawn": "", "name": "李明", "refused": "不认可", "witness": "社区 张敏"}
    assert zhao.post(here + "sign/present/", signed).status_code == 302
    by = moments.day_of(moments.now()) + timedelta(days=5)
    given = {"conclusion": "rectify", "text": "通道不畅", "rectify": "清空通道", "rectify_by": by.isoformat()}
    answer = zhao.post(here + "conclude/", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    mine = f"/my/matters/{code}/surveys/{survey.matter.code}/"
    page = li.get(mine).content.decode()
    assert "清空通道" in page and "不认可" in page and "川01" in page
    assert cast.client("qian").get(mine).status_code == 404
    record = survey.records.get()
    assert li.get(f"/letters/{record.letter_code}.pdf").status_code == 200
    file = record.photos.all()[0].thumb.uid
    assert li.get(f"/my/surveys/{survey.matter.code}/files/{file}/").status_code == 200
    assert cast.client("qian").get(f"/my/surveys/{survey.matter.code}/files/{file}/").status_code == 404
    assert li.post(mine + "rectified/", {"reason": "已清空"}).status_code == 302
    assert "已清空" in zhao.get(here).content.decode()
    assert zhao.get("/desk/surveys/?as=xlsx").status_code == 200


def test_a_joint_review_from_its_pages(cast: Cast) -> None:
    code = accepted(cast)
    manager, he = cast.client("manager"), cast.client("he")
    ahead = moments.local(moments.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    market = cast.units["market"]
    answer = manager.post(
        "/desk/panels/new/",
        {"subject": "茶馆改造", "cases": code, "planned_at": ahead, "place": "三楼", "host": "马成", "agenda": "意见",
         "departments": [market.pk],
         "people": f"{market.name} 赵强"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    panel = Panel.objects.select_related("matter").get()
    seat = panel.seats.get()
    here = f"/desk/panels/{panel.matter.code}/"
    assert seat.person == "赵强"
    assert he.post(f"{here}seats/{seat.pk}/reply/", {"answer": "stand_in", "attendee": "赵强"}).status_code == 302
    assert he.post(f"{here}seats/{seat.pk}/opinion/", {"opinion": "agree", "text": "同意。"}).status_code == 302
    Panel.objects.update(planned_at=moments.now())
    given = {"conclusion": "agreed", "concluded": "同意。", f"there_{seat.pk}": "on", f"attendee_{seat.pk}": "赵强"}
    answer = manager.post(here + "conclude/", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert he.post(f"{here}seats/{seat.pk}/sign/", {}).status_code == 302
    assert "签字" in he.get(here).content.decode()
    assert manager.get(here + "minutes/")["content-type"] == "application/pdf"
    assert manager.get(here + "print/").status_code == 200 and manager.get("/desk/panels/?as=xlsx").status_code == 200


def test_the_form_editor(cast: Cast) -> None:
    code = accepted(cast)
    item = case_of(code).item
    he = cast.client("he")
    here = f"/manage/survey-forms/{item.code}/"
    blank = {
        "key": ["", ""],
        "options": ["", ""],
        "unit": ["", ""],
        "standard": ["", ""],
        "good": ["是", ""],
        "low": ["", ""],
        "high": ["", "9"],
    }
    given = {
        "title": "茶馆表",
        "seen": "0",
        "label": ["排烟独立", "包间"],
        "kind": ["yes_no", "number"],
        "optional": ["1"],
        **blank,
    }
    assert he.post(here, given | {"more": "1"}).status_code == 200
    assert he.post(here, given | {"kind": ["choice", "number"]}).status_code == 422
    assert he.post(here, given).status_code == 302
    assert "第 1 版" in he.get(here).content.decode()
    assert he.post(here, given).status_code in (409, 422), "somebody else's version is not overwritten"


def test_a_reconsideration_from_its_pages(cast: Cast) -> None:
    code, he = accepted(cast), cast.client("he")
    today = f"{moments.day_of(moments.now()):%Y-%m-%d}"
    given = {
        "kind": "reconsideration", "who": "applicant", "against": "silence", "claim": "逾期没有办理。", "body": "清河县人民政府",
        "number": "清政复受〔2026〕3号", "accepted_on": today, "served_on": today,
    }  # fmt: skip
    address = f"/desk/cases/{code}/challenges/new/"
    lacking = he.post(address, given | {"claim": ""})
    assert lacking.status_code == 422 and not Challenge.objects.exists()
    assert he.post(address, given).status_code == 302
    again = he.post(address, given)
    assert again.status_code == 409 and "已经登记过" in again.content.decode()
    entered = Challenge.objects.select_related("matter").get()
    here = f"/desk/challenges/{entered.matter.code}/"
    assert "清政复受〔2026〕3号" in he.get(here).content.decode()
    assert he.post(f"{here}answer/", {"reason": "已按期答复。"}).status_code == 302
    assert cast.client("qian_staff").get(here).status_code in (403, 404)
    assert he.get("/desk/challenges/?as=xlsx").status_code == 200
