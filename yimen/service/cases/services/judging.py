"""Judging materials: right, taken in on paper, or to be corrected. No step of the ledger; each act leaves one audit row.

Judging and passing hold the matter still first (`matters.services.lock`), so that what was judged is what is passed on.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.selectors import access_matter
from yimen.ground.matters.services import StalePage, lock
from yimen.service.cases import rules
from yimen.service.cases.models import CaseMaterial
from yimen.service.cases.policies import may_judge
from yimen.service.cases.services.open_case import OpenCase


class NotJudgedNow(NotAllowed):
    """The actor does not judge the materials of this case in its present state."""

    code = "not_judged_now"


class MaterialsUnchecked(Conflict):
    """Materials that nobody has checked yet."""

    code = "materials_unchecked"


@transaction.atomic
def check_material(
    *, code: str, order: int, state: str, actor: Actor, at: datetime, note: str = "", seen: int | None = None
) -> None:
    """Mark one material right (`accepted`), taken in on paper (`paper`) or to be corrected (`returned`, with the problem).

    Raises `NotJudgedNow` for whoever does not judge materials in the case's present state, `StalePage` where the case has
    moved on from the version `seen`.
    """
    if state not in ("accepted", "paper", "returned", "provided"):
        raise Invalid("材料情况只能是合格、已收纸质件或须补正。")
    if state == "returned" and not note.strip():
        raise Invalid("须补正的材料要写明问题。", fields={"note": "请写明哪里要改。"})
    case = _judged_by(actor, code, seen)
    changed = CaseMaterial.objects.filter(case=case, order=order).update(
        state=state, note=note.strip()[:500], checked_by=actor.name, checked_at=at
    )
    if not changed:
        raise Invalid("这件办件没有这份材料。")
    _note(code, actor, {"order": order, "state": state})


@transaction.atomic
def check_rest(*, code: str, actor: Actor, at: datetime, seen: int | None = None) -> int:
    """Find all materials right that were handed in and not yet judged; returns how many. Raises as `check_material`."""
    case = _judged_by(actor, code, seen)
    left = CaseMaterial.objects.filter(case=case, state=CaseMaterial.State.PROVIDED)
    orders = sorted(left.values_list("order", flat=True))
    if orders:
        left.update(state=CaseMaterial.State.ACCEPTED, note="", checked_by=actor.name, checked_at=at)
        _note(code, actor, {"orders": orders, "state": "accepted"})
    return len(orders)


def demand_checked(found: OpenCase) -> None:
    """Raise `MaterialsUnchecked` while a material waits to be judged; asked under the matter's lock."""
    left = rules.unchecked(found.lines())
    if left:
        raise MaterialsUnchecked(
            f"还有 {len(left)} 份材料没核对：{'、'.join(line.name for line in left[:5])}。",
            next_step="请逐份核对后再送决定。",
        )


def _judged_by(actor: Actor, code: str, seen: int | None) -> int:
    """The case's id, held still, if this actor judges its materials now."""
    lock(code)
    matter = access_matter(actor, code)
    if not may_judge(actor, matter):
        raise NotJudgedNow("现在不能核对这件办件的材料。", next_step="待受理时由窗口核对，审查中由审查人员核对。")
    if seen is not None and matter.version != seen:
        raise StalePage(
            "这件事刚刚有了新进展，您看到的页面已经不是最新的。", next_step="请刷新页面，看过新情况后再核对。"
        )
    return matter.pk


def _note(code: str, actor: Actor, facts: dict[str, object]) -> None:
    audit.record("cases.check_material", actor=actor, target_kind="matter", target=code, facts=facts)
