"""Fill in a survey on the spot (R071): a draft that several may share, photos, signatures. Nothing of it counts before it is concluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import lock
from yimen.service.scrutiny import pictures, rules_surveys
from yimen.service.scrutiny.lifecycle import SURVEY
from yimen.service.scrutiny.models import Survey, SurveyPhoto, SurveyRecord, SurveySignature
from yimen.service.scrutiny.services.survey_forms import held_form, standing_form

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

MOST_PHOTOS = 20


class NotGoing(NotAllowed):
    """Only those who go fill in the record."""

    code = "not_a_surveyor"


class DraftMoved(Conflict):
    """A colleague has saved the same draft meanwhile."""

    code = "survey_draft_moved"


def demand_going(actor: Actor, survey: Survey) -> None:
    """Raise `NotGoing` unless the actor is one of those who go."""
    if not may(actor, SURVEY, survey.matter):
        raise NotGoing("您没有填写这次踏勘的权限。", next_step="请由踏勘人员填写。")
    if not survey.surveyors.filter(account=actor.account_id, going=True).exists():
        raise NotGoing("您不是这次的踏勘人员，不能填写记录。", next_step="换人的，请先“改期或换人”，重新告知申请人。")


def draft_of(survey: Survey, *, actor: Actor, at: datetime) -> SurveyRecord:
    """The draft of the present visit, begun now if there is none. Raises `NotGoing`, `Conflict` where no visit is open."""
    with transaction.atomic():
        lock(survey.matter_id)
        survey.matter.refresh_from_db()
        demand_going(actor, survey)
        held = survey.records.select_related("form").filter(concluded_at__isnull=True).first()
        if held is not None:
            return held
        if survey.matter.state != "appointed":
            raise Conflict("现在没有要填写的踏勘。", next_step="要复查的请先约定时间；记录有误的请“更正踏勘记录”。")
        return SurveyRecord.objects.create(
            survey=survey, visit=survey.visit, form=standing_form(survey.case.item_id, at), started_at=at, saved_at=at
        )


def draft_or_blank(survey: Survey, *, actor: Actor, at: datetime) -> SurveyRecord:
    """The draft there is, else one that is not kept yet: what a page shows before anything is saved. Raises as `draft_of`."""
    demand_going(actor, survey)
    held = survey.records.select_related("form").filter(concluded_at__isnull=True).first()
    if held is not None:
        return held
    if survey.matter.state != "appointed":
        raise Conflict("现在没有要填写的踏勘。", next_step="要复查的请先约定时间；记录有误的请“更正踏勘记录”。")
    form = held_form(survey.case.item_id, at)
    return SurveyRecord(survey=survey, visit=survey.visit, form=form, started_at=at, saved_at=at)


def open_draft(survey: Survey) -> SurveyRecord:
    """The draft there is; raises `NotFound`."""
    held = survey.records.select_related("form").filter(concluded_at__isnull=True).first()
    if held is None:
        raise NotFound("没有正在填写的踏勘记录。", next_step="请从踏勘页面开始填写。")
    return held


def save_survey_draft(
    *,
    survey: Survey,
    given: Mapping[str, Any],
    text: str,
    present: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
) -> SurveyRecord:
    """Keep what was filled in so far. What changes after somebody signed is signed anew. Raises `DraftMoved`, `Invalid`, `NotGoing`."""
    with transaction.atomic():
        record = _held(survey, actor, at, seen)
        questions = rules_surveys.read_questions(record.form.questions)
        answers = rules_surveys.read_answers(questions, given, whole=False)
        before = (record.answers, record.text, record.present)
        record.answers, record.text, record.present = answers, text.strip()[:4000], present.strip()[:100]
        record.saved_at = at
        if before != (record.answers, record.text, record.present):
            _changed(record)
        record.save(update_fields=["answers", "text", "present", "saved_at", "seen"])
        audit.record("scrutiny.save_survey_draft", actor=actor, target_kind="matter", target=survey.matter.code)
        return record


def _held(survey: Survey, actor: Actor, at: datetime, seen: int | None) -> SurveyRecord:
    record = draft_of(survey, actor=actor, at=at)
    if seen is not None and record.seen != seen:
        raise DraftMoved(
            "同行的人刚刚改过这份记录。", next_step="请刷新页面，看过以后接着填；您刚填的内容还在这一页上。"
        )
    return record


def _changed(record: SurveyRecord) -> None:
    record.seen += 1
    record.signatures.all().delete()


def add_photos(
    *, survey: Survey, uploads: Sequence[Any], taken_at: datetime, place: str, caption: str, actor: Actor, at: datetime
) -> list[SurveyPhoto]:
    """Several photos at once, all taken at one moment and place. Raises `kit.uploads.FileRefused`, `Invalid`, `NotGoing`."""
    if not uploads:
        raise Invalid("请选择照片。", fields={"photos": "请拍照或选择照片。"})
    with transaction.atomic():
        record = _held(survey, actor, at, None)
        if taken_at > at:
            raise Invalid("拍摄时间不能在以后。", fields={"taken_at": "不能在以后。"})
        if record.photos.count() + len(uploads) > MOST_PHOTOS:
            raise Invalid(
                f"一次踏勘最多 {MOST_PHOTOS} 张照片。", fields={"photos": f"最多 {MOST_PHOTOS} 张，请挑选后再传。"}
            )
        made = []
        for upload in uploads:
            kept = pictures.keep_photo(upload, name=str(getattr(upload, "name", "") or "照片.jpg"), actor=actor, at=at)
            made.append(
                SurveyPhoto.objects.create(
                    record=record, file=kept.file, thumb=kept.thumb, original_digest=kept.original_digest,
                    taken_at=taken_at, place=place.strip()[:100], caption=caption.strip()[:100],
                )
            )  # fmt: skip
        _changed(record)
        record.save(update_fields=["seen"])
        audit.record(
            "scrutiny.add_survey_photos", actor=actor, target_kind="matter", target=survey.matter.code,
            facts={"photos": len(made)},
        )  # fmt: skip
        return made


def remove_photo(*, survey: Survey, photo: SurveyPhoto, actor: Actor, at: datetime) -> None:
    """Take a photo out of a draft; one that stands in a concluded record stays."""
    with transaction.atomic():
        record = _held(survey, actor, at, None)
        if photo.record_id != record.pk:
            raise Conflict("这张照片在已完成的记录里，不能移除。", next_step="记录有误的，请更正踏勘记录。")
        photo.delete()
        _changed(record)
        record.save(update_fields=["seen"])
        audit.record("scrutiny.remove_survey_photo", actor=actor, target_kind="matter", target=survey.matter.code)


# --- Signatures


def sign_survey(
    *, survey: Survey, surveyor_id: int, actor: Actor, at: datetime, drawn: str = "", paper: Any = None
) -> SurveySignature:
    """One of those who go signs the draft, on the screen or on paper. Raises `pictures.NoSignature`, `Invalid`, `NotGoing`."""
    with transaction.atomic():
        record = _held(survey, actor, at, None)
        _whole(record)
        who = survey.surveyors.filter(pk=surveyor_id, going=True).first()
        if who is None:
            raise NotFound("没有这位踏勘人员。", next_step="请从踏勘页面签名。")
        way, file = _sheet(who.name, drawn, paper, actor, at)
        record.signatures.filter(surveyor=who).delete()
        made = SurveySignature.objects.create(
            record=record,
            role=SurveySignature.Role.SURVEYOR,
            surveyor=who,
            name=who.name,
            way=way,
            file=file,
            signed_at=at,
        )
        _signed(survey, made, actor)
        return made


def sign_present(
    *, survey: Survey, name: str, actor: Actor, at: datetime, drawn: str = "", paper: Any = None, refused: str = "",
    witness: str = "",
) -> SurveySignature:  # fmt: skip
    """The applicant, or whoever was there for them, signs; or refuses, with the reason and a witness who is no surveyor."""
    with transaction.atomic():
        record = _held(survey, actor, at, None)
        _whole(record)
        wrong = {} if name.strip() else {"name": "请填写在场人的姓名。"}
        file: StoredFile | None = None
        way: str = SurveySignature.Way.REFUSED
        if refused.strip():
            if not witness.strip():
                wrong["witness"] = "拒绝签字的，请写明见证人。"
            elif survey.surveyors.filter(name=witness.strip()).exists():
                wrong["witness"] = "见证人不能是踏勘人员。"
        if wrong:
            raise Invalid("签名没有填全。", fields=wrong)
        if not refused.strip():
            way, file = _sheet(name.strip(), drawn, paper, actor, at)
        record.signatures.filter(role=SurveySignature.Role.PRESENT).delete()
        made = SurveySignature.objects.create(
            record=record, role=SurveySignature.Role.PRESENT, name=name.strip()[:100], way=way, file=file,
            reason=refused.strip()[:300], witness=witness.strip()[:100] if refused.strip() else "", signed_at=at,
        )  # fmt: skip
        if record.present != made.name:
            record.present = made.name
            record.save(update_fields=["present"])
        _signed(survey, made, actor)
        return made


def _whole(record: SurveyRecord) -> None:
    """Nobody signs what is not filled in."""
    rules_surveys.read_answers(rules_surveys.read_questions(record.form.questions), flat(record), whole=True)


def flat(record: SurveyRecord) -> dict[str, str]:
    """The answers as a form gives them."""
    found = {}
    for key, kept in record.answers.items():
        found[key], found[f"{key}__note"] = kept.get("said", ""), kept.get("note", "")
    return found


def _sheet(name: str, drawn: str, paper: Any, actor: Actor, at: datetime) -> tuple[str, StoredFile]:
    if paper is not None:
        kept = pictures.keep_photo(paper, name=str(getattr(paper, "name", "") or "签名.jpg"), actor=actor, at=at)
        return SurveySignature.Way.PAPER, kept.file
    return SurveySignature.Way.DRAWN, pictures.keep_drawn(drawn, name=name, actor=actor, at=at)


def _signed(survey: Survey, made: SurveySignature, actor: Actor) -> None:
    audit.record(
        "scrutiny.sign_survey", actor=actor, target_kind="matter", target=survey.matter.code,
        facts={"role": made.role, "way": made.way},
    )  # fmt: skip
