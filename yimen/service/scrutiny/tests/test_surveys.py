"""现场踏勘 (R071): told to the applicant, filled in by those who go, photos, signatures, a record that stands."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image, ImageDraw
from pypdf import PdfReader

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.documents.selectors import letter_pdf, open_file
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.kit.uploads import FileRefused
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Step
from yimen.ground.notices.models import Message
from yimen.service.cases import services as cases
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Survey, SurveyForm, SurveyRecord
from yimen.service.scrutiny.pictures import NoSignature
from yimen.service.scrutiny.selectors import surveys as selectors
from yimen.service.scrutiny.services.appointing import SurveyOpen, TooFewSurveyors
from yimen.service.scrutiny.services.concluding import NotSigned, digest_of
from yimen.service.scrutiny.services.filling import DraftMoved, NotGoing

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)
VISIT = datetime(2026, 10, 14, 9, 30, tzinfo=CHINA)
THERE = VISIT + timedelta(minutes=20)
COMPLIES = {"address": "yes", "area": "86.5", "layout": "yes", "facilities": "yes", "safety": "no"}


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def photo(name: str = "门头.jpg", colour: str = "#336699") -> SimpleUploadedFile:
    out = io.BytesIO()
    picture = Image.new("RGB", (2400, 1800), colour)
    exif = Image.Exif()
    exif[0x010F] = "秘密相机"
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def drawn(ink: bool = True, by: int = 0) -> str:
    out = io.BytesIO()
    sheet = Image.new("RGBA", (900, 360), (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(sheet).line((60, 300 - 9 * by, 400, 40, 800, 280), fill=(17, 17, 17, 255), width=7)
    sheet.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def again(survey: Survey) -> Survey:
    return Survey.objects.select_related("matter", "case__matter").get(pk=survey.pk)


def appointed(cast: Cast) -> tuple[str, Survey]:
    """A case under review since Monday; Zhao and Zhou go on Wednesday."""
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    cases.accept_case(code=code, actor=cast.actor("wang", MONDAY), at=MONDAY)
    made = services.appoint_survey(
        code=code,
        planned_at=VISIT,
        place="东街 12 号",
        surveyors=people(cast),
        actor=cast.actor("zhao", MONDAY),
        at=MONDAY,
    )
    return code, again(made)


def people(cast: Cast) -> list[tuple[int, str]]:
    return [(cast.accounts["zhao"].pk, "川0519-001"), (cast.accounts["zhou"].pk, "川0519-002")]


def filled(cast: Cast, survey: Survey, at: datetime = THERE, **change: str) -> SurveyRecord:
    return services.save_survey_draft(
        survey=survey, given=COMPLIES | change, text="", present="李明", actor=cast.actor("zhao", at), at=at
    )


def signed(cast: Cast, survey: Survey, at: datetime = THERE, **present: Any) -> None:
    zhao = cast.actor("zhao", at)
    for each in survey.surveyors.filter(going=True):
        services.sign_survey(survey=survey, surveyor_id=each.pk, drawn=drawn(by=each.pk % 9 + 1), actor=zhao, at=at)
    services.sign_present(survey=survey, name="李明", actor=zhao, at=at, **(present or {"drawn": drawn()}))


def concluded(cast: Cast, survey: Survey, conclusion: str, at: datetime = THERE, **more: Any) -> None:
    more = {"text": "", **more}
    services.conclude_survey(survey=again(survey), conclusion=conclusion, actor=cast.actor("zhao", at), at=at, **more)


def text_of(letter_code: str) -> tuple[str, int]:
    """The words of a letter's PDF, and how many pictures it holds."""
    reader = PdfReader(open_file(letter_pdf(Letter.objects.get(code=letter_code))))
    pages = list(reader.pages)
    words = "".join("".join(page.extract_text() for page in pages).split())
    return words, sum(len(page.images) for page in pages)


def test_the_applicant_is_told_when_where_and_by_whom(cast: Cast) -> None:
    code, survey = appointed(cast)
    assert (survey.matter.state, survey.matter.clock, survey.matter.due_on) == ("appointed", "survey", day_of(VISIT))
    notice = Letter.objects.get(kind="survey_notice")
    words, _ = text_of(notice.code)
    assert "川0519-001" in words and "东街12号" in words and "2026年10月14日" in words
    while outbox.deliver_once():
        pass
    told = Message.objects.filter(party=case_of(code).matter.applicant_id, subject="现场踏勘的时间").get()
    assert "赵强、周平" in told.body


@pytest.mark.parametrize("which", [("zhao",), ("zhao", "zhao"), ("zhao", "qian_staff")])
def test_two_of_the_department_go(cast: Cast, which: tuple[str, ...]) -> None:
    code, survey = appointed(cast)
    services.cancel_survey(survey=survey, reason="重新约", actor=cast.actor("zhao", MONDAY), at=MONDAY)
    going = [(cast.accounts[name].pk, "川01") for name in which]
    with pytest.raises((TooFewSurveyors, Invalid)):
        services.appoint_survey(
            code=code, planned_at=VISIT, place="东街", surveyors=going, actor=cast.actor("zhao", MONDAY), at=MONDAY
        )


def test_one_survey_at_a_time_and_no_stranger(cast: Cast) -> None:
    code, survey = appointed(cast)
    with pytest.raises(SurveyOpen):
        services.appoint_survey(
            code=code,
            planned_at=VISIT,
            place="东街",
            surveyors=people(cast),
            actor=cast.actor("zhao", MONDAY),
            at=MONDAY,
        )
    with pytest.raises((NotAllowed, NotFound)):
        services.cancel_survey(survey=survey, reason="……", actor=cast.actor("qian_approver", MONDAY), at=MONDAY)
    with pytest.raises(NotFound):
        selectors.access_survey(cast.actor("qian_approver", MONDAY), survey.matter.code)
    with pytest.raises(NotGoing):
        services.save_survey_draft(
            survey=survey, given={}, text="", present="", actor=cast.actor("qian_approver", THERE), at=THERE
        )


def test_the_course_of_a_survey(cast: Cast) -> None:
    code, survey = appointed(cast)
    zhao = cast.actor("zhao", THERE)
    filled(cast, survey)
    made = services.add_photos(
        survey=survey, uploads=[photo(), photo("后厨.jpg", "#995533")], taken_at=THERE, place="后厨", caption="现场",
        actor=zhao, at=THERE,
    )  # fmt: skip
    with open_file(made[0].file) as kept:
        opened = Image.open(io.BytesIO(kept.read()))
    assert max(opened.size) == 1600 and not opened.getexif(), "encoded anew, without what the camera wrote"
    with pytest.raises(NotSigned):
        concluded(cast, survey, "pass")
    signed(cast, survey)
    with pytest.raises(Conflict):
        concluded(cast, survey, "pass", at=VISIT - timedelta(hours=1))
    with pytest.raises(NotAllowed, match="踏勘还没有结论"):
        cases.pass_review(code=code, text="符合", actor=zhao, at=THERE)
    concluded(cast, survey, "pass")
    survey = again(survey)
    record = survey.records.get()
    assert (survey.matter.state, matter_of(code).state) == ("passed", "reviewing")
    assert record.digest == digest_of(survey, record)
    steps = Step.objects.filter(
        matter__code__in=[code, survey.matter.code], action__in=["record_survey", "find_compliant"]
    )
    assert len(steps) == 2 and all(record.digest in step.facts for step in steps), "the digest stands in both ledgers"
    words, pictures = text_of(record.letter_code)
    assert "川0519-002" in words and "结论：符合" in words and record.digest in words and pictures == 5
    cases.pass_review(code=code, text="符合", actor=zhao, at=THERE)


def test_what_is_concluded_stands(cast: Cast) -> None:
    _, survey = appointed(cast)
    filled(cast, survey)
    services.add_photos(
        survey=survey,
        uploads=[photo()],
        taken_at=THERE,
        place="",
        caption="",
        actor=cast.actor("zhao", THERE),
        at=THERE,
    )
    signed(cast, survey)
    concluded(cast, survey, "pass")
    record = survey.records.get()
    for change in (
        lambda: SurveyRecord.objects.filter(pk=record.pk).update(text="改了"), lambda: record.photos.all().delete(),
        lambda: record.signatures.update(name="别人"), lambda: SurveyRecord.objects.filter(pk=record.pk).delete(),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    old = record.letter_code
    with pytest.raises(Invalid):
        services.begin_correction(survey=again(survey), reason=" ", actor=cast.actor("zhao", THERE), at=THERE)
    services.begin_correction(survey=again(survey), reason="面积抄错", actor=cast.actor("zhao", THERE), at=THERE)
    filled(cast, again(survey), area="96.5")
    signed(cast, again(survey))
    concluded(cast, survey, "fail", text="面积与图纸不一致。")
    fixed = survey.records.get(version=2)
    assert (again(survey).matter.state, fixed.answers["area"]["said"], fixed.photos.count()) == ("failed", "96.5", 1)
    assert Letter.objects.get(code=old).voided_at is not None
    assert survey.records.get(version=1).answers["area"]["said"] == "86.5"
    words, _ = text_of(fixed.letter_code)
    assert "面积抄错" in words


def test_a_second_visit_after_rectification(cast: Cast) -> None:
    code, survey = appointed(cast)
    filled(cast, survey, safety="yes")
    signed(cast, survey)
    with pytest.raises(Invalid) as refused:
        concluded(cast, survey, "rectify")
    assert set(refused.value.fields) == {"rectify", "rectify_by"}
    by = day_of(THERE) + timedelta(days=7)
    concluded(cast, survey, "rectify", rectify="补装消防栓。", rectify_by=by)
    survey = again(survey)
    assert (survey.matter.state, survey.rectify_by, survey.matter.due_on) == ("rectifying", by, None)
    later = THERE + timedelta(days=2)
    services.report_rectified(survey=survey, reason="已装好。", actor=cast.actor("li", later), at=later)
    second = later + timedelta(days=1)
    services.rearrange_survey(
        survey=again(survey),
        planned_at=second,
        place="东街 12 号",
        surveyors=people(cast),
        actor=cast.actor("zhao", later),
        at=later,
    )
    survey = again(survey)
    assert (survey.visit, survey.matter.state) == (2, "appointed")
    filled(cast, survey, at=second)
    signed(cast, survey, at=second)
    concluded(cast, survey, "pass", at=second)
    assert list(survey.records.order_by("visit").values_list("visit", "conclusion")) == [(1, "rectify"), (2, "pass")]
    opinions = case_of(code).opinions.filter(kind="survey").order_by("pk")
    assert [each.conclusion for each in opinions] == ["rectify", "pass"]


def test_a_refusal_to_sign_needs_reason_and_witness(cast: Cast) -> None:
    _, survey = appointed(cast)
    filled(cast, survey)
    zhao = cast.actor("zhao", THERE)
    for wrong in (
        {"refused": "不认可"},
        {"refused": "不认可", "witness": "赵强"},
        {"drawn": drawn(ink=False)},
        {"drawn": "x"},
    ):
        with pytest.raises((Invalid, NoSignature)):
            services.sign_present(survey=survey, name="李明", actor=zhao, at=THERE, **wrong)
    signed(cast, survey, refused="对第三项不认可", witness="东街社区 张敏")
    concluded(cast, survey, "pass")
    words, pictures = text_of(survey.records.get().letter_code)
    assert "拒绝签字" in words and "东街社区张敏" in words and pictures == 2


def test_a_change_after_signing_is_signed_anew(cast: Cast) -> None:
    _, survey = appointed(cast)
    record = filled(cast, survey)
    signed(cast, survey)
    record = filled(cast, survey)
    assert record.signatures.count() == 3, "the same once more changes nothing"
    seen = record.seen
    record = filled(cast, survey, area="90")
    assert record.signatures.count() == 0
    with pytest.raises(DraftMoved):
        services.save_survey_draft(
            survey=survey, given=COMPLIES, text="", present="", actor=cast.actor("zhou", THERE), at=THERE, seen=seen
        )


def test_bad_input_is_refused_by_name(cast: Cast) -> None:
    _, survey = appointed(cast)
    zhao = cast.actor("zhao", THERE)
    with pytest.raises(Invalid) as refused:
        filled(cast, survey, area="很大", address="也许")
    assert set(refused.value.fields) == {"area", "address"}
    with pytest.raises(FileRefused):
        services.add_photos(
            survey=survey,
            uploads=[SimpleUploadedFile("门.jpg", b"MZ\x00\x00")],
            taken_at=THERE,
            place="",
            caption="",
            actor=zhao,
            at=THERE,
        )
    with pytest.raises(Invalid):
        services.sign_survey(
            survey=survey, surveyor_id=survey.surveyors.all()[0].pk, drawn=drawn(), actor=zhao, at=THERE
        )
    filled(cast, survey, safety="yes")
    signed(cast, survey)
    with pytest.raises(Invalid, match="没有填全"):
        concluded(cast, survey, "pass")
    concluded(cast, survey, "pass", text="隐患当场消除。")


def test_a_form_of_its_own_in_versions(cast: Cast) -> None:
    _, survey = appointed(cast)
    item = survey.case.item
    rows = [
        {"label": "排烟管道", "kind": "choice", "options": "独立、共用", "good": "独立", "standard": "GB 37487"},
        {"label": "包间数", "kind": "number", "unit": "间", "high": "8"},
    ]
    with pytest.raises(NotAllowed):
        services.save_survey_form(
            item=item, title="茶馆踏勘表", rows=rows, reason="", seen=0, actor=cast.actor("tang"), at=MONDAY
        )
    with pytest.raises(Invalid) as refused:
        bad = [
            {"label": "排烟", "kind": "choice", "options": "独立"},
            {"label": "高", "kind": "number", "low": "9", "high": "1"},
        ]
        services.save_survey_form(item=item, title="表", rows=bad, reason="", seen=0, actor=cast.actor("he"), at=MONDAY)
    assert set(refused.value.fields) == {"options-0", "high-1"}
    made = services.save_survey_form(
        item=item, title="茶馆踏勘表", rows=rows, reason="", seen=0, actor=cast.actor("he"), at=MONDAY
    )
    with pytest.raises(Conflict):
        services.save_survey_form(
            item=item, title="茶馆踏勘表", rows=rows, reason="再改", seen=0, actor=cast.actor("he"), at=MONDAY
        )
    record = services.draft_of(survey, actor=cast.actor("zhao", THERE), at=THERE)
    assert record.form == made
    services.save_survey_form(
        item=item, title="茶馆踏勘表", rows=rows[:1], reason="合并", seen=1, actor=cast.actor("he"), at=MONDAY
    )
    assert services.draft_of(survey, actor=cast.actor("zhao", THERE), at=THERE).form == made, (
        "what is begun keeps its version"
    )
    shown = selectors.shown_record(filled(cast, survey, q1="共用", q2="6"))
    assert [each.complies for each in shown.answers] == [False, True]
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyForm.objects.filter(pk=made.pk).update(title="别的")
