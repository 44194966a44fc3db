"""Certificates over the interface: one's own or those of one's office, one of them, and whether one is valid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import public, signed_in
from yimen.ground.kit.apis import PROBLEMS, Paged, actor_of, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.certificates import policies, selectors
from yimen.service.certificates.lifecycle import STATES
from yimen.service.certificates.models import Certificate
from yimen.service.certificates.selectors.verifying import slowed

router = Router()
MODULE = "certificates"


class CertificateLine(Schema):
    """A certificate in a list. `state` is that of today; `number` and `identifier` are empty of a draft."""

    uid: UUID
    type_code: str
    name: str
    number: str
    identifier: str
    state: str
    state_label: str
    holder: str
    issuer: str
    edition: int
    issued_at: datetime | None
    valid_from: date | None
    valid_to: date | None


class CertificateList(Paged):
    """Certificates, newest first."""

    certificates: list[CertificateLine]


class SaidOut(Schema):
    """A field of the certificate."""

    label: str
    value: str


class CertificateOut(CertificateLine):
    """One certificate with what it says; `code` is printed as QR."""

    code: str
    case: str
    fields: list[SaidOut]
    notes: list[str]


class VerdictOut(Schema):
    """What anybody may know: whether it is valid today. The holder's name is masked where it is a person's."""

    valid: bool
    state: str
    says: str
    name: str
    number: str
    identifier: str
    holder: str
    issuer: str
    valid_from: date | None
    valid_to: date | None


Box = Literal["draft", "standing", "ending", "ended", "all"]


@router.get("/certificates", response={200: CertificateList, **PROBLEMS}, summary="证照列表")
@signed_in
def certificates(
    request: HttpRequest,
    box: Annotated[Box, Query()] = "all",
    q: Annotated[str, Query(max_length=100, description="证号、标识、核验码或持证人；只用于登记簿")] = "",
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """申请人得到名下的证照；工作人员得到权限内的登记簿。新的在前。"""
    actor, today = actor_of(request, MODULE), day_of(now())
    if actor.party_id is not None:
        rows = selectors.own(actor).select_related("holder")
    else:
        rows = selectors.register(actor, box=box, today=today, text=readable(q, what="查找"))
    page = page_by_key(rows, order=("-pk",), asked={"after": after, "before": before}, size=50)
    return {"certificates": [_line(each, today) for each in page], "after": page.after, "before": page.before}


@router.get("/certificates/verify", response={200: VerdictOut, **PROBLEMS}, summary="核验证照")
@public
def verify_certificate(
    request: HttpRequest,
    by: Annotated[str, Query(max_length=120, description="证照上的核验码，或电子证照标识")],
) -> dict[str, Any]:
    """现在是否有效。自然人的姓名部分隐去；同一地址查得太快会被放慢。"""
    slowed(request)
    row = selectors.find(readable(by, what="核验码"))
    if row is None:
        raise NotFound("没有这张证照。", next_step="请核对证照上的核验码或电子证照标识。")
    verdict = selectors.verdict_of(row, day_of(now()))
    return {
        "valid": verdict.holds, "state": verdict.state, "says": verdict.headline, "name": row.type.name, "number": row.number,
        "identifier": row.identifier, "holder": verdict.holder, "issuer": row.issuer.name, "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }  # fmt: skip


@router.get("/certificates/{uid}", response={200: CertificateOut, **PROBLEMS}, summary="一张证照")
@signed_in
def certificate_by_uid(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """证照的内容和现在的状态。"""
    actor = actor_of(request, MODULE)
    access = policies.access_own if actor.party_id is not None else policies.access_certificate
    row = access(actor, uid)
    edition = selectors.edition_of(row)
    facts = selectors.facts_of(edition) if edition else {}
    values = facts.get("values", {})
    return _line(row, day_of(now())) | {
        "code": row.code,
        "case": row.matter.code if row.matter else "",
        "fields": [{"label": label, "value": str(values.get(key, ""))} for key, label in facts.get("fields", ())],
        "notes": list(facts.get("notes", ())),
    }


def _line(row: Certificate, today: date) -> dict[str, Any]:
    state = selectors.standing_of(row, today)
    return {
        "uid": row.uid, "type_code": row.type.code, "name": row.type.name, "number": row.number, "identifier": row.identifier,
        "state": state, "state_label": STATES[state], "holder": row.holder.name, "issuer": row.issuer.name,
        "edition": row.edition, "issued_at": row.issued_at, "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip
