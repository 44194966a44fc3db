"""Revocations over the interface: read one, take a step of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import signed_in
from yimen.ground.kit.apis import PROBLEMS, Line, Text, actor_of, once, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotFound
from yimen.service.cases import selectors, services
from yimen.service.cases import selectors_revoking as revoking
from yimen.service.cases.api import TakenOut
from yimen.service.cases.models import Revocation

router = Router()

VERBS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "state": (services.state_case, ("text",)),
    "request_hearing": (services.request_revocation_hearing, ()),
    "finish_stating": (services.finish_stating, ()),
    "record_hearing": (services.record_revocation_hearing, ("record",)),
    "revoke": (services.revoke_decision, ("reason", "response")),
    "keep": (services.keep_decision, ("reason", "response")),
    "recall": (services.recall_revocation, ("reason",)),
    "restore": (services.restore_decision, ("reason",)),
}


class NotifyIn(Schema):
    """Why the decision is to be taken back; `ground` is promise, deceit, abuse, beyond, course or unfit (art. 69)."""

    ground: Line
    facts: Text


class StepIn(Schema):
    """A step of the course. Which fields it needs is said in its refusal when one is missing."""

    action: Literal[
        "state", "request_hearing", "finish_stating", "record_hearing", "revoke", "keep", "recall", "restore"
    ]
    seen: int | None = Field(default=None, ge=0, le=2_000_000_000)
    text: Text = ""
    record: Text = ""
    reason: Text = ""
    response: Text = ""


class StatementOut(Schema):
    """What was said against it."""

    text: str
    author: str
    stated_at: datetime


class RevocationOut(Schema):
    """The latest course towards taking a case's decision back."""

    code: str
    state: str
    ground: str
    facts: str
    notice_number: str
    due_on: date | None
    statements: list[StatementOut]
    decided_at: datetime | None
    reason: str
    response: str
    decision_number: str


@router.get(
    "/applications/{code}/revocation",
    response={200: RevocationOut, **PROBLEMS},
    summary="撤销决定",
    url_name="revocation_of",
)
@signed_in
def revocation_of(request: HttpRequest, code: str) -> dict[str, Any]:
    """最近一次撤销办到哪一步；没有的返回 404。"""
    case = selectors.access_case(actor_of(request), readable(code, what="办件编号"))
    found = revoking.last_revocation(case)
    if found is None:
        raise NotFound("这件办件没有撤销。", next_step="请核对办件编号。")
    return _told(found)


@router.post(
    "/applications/{code}/revocation", response={201: RevocationOut, **PROBLEMS}, summary="拟撤销告知",
    url_name="notify_revocation",
)  # fmt: skip
@signed_in
def notify(request: HttpRequest, code: str, given: NotifyIn) -> HttpResponse:
    """向申请人发出拟撤销告知书，开始陈述申辩期。"""
    actor = actor_of(request)
    code = readable(code, what="办件编号")
    selectors.access_case(actor, code)

    def do() -> tuple[int, dict[str, Any]]:
        made = services.notify_revocation(code=code, ground=given.ground, facts=given.facts, actor=actor, at=now())
        return 201, RevocationOut.model_validate(_told(Revocation.objects.get(pk=made.pk))).model_dump(mode="json")

    return once(request, do)


@router.post(
    "/applications/{code}/revocation/steps", response={201: TakenOut, **PROBLEMS}, summary="撤销的一步",
    url_name="take_revocation",
)  # fmt: skip
@signed_in
def take(request: HttpRequest, code: str, given: StepIn) -> HttpResponse:
    """陈述、要求听证、决定、撤回、更正。`seen` 是看到的版本。"""
    actor = actor_of(request)
    case = selectors.access_case(actor, readable(code, what="办件编号"))
    found = revoking.last_revocation(case)
    if found is None:
        raise NotFound("这件办件没有撤销。", next_step="请核对办件编号。")
    verb, fields = VERBS[given.action]

    def do() -> tuple[int, dict[str, Any]]:
        said = {name: getattr(given, name) for name in fields}
        taken = verb(revocation=found, actor=actor, at=now(), seen=given.seen, **said)
        return 201, {"code": found.matter.code, "seq": taken.seq, "version": taken.version, "state": taken.state}

    return once(request, do)


def _told(found: Revocation) -> dict[str, Any]:
    names = ("ground", "facts", "notice_number", "decided_at", "reason", "response", "decision_number")
    return {
        "code": found.matter.code, "state": found.matter.state, "due_on": found.matter.due_on,
        "statements": [
            {"text": each.text, "author": each.author, "stated_at": each.stated_at} for each in found.statements.all()
        ],
        **{name: getattr(found, name) for name in names},
    }  # fmt: skip
