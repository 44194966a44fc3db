"""The applicant's side of a survey: when it is and who comes, the records, the report on what was put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yimen.ground.documents import selectors as documents
from yimen.ground.identity.policies import actor_of, citizens
from yimen.ground.kit import moments
from yimen.ground.kit.asking import ask
from yimen.ground.matters import selectors as matters
from yimen.service.cases.selectors import access_case
from yimen.service.scrutiny import services
from yimen.service.scrutiny.forms import surveys as asked
from yimen.service.scrutiny.lifecycle import SURVEYS
from yimen.service.scrutiny.selectors import surveys as selectors
from yimen.service.scrutiny.views.common import stored


@citizens
@require_safe
def survey(request: HttpRequest, code: str, survey: str) -> HttpResponseBase:
    """One survey of one's case."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    found = selectors.own_survey(actor, case, survey)
    acts = {each.rule.action for each in matters.next_steps(found.matter, actor, moments.day_of(at))}
    context = {
        "survey": found, "matter": found.matter, "case": case, "state": SURVEYS.state(found.matter.state),
        "people": [each for each in found.surveyors.order_by("pk") if each.going],
        "records": [each for each in selectors.records_of(found, drafts=False) if each.stands],
        "may_report": "report_rectified" in acts, "file_url": "scrutiny:mine_survey_file",
    }  # fmt: skip
    return render(request, "scrutiny/mine_survey.html", context)


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def rectified(request: HttpRequest, code: str, survey: str) -> HttpResponseBase:
    """Tell that everything is put right."""
    actor, at = actor_of(request), moments.now()
    case = access_case(actor, code)
    found = selectors.own_survey(actor, case, survey)
    form = asked.RectifiedForm(request.POST or None, request.FILES or None, initial={"seen": found.matter.version})

    def act(given: dict[str, Any]) -> None:
        given.pop("file", None)
        services.report_rectified(survey=found, actor=actor, at=at, files=stored(request, actor, at), **given)

    return ask(
        request, heading="报告已整改", verb="提交", form=form, frame="kit/portal.html", act=act,
        back=reverse("scrutiny:mine_survey", args=[code, survey]), said="已提交，会另约时间复查。",
        note=f"整改要求：{found.rectify}",
    )  # fmt: skip


@citizens
@require_safe
def file(request: HttpRequest, survey: str, uid: UUID) -> HttpResponseBase:
    """A photo or a signature of a concluded record of one's own."""
    actor = actor_of(request)
    found = selectors.own_by_code(actor, survey)
    return documents.file_response(selectors.file_of_survey(found, uid, drafts=False), inline=True)
