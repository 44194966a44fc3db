"""全程参与 (R072): somebody of the centre follows an investment-project case: reads all, is told of each step, decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.policies import may
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import access_case
from yimen.service.scrutiny.models import Observer, ObserverRemark
from yimen.service.scrutiny.policies import OBSERVE

if TYPE_CHECKING:
    from yimen.service.cases.models import Case


def possible_observers(case: Case, at: datetime) -> list[tuple[int, str]]:
    """Who may: the centre's own staff who see its cases, not the department's and not those of a window alone."""
    matter = case.matter
    if matter.centre_id is None:
        return []
    ours = set(organisations.staff_of(organisations.unit(matter.centre_id), day_of(at)).values_list("pk", flat=True))
    outside = organisations.Place(0, None, matter.centre_id, matter.division_id)
    found = organisations.holders(["matters.view"], outside, day_of(at))
    return list({each.account_id: each.name for each in found if each.account_id in ours}.items())


def attach_observer(*, code: str, account_id: int, reason: str, actor: Actor, at: datetime) -> Observer:
    """Let somebody of the centre take part in the case from here on. Raises `NotAllowed`, `Invalid`, `Conflict` (twice, closed)."""
    case = access_case(actor, code)
    if not may(actor, OBSERVE, case.matter):
        raise NotAllowed("您没有安排全程参与的权限。", next_step="请由政务服务中心安排。")
    names = dict(possible_observers(case, at))
    wrong = {} if account_id in names else {"account": "请选择中心的人员。"}
    if not reason.strip():
        wrong["reason"] = "请写明是哪个投资项目、为什么参与。"
    if wrong:
        raise Invalid("全程参与没有填全。", fields=wrong)
    if case.matter.closed_at is not None:
        raise Conflict("这件办件已经办完。", next_step="请选择正在办理的办件。")
    try:
        with transaction.atomic():
            made = Observer.objects.create(
                case_id=case.pk, account_id=account_id, name=names[account_id], reason=reason.strip()[:300], since=at,
                appointed_by=f"{actor.department} {actor.name}".strip(),
            )  # fmt: skip
            audit.record(
                "scrutiny.attach_observer", actor=actor, target_kind="matter", target=code, reason=made.reason,
                facts={"account": account_id},
            )  # fmt: skip
            return made
    except IntegrityError:
        raise Conflict(f"{names[account_id]}已经在参与这件办件。", fields={"account": "请另选一位。"}) from None


def end_observing(*, observer: Observer, reason: str, actor: Actor, at: datetime) -> Observer:
    """The observer no longer takes part; what was remarked stays."""
    if not may(actor, OBSERVE, observer.case.matter):
        raise NotAllowed("您没有安排全程参与的权限。", next_step="请由政务服务中心安排。")
    if not reason.strip():
        raise Invalid("请写明原因。", fields={"reason": "请写明原因。"})
    with transaction.atomic():
        held = Observer.objects.select_for_update().get(pk=observer.pk)
        if held.ended_at is not None:
            raise Conflict("已经结束参与。")
        held.ended_at, held.ended_reason = at, reason.strip()[:300]
        held.save(update_fields=["ended_at", "ended_reason"])
        audit.record(
            "scrutiny.end_observing",
            actor=actor,
            target_kind="matter",
            target=observer.case.matter.code,
            reason=held.ended_reason,
        )
        return held


def remark(*, observer: Observer, text: str, actor: Actor, at: datetime, step: str = "") -> ObserverRemark:
    """A remark of the observer, alone; the department reads it on the case's page, and it binds nobody."""
    if observer.account_id != actor.account_id or observer.ended_at is not None:
        raise NotAllowed("只有正在参与这件办件的人可以写参与意见。", next_step="请由中心安排全程参与。")
    if not text.strip():
        raise Invalid("请写明意见。", fields={"text": "请写明意见。"})
    with transaction.atomic():
        made = ObserverRemark.objects.create(
            observer=observer, step=step.strip()[:100], text=text.strip()[:2000], written_at=at
        )
        audit.record("scrutiny.remark", actor=actor, target_kind="matter", target=observer.case.matter.code)
        return made
