"""举报奖励 (R237): proposed after the report was found true, approved by somebody else, paid once."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.models import Complaint, Reward
from yimen.watch.efficiency.selectors.common import setting
from yimen.watch.efficiency.services.complaints import _admit


class NoReward(Invalid):
    """The report earns no reward, or not this much."""

    code = "no_reward"


class RewardMoved(Conflict):
    """The reward is not where the page showed it: proposed, approved, denied or paid by now."""

    code = "reward_moved"


class SameHands(NotAllowed):
    """One person does not do two of the three: propose, approve, pay (a payer may have proposed)."""

    code = "same_hands"


@transaction.atomic
def propose_reward(
    *, complaint: Complaint, actor: Actor, level: str, amount_fen: int, ground: str, at: datetime
) -> Reward:
    """提出奖励 of up to the level's most. Raises `NoReward`, `RewardMoved` for a second one."""
    _admit(complaint, actor)
    policies.require(actor, policies.COMPLAINTS, complaint.matter.department_id, complaint.matter.division_id)
    if complaint.kind != Complaint.Kind.REPORT or not complaint.wants_reward:
        raise NoReward("只有申请奖励的举报可以奖励。")
    if complaint.found != Complaint.Found.EFFECTIVE:
        raise NoReward("举报还没有认定有效。", next_step="请先查清并认定。")
    if level not in rules.REWARD_LEVELS:
        raise NoReward("请选择奖励等级。", fields={"level": "请选择"})
    most = setting(level) * 100
    if not 0 < amount_fen <= most:
        raise NoReward(
            f"{rules.REWARD_LEVELS[level]}奖励最多 {say_yuan(Fen(most))}。",
            fields={"amount_fen": f"最多 {say_yuan(Fen(most))}"},
        )
    assert actor.account_id is not None  # noqa: S101 - staff have one
    try:
        with transaction.atomic():
            reward = Reward.objects.create(
                complaint=complaint, level=level, amount_fen=amount_fen, ground=tidy(ground, "理由", 500, field="ground"),
                proposed_by_id=actor.account_id, proposed_name=actor.name, proposed_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise RewardMoved("这件举报已经提出过奖励。", next_step="请刷新页面。") from None
    _record("propose_reward", actor, complaint, amount_fen)
    return reward


@transaction.atomic
def approve_reward(*, complaint: Complaint, actor: Actor, at: datetime, reason: str = "") -> Reward:
    """核定, by somebody else than who proposed."""
    return _decide(complaint, actor, at, Reward.State.APPROVED, reason, "approve_reward")


@transaction.atomic
def deny_reward(*, complaint: Complaint, actor: Actor, at: datetime, reason: str) -> Reward:
    """不予奖励, with the reason."""
    if not reason.strip():
        raise Invalid("请写明不予奖励的理由。", fields={"reason": "请填写"})
    return _decide(complaint, actor, at, Reward.State.DENIED, reason, "deny_reward")


@transaction.atomic
def pay_reward(*, complaint: Complaint, actor: Actor, voucher: str, at: datetime) -> Reward:
    """发放, once, under a voucher that no other payment bears; not by whoever approved. Raises `RewardMoved`, `SameHands`."""
    _admit(complaint, actor)
    policies.require(actor, policies.COMPLAINTS, complaint.matter.department_id, complaint.matter.division_id)
    voucher = tidy(voucher, "凭证号", 60, field="voucher")
    reward = _held(complaint)
    if reward.state != Reward.State.APPROVED:
        said = "已经发放过" if reward.state == Reward.State.PAID else "还没有核定"
        raise RewardMoved(f"这笔奖励{said}。", next_step="请刷新页面，核对凭证。")
    if reward.decided_by_id == actor.account_id:
        raise SameHands("核定奖励的人不能自己发放。", next_step="请由另一位同事发放。")
    reward.state, reward.paid_by_id, reward.paid_name, reward.paid_at = "paid", actor.account_id, actor.name, at
    reward.voucher = voucher
    try:
        with transaction.atomic():
            reward.save()
    except IntegrityError:
        raise RewardMoved("这个凭证号已经用过。", fields={"voucher": "换一个凭证号"}) from None
    _record("pay_reward", actor, complaint, reward.amount_fen)
    return reward


def _decide(complaint: Complaint, actor: Actor, at: datetime, state: str, reason: str, action: str) -> Reward:
    _admit(complaint, actor)
    policies.require(actor, policies.REWARD, complaint.matter.department_id, complaint.matter.division_id)
    reward = _held(complaint)
    if reward.state != Reward.State.PROPOSED:
        raise RewardMoved("这笔奖励已经核定过。", next_step="请刷新页面。")
    if reward.proposed_by_id == actor.account_id:
        raise SameHands("提出奖励的人不能自己核定。", next_step="请由另一位有权限的同事核定。")
    reward.state, reward.decided_by_id, reward.decided_name, reward.decided_at = state, actor.account_id, actor.name, at
    reward.decided_reason = reason.strip()[:500]
    reward.save()
    _record(action, actor, complaint, reward.amount_fen)
    return reward


def _held(complaint: Complaint) -> Reward:
    """The reward, held until the transaction ends."""
    reward = Reward.objects.select_for_update().filter(pk=complaint.pk).first()
    if reward is None:
        raise RewardMoved("这件举报还没有提出奖励。", next_step="请先提出。")
    return reward


def _record(action: str, actor: Actor, complaint: Complaint, amount_fen: int) -> None:
    audit.record(
        f"efficiency.{action}", actor=actor, target_kind="matter", target=complaint.matter.code,
        facts={"amount_fen": amount_fen},
    )  # fmt: skip
