"""Cases over the interface: apply, look, take steps, query by number."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import public, requires, signed_in
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services import party_at_window
from yimen.ground.kit.apis import PROBLEMS, Line, Paged, Text, actor_of, once, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters import selectors as matters
from yimen.service.cases import api_accept, selectors, services
from yimen.service.cases.services import reuse

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

router = Router()


class ApplicantIn(Schema):
    """For whom staff apply at the window; citizens leave it out and apply for themselves."""

    id_type: Line
    id_number: Line
    name: Line
    phone: Line = ""


class ApplicationIn(Schema):
    """An application: the item's code and the answers to its form, by key. `situation` are the answers to the item's
    situational guidance, by key: all that it asks, or none. `paper_materials` (ids of materials taken in on paper) is for
    staff alone."""

    item: Line
    answers: dict[str, Any] = Field(default_factory=dict)
    situation: dict[str, Any] = Field(
        default_factory=dict, max_length=40, description="情形引导的回答，按问题的键；要么答完，要么不填"
    )
    applicant: ApplicantIn | None = None
    paper_materials: list[int] = Field(default_factory=list, max_length=100)
    contact_name: Line = ""
    contact_phone: Line = ""
    delivery_method: Literal["window", "post", "online"] = "window"
    delivery_address: Line = ""
    credentials: dict[int, Line] = Field(
        default_factory=dict, max_length=60,
        description="免提交：材料编号对应代替它的电子证照标识；填写即表示申请人同意使用",
    )  # fmt: skip


class SpareableOut(Schema):
    """A certificate of the applicant that may stand for a material."""

    material: int
    material_name: str
    reference: str
    name: str
    number: str
    issuer: str
    valid_to: date | None


class SpareablesOut(Schema):
    """Everything of the applicant's that may stand for a material of the item."""

    item: str
    credentials: list[SpareableOut]


class SubmittedOut(Schema):
    """The number that the application got."""

    code: str
    receipt_number: str


class CaseLine(Schema):
    """A case in a list."""

    code: str
    title: str
    applicant: str
    state: str
    state_label: str
    clock: str
    due_on: str | None
    opened_at: datetime


class CaseList(Paged):
    """Cases, newest first."""

    applications: list[CaseLine]


class CaseOut(CaseLine):
    """One case. `version` goes back as `seen` with the next step."""

    version: int
    legal_due_on: str | None
    stopped_since: datetime | None
    closed_at: datetime | None
    outcome: str
    slip_number: str
    decision: str
    decision_number: str
    licence_expires_on: str | None = None
    renewal_asked_by: str | None = None
    next_steps: list[str]


class StepOut(Schema):
    """A step of the ledger."""

    seq: int
    action: str
    label: str
    actor: str
    post: str
    happened_at: datetime
    recorded_at: datetime
    basis: str


class StepsOut(Schema):
    """Every step, first to last."""

    code: str
    steps: list[StepOut]


class CorrectionLine(Schema):
    """What is wrong with one material."""

    order: int
    problem: Line


Action = Literal[
    "accept", "request_correction", "correct_on_spot", "find_not_required", "decline", "supplement", "record_opinion",
    "record_survey", "pass_review", "request_review_correction", "suspend", "resume", "extend_limit", "return_to_review",
    "grant", "grant_at_once", "refuse", "deliver", "archive", "withdraw", "undo_deemed",
    "undo_renewed", "undo_abandoned", "extend_joint",
]  # fmt: skip


class StepIn(Schema):
    """A step to take. Which of the other fields an action needs is said in its refusal when one is missing."""

    action: Action
    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)
    reason: Text = ""
    items: list[CorrectionLine] = Field(default_factory=list, max_length=100)
    paper: list[int] = Field(default_factory=list, max_length=100)
    procedure: Line = ""
    days: int = Field(default=0, ge=0, le=3660)
    people: Line = ""
    competent: Line = ""
    method: Line = ""
    receiver: Line = ""
    proof: Line = ""
    expires_on: date | None = None
    weighed: Text = ""


class AcceptIn(Schema):
    """Acceptance; `seen` is the version that the page showed."""

    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)


class TakenOut(Schema):
    """The step that was written."""

    code: str
    seq: int
    version: int
    state: str


class PublicStatus(Schema):
    """What the public query tells: no personal data."""

    code: str
    title: str
    state: str
    due_on: str | None
    provisional: bool


@router.post("/applications", response={201: SubmittedOut, **PROBLEMS}, summary="提交申请")
@signed_in
def apply(request: HttpRequest, given: ApplicationIn) -> HttpResponse:
    """提交申请并得到 43 位办件编号。带 Idempotency-Key 时，重复提交得到同一个编号。"""
    actor: Actor = actor_of(request)
    at = now()

    def act() -> tuple[int, dict[str, Any]]:
        submitted = services.submit_application(
            item_code=given.item, party_id=_party(given, actor, at), answers=given.answers, actor=actor, at=at,
            channel="api", paper=given.paper_materials, contact_name=given.contact_name,
            contact_phone=given.contact_phone, delivery_method=given.delivery_method,
            delivery_address=given.delivery_address, situation=given.situation, credentials=given.credentials,
        )  # fmt: skip
        return 201, {"code": submitted.code, "receipt_number": submitted.receipt_number}

    return once(request, act)


@router.get("/items/{code}/spareable", response={200: SpareablesOut, **PROBLEMS}, summary="可以免提交的材料")
@signed_in
def spareable(request: HttpRequest, code: str) -> dict[str, Any]:
    """本人名下有效的电子证照可以代替这个事项的哪些材料；提交申请时写在 credentials 里。"""
    actor: Actor = actor_of(request)
    found = reuse.spareable_of_item(readable(code, what="事项编码"), actor, now())
    return {
        "item": code,
        "credentials": [
            {
                "material": material.pk, "material_name": material.name, "reference": each.reference, "name": each.name,
                "number": each.number, "issuer": each.issuer, "valid_to": each.valid_to,
            }
            for material, held in found
            for each in held
        ],
    }  # fmt: skip


def _party(given: ApplicationIn, actor: Actor, at: datetime) -> int:
    if given.applicant is None:
        if actor.party_id is None:
            raise Invalid("请写明为谁申请。", fields={"applicant": "工作人员代为提交时要写明申请人。"})
        return actor.party_id
    who = given.applicant
    kind = "legal" if who.id_type == "credit" else "natural"
    party = party_at_window(
        actor=actor, kind=kind, name=who.name, id_type=who.id_type, id_number=who.id_number, at=at, phone=who.phone
    )
    return int(party.pk)


@router.get("/applications", response={200: CaseList, **PROBLEMS}, summary="办件列表")
@signed_in
def applications(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """本人的办件，或岗位权限内的办件，新的在前。"""
    actor: Actor = actor_of(request)
    rows = selectors.own_cases(actor) if actor.party_id is not None else selectors.visible(actor)
    page = page_by_key(rows, order=["-opened_at", "-id"], asked={"after": after, "before": before}, size=50)
    at, calendar = now(), work_calendar()
    lines = [_line(matter, at, calendar) for matter in page]
    return {"applications": lines, "after": page.after, "before": page.before}


@router.get("/applications/{code}", response={200: CaseOut, **PROBLEMS}, summary="一件办件")
@signed_in
def application(request: HttpRequest, code: str) -> dict[str, Any]:
    """办到哪一步、期限、下一步能做什么。"""
    actor: Actor = actor_of(request)
    case = selectors.access_case(actor, readable(code, what="办件编号"))
    matter, at = case.matter, now()
    return _line(matter, at, work_calendar()) | {
        "version": matter.version,
        "legal_due_on": _day(matter.legal_due_on),
        "stopped_since": matter.stopped_since,
        "closed_at": matter.closed_at,
        "outcome": matter.outcome,
        "slip_number": case.slip_number,
        "decision": case.decision,
        "decision_number": case.decision_number,
        "licence_expires_on": _day(case.licence_expires_on),
        "renewal_asked_by": _day(case.renewal_asked_by),
        "next_steps": [
            step.rule.action for step in matters.next_steps(matter, actor, at.date()) if not step.closed_because
        ],
    }


@router.get("/applications/{code}/steps", response={200: StepsOut, **PROBLEMS}, summary="办理经过")
@signed_in
def steps(request: HttpRequest, code: str) -> dict[str, Any]:
    """账本里的每一步。"""
    matter = matters.access_matter(actor_of(request), readable(code, what="办件编号"))
    return {
        "code": matter.code,
        "steps": [
            {
                "seq": step.seq, "action": step.action, "label": step.label, "actor": step.actor, "post": step.post,
                "happened_at": step.happened_at, "recorded_at": step.recorded_at, "basis": step.basis,
            }
            for step in matters.timeline(matter)
        ],
    }  # fmt: skip


@router.post("/applications/{code}/steps", response={201: TakenOut, **PROBLEMS}, summary="办一步")
@signed_in
def take(request: HttpRequest, code: str, given: StepIn) -> HttpResponse:
    """按办理程序办一步。`seen` 是看到的版本，办件已有新进展时返回 409。"""
    actor: Actor = actor_of(request)
    code = readable(code, what="办件编号")
    # A stranger learns nothing, whatever the step; the step itself decides the rest.
    matters.access_matter(actor, code)

    def act() -> tuple[int, dict[str, Any]]:
        taken = _verb(code, given, actor, now())
        return 201, {"code": code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    return once(request, act)


@router.post(
    "/applications/{code}/accept", response={201: TakenOut, **PROBLEMS}, summary="受理", url_name="accept_application"
)
@requires("cases.accept")
def accept(request: HttpRequest, code: str, given: AcceptIn) -> HttpResponse:
    """受理：出具受理单，开始计时。与“办一步”的 accept 相同，只是更快。"""
    return api_accept.accept(request, code)  # only the schema is used: house.api puts the bare view at this address


def _verb(code: str, given: StepIn, actor: Actor, at: datetime) -> Any:
    said: dict[str, Any] = {"code": code, "actor": actor, "at": at, "seen": given.seen}
    items = [(line.order, line.problem) for line in given.items]
    match given.action:
        case "accept":
            return services.accept_case(**said)
        case "request_correction":
            return services.request_correction(items=items, reason=given.reason, **said)
        case "request_review_correction":
            return services.request_review_correction(items=items, reason=given.reason, **said)
        case "correct_on_spot":
            return services.correct_on_spot(reason=given.reason, **said)
        case "find_not_required":
            return services.find_not_required(reason=given.reason, **said)
        case "decline":
            return services.decline_case(reason=given.reason, competent=given.competent, **said)
        case "supplement":
            return services.supplement(paper=given.paper, **said)
        case "record_opinion":
            return services.record_opinion(text=given.reason, **said)
        case "record_survey":
            return services.record_survey(text=given.reason, people=given.people, **said)
        case "pass_review":
            return services.pass_review(text=given.reason, **said)
        case "suspend":
            return services.suspend(procedure=given.procedure, days_needed=given.days, reason=given.reason, **said)
        case "resume":
            return services.resume(reason=given.reason, **said)
        case "extend_limit":
            return services.extend_limit(days=given.days, reason=given.reason, **said)
        case "return_to_review":
            return services.return_to_review(reason=given.reason, **said)
        case "grant":
            return services.grant(opinion=given.reason, weighed=given.weighed, **said)
        case "grant_at_once":
            return services.grant_at_once(opinion=given.reason, **said)
        case "refuse":
            return services.refuse(reason=given.reason, weighed=given.weighed, **said)
        case "deliver":
            return services.deliver(method=given.method, receiver=given.receiver, proof=given.proof, **said)
        case "archive":
            return services.archive(**said)
        case "withdraw":
            return services.withdraw(reason=given.reason, **said)
        case "undo_deemed":
            return services.undo_deemed(reason=given.reason, **said)
        case "undo_renewed":
            return services.undo_renewed(reason=given.reason, expires_on=given.expires_on, **said)
        case "undo_abandoned":
            return services.undo_abandoned(reason=given.reason, **said)
        case "extend_joint":
            return services.extend_limit(days=given.days, reason=given.reason, action="extend_joint", **said)


@router.get("/inbox", response={200: CaseList, **PROBLEMS}, summary="收件箱")
@requires("matters.view")
def inbox(
    request: HttpRequest,
    box: Annotated[Literal["mine", "window", "department", "centre"], Query()] = "mine",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """本人、本窗口或本部门正在办的，急的在前。"""
    page = page_by_key(
        selectors.box(actor_of(request), box),
        order=["sort_at", "id"],
        asked={"after": after, "before": before},
        size=50,
    )
    at, calendar = now(), work_calendar()
    lines = [_line(matter, at, calendar) for matter in page]
    return {"applications": lines, "after": page.after, "before": page.before}


@router.get("/query", response={200: PublicStatus, **PROBLEMS}, summary="凭编号和证件后四位查询")
@public
def query(
    request: HttpRequest,
    code: Annotated[str, Query(max_length=60, description="43 位办件编号，或文书上的 12 位验证码")],
    tail: Annotated[str, Query(max_length=8, description="申请人证件号码的后四位")],
) -> dict[str, Any]:
    """公众查询；编号不对和后四位不对得到同样的答复。"""
    case = services.look_up(
        code=readable(code, what="办件编号"),
        tail=readable(tail, what="证件后四位"),
        address=request.META["REMOTE_ADDR"],
    )
    matter = case.matter
    return {
        "code": matter.code,
        "title": matter.title,
        "state": matters.procedure_of(matter).state(matter.state).public_label,
        "due_on": _day(matter.due_on),
        "provisional": matter.provisional,
    }


def _line(matter: Matter, at: datetime, calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "code": matter.code,
        "title": matter.title,
        "applicant": matter.applicant_name,
        "state": matter.state,
        "state_label": matters.procedure_of(matter).state(matter.state).label,
        "clock": matters.clock_face(matter, at, calendar).text,
        "due_on": _day(matter.due_on),
        "opened_at": matter.opened_at,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
