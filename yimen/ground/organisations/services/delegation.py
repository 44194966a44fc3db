"""请假代办: standing in for a colleague on leave (R016). The rules of what it gives are in `capacities.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from yimen.ground.identity import services as people
from yimen.ground.identity.rules import Actor, SignIn
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.organisations import policies
from yimen.ground.organisations.capacities import is_delegable
from yimen.ground.organisations.events import DelegationMoved
from yimen.ground.organisations.models import Delegation, Grant, Post
from yimen.ground.organisations.selectors import standing
from yimen.ground.organisations.services.guarding import guarded

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


class NoDelegatingOn(NotAllowed):
    """Who stands in for somebody passes nothing on."""

    code = "no_delegating_on"


class NotAColleague(Invalid):
    """The stand-in does not work in the department of the post, or at its centre."""

    code = "not_a_colleague"


@transaction.atomic
def offer_delegation(
    *,
    actor: Actor,
    post: Post,
    stand_in: Account,
    codes: Iterable[str],
    begins_on: date,
    ends_on: date,
    reason: str,
    at: datetime,
) -> Delegation:
    """Name a colleague to stand in from the first day (today: from now) to the last, both included.

    By the holder of the post, or whoever manages its unit. It counts when the colleague has accepted. Raises
    `NoDelegatingOn`, `NotAColleague`, `NotAllowed`, `Invalid` (days, permissions the post does not have), `Conflict` for a
    second one in these days, `Apart` for an administrator (三员).
    """
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    _may_offer(actor, post)
    holder = post.account
    if holder is None:
        raise Conflict("这个岗位现在没有人担任，不能委托代办。")
    if stand_in.pk == holder.pk:
        raise Invalid("不能由本人代办。", fields={"stand_in": "请选择另一位同事。"})
    if not stand_in.is_active or stand_in.pk not in {each.pk for each in standing.colleagues(post, day_of(at))}:
        raise NotAColleague(
            "这位同事不在这个岗位所在的部门或中心任职，不能代办。", fields={"stand_in": "请从名单中选择。"}
        )
    chosen = sorted(set(codes))
    held = set(Grant.objects.filter(post=post, ended_at__isnull=True).values_list("code", flat=True))
    if not chosen or not set(chosen) <= {code for code in held if is_delegable(code)}:
        raise Invalid("只能委托这个岗位现有的办事权限。", fields={"codes": "请至少选一项列出的权限。"})
    begins_at, ends_at = _span(begins_on, ends_on, at)
    with guarded():
        made = Delegation.objects.create(
            post=post, holder=holder, account=stand_in, codes=chosen, begins_at=begins_at, ends_at=ends_at,
            reason=tidy(reason, "事由", 200, field="reason"), offered_at=at, offered_by=actor.uid,
        )  # fmt: skip
    _note("organisations.offer_delegation", actor, made, stand_in=stand_in.uid, codes=chosen, ends_at=ends_at)
    _tell("offered", made, actor, at)
    return made


def _span(first: date, last: date, at: datetime) -> tuple[datetime, datetime]:
    if last < first:
        raise Invalid("结束日期早于开始日期。", fields={"ends_on": "不能早于开始日期。"})
    if last < day_of(at):
        raise Invalid("结束日期已经过去。", fields={"ends_on": "请选今天或以后的日期。"})
    longest = standing.staff_rules().delegation_longest_days
    if (last - first).days >= longest:
        raise Invalid(f"一次代办最长 {longest} 天。", fields={"ends_on": f"最长 {longest} 天。"})
    begins = datetime.combine(first, time(), CHINA)
    return max(begins, at), datetime.combine(last + timedelta(days=1), time(), CHINA)


def _may_offer(actor: Actor, post: Post) -> None:
    if actor.stands_for is not None:
        raise NoDelegatingOn("您正在代同事办理，不能再转委托。", next_step="请先结束代办，回到自己的岗位。")
    if post.account_id is not None and post.account_id == actor.account_id:
        return
    policies.require(actor, post.unit)


@transaction.atomic
def accept_delegation(*, actor: Actor, delegation: Delegation, at: datetime) -> Delegation:
    """The colleague agrees. Raises `NotFound` for others, `Conflict` where it was answered, revoked, or is over."""
    held = _offered_to(actor, delegation)
    if at >= held.ends_at:
        raise Conflict("这次代办的时间已经过去。")
    if Post.objects.filter(pk=held.post_id, account_id=held.holder_id).first() is None:
        raise Conflict("请假人已不在这个岗位，代办不能开始。")
    held.accepted_at = at
    held.save(update_fields=["accepted_at"])
    _note("organisations.accept_delegation", actor, held)
    _tell("accepted", held, actor, at)
    return held


@transaction.atomic
def decline_delegation(*, actor: Actor, delegation: Delegation, reason: str, at: datetime) -> Delegation:
    """The colleague cannot do it, and says why. Raises as `accept_delegation`."""
    held = _offered_to(actor, delegation)
    held.declined_at, held.end_reason = at, tidy(reason, "原因", 200, field="reason")
    held.save(update_fields=["declined_at", "end_reason"])
    _note("organisations.decline_delegation", actor, held, reason=held.end_reason)
    _tell("declined", held, actor, at)
    return held


@transaction.atomic
def revoke_delegation(*, actor: Actor, delegation: Delegation, reason: str, at: datetime) -> Delegation:
    """End it now: the holder, who manages the unit, or the stand-in; gone with the stand-in's next request."""
    held = _locked(delegation)
    if actor.stands_for is not None and actor.account_id != held.account_id:
        raise NotAllowed("您正在代同事办理，不能结束这次代办。")
    if actor.account_id not in (held.holder_id, held.account_id) and actor.kind != "system":
        policies.require(actor, held.post.unit)
    if held.state(at) not in ("offered", "coming", "live"):
        raise Conflict("这次代办已经结束。", next_step="请刷新页面查看。")
    held.revoked_at, held.revoked_by = at, actor.uid
    held.end_reason = tidy(reason, "原因", 200, field="reason")
    held.save(update_fields=["revoked_at", "revoked_by", "end_reason"])
    _note("organisations.revoke_delegation", actor, held, reason=held.end_reason)
    _tell("revoked", held, actor, at)
    return held


def end_delegations_of(post: Post, *, actor: Actor, at: datetime, reason: str) -> None:
    """A post's holder has gone: nobody stands in for them any more. For the services of posts, in their transaction."""
    Delegation.objects.filter(post=post, ends_at__gt=at, revoked_at__isnull=True, declined_at__isnull=True).update(
        revoked_at=at, revoked_by=actor.uid, end_reason=reason
    )


@transaction.atomic
def stand_in(*, actor: Actor, session: SignIn | None, delegation: Delegation, at: datetime) -> None:
    """Go on working for the colleague in this session, until one stops or it ends."""
    if delegation.account_id != actor.account_id:
        raise NotFound("没有这次代办。")
    if delegation.state(at) != "live":
        raise Conflict("这次代办还没有开始，或者已经结束。", next_step="请查看代办的起止时间。")
    people.stand_in(actor=actor, session=_browser(session), delegation=delegation.pk, at=at)


@transaction.atomic
def stand_down(*, actor: Actor, session: SignIn | None, at: datetime) -> None:
    """Go on as oneself."""
    people.stand_in(actor=actor, session=_browser(session), delegation=None, at=at)


def _browser(session: SignIn | None) -> UUID:
    if session is None or session.session is None:
        raise NotAllowed("接口密钥不能代办。", next_step="请登录网页办理。")
    return session.session


def _offered_to(actor: Actor, delegation: Delegation) -> Delegation:
    held = _locked(delegation)
    if held.account_id != actor.account_id:
        raise NotFound("没有这次代办。")
    if held.accepted_at or held.declined_at or held.revoked_at:
        raise Conflict("这次代办已经答复过，或已被撤回。", next_step="请刷新页面查看。")
    return held


def _locked(delegation: Delegation) -> Delegation:
    found = Delegation.objects.select_for_update(of=("self",)).filter(pk=delegation.pk).first()
    if found is None:
        raise NotFound("没有这次代办。")
    return found


def _tell(what: str, delegation: Delegation, actor: Actor, at: datetime) -> None:
    outbox.publish(DelegationMoved(delegation_id=delegation.pk, what=what, by=str(actor.uid), at=at))


def _note(action: str, actor: Actor, delegation: Delegation, *, reason: str = "", **facts: object) -> None:
    audit.record(
        action, actor=actor, target_kind="delegation", target=str(delegation.uid), reason=reason,
        facts={"post": delegation.post_id, **facts},
    )  # fmt: skip
