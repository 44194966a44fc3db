"""Acts of what stands beside cases over the interface: ask for an opinion and answer it, tell of a hearing and hold it (R054, R061)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import requires, signed_in, staff
from yimen.ground.kit.apis import PROBLEMS, Line, Text, actor_of, once, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import selectors as matters
from yimen.service.cases import selectors_asides as asides
from yimen.service.cases import services
from yimen.service.cases.api import TakenOut
from yimen.service.cases.api_asides import HearingLine, hearing_line
from yimen.service.cases.lifecycle_asides import ASK, HOLD_HEARING
from yimen.service.cases.selectors import access_case
from yimen.service.cases.services.hearings import possible_hosts

router = Router()

OPINION_VERBS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "answer": (services.answer_opinion, ("answer", "text", "conditions")),
    "urge": (services.urge_opinion, ("reason",)),
    "extend_answer": (services.extend_opinion, ("days", "reason")),
    "withdraw": (services.withdraw_opinion, ("reason",)),
    "undo_agreed": (services.undo_agreed, ("reason",)),
}
NOTICE = ("planned_at", "place", "host_id", "clerk_name", "open_to_public")
HEARING_VERBS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "request": (services.request_hearing, ("reason",)),
    "waive": (services.waive_hearing, ()),
    "notify": (services.notify_hearing, NOTICE),
    "rearrange": (services.notify_hearing, (*NOTICE, "reason")),
    "challenge": (services.challenge_host, ("reason",)),
    "record": (services.record_hearing, ("record", "participants", "signed_by")),
    "call_off": (services.call_off_hearing, ("reason",)),
}
"""Each action's service and the fields that it takes."""


class OpinionAskIn(Schema):
    """Which department is asked what; `days` working days for the answer, the centre's usual ones where 0."""

    department: int = Field(ge=1, le=2**53, description="部门的编号")
    question: Text
    days: int = Field(default=0, ge=0, le=250)


class OpinionStepIn(Schema):
    """An act on a request. Which fields it needs is said in its refusal when one is missing."""

    action: Literal["answer", "urge", "extend_answer", "withdraw", "undo_agreed"]
    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)
    answer: Line = ""
    text: Text = ""
    conditions: Text = ""
    reason: Text = ""
    days: int = Field(default=0, ge=0, le=250)


class HearingBeginIn(Schema):
    """`affected`: the applicant is told of the right (art. 47); `public`: announced of the organ's own accord (art. 46)."""

    ground: Literal["affected", "public"]
    subject: Text
    interested: Line = ""


class HearingStepIn(Schema):
    """An act on a hearing. `host_id` is one of the `hosts` of the hearing; `planned_at` needs a zone."""

    action: Literal["request", "waive", "notify", "rearrange", "challenge", "record", "call_off"]
    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)
    reason: Text = ""
    planned_at: datetime | None = None
    place: Line = ""
    host_id: int = Field(default=0, ge=0, le=2**53)
    clerk_name: Line = ""
    open_to_public: bool = True
    record: Text = ""
    participants: Text = ""
    signed_by: Line = ""


class BegunOut(Schema):
    """What was begun beside a case."""

    code: str
    application: str


class HostOut(Schema):
    """Somebody who may preside."""

    id: int
    name: str


class HearingOut(HearingLine):
    """A hearing with its version, what the asker may do now, and who may preside (for staff)."""

    version: int
    acts: list[str]
    hosts: list[HostOut]


@router.post(
    "/applications/{code}/opinions", response={201: BegunOut, **PROBLEMS}, summary="征求意见", url_name="ask_opinion"
)
@requires(ASK)
def ask_opinion(request: HttpRequest, code: str, given: OpinionAskIn) -> HttpResponse:
    """向另一个部门征求意见；到期不答复的按规则视为同意。"""
    actor = actor_of(request)
    case = access_case(actor, readable(code, what="办件编号"))

    def act() -> tuple[int, dict[str, Any]]:
        made = services.ask_opinion(
            code=case.matter.code, department_id=given.department, question=given.question, days=given.days, actor=actor,
            at=now(),
        )  # fmt: skip
        return 201, {"code": made.matter.code, "application": case.matter.code}

    return once(request, act)


@router.post(
    "/opinions/{code}/steps", response={201: TakenOut, **PROBLEMS}, summary="征求意见的一步", url_name="opinion_step"
)
@staff
def opinion_step(request: HttpRequest, code: str, given: OpinionStepIn) -> HttpResponse:
    """答复、催办、延长、收回、撤销视为同意。`seen` 是看到的版本，已有新进展时返回 409。"""
    actor = actor_of(request)
    found = asides.access_request(actor, readable(code, what="编号"))
    verb, fields = OPINION_VERBS[given.action]

    def act() -> tuple[int, dict[str, Any]]:
        said = {name: getattr(given, name) for name in fields}
        taken = verb(request=found, actor=actor, at=now(), seen=given.seen, **said)
        return 201, {"code": code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    return once(request, act)


@router.post(
    "/applications/{code}/hearings",
    response={201: BegunOut, **PROBLEMS},
    summary="告知或公告听证",
    url_name="begin_hearing",
)
@requires(HOLD_HEARING)
def begin_hearing(request: HttpRequest, code: str, given: HearingBeginIn) -> HttpResponse:
    """告知申请人有权要求听证，或者依职权公告听证。"""
    actor = actor_of(request)
    case = access_case(actor, readable(code, what="办件编号"))
    verb = services.tell_hearing_right if given.ground == "affected" else services.announce_hearing

    def act() -> tuple[int, dict[str, Any]]:
        made = verb(code=case.matter.code, subject=given.subject, interested=given.interested, actor=actor, at=now())
        return 201, {"code": made.matter.code, "application": case.matter.code}

    return once(request, act)


@router.get("/hearings/{code}", response={200: HearingOut, **PROBLEMS}, summary="一场听证", url_name="hearing")
@signed_in
def hearing(request: HttpRequest, code: str) -> dict[str, Any]:
    """听证的时间、地点、主持人和现在能做的事；工作人员另看到可以主持的人。"""
    actor, at = actor_of(request), now()
    found = asides.hearing_for(actor, readable(code, what="编号"))
    open_now = [each.rule.action for each in matters.next_steps(found.matter, actor, day_of(at))]
    hosts = possible_hosts(found, at) if actor.kind == "staff" and actor.holds(HOLD_HEARING) else []
    return hearing_line(found) | {
        "version": found.matter.version, "acts": [each for each in open_now if each in HEARING_VERBS],
        "hosts": [{"id": pk, "name": name} for pk, name in hosts],
    }  # fmt: skip


@router.post(
    "/hearings/{code}/steps", response={201: TakenOut, **PROBLEMS}, summary="听证的一步", url_name="hearing_step"
)
@signed_in
def hearing_step(request: HttpRequest, code: str, given: HearingStepIn) -> HttpResponse:
    """申请人要求、放弃、申请回避、撤回；部门通知、改期、登记笔录、取消。"""
    actor = actor_of(request)
    found = asides.hearing_for(actor, readable(code, what="编号"))
    verb, fields = HEARING_VERBS[given.action]
    said = {name: getattr(given, name) for name in fields}
    planned = said.get("planned_at", now())
    if planned is None or planned.tzinfo is None:
        raise Invalid("请填写举行时间。", fields={"planned_at": "要带时区，例如 2026-12-03T09:30:00+08:00。"})

    def act() -> tuple[int, dict[str, Any]]:
        taken = verb(hearing=found, actor=actor, at=now(), seen=given.seen, **said)
        return 201, {"code": code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    return once(request, act)
