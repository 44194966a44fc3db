"""控制事项 (R051): what the State prohibits or the plan does not allow, as data, and the clear reply that goes with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.service.cases.models import ProhibitedMatter
from yimen.service.cases.policies import may_set_up

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class ProhibitedKnown(Conflict):
    """This matter is on the list."""

    code = "prohibited_known"


def register_prohibited(
    *,
    actor: Actor,
    centre: Unit,
    name: str,
    ground: str,
    basis: str,
    reply: str,
    valid_from: date,
    at: datetime,
    words: str = "",
) -> ProhibitedMatter:
    """Put a matter on the list, with its basis and the reply that applicants get. Raises `NotAllowed`, `Invalid`, `ProhibitedKnown`."""
    _demand(actor, centre.pk)
    if ground not in ProhibitedMatter.Ground.values:
        raise Invalid("没有这种性质。", fields={"ground": "请重新选择。"})
    given = {
        "name": tidy(name, "控制事项", 200, field="name"),
        "basis": tidy(basis, "依据", 300, field="basis"),
        "reply": reply.strip()[:2000],
    }
    if not given["reply"]:
        raise Invalid("请写明答复口径。", fields={"reply": "申请人问起时怎样答复、依据什么。"})
    try:
        with transaction.atomic():
            made = ProhibitedMatter.objects.create(
                centre=centre, ground=ground, words=words.strip()[:300], valid_from=valid_from, registered_by=actor.name,
                registered_at=at, **given,
            )  # fmt: skip
    except IntegrityError as refused:
        raise ProhibitedKnown(
            "这个控制事项已经登记。", next_step="请在清单里查找。", fields={"name": "名称已有。"}
        ) from refused
    audit.record(
        "cases.register_prohibited",
        actor=actor,
        target_kind="prohibited",
        target=made.name,
        facts={"basis": made.basis},
    )
    return made


@transaction.atomic
def end_prohibited(*, actor: Actor, uid: UUID, reason: str, at: datetime) -> None:
    """Take a matter off the list; replies that were given stand. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    found = ProhibitedMatter.objects.select_for_update().filter(uid=uid).first()
    if found is None:
        raise NotFound("清单里没有这个控制事项。", next_step="请从清单进入。")
    _demand(actor, found.centre_id)
    if found.ended_at is not None:
        raise Conflict("这个控制事项已经停用。", next_step="请刷新页面。")
    found.ended_at, found.ended_reason = at, tidy(reason, "停用原因", 200, field="reason")
    found.save(update_fields=["ended_at", "ended_reason"])
    audit.record(
        "cases.end_prohibited", actor=actor, target_kind="prohibited", target=found.name, reason=found.ended_reason
    )


def _demand(actor: Actor, centre_id: int) -> None:
    if not may_set_up(actor, centre_id):
        raise NotAllowed("您不能修改这个中心的控制事项清单。", next_step="请由中心管理人员登记。")
