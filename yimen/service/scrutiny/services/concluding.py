"""Conclude a survey's visit (R071): the record becomes a letter with photos and signatures, its digest stands in the ledger.

What is wrong in a concluded record is corrected by a new version of it, filled in, signed and concluded again, with the reason.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.documents.services import void_letter
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, crypto
from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.policies import may
from yimen.ground.matters.selectors import ask
from yimen.ground.matters.services import Taken, lock, ready_to, take_step
from yimen.service.cases.services import record_survey
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.scrutiny import rules_surveys
from yimen.service.scrutiny.events import SurveyMoved
from yimen.service.scrutiny.lifecycle import SURVEY
from yimen.service.scrutiny.models import Survey, SurveyPhoto, SurveyRecord, SurveySignature
from yimen.service.scrutiny.services.filling import demand_going, flat, open_draft

ACTIONS = {"pass": "find_compliant", "rectify": "order_rectification", "fail": "find_noncompliant"}
STATES = {"pass": "passed", "rectify": "rectifying", "fail": "failed"}


class NotSigned(Conflict):
    """A signature is lacking."""

    code = "survey_not_signed"


class CaseNotReviewing(Conflict):
    """The case stands still or is over; its ledger takes no survey now."""

    code = "case_not_reviewing"


def conclude_survey(
    *, survey: Survey, conclusion: str, text: str, actor: Actor, at: datetime, rectify: str = "",
    rectify_by: date | None = None, seen: int | None = None,
) -> Taken:  # fmt: skip
    """Conclude the draft: `pass`, `rectify` (what, by when) or `fail`. `text` is the reason, needed unless everything complies.

    Raises `NotGoing`, `NotSigned`, `Invalid`, `CaseNotReviewing`, and what a step raises.
    """
    if conclusion not in ACTIONS:
        raise Invalid("请选择结论。", fields={"conclusion": "请选择结论。"})
    with transaction.atomic():
        lock(survey.matter_id)
        survey = Survey.objects.select_related("matter", "case__matter").get(pk=survey.pk)
        demand_going(actor, survey)
        record = open_draft(survey)
        correcting = record.version > 1
        action = _action(survey, record, conclusion)
        ready_to(matter=survey.matter_id, action=action, actor=actor, at=at, seen=seen)
        _demand_whole(survey, record, conclusion, text, rectify, rectify_by, at)
        found = open_case(survey.case.matter.code)
        reviewing = ask(found.matter_id).state == "reviewing"
        if not reviewing and not correcting:
            raise CaseNotReviewing(
                "这件办件现在停着（等补正或特别程序）或者已经送决定，踏勘结论不能写进办件。",
                next_step="记录已存为草稿，恢复审查以后再完成。",
            )
        record.conclusion, record.rectify = conclusion, rectify.strip() if conclusion == "rectify" else ""
        record.text = "\n".join(part for part in (record.text, text.strip()) if part)
        digest = digest_of(survey, record)
        letter = _letter(found, survey, record, digest, actor, at)
        said = SurveyRecord.Conclusion(conclusion).label
        reason = record.reason if correcting else text.strip() or rectify.strip() or f"现场与申请材料一致，{said}。"
        facts = {
            "case": found.code, "reason": reason, "visit": record.visit, "version": record.version, "conclusion": said,
            "digest": digest, "letter": letter.number,
        }  # fmt: skip
        taken = take_step(
            matter=survey.matter_id, action=action, actor=actor, at=at, seen=seen, facts=facts, documents=[letter.code],
            change={"outcome": STATES[conclusion]} if action.startswith("correct_to") else None,
            events=[SurveyMoved(survey.matter_id, survey.matter.code, taken_state(survey, action, conclusion), action, at)],
        )  # fmt: skip
        if correcting:
            _void_before(survey, record, actor, at)
        record.concluded_at, record.concluded_by = at, f"{actor.department} {actor.name}".strip()
        record.letter, record.letter_code, record.digest = letter.number, letter.code, digest
        record.save()
        if conclusion == "rectify":
            Survey.objects.filter(pk=survey.pk).update(
                rectify=record.rectify, rectify_by=rectify_by, rectified="", rectified_at=None
            )
        if reviewing:
            _into_case(found, survey, record, said, reason, digest, letter.code, actor, at)
        return taken


def taken_state(survey: Survey, action: str, conclusion: str) -> str:
    """The state after a step of concluding."""
    return survey.matter.state if action == "correct_record" else STATES[conclusion]


def _action(survey: Survey, record: SurveyRecord, conclusion: str) -> str:
    if record.version == 1:
        return ACTIONS[conclusion]
    if STATES[conclusion] == survey.matter.state:
        return "correct_record"
    if conclusion == "rectify" or survey.matter.state == "rectifying":
        raise Conflict("更正不能改成或改掉“整改后复查”。", next_step="请按原结论更正，再另约一次踏勘。")
    return "correct_to_pass" if conclusion == "pass" else "correct_to_fail"


def _demand_whole(
    survey: Survey,
    record: SurveyRecord,
    conclusion: str,
    text: str,
    rectify: str,
    rectify_by: date | None,
    at: datetime,
) -> None:
    if record.version == 1 and at < survey.planned_at:
        raise Conflict(
            f"约定的踏勘时间是 {say_moment(survey.planned_at)}，还没有到。",
            next_step="确实提前去的，请先改期并重新告知申请人。",
        )
    questions = rules_surveys.read_questions(record.form.questions)
    answers = rules_surveys.read_answers(questions, flat(record), whole=True)
    faults = [each for each in rules_surveys.judged(questions, answers) if each.complies is False]
    wrong: dict[str, str] = {}
    if conclusion == "pass" and faults and not text.strip():
        wrong["text"] = f"有 {len(faults)} 项不符合，结论为“符合”的要写明理由。"
    if conclusion == "fail" and not text.strip():
        wrong["text"] = "请写明哪里不符合。"
    if conclusion == "rectify":
        if not rectify.strip():
            wrong["rectify"] = "请逐条写明要整改什么。"
        if rectify_by is None or rectify_by <= day_of(at):
            wrong["rectify_by"] = "请填写今天以后的日期。"
    if wrong:
        raise Invalid("结论没有填全。", fields=wrong)
    signed = set(record.signatures.filter(role=SurveySignature.Role.SURVEYOR).values_list("surveyor_id", flat=True))
    lacking = [each.name for each in survey.surveyors.filter(going=True) if each.pk not in signed]
    if not record.signatures.filter(role=SurveySignature.Role.PRESENT).exists():
        lacking.append("申请人（在场人）")
    if lacking:
        raise NotSigned(
            f"还没有签名：{'、'.join(lacking)}。", next_step="请先签名；申请人拒绝签字的，写明理由和见证人。"
        )


def digest_of(survey: Survey, record: SurveyRecord) -> str:
    """SM3 over everything the record says, photos and signatures by the digests of their files; 64 hexadecimal digits."""
    said = {
        "survey": survey.matter.code, "visit": record.visit, "version": record.version, "form": str(record.form),
        "answers": record.answers, "text": record.text, "present": record.present, "conclusion": record.conclusion,
        "rectify": record.rectify, "started_at": record.started_at.isoformat(),
        "photos": [
            [photo.file.digest, photo.original_digest, photo.taken_at.isoformat(), photo.place, photo.caption]
            for photo in record.photos.select_related("file").order_by("pk")
        ],
        "signatures": [
            [each.role, each.name, each.way, each.file.digest if each.file else "", each.reason, each.witness]
            for each in record.signatures.select_related("file").order_by("pk")
        ],
    }  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return crypto.sm3(text.encode()).hex()


def _letter(found: OpenCase, survey: Survey, record: SurveyRecord, digest: str, actor: Actor, at: datetime) -> Any:
    questions = rules_surveys.read_questions(record.form.questions)
    answers = [
        (str(at_), each.question.label, each.question.standard or "—", each.said or "—",
         "　".join(part for part in (each.verdict, each.note) if part) or "—")
        for at_, each in enumerate(rules_surveys.judged(questions, record.answers), start=1)
    ]  # fmt: skip
    people = [
        f"{each.name}（执法证号 {each.certificate}）" for each in survey.surveyors.filter(going=True).order_by("pk")
    ]
    return issue(
        "survey_record", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
        edition=found.edition, actor=actor, at=at, survey=survey.matter.code, visit=str(record.visit),
        version=str(record.version) if record.version > 1 else "", corrected_for=record.reason,
        planned=say_moment(survey.planned_at), survey_place=survey.place, surveyors="、".join(people), present=record.present,
        answers=answers, said=record.text, conclusion=SurveyRecord.Conclusion(record.conclusion).label,
        rectify=record.rectify, digest=digest,
        pictures=[_photo(each) for each in record.photos.select_related("file").order_by("pk")],
        signatures=[_signature(each) for each in record.signatures.select_related("file", "surveyor").order_by("role", "pk")],
    )  # fmt: skip


def _photo(photo: SurveyPhoto) -> dict[str, str]:
    words = "　".join(part for part in (photo.caption, say_moment(photo.taken_at), photo.place) if part)
    return {"digest": photo.file.digest, "words": words}


def _signature(each: SurveySignature) -> dict[str, str]:
    words = f"{each.get_role_display()}：{each.name}"
    if each.way == SurveySignature.Way.REFUSED:
        words += f"　拒绝签字，理由：{each.reason}　见证人：{each.witness}"
    elif each.way == SurveySignature.Way.PAPER:
        words += "（纸质签名照片）"
    return {"digest": each.file.digest if each.file else "", "words": f"{words}　{say_moment(each.signed_at)}"}


def _into_case(
    found: OpenCase, survey: Survey, record: SurveyRecord, said: str, reason: str, digest: str, letter: str, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    people = "、".join(each.name for each in survey.surveyors.filter(going=True).order_by("pk"))
    which = f"第 {record.visit} 次踏勘" + (f"（第 {record.version} 版，更正）" if record.version > 1 else "")
    record_survey(
        code=found.code, text=f"{which}：{said}。{reason}", people=people, actor=actor, at=at, conclusion=record.conclusion,
        facts={"survey": survey.matter.code, "digest": digest}, documents=[letter],
    )  # fmt: skip


# --- Corrections


def begin_correction(*, survey: Survey, reason: str, actor: Actor, at: datetime) -> SurveyRecord:
    """A new version of the last record, with everything of it but the signatures; the old one stands until it is concluded.

    Raises `NotAllowed`, `NotGoing`, `Conflict` (nothing to correct, or a draft is open), `Invalid` without a reason.
    """
    if not reason.strip():
        raise Invalid("请写明为什么更正。", fields={"reason": "请写明为什么更正。"})
    with transaction.atomic():
        lock(survey.matter_id)
        if not may(actor, SURVEY, survey.matter):
            raise NotAllowed("您没有更正这次踏勘的权限。", next_step="请由踏勘人员更正。")
        demand_going(actor, survey)
        if survey.records.filter(concluded_at__isnull=True).exists():
            raise Conflict("还有一份没有完成的记录。", next_step="请先完成它，或者放弃更正。")
        last = survey.records.order_by("-visit", "-version").first()
        if last is None or ask(survey.matter_id).state not in ("rectifying", "passed", "failed"):
            raise Conflict("没有可以更正的踏勘记录。", next_step="还没有完成的，直接改草稿。")
        made = SurveyRecord.objects.create(
            survey=survey, visit=last.visit, version=last.version + 1, form=last.form, answers=last.answers, text=last.text,
            present=last.present, started_at=last.started_at, saved_at=at, reason=reason.strip()[:500],
        )  # fmt: skip
        for photo in last.photos.order_by("pk"):
            SurveyPhoto.objects.create(
                record=made, file=photo.file, thumb=photo.thumb, original_digest=photo.original_digest,
                taken_at=photo.taken_at, place=photo.place, caption=photo.caption,
            )  # fmt: skip
        audit.record(
            "scrutiny.begin_survey_correction",
            actor=actor,
            target_kind="matter",
            target=survey.matter.code,
            reason=made.reason,
        )
        return made


def drop_correction(*, survey: Survey, actor: Actor, at: datetime) -> None:
    """The correction is not needed after all: its draft goes, the record stands as it is."""
    with transaction.atomic():
        lock(survey.matter_id)
        demand_going(actor, survey)
        record = open_draft(survey)
        if record.version == 1:
            raise Conflict("这是第一版记录，不是更正。", next_step="不踏勘了的，请取消踏勘。")
        record.signatures.all().delete()
        record.photos.all().delete()
        record.delete()
        audit.record("scrutiny.drop_survey_correction", actor=actor, target_kind="matter", target=survey.matter.code)


def _void_before(survey: Survey, record: SurveyRecord, actor: Actor, at: datetime) -> None:
    before = survey.records.filter(visit=record.visit, version=record.version - 1).first()
    if before is not None and before.letter_code:
        void_letter(
            code=before.letter_code, reason=f"更正为第 {record.version} 版：{record.reason}", actor=actor, at=at
        )


def usual_rectify_by(survey: Survey, workdays: int, at: datetime) -> date:
    """The usual last day for a rectification."""
    matter = survey.matter
    return work_calendar().at(matter.division_id, matter.centre_id).nth_workday_after(day_of(at), workdays)


def say_rectify(survey: Survey) -> str:
    """What is to be put right and by when, in one line."""
    return f"{survey.rectify}（{say_date(survey.rectify_by)}前）" if survey.rectify_by else survey.rectify
