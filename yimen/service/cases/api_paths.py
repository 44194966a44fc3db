"""The special paths over the interface: take a step of one, read what stands there (R051, R055, R056, R075, R076, R135)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import public, signed_in
from yimen.ground.kit.apis import PROBLEMS, Line, Text, actor_of, once, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations.selectors import main_centre
from yimen.service.cases import selectors, services
from yimen.service.cases import selectors_paths as paths
from yimen.service.cases.api import TakenOut
from yimen.service.cases.marks import marks_in

router = Router()

PathAction = Literal[
    "report_up", "note_superior", "urge_superior", "superior_granted", "superior_refused", "superior_returned",
    "declare_special", "clear_special", "declare_green", "clear_green", "hand_to_system", "note_external",
    "tolerate", "confirm_tolerated", "end_untolerated", "sign_promise", "check_promise",
]  # fmt: skip

VERBS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "report_up": (services.report_up, ("superior", "reason", "number")),
    "note_superior": (services.note_superior, ("number", "status")),
    "urge_superior": (services.urge_superior, ("reason",)),
    "superior_granted": (services.superior_granted, ("paper_number", "reason")),
    "superior_refused": (services.superior_refused, ("paper_number", "reason")),
    "superior_returned": (services.superior_returned, ("reason",)),
    "declare_special": (services.declare_special, ("reason",)),
    "clear_special": (services.clear_special, ("reason",)),
    "declare_green": (services.declare_green, ("project", "reason")),
    "clear_green": (services.clear_green, ("reason",)),
    "hand_to_system": (services.hand_to_system, ("system",)),
    "tolerate": (services.accept_tolerant, ("project", "promised_by")),
    "confirm_tolerated": (services.confirm_tolerated, ("reason",)),
    "end_untolerated": (services.end_untolerated, ("reason",)),
    "sign_promise": (services.sign_promise, ("signer", "agreed")),
    "check_promise": (services.check_promise, ("outcome", "found_out", "proposal")),
    "note_external": (services.note_external, ("system", "number", "state", "said")),
}
"""Each action's service and the fields that it takes."""


class PathIn(Schema):
    """A step of a special path. Which fields an action needs is said in its refusal when one is missing."""

    action: PathAction
    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)
    reason: Text = ""
    superior: Line = ""
    number: Line = ""
    status: Line = ""
    paper_number: Line = ""
    project: Line = ""
    system: Line = ""
    state: Line = ""
    said: Line = ""
    promised_by: Line = ""
    signer: Line = ""
    agreed: bool = False
    outcome: Line = ""
    found_out: Text = ""
    proposal: Text = ""


class MarkOut(Schema):
    """特办 or 绿色通道, as it stands."""

    kind: str
    reason: str
    project: str
    inner_due_on: date | None
    declared_by: str
    declared_at: datetime


class ReportUpOut(Schema):
    """A report to a superior organ."""

    superior: str
    number: str
    status: str
    sent_at: datetime
    urged: int
    answered_at: datetime | None
    outcome: str
    paper_number: str


class ExternalOut(Schema):
    """The same case in another system."""

    system: str
    number: str
    state: str
    said: str
    heard_at: datetime | None


class PathsOut(Schema):
    """Every special path of a case; empty lists where it took none."""

    code: str
    marks: list[str]
    priority: list[MarkOut]
    reports_up: list[ReportUpOut]
    externals: list[ExternalOut]


class ProhibitedOut(Schema):
    """A matter that is not accepted here, with its basis and the reply."""

    name: str
    ground: str
    basis: str
    reply: str
    valid_from: date


@router.get("/applications/{code}/paths", response={200: PathsOut, **PROBLEMS}, summary="特别路径", url_name="paths_of")
@signed_in
def paths_of(request: HttpRequest, code: str) -> dict[str, Any]:
    """特办、绿色通道、上报、外部系统：各有没有、到哪一步。"""
    case = selectors.access_case(actor_of(request), readable(code, what="办件编号"))
    return {
        "code": case.matter.code,
        "marks": marks_in(case.marks),
        "priority": [
            {
                "kind": each.kind, "reason": each.reason, "project": each.project.name if each.project else "",
                "inner_due_on": each.inner_due_on, "declared_by": each.declared_by, "declared_at": each.declared_at,
            }
            for each in paths.open_marks(case)
        ],
        "reports_up": paths.reports_of(case),
        "externals": [
            {
                "system": each.system.code, "number": each.number, "state": each.state, "said": each.said,
                "heard_at": each.heard_at,
            }
            for each in paths.externals_of(case)
        ],
    }  # fmt: skip


@router.post(
    "/applications/{code}/paths", response={201: TakenOut, **PROBLEMS}, summary="走特别路径的一步", url_name="take_path"
)
@signed_in
def take_path(request: HttpRequest, code: str, given: PathIn) -> HttpResponse:
    """上报、催办上级、特办、绿色通道、外部系统。`seen` 是看到的版本，办件已有新进展时返回 409。"""
    actor = actor_of(request)
    code = readable(code, what="办件编号")
    matters.access_matter(actor, code)
    verb, fields = VERBS[given.action]

    def act() -> tuple[int, dict[str, Any]]:
        said = {name: getattr(given, name) for name in fields}
        taken = verb(code=code, actor=actor, at=now(), seen=given.seen, **said)
        return 201, {"code": code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    return once(request, act)


@router.get("/prohibited", response={200: list[ProhibitedOut], **PROBLEMS}, summary="不予受理的控制事项")
@public
def prohibited(request: HttpRequest) -> list[Any]:
    """国家禁止或不符合发展规划、不予受理的事项，含依据和答复口径。"""
    centre = main_centre()
    return list(paths.prohibited(centre.pk if centre else None, on=day_of(now()))[:500])
