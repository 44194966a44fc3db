"""The course of seals (R008): handing over, loss, destruction; each stands in the register with who, when and why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations.models import Post, Seal, SealEvent
from yimen.ground.organisations.policies import KEEP_SEALS, require
from yimen.ground.organisations.services.guarding import guarded


@transaction.atomic
def hand_over_seal(*, actor: Actor, seal: Seal, to: Post, witness: str, reason: str, at: datetime) -> SealEvent:
    """Give a seal to another keeper, before a witness. Raises `Conflict` for a seal out of use or the same keeper."""
    seal = _held(actor, seal)
    _in_use(seal)
    if seal.keeper_id == to.pk:
        raise Conflict("印章已经由这个岗位保管。")
    if to.abolished_on is not None or to.account_id is None:
        raise Invalid("接收的岗位空缺或已撤销。", fields={"to": "请选择有人在任的岗位。"})
    if not to.unit.path.startswith(seal.unit.path):
        raise Invalid("只能交给本单位的岗位保管。", fields={"to": "请选择本单位的岗位。"})
    before, seal.keeper = seal.keeper, to
    seal.save(update_fields=["keeper"])
    return _write(
        "organisations.hand_over_seal", SealEvent.Kind.HANDED_OVER, seal, actor, at, reason, before=before, after=to,
        witness=tidy(witness, "监交人", 60, field="witness"),
    )  # fmt: skip


@transaction.atomic
def lose_seal(*, actor: Actor, seal: Seal, reason: str, document: str, at: datetime) -> SealEvent:
    """A seal is lost: it is out of use from this day, and what is stamped with it later is not ours."""
    seal = _held(actor, seal)
    _in_use(seal)
    seal.ended_on = max(day_of(at), seal.valid_from)
    seal.save(update_fields=["ended_on"])
    return _write(
        "organisations.lose_seal", SealEvent.Kind.LOST, seal, actor, at, reason,
        document=tidy(document, "声明作废的文号或登报日期", 60, field="document", needed=False),
    )  # fmt: skip


@transaction.atomic
def destroy_seal(*, actor: Actor, seal: Seal, reason: str, witness: str, document: str, at: datetime) -> SealEvent:
    """A seal out of use is destroyed, before a witness; once, and it never comes back."""
    seal = _held(actor, seal)
    if seal.ended_on is None:
        raise Conflict("这枚印章还在使用，不能销毁。", next_step="请先停用。")
    if SealEvent.objects.filter(seal=seal, kind=SealEvent.Kind.LOST).exists():
        raise Conflict("这枚印章已登记遗失，没有可销毁的实物。")
    return _write(
        "organisations.destroy_seal", SealEvent.Kind.DESTROYED, seal, actor, at, reason,
        witness=tidy(witness, "监销人", 60, field="witness"),
        document=tidy(document, "文号", 60, field="document", needed=False),
    )  # fmt: skip


def _held(actor: Actor, seal: Seal) -> Seal:
    found = Seal.objects.select_for_update(of=("self",)).get(pk=seal.pk)
    require(actor, found.unit, KEEP_SEALS)
    return found


def _in_use(seal: Seal) -> None:
    if seal.ended_on is not None:
        raise Conflict("这枚印章已经停用。")


def _write(
    action: str, kind: SealEvent.Kind, seal: Seal, actor: Actor, at: datetime, reason: str, *,
    before: Post | None = None, after: Post | None = None, witness: str = "", document: str = "",
) -> SealEvent:  # fmt: skip
    with guarded():
        event = SealEvent.objects.create(
            seal=seal, kind=kind, happened_at=at, actor_uid=actor.uid, actor_name=actor.name,
            reason=tidy(reason, "原因", 200, field="reason"), from_keeper=before, to_keeper=after, witness=witness,
            document=document,
        )  # fmt: skip
    audit.record(action, actor=actor, target_kind="seal", target=str(seal.uid), reason=event.reason)
    return event
