"""In whose name the session goes on: one's own, a principal's, an enterprise's; and the last look before a write."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.models import Account, Acting, Mandate, Membership, Session
from yimen.ground.identity.rules import Actor, StandingEnded
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import NotFound


@transaction.atomic
def act_under_mandate(*, actor: Actor, session: UUID, mandate: UUID, at: datetime) -> Mandate:
    """From now on this session acts for the principal. Raises `NotFound` (not one's own), `StandingEnded`."""
    row, account = _session(actor, session)
    found = Mandate.objects.select_related("principal").filter(uid=mandate).first()
    if found is None or account.party is None or found.agent_index != account.party.id_index:
        raise NotFound("没有找到这份委托。", next_step="请到“委托代办”里查看。")
    if found.state(day_of(at)) != "in_force":
        raise StandingEnded(
            "这份委托现在不生效：还没有接受、还没到开始日期，或已经终止。", next_step="请与委托人核对。"
        )
    Acting.objects.update_or_create(session=row, defaults={"mandate": found, "membership": None, "since": at})
    audit.record("identity.act_for", actor=actor, target_kind="mandate", target=found.number)
    return found


@transaction.atomic
def act_as_member(*, actor: Actor, session: UUID, membership: UUID, at: datetime) -> Membership:
    """From now on this session acts for the enterprise. Raises `NotFound`."""
    row, account = _session(actor, session)
    found = (
        Membership.objects.select_related("enterprise")
        .filter(uid=membership, account=account, ended_at__isnull=True)
        .first()
    )
    if found is None:
        raise NotFound("您不在这个单位的办事人员名单里。", next_step="请联系该单位的法定代表人或管理员。")
    if found.enterprise_id == account.party_id:
        Acting.objects.filter(session=row).delete()
    else:
        Acting.objects.update_or_create(session=row, defaults={"mandate": None, "membership": found, "since": at})
    audit.record("identity.act_for", actor=actor, target_kind="party", target=str(found.enterprise.uid))
    return found


@transaction.atomic
def act_as_oneself(*, actor: Actor, session: UUID, at: datetime) -> None:
    """Back to one's own name."""
    row, _ = _session(actor, session)
    if Acting.objects.filter(session=row).delete()[0]:
        audit.record("identity.act_for", actor=actor, target_kind="account", target=str(actor.uid))


def demand_standing(actor: Actor, power: str, item: str, at: datetime) -> None:
    """The last look before something is written in another's name: still in force, and given for this?

    Holds the mandate (or the place in the enterprise) still until the caller's transaction ends, so that a revocation
    comes either before and is obeyed, or after. Raises `StandingEnded`, `PowerMissing`.
    """
    standing = actor.standing
    if standing is None:
        return
    standing.demand(power, item)
    if standing.kind == "mandate":
        mandate = Mandate.objects.select_for_update(of=("self",), no_key=True).filter(uid=standing.uid).first()
        if mandate is None or mandate.state(day_of(at)) != "in_force":
            raise StandingEnded(
                f"{standing.principal}的委托（{standing.number}）刚刚终止，没有提交。",
                next_step="填写的内容已存为委托人的草稿，由委托人接着办。",
            )
    elif not Membership.objects.select_for_update(of=("self",), no_key=True).filter(
        uid=standing.uid, ended_at__isnull=True
    ):
        raise StandingEnded(f"您已不再为“{standing.principal}”办事，没有提交。", next_step="请联系该单位的管理员。")


def _session(actor: Actor, session: UUID) -> tuple[Session, Account]:
    row = (
        Session.objects.select_related("account", "account__party")
        .filter(uid=session, account_id=actor.account_id or 0)
        .first()
    )
    if row is None or row.account.kind != "citizen":
        raise NotFound("登录已经结束，请重新登录。")
    return row, row.account
