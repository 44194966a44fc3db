"""The public lists over the interface: powers of a day, proofs (R027, R030)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import public
from yimen.ground.kit.apis import NOT_READ, Paged, readable
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.paging import page_by_key
from yimen.service.reform import selectors
from yimen.service.reform.models import Proof

router = Router()
PAGE = 50


class PowerOut(Schema):
    """A power on the list of a day, with its duty and who else exercises it."""

    code: str
    name: str
    kind: str
    department: str
    legal_basis: str
    duty: str
    accountable: str
    exercised_by: list[str]
    suspended: bool
    effective_on: date


class PowerList(Paged):
    """Powers in the order in which they were entered."""

    day: date
    items: list[PowerOut]


class ProofOut(Schema):
    """A proof: kept with its basis, or cancelled with what takes its place."""

    kind: str
    name: str
    issuer: str
    purpose: str
    cancelled_on: date | None
    basis: str
    replacement: str
    replacement_note: str
    document: str


class ProofList(Paged):
    """Proofs by name."""

    items: list[ProofOut]


@router.get("/powers", response={200: PowerList, **NOT_READ}, summary="权责清单")
@public
def powers(
    request: HttpRequest,
    day: Annotated[
        date | None, Query(description="哪一天的清单，不给为今天", ge=date(2000, 1, 1), le=date(2100, 1, 1))
    ] = None,
    q: Annotated[str, Query(max_length=60, description="事项名称或编码")] = "",
    department: Annotated[int | None, Query(ge=1, le=2**53, description="部门的编号")] = None,
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """某一天的权责清单。"""
    on = day or day_of(now())
    found = selectors.powers(on, department=department, text=readable(q, what="查询词"))
    page = page_by_key(found, order=("item_id",), asked={"after": after}, size=PAGE)
    return {
        "day": on,
        "items": [
            {
                "code": row.edition.item.code,
                "name": row.edition.name,
                "kind": row.edition.kind,
                "department": row.edition.item.department.name if row.edition.item.department else "",
                "legal_basis": row.edition.legal_basis,
                "duty": row.duty.text if row.duty else "",
                "accountable": row.duty.accountable if row.duty else "",
                "exercised_by": [held.unit.name for held in row.exercises],
                "suspended": row.suspension is not None,
                "effective_on": row.edition.effective_on,
            }
            for row in selectors.with_duties(page.rows, on)
        ],
        "after": page.after,
    }


@router.get("/proofs", response={200: ProofList, **NOT_READ}, summary="证明事项清单")
@public
def proofs(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60, description="名称")] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """依法保留的和已取消的证明、盖章环节、材料。"""
    text = readable(q, what="查询词")
    found = Proof.objects.filter(Q(name__icontains=text)) if text else Proof.objects.all()
    page = page_by_key(found, order=("name", "id"), asked={"after": after}, size=PAGE)
    names = list(ProofOut.model_fields)
    return {"items": [{name: getattr(row, name) for name in names} for row in page.rows], "after": page.after}
