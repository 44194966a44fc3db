"""委托: give, accept, decline, revoke, give up; at the window for those who come with the paper (民法典 arts. 161–175)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from yimen.ground.identity import id_numbers
from yimen.ground.identity.events import MandateAccepted, MandateEnded, MandateGiven
from yimen.ground.identity.models import Account, Mandate, Party
from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import POWERS, Actor
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.numbering import next_number
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound

LONGEST_DAYS = 1096
"""Three years: the law sets no limit; a mandate nobody remembers is a danger, so it is renewed."""
ADULT_YEARS = 18
"""民法典 arts. 17, 18: from eighteen on one acts for oneself, and only then for others."""
MOST_ITEMS = 50
MOST_IN_FORCE = 50


class MandateOver(Conflict):
    """The mandate has ended already, or was answered already."""

    code = "mandate_over"


class MandateUnfit(Invalid):
    """Such a mandate cannot be given."""

    code = "mandate_unfit"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who is to act, as the document says."""

    name: str
    id_type: str
    id_number: str


@transaction.atomic
def give_mandate(
    *,
    actor: Actor,
    agent: Agent,
    powers: Sequence[str],
    valid_from: date,
    valid_to: date,
    at: datetime,
    items: Sequence[Mapping[str, str]] = (),
    note: str = "",
    paper: UUID | None = None,
) -> Mandate:
    """The signed-in person (or an enterprise, by its owner or administrator) mandates an agent, who must accept.

    `items` are `{"code", "name"}`; none means every item. Raises `MandateUnfit` for oneself, for days that cannot be, by or
    for a minor; `NotAllowed` for somebody who acts for another.
    """
    if actor.party_id is None or not actor.may_manage_party(actor.party_id):
        raise NotAllowed(
            "只有委托人本人，或单位的法定代表人、管理员，才能出具委托。", next_step="请切换回本人名下再办。"
        )
    principal = Party.objects.select_for_update().get(pk=actor.party_id)
    return _give(
        actor, principal, agent, powers, valid_from, valid_to, at, items=items, note=note, paper=paper, at_window=False,
        kind=Mandate.Kind.ENTRUSTED,
    )  # fmt: skip


@transaction.atomic
def give_mandate_at_window(
    *,
    actor: Actor,
    principal: Party,
    agent: Agent,
    powers: Sequence[str],
    valid_from: date,
    valid_to: date,
    at: datetime,
    paper: UUID | None,
    items: Sequence[Mapping[str, str]] = (),
    note: str = "",
    guardian: bool = False,
) -> Mandate:
    """The agent stands at the window with the paper mandate; the clerk has looked at both documents (`identity.verify`).

    In force at once. `guardian`: the place of a minor's parent (民法典 art. 23), which ends when the child comes of age.
    Raises `MandateUnfit`, also without the scanned paper.
    """
    require_permission(actor, "identity.verify")
    if paper is None:
        raise _unfit("请扫描纸质委托书（监护关系证明）后再登记。", "paper")
    kind = Mandate.Kind.GUARDIAN if guardian else Mandate.Kind.ENTRUSTED
    return _give(
        actor, principal, agent, powers, valid_from, valid_to, at, items=items, note=note, paper=paper, at_window=True,
        kind=kind,
    )  # fmt: skip


def _give(
    actor: Actor, principal: Party, agent: Agent, powers: Sequence[str], valid_from: date, valid_to: date, at: datetime, *,
    items: Sequence[Mapping[str, str]], note: str, paper: UUID | None, at_window: bool, kind: Mandate.Kind,
) -> Mandate:  # fmt: skip
    today = day_of(at)
    name = tidy(agent.name, "代理人姓名", 100, field="name")
    number = id_numbers.checked(agent.id_type, agent.id_number, today=today)
    index = keyring.blind_index(number, kind="id_number")
    if index == principal.id_index:
        raise _unfit("代理人不能是委托人自己。", "id_number")
    chosen = [power for power in POWERS if power in set(powers)]
    if not chosen:
        raise _unfit("请至少选一项代理权限。", "powers")
    if len(items) > MOST_ITEMS:
        raise _unfit(f"一份委托最多写 {MOST_ITEMS} 个事项；要更多，请选“全部事项”。", "items")
    valid_to = _checked_days(principal, kind, number, agent.id_type, valid_from, valid_to, today, at_window=at_window)
    in_force = Mandate.objects.filter(principal=principal, ended_at__isnull=True, valid_to__gte=today)
    if in_force.count() >= MOST_IN_FORCE:
        raise MandateUnfit(f"同时有效的委托最多 {MOST_IN_FORCE} 份。", next_step="请先终止不用的委托。")
    mandate = Mandate.objects.create(
        number=f"WT{today:%Y%m%d}{next_number(f'mandate:{today:%Y%m%d}'):05d}",
        kind=kind, principal=principal, agent_name=name, agent_id_type=agent.id_type, agent_number=number, agent_index=index,
        powers=chosen, items=[{"code": str(each["code"]), "name": str(each["name"])[:200]} for each in items],
        valid_from=valid_from, valid_to=valid_to, note=tidy(note, "说明", 200, field="note", needed=False), paper=paper,
        given_at=at, given_by=actor.uid, given_by_name=actor.name, at_window=at_window,
        accepted_at=at if at_window else None,
    )  # fmt: skip
    _note("identity.give_mandate", actor, mandate, powers=chosen, items=[each["code"] for each in mandate.items],
          valid_to=valid_to, at_window=at_window)  # fmt: skip
    publish(MandateGiven(mandate.uid, at))
    if at_window:
        publish(MandateAccepted(mandate.uid, at))
    return mandate


def _checked_days(
    principal: Party, kind: str, agent_number: str, agent_id_type: str, start: date, end: date, today: date, *,
    at_window: bool,
) -> date:  # fmt: skip
    """The last day, cut at a minor's eighteenth birthday for a guardian; raises `MandateUnfit`."""
    if end < start:
        raise _unfit("结束日期不能早于开始日期。", "valid_to")
    if end < today:
        raise _unfit("结束日期已经过去，请填今天或以后的日期。", "valid_to")
    if start < today and not at_window:
        raise _unfit("开始日期不能早于今天。", "valid_from")
    if agent_id_type == "resident" and _comes_of_age(agent_number) > today:
        raise _unfit("代理人未满 18 周岁，不能作代理人（民法典第十七条至第二十条）。", "id_number")
    of_age = _comes_of_age(principal.id_number) if principal.id_type == "resident" else date.min
    if kind == Mandate.Kind.GUARDIAN:
        if principal.kind != "natural" or of_age <= today:
            raise _unfit("监护代理只用于未满 18 周岁的人。", "guardian")
        end = min(end, of_age - timedelta(days=1))
    elif of_age > today:
        raise MandateUnfit(
            "委托人未满 18 周岁，由监护人法定代理，不用委托（民法典第二十三条）。",
            next_step="请监护人带户口簿或出生医学证明到窗口登记监护代理。",
        )
    if (end - start).days > LONGEST_DAYS and kind != Mandate.Kind.GUARDIAN:
        raise _unfit("一份委托最长三年，到期可以再立。", "valid_to")
    return end


def _comes_of_age(number: str) -> date:
    born = id_numbers.birth_date(number)
    if born is None:
        return date.min
    year = born.year + ADULT_YEARS
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) and not _leap(year) else born.replace(year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@transaction.atomic
def accept_mandate(*, actor: Actor, uid: UUID, at: datetime) -> Mandate:
    """The agent takes it on; from then on it is in force. Raises `NotFound`, `MandateOver`, `MandateUnfit` (other name)."""
    mandate = _locked(uid)
    account = _agent_account(actor, mandate)
    _must_stand(mandate, at)
    if mandate.accepted_at is not None:
        raise MandateOver(f"这份委托您已于 {say_moment(mandate.accepted_at)} 接受。")
    if account.party is None or account.party.name != mandate.agent_name:
        raise MandateUnfit(
            "委托书上代理人的姓名与您档案里的不一致。", next_step="请委托人核对姓名后重新出具，或带证件到窗口更正档案。"
        )
    mandate.accepted_at = at
    mandate.save(update_fields=["accepted_at"])
    _note("identity.accept_mandate", actor, mandate)
    publish(MandateAccepted(mandate.uid, at))
    return mandate


@transaction.atomic
def decline_mandate(*, actor: Actor, uid: UUID, at: datetime) -> Mandate:
    """The agent does not want it, or gives it up later (民法典 art. 173). Raises `NotFound`, `MandateOver`."""
    mandate = _locked(uid)
    _agent_account(actor, mandate)
    _must_stand(mandate, at)
    return _end(actor, mandate, "declined" if mandate.accepted_at is None else "resigned", "", at)


@transaction.atomic
def revoke_mandate(*, actor: Actor, uid: UUID, at: datetime, reason: str = "") -> Mandate:
    """The principal ends it at once (民法典 art. 173), or the window for a principal who stands there.

    Of two at once one gets `MandateOver` with the moment and the name of the other. Raises `NotFound`.
    """
    mandate = _locked(uid)
    if actor.kind == "staff":
        require_permission(actor, "identity.verify")
    elif not actor.may_manage_party(mandate.principal_id) or actor.party_id != mandate.principal_id:
        raise _none()
    _must_stand(mandate, at)
    return _end(actor, mandate, "revoked", tidy(reason, "原因", 200, field="reason", needed=False), at)


def _end(actor: Actor, mandate: Mandate, kind: str, reason: str, at: datetime) -> Mandate:
    mandate.ended_at, mandate.end_kind = at, kind
    mandate.ended_by_name, mandate.end_reason = actor.name, reason
    mandate.save(update_fields=["ended_at", "end_kind", "ended_by_name", "end_reason"])
    _note("identity.end_mandate", actor, mandate, reason=reason, kind=kind)
    publish(MandateEnded(mandate.uid, at))
    return mandate


def _locked(uid: UUID) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if found is None:
        raise _none()
    return found


def _none() -> NotFound:
    return NotFound("没有找到这份委托。", next_step="请到“委托代办”里查看您的委托。")


def _agent_account(actor: Actor, mandate: Mandate) -> Account:
    account = Account.objects.select_related("party").filter(pk=actor.account_id or 0, kind="citizen").first()
    if account is None or account.party is None or account.party.id_index != mandate.agent_index:
        raise _none()
    return account


def _must_stand(mandate: Mandate, at: datetime) -> None:
    if mandate.ended_at is not None:
        raise MandateOver(
            f"这份委托已于 {say_moment(mandate.ended_at)} 由{mandate.ended_by_name}终止。", next_step="不需要再操作。"
        )
    if day_of(at) > mandate.valid_to:
        raise MandateOver(
            f"这份委托已于 {say_date(mandate.valid_to, weekday=False)} 到期。", next_step="需要的，请重新出具。"
        )


def _unfit(message: str, field: str) -> MandateUnfit:
    return MandateUnfit(message, fields={field: message})


def _note(action: str, actor: Actor, mandate: Mandate, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="mandate", target=mandate.number, reason=reason, facts=facts)
