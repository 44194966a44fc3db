"""What may be asked of surveys: the list, one survey, its records with photos and signatures, what the applicant sees (R071)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters.policies import is_applicant
from yimen.service.scrutiny import policies, rules_surveys
from yimen.service.scrutiny.models import (
    CertificateHeld,
    Survey,
    SurveyForm,
    SurveyPhoto,
    SurveyRecord,
    SurveySignature,
)

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.service.cases.models import Case


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record as it is read: its answers judged, its photos, its signatures."""

    record: SurveyRecord
    answers: Sequence[rules_surveys.Answer]
    photos: Sequence[SurveyPhoto]
    signatures: Sequence[SurveySignature]
    stands: bool

    @property
    def faults(self) -> int:
        """How many answers do not comply."""
        return sum(1 for each in self.answers if each.complies is False)


def surveys_seen(actor: Actor) -> QuerySet[Survey]:
    """The surveys an actor may see: to look at, to go, and those they go on."""
    rows = Survey.objects.select_related("matter__department", "case__matter")
    seen, going = policies.placed(actor, policies.VIEW), policies.placed(actor, policies.SURVEY)
    if not seen or not going:
        return rows
    mine = Q(surveyors__account=actor.account_id or 0)
    return rows.filter(pk__in=Survey.objects.filter(seen | going | mine).values("pk"))


def access_survey(actor: Actor, code: str) -> Survey:
    """The survey with this number; to a stranger there is none (`NotFound`)."""
    found = surveys_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这次踏勘。", next_step="请核对编号，或从“现场踏勘”清单进入。")
    return found


def surveys_of(case: Case) -> QuerySet[Survey]:
    """The surveys of a case, first to last."""
    return Survey.objects.filter(case=case.pk).select_related("matter").order_by("pk")


def own_survey(actor: Actor, case: Case, code: str) -> Survey:
    """A survey of the applicant's own case; raises `NotFound`."""
    found = (
        Survey.objects.select_related("matter__department", "case__matter")
        .filter(case=case.pk, matter__code=str(code)[:60])
        .first()
    )
    if found is None or not is_applicant(actor, found.matter):
        raise NotFound("这件办件没有这次踏勘。", next_step="请回到办件页。")
    return found


def own_by_code(actor: Actor, code: str) -> Survey:
    """A survey of a case of the actor's own, by its number; raises `NotFound`."""
    found = Survey.objects.select_related("matter", "case__matter").filter(matter__code=str(code)[:60]).first()
    if found is None or not is_applicant(actor, found.matter):
        raise NotFound("没有找到这个文件。", next_step="请从办件页打开。")
    return found


def records_of(survey: Survey, *, drafts: bool) -> list[ShownRecord]:
    """The records, newest first; drafts are for those who go."""
    rows = survey.records.select_related("form").prefetch_related("photos__file", "photos__thumb", "signatures__file",
                                                                  "signatures__surveyor").order_by("-visit", "-version")  # fmt: skip
    if not drafts:
        rows = rows.filter(concluded_at__isnull=False)
    shown, visits = [], set()
    for record in rows:
        stands = record.concluded_at is not None and record.visit not in visits
        if stands:
            visits.add(record.visit)
        shown.append(_shown(record, stands))
    return shown


def shown_record(record: SurveyRecord) -> ShownRecord:
    """One record as it is read."""
    return _shown(record, record.concluded_at is not None)


def _shown(record: SurveyRecord, stands: bool) -> ShownRecord:
    questions = rules_surveys.read_questions(record.form.questions)
    answers = rules_surveys.judged(questions, record.answers)
    return ShownRecord(
        record, answers, sorted(record.photos.all(), key=lambda photo: photo.pk),
        sorted(record.signatures.all(), key=lambda each: (each.role != "surveyor", each.pk)), stands,
    )  # fmt: skip


def file_of_survey(survey: Survey, uid: UUID, *, drafts: bool) -> StoredFile:
    """A photo, a small photo, a signature, or what the applicant sent on the rectification; raises `NotFound`."""
    concluded = {} if drafts else {"record__concluded_at__isnull": False}
    for rows in (
        SurveyPhoto.objects.filter(record__survey=survey, file__uid=uid, **concluded).select_related("file"),
        SurveySignature.objects.filter(record__survey=survey, file__uid=uid, **concluded).select_related("file"),
    ):
        row = rows.first()
        if row is not None and row.file is not None:
            return row.file
    small = (
        SurveyPhoto.objects.filter(record__survey=survey, thumb__uid=uid, **concluded).select_related("thumb").first()
    )
    if small is not None:
        return small.thumb
    sent = survey.rectified_files.filter(uid=uid).first()
    if sent is None:
        raise NotFound("没有找到这个文件。", next_step="请从踏勘页面打开。")
    return sent


def certificates(accounts: Sequence[int]) -> dict[int, str]:
    """The certificates these people used last."""
    return dict(CertificateHeld.objects.filter(account__in=accounts).values_list("account_id", "number"))


def forms_by_item() -> dict[int | None, SurveyForm]:
    """The newest version of each item's form, and of the default under None."""
    rows = SurveyForm.objects.order_by("item_id", "-version").distinct("item_id")
    return {form.item_id: form for form in rows}


def versions_of(item_id: int | None) -> QuerySet[SurveyForm]:
    """Every version of one form, newest first."""
    return SurveyForm.objects.filter(item=item_id).order_by("-version")
