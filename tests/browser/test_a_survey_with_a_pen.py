"""现场踏勘 on a telephone from the form to the record, signed with a pen (R071)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.driving import write_name
from yimen.ground.kit.moments import now
from yimen.service.cases.tests.stage import accepted
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Survey, SurveySignature
from yimen.service.scrutiny.tests.test_surveys import people, photo, text_of


@pytest.mark.browser
def test_a_survey_is_filled_in_and_signed_on_the_spot(browse: Any, look: Any, site: Any) -> None:
    cast = site.cast
    code = accepted(cast)
    survey = services.appoint_survey(
        code=code, planned_at=now() + timedelta(minutes=1), place="东街 12 号", surveyors=people(cast),
        actor=cast.actor("zhao"), at=now(),
    )  # fmt: skip
    Survey.objects.filter(pk=survey.pk).update(planned_at=now())
    here = f"/desk/surveys/{survey.matter.code}/"
    page = browse("zhao", phone=True)

    page.goto(f"{here}fill/")
    for answers in page.locator("fieldset").all():
        answers.locator("input[type=radio]").first.check(force=True)
    page.locator("input[name=safety][value=no]").check(force=True)  # no danger seen
    page.locator("input[name=area]").fill("86.5")
    page.locator("input[name=present]").fill("李明")
    look(page, "survey-fill-phone")
    page.get_by_role("button", name="保存，去拍照片").click()
    picture = photo()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "门头.jpg", "mimeType": "image/jpeg", "buffer": picture.read()}
    )
    look(page, "survey-photos-phone")
    page.locator("form[enctype] button[type=submit]").first.click()

    for place, surveyor in enumerate(survey.surveyors.all()):
        page.goto(f"{here}sign/{surveyor.pk}/")
        write_name(page, 0.5 + place / 10)
        if place == 0:  # written badly, wiped, written again
            page.get_by_role("button", name="重写").click()
            write_name(page, 0.7)
            look(page, "survey-sign-phone")
        page.get_by_role("button", name="保存签名").click()
        page.wait_for_url(f"**{here}sign/")
    page.goto(f"{here}sign/present/")
    page.get_by_role("button", name="保存签名").click()
    assert page.locator(".error-summary").is_visible(), "an empty sheet is no signature"
    page.locator("input[name=name]").fill("李明")
    write_name(page, 0.9)
    page.get_by_role("button", name="保存签名").click()
    page.wait_for_url(f"**{here}sign/")
    look(page, "survey-signed-phone")

    page.get_by_role("link", name="写结论，完成踏勘").click()
    page.locator("input[name=conclusion]").first.check(force=True)
    look(page, "survey-conclude-phone")
    page.locator(".dock button[type=submit]").click()
    page.wait_for_url(f"**{here}")
    look(page, "survey-done-phone")

    record = survey.records.get()
    signatures = SurveySignature.objects.filter(record=record)
    assert signatures.count() == 3
    assert {each.way for each in signatures} == {"drawn"}
    pictures = text_of(record.letter_code)[1]
    assert pictures >= 4, "the record shows the photograph and what was drawn"
