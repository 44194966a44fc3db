"""效能投诉 over the interface: lodge one, ask how far one is. Whoever calls stays unnamed as on the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import public
from yimen.ground.kit import audit
from yimen.ground.kit.apis import PROBLEMS, Line, Text, readable
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.moments import now
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import services
from yimen.watch.efficiency.lifecycle import COMPLAINT
from yimen.watch.efficiency.selectors import words_of

router = Router()


class ComplaintIn(Schema):
    """A complaint. `accused` is the id of a unit (`GET /departments`); named ones need `name` and `phone`."""

    kind: Literal["complaint", "report", "question"]
    accused: int
    violation: Line = "other"
    statement: Text
    accused_who: Line = ""
    anonymous: bool = False
    name: Line = ""
    phone: Line = ""
    address: Line = ""
    about: Line = ""
    wants_reward: bool = False


class LodgedOut(Schema):
    """Number and secret; the secret is told here and nowhere else."""

    code: str
    secret: str
    accept_by: date | None


class SaidOut(Schema):
    """Something the centre or the complainant said."""

    label: str
    text: str
    at: datetime


class ComplaintOut(Schema):
    """How far it is. `found` is effective, ineffective, or empty while it is open."""

    code: str
    state: str
    state_label: str
    accused: str
    found: str
    due_on: date | None
    said: list[SaidOut] = Field(default_factory=list)


@router.post("/complaints", response={201: LodgedOut, **PROBLEMS}, summary="提交效能投诉")
@public
def lodge_complaint(request: HttpRequest, given: ComplaintIn) -> Any:
    """实名或匿名投诉、举报、咨询。返回编号和查询码；查询码只给这一次。"""
    with audit.request_context(audit.current().request_id, None):
        services.complainant.allow_lodging(client_address(request) or "")
        said = given.dict() | {"accused": organisations.unit(given.accused)}
        made = services.lodge(given=services.Given(**said), at=now(), channel="api")
    answer = LodgedOut(code=made.code, secret=made.secret, accept_by=_due(made.complaint.matter_id))
    return HttpResponse(answer.model_dump_json(), status=201, content_type="application/json")


def _due(matter_id: int) -> date | None:
    from yimen.watch.efficiency.models import Complaint

    return Complaint.objects.select_related("matter").get(pk=matter_id).matter.due_on


class StatusIn(Schema):
    """Number and secret, in the body so that no log keeps them."""

    code: Line
    secret: Line


@router.post("/complaints/status", response={200: ComplaintOut, **PROBLEMS}, summary="凭编号和查询码查询投诉")
@public
def complaint_status(request: HttpRequest, given: StatusIn) -> dict[str, Any]:
    """办到哪一步、答复了什么；编号不对和查询码不对得到同样的答复。"""
    with audit.request_context(audit.current().request_id, None):
        found = services.complainant.look_up(
            code=readable(given.code, what="编号"), secret=readable(given.secret, what="查询码"),
            address=client_address(request) or "",
        )  # fmt: skip
    matter = found.matter
    return {
        "code": matter.code,
        "state": matter.state,
        "state_label": COMPLAINT.state(matter.state).public_label,
        "accused": found.accused.name,
        "found": found.found if found.answered_at else "",
        "due_on": matter.due_on,
        "said": [
            {"label": COMPLAINT.step(word.action).public_label, "text": word.text, "at": word.written_at}
            for word in words_of(matter.pk, told=True)
        ],
    }
