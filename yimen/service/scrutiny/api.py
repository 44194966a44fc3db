"""Surveys, joint reviews and legal challenges over the interface. Reading; acts are taken on the desk and on the spot."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of
from yimen.ground.kit.paging import page_by_key
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.lifecycle import CHALLENGES, PANELS, SURVEYS
from yimen.service.scrutiny.selectors import challenges, panels, surveys

router = Router()
SIZE = 50


class SurveyLine(Schema):
    """A survey. `conclusion` and `digest` are of its newest concluded record; empty while there is none."""

    code: str
    application: str
    title: str
    state: str
    state_label: str
    visit: int
    planned_at: datetime
    place: str
    surveyors: list[str]
    rectify: str
    rectify_by: date | None
    conclusion: str
    digest: str


class SurveyList(Paged):
    """Surveys, the latest visit first."""

    surveys: list[SurveyLine]


class SeatLine(Schema):
    """An invited department."""

    department: str
    reply: str
    attendee: str
    opinion: str
    attended: bool | None


class JointReviewLine(Schema):
    """A joint review."""

    code: str
    subject: str
    state: str
    state_label: str
    planned_at: datetime
    place: str
    applications: list[str]
    seats: list[SeatLine]
    conclusion: str
    concluded: str
    minutes_number: str


class JointReviewList(Paged):
    """Joint reviews, the latest first."""

    joint_reviews: list[JointReviewLine]


class ChallengeLine(Schema):
    """A reconsideration or lawsuit; `in_time` says whether what was ordered was done in time."""

    code: str
    application: str
    title: str
    department: str
    kind: str
    stage: str
    who: str
    body: str
    number: str
    accepted_on: date
    state: str
    state_label: str
    due_on: date | None
    outcome: str
    decided_on: date | None
    orders: str
    in_time: bool | None


class ChallengeList(Paged):
    """Challenges, the newest first; annulled entries are left out."""

    challenges: list[ChallengeLine]


Cursor = Annotated[str, Query(max_length=500)]


@router.get("/surveys", response={200: SurveyList, **PROBLEMS}, summary="现场踏勘")
@requires(policies.VIEW, policies.SURVEY)
def survey_list(
    request: HttpRequest,
    state: Annotated[Literal["appointed", "rectifying", "passed", "failed", "cancelled"] | None, Query()] = None,
    after: Cursor = "",
    before: Cursor = "",
) -> dict[str, Any]:
    """岗位权限内的踏勘，时间近的在前。"""
    found = surveys.surveys_seen(actor_of(request)).prefetch_related("surveyors", "records")
    if state is not None:
        found = found.filter(matter__state=state)
    page = page_by_key(found, order=["-planned_at", "-pk"], asked={"after": after, "before": before}, size=SIZE)
    lines = []
    for each in page:
        done = [record for record in each.records.all() if record.concluded_at is not None]
        last = max(done, key=lambda record: (record.visit, record.version), default=None)
        lines.append(
            {
                "code": each.matter.code, "application": each.case.matter.code, "title": each.case.matter.title,
                "state": each.matter.state, "state_label": SURVEYS.state(each.matter.state).label, "visit": each.visit,
                "planned_at": each.planned_at, "place": each.place,
                "surveyors": [str(who) for who in each.surveyors.all() if who.going], "rectify": each.rectify,
                "rectify_by": each.rectify_by, "conclusion": last.conclusion if last else "", "digest": last.digest if last else "",
            }
        )  # fmt: skip
    return {"surveys": lines, "after": page.after, "before": page.before}


@router.get("/joint-reviews", response={200: JointReviewList, **PROBLEMS}, summary="中心会审")
@requires(policies.VIEW, policies.CONVENE, policies.ATTEND)
def joint_reviews(request: HttpRequest, after: Cursor = "", before: Cursor = "") -> dict[str, Any]:
    """岗位权限内的会审，时间近的在前。"""
    found = panels.panels_seen(actor_of(request)).prefetch_related("seats__department", "cases__matter")
    page = page_by_key(found, order=["-planned_at", "-pk"], asked={"after": after, "before": before}, size=SIZE)
    lines = [
        {
            "code": each.matter.code, "subject": each.subject, "state": each.matter.state,
            "state_label": PANELS.state(each.matter.state).label, "planned_at": each.planned_at, "place": each.place,
            "applications": [case.matter.code for case in each.cases.all()],
            "seats": [
                {"department": seat.department.name, "reply": seat.reply, "attendee": seat.attendee, "opinion": seat.opinion,
                 "attended": seat.attended}
                for seat in each.seats.all()
            ],
            "conclusion": each.conclusion, "concluded": each.concluded, "minutes_number": each.minutes_number,
        }
        for each in page
    ]  # fmt: skip
    return {"joint_reviews": lines, "after": page.after, "before": page.before}


@router.get("/challenges", response={200: ChallengeList, **PROBLEMS}, summary="行政复议和行政诉讼")
@requires(policies.VIEW, policies.CHALLENGE)
def challenge_list(
    request: HttpRequest,
    kind: Annotated[Literal["reconsideration", "lawsuit"] | None, Query(description="复议或诉讼")] = None,
    after: Cursor = "",
    before: Cursor = "",
) -> dict[str, Any]:
    """岗位权限内的复议、诉讼，新的在前；作废的登记不在其中。"""
    found = challenges.challenges_seen(actor_of(request)).filter(annulled_at__isnull=True)
    if kind is not None:
        found = found.filter(kind=kind)
    page = page_by_key(found, order=["-accepted_on", "-pk"], asked={"after": after, "before": before}, size=SIZE)
    lines = [
        {
            "code": each.matter.code, "application": each.case.matter.code, "title": each.case.matter.title,
            "department": each.matter.department.name, "kind": each.kind, "stage": each.stage, "who": each.who, "body": each.body,
            "number": each.number, "accepted_on": each.accepted_on, "state": each.matter.state,
            "state_label": CHALLENGES.state(each.matter.state).label, "due_on": each.matter.due_on, "outcome": each.outcome,
            "decided_on": each.decided_on, "orders": each.orders, "in_time": each.in_time,
        }
        for each in page
    ]  # fmt: skip
    return {"challenges": lines, "after": page.after, "before": page.before}
