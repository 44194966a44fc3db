"""Appoint a survey (R071): time and place are told to the applicant, with who comes and under which certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import STEP_POINT, ClockStart, StepRule, register_check
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import Taken, lock, open_matter, take_step
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.scrutiny.events import SurveyMoved
from yimen.service.scrutiny.lifecycle import SURVEY, SURVEYS
from yimen.service.scrutiny.models import CertificateHeld, Survey, Surveyor, SurveyTerms

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

OPEN = ("appointed", "rectifying")
CASE_STATES = ("reviewing", "correcting", "suspended")
FURTHEST_DAYS = 180


class TooFewSurveyors(Invalid):
    """Art. 34 (3): two or more members of staff."""

    code = "too_few_surveyors"


class SurveyOpen(Conflict):
    """A survey of this case is under way."""

    code = "survey_open"


class NotSurveyed(NotAllowed):
    """The review is not closed while a survey is under way."""

    code = "survey_not_concluded"


def register() -> None:
    """Nobody closes the review while a survey is under way."""
    register_check(STEP_POINT, _not_before_survey)


def _not_before_survey(*, matter: Any, rule: StepRule, **_more: object) -> None:
    if rule.action == "pass_review" and Survey.objects.filter(case=matter.id, matter__state__in=OPEN).exists():
        raise NotSurveyed("现场踏勘还没有结论。", next_step="完成踏勘或取消踏勘以后再送决定。")


def terms_of(centre_id: int | None) -> SurveyTerms:
    """How surveys are done at a centre."""
    return SurveyTerms.objects.filter(centre=centre_id or 0).first() or SurveyTerms(centre_id=centre_id or 0)


def set_survey_terms(
    *, actor: Actor, centre: Unit, told_before_hours: int, rectify_workdays: int, at: datetime
) -> SurveyTerms:
    """Set how long before a visit the applicant is told, and how many days are usually given to rectify."""
    if not 0 <= told_before_hours <= 720 or not 1 <= rectify_workdays <= 120:
        raise Invalid(
            "请核对天数。", fields={"rectify_workdays": "1 到 120 个工作日", "told_before_hours": "0 到 720 小时"}
        )
    with transaction.atomic():
        held, _ = SurveyTerms.objects.update_or_create(
            centre=centre,
            defaults={"told_before_hours": told_before_hours, "rectify_workdays": rectify_workdays, "changed_at": at,
                      "changed_by": actor.name},
        )  # fmt: skip
        audit.record("scrutiny.set_survey_terms", actor=actor, target_kind="unit", target=str(centre.pk))
        return held


def possible_surveyors(department_id: int, centre_id: int | None, division: str, at: datetime) -> list[tuple[int, str]]:
    """Who may go: staff of the department who review its cases."""
    place = organisations.Place(department_id, None, centre_id, division)
    found = organisations.holders([SURVEY, "cases.review", "cases.decide"], place, day_of(at))
    return list({each.account_id: each.name for each in found}.items())


def appoint_survey(
    *, code: str, planned_at: datetime, place: str, surveyors: Sequence[tuple[int, str]], actor: Actor, at: datetime,
    bring: str = "",
) -> Survey:  # fmt: skip
    """Appoint a survey of the case `code`; a notice goes to the applicant. `surveyors` are (account, certificate number).

    Raises `NotAllowed`, `SurveyOpen`, `TooFewSurveyors`, `Invalid` (time, place, certificate), `Conflict` (state of the case).
    """
    with transaction.atomic():
        lock(code)
        found = open_case(code)
        matter = found.case.matter
        if not may(actor, SURVEY, matter):
            raise NotAllowed("您没有为这件办件约定踏勘的权限。", next_step="请由审查人员或首席代表办理。")
        if matter.state not in CASE_STATES:
            raise Conflict("这件办件现在不能踏勘。", next_step="踏勘在受理以后、送决定之前进行。")
        if Survey.objects.filter(case=found.matter_id, matter__state__in=OPEN).exists():
            raise SurveyOpen("这件办件已经有一次踏勘没有完成。", next_step="请在办件页打开那次踏勘。")
        people = _checked(matter.department_id, matter.centre_id, matter.division_id, planned_at, place, surveyors, at)
        own = place_number("TK", matter.division_id, at)
        letter = _notice(found, own, planned_at, place, people, bring, "", actor, at)
        opened = open_matter(
            procedure=SURVEYS.name, action="appoint", code=own, title=f"踏勘：{matter.title}"[:200], subject=matter.subject,
            actor=actor, at=at, applicant_id=matter.applicant_id, applicant_name=matter.applicant_name,
            department_id=matter.department_id, centre_id=matter.centre_id, division=matter.division_id, channel="web",
            clock=_clock(matter.division_id, matter.centre_id, planned_at, at), documents=[letter],
            facts={"case": matter.code, **_facts(planned_at, place, people)},
            events=[SurveyMoved(matter_id=0, code=own, state="appointed", why="appoint", at=at)],
        )  # fmt: skip
        survey = Survey.objects.create(
            matter_id=opened.matter_id, case_id=found.matter_id, planned_at=planned_at, place=place.strip()[:300],
            bring=bring.strip(),
        )  # fmt: skip
        _send(survey, people)
        return survey


def rearrange_survey(
    *, survey: Survey, planned_at: datetime, place: str, surveyors: Sequence[tuple[int, str]], actor: Actor, at: datetime,
    reason: str = "", bring: str = "", seen: int | None = None,
) -> Taken:  # fmt: skip
    """Another time, place or people, with the reason; or, after a rectification, the next visit. A new notice goes out.

    Raises what `appoint_survey` raises.
    """
    with transaction.atomic():
        lock(survey.matter_id)
        survey = Survey.objects.select_related("matter", "case__matter").get(pk=survey.pk)
        matter = survey.matter
        again = matter.state == "rectifying"
        people = _checked(matter.department_id, matter.centre_id, matter.division_id, planned_at, place, surveyors, at)
        found = open_case(survey.case.matter.code)
        visit = survey.visit + again
        said = f"第 {visit} 次踏勘，复查整改情况" if again else f"改期：{reason.strip()}"
        letter = _notice(found, matter.code, planned_at, place, people, bring, said, actor, at)
        action = "appoint_again" if again else "rearrange"
        taken = take_step(
            matter=matter.pk, action=action, actor=actor, at=at, seen=seen, documents=[letter],
            clock=_clock(matter.division_id, matter.centre_id, planned_at, at),
            facts={"reason": reason, **_facts(planned_at, place, people)},
            events=[SurveyMoved(matter_id=matter.pk, code=matter.code, state="appointed", why=action, at=at)],
        )  # fmt: skip
        survey.records.filter(concluded_at__isnull=True).delete() if again else _drop_signatures(survey)
        survey.visit, survey.planned_at, survey.place, survey.bring = (
            visit,
            planned_at,
            place.strip()[:300],
            bring.strip(),
        )
        survey.save(update_fields=["visit", "planned_at", "place", "bring"])
        _send(survey, people)
        return taken


def _drop_signatures(survey: Survey) -> None:
    """Who comes may have changed: what was signed in a draft is signed anew."""
    for record in survey.records.filter(concluded_at__isnull=True):
        record.signatures.all().delete()


def _checked(
    department_id: int, centre_id: int | None, division: str, planned_at: datetime, place: str,
    surveyors: Sequence[tuple[int, str]], at: datetime,
) -> list[tuple[int, str, str]]:  # fmt: skip
    names = dict(possible_surveyors(department_id, centre_id, division, at))
    wrong: dict[str, str] = {}
    if not place.strip():
        wrong["place"] = "请填写踏勘地点。"
    if planned_at < at - timedelta(minutes=1):
        wrong["planned_at"] = "不能约在已经过去的时间。"
    elif planned_at > at + timedelta(days=FURTHEST_DAYS):
        wrong["planned_at"] = f"最多约到 {FURTHEST_DAYS} 天以后。"
    people: dict[int, tuple[int, str, str]] = {}
    for number, (account, certificate) in enumerate(surveyors, start=1):
        if account not in names:
            wrong[f"surveyor_{number}"] = "这位不是本机关的审查人员。"
        elif account in people:
            wrong[f"surveyor_{number}"] = "同一个人选了两次。"
        elif not certificate.strip():
            wrong[f"certificate_{number}"] = "请填写执法证号。"
        else:
            people[account] = (account, names[account], certificate.strip()[:40])
    if wrong:
        raise Invalid("踏勘的安排没有填全。", fields=wrong)
    if len(people) < 2:
        raise TooFewSurveyors(
            "现场核查应当由两名以上工作人员进行（《行政许可法》第三十四条第三款）。",
            fields={"surveyor_2": "请再选一名踏勘人员。"},
        )
    return list(people.values())


def _clock(division: str, centre_id: int | None, planned_at: datetime, at: datetime) -> ClockStart:
    days = work_calendar().at(division, centre_id).workdays_between(day_of(at), day_of(planned_at))
    return ClockStart(name="survey", limit=max(days, 0), law="约定的踏勘时间")


def _facts(planned_at: datetime, place: str, people: Sequence[tuple[int, str, str]]) -> dict[str, Any]:
    return {
        "planned_at": planned_at.isoformat(), "place": place.strip(), "people": "、".join(f"{n}（{c}）" for _, n, c in people)
    }  # fmt: skip


def _notice(
    found: OpenCase, own: str, planned_at: datetime, place: str, people: Sequence[tuple[int, str, str]], bring: str, said: str,
    actor: Actor, at: datetime,
) -> str:  # fmt: skip
    letter = issue(
        "survey_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
        edition=found.edition, actor=actor, at=at, survey=own, planned=say_moment(planned_at), survey_place=place.strip(),
        surveyors="、".join(f"{name}（执法证号 {number}）" for _, name, number in people), bring=bring.strip(), again=said,
    )  # fmt: skip
    return letter.code


def _send(survey: Survey, people: Sequence[tuple[int, str, str]]) -> None:
    """These go; who has signed a concluded record stays in it."""
    survey.surveyors.exclude(account__in=[pk for pk, _, _ in people]).exclude(pk__in=_signed(survey)).delete()
    for account, name, number in people:
        Surveyor.objects.update_or_create(
            survey=survey, account_id=account, defaults={"name": name, "certificate": number, "going": True}
        )
        CertificateHeld.objects.update_or_create(account_id=account, defaults={"number": number})
    survey.surveyors.exclude(account__in=[pk for pk, _, _ in people]).update(going=False)


def _signed(survey: Survey) -> list[int]:
    from yimen.service.scrutiny.models import SurveySignature

    found = SurveySignature.objects.filter(record__survey=survey, surveyor__isnull=False)
    return [pk for pk in found.values_list("surveyor_id", flat=True) if pk is not None]


def cancel_survey(*, survey: Survey, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """No survey after all; the applicant is told why."""
    matter = survey.matter
    action = "give_up" if matter.state == "rectifying" else "cancel"
    with transaction.atomic():
        return take_step(
            matter=matter.pk, action=action, actor=actor, at=at, seen=seen, facts={"reason": reason},
            events=[SurveyMoved(matter_id=matter.pk, code=matter.code, state="cancelled", why="cancel", at=at)],
        )  # fmt: skip


def report_rectified(
    *,
    survey: Survey,
    reason: str,
    actor: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
    seen: int | None = None,
) -> Taken:
    """The applicant says what was put right; the next visit can be appointed. `reason` is what was done."""
    matter = survey.matter
    with transaction.atomic():
        taken = take_step(
            matter=matter.pk, action="report_rectified", actor=actor, at=at, seen=seen, facts={"reason": reason},
            documents=[file.name for file in files],
            events=[SurveyMoved(matter_id=matter.pk, code=matter.code, state="rectifying", why="report_rectified", at=at)],
        )  # fmt: skip
        Survey.objects.filter(pk=survey.pk).update(rectified=reason.strip(), rectified_at=at)
        if files:
            survey.rectified_files.add(*files)
        return taken


LAPSE = {"appointed": "lapse", "rectifying": "lapse_rectifying"}


def lapse_surveys(case_id: int, at: datetime) -> int:
    """The case is over: nobody goes. Twice does no harm."""
    gone = 0
    for survey in Survey.objects.select_related("matter").filter(case=case_id, matter__state__in=OPEN):
        take_step(
            matter=survey.matter_id,
            action=LAPSE[survey.matter.state],
            actor=SYSTEM,
            at=at,
            facts={"reason": "办件已经了结。"},
        )
        gone += 1
    return gone
