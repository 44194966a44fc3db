"""The people of an enterprise (R017): invite with a one-time code, join, change roles, leave; one account, many enterprises."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from yimen.ground.identity import id_numbers
from yimen.ground.identity.events import AccountClosed, MemberJoined, MemberLeft
from yimen.ground.identity.models import Account, Invitation, Membership, Party
from yimen.ground.identity.rules import ROLES, Actor
from yimen.ground.identity.services.sessions import digest
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.outbox import publish
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound

INVITATION_HOURS = 72
MOST_TRIES = 5
MOST_MEMBERS = 200
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class InvitationRefused(Invalid):
    """Wrong code, too old, used, or meant for somebody else."""

    code = "invitation_refused"


class LastManager(Conflict):
    """Nobody would be left who may manage the enterprise."""

    code = "last_manager"


class AlreadyMember(Conflict):
    """This person acts for the enterprise already."""

    code = "already_member"


@transaction.atomic
def invite_member(
    *, actor: Actor, name: str, id_type: str, id_number: str, role: str, at: datetime
) -> tuple[Invitation, str]:
    """An owner or administrator asks somebody to act for the enterprise; the code (72 h, shown once) goes to that person.

    Administrators invite agents only. Raises `NotAllowed`, `AlreadyMember`, `IdNumberInvalid`, `Invalid`.
    """
    enterprise = managed(actor)
    if role not in ("admin", "agent"):
        raise Invalid("请选择管理员或经办人。", fields={"role": "法定代表人的变更要到窗口核验新的执照。"})
    if role == "admin" and not _is_owner(actor):
        raise NotAllowed("管理员只能邀请经办人。", next_step="请法定代表人邀请管理员。")
    if Membership.objects.filter(enterprise=enterprise, ended_at__isnull=True).count() >= MOST_MEMBERS:
        raise Invalid(f"一个单位最多 {MOST_MEMBERS} 人。", next_step="请先移出不再办事的人。")
    return new_invitation(actor, enterprise, name, id_type, id_number, role, at)


def new_invitation(
    actor: Actor, enterprise: Party, name: str, id_type: str, id_number: str, role: str, at: datetime
) -> tuple[Invitation, str]:
    """The row and its code; an older invitation of the same person is withdrawn."""
    if id_type not in id_numbers.NATURAL_TYPES:
        raise Invalid("请邀请自然人。", fields={"id_type": "请选择个人证件。"})
    number = id_numbers.checked(id_type, id_number, today=day_of(at))
    index = keyring.blind_index(number, kind="id_number")
    place = Membership.objects.filter(
        enterprise=enterprise, ended_at__isnull=True, account__party__id_index=index
    ).first()
    if place is not None and role != "owner":
        message = f"这个人已经是{place.get_role_display()}。"
        raise AlreadyMember(message, next_step="要换角色，请在名单里修改。", fields={"id_number": message})
    enterprise.invitations.filter(id_index=index, used_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=at
    )
    plain = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    invitation = Invitation.objects.create(
        enterprise=enterprise, role=role, name=tidy(name, "姓名", 100, field="name"), id_type=id_type, id_number=number,
        id_index=index, code_hash=digest(plain), given_at=at, given_by_name=actor.name,
        expires_at=at + timedelta(hours=INVITATION_HOURS),
    )  # fmt: skip
    _note("identity.invite_member", actor, enterprise, invitation=invitation.uid, role=role)
    return invitation, f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


@transaction.atomic
def withdraw_invitation(*, actor: Actor, uid: UUID, at: datetime) -> None:
    """Take an invitation back before it is used. Raises `NotFound`."""
    enterprise = managed(actor)
    open_ones = enterprise.invitations.filter(uid=uid, used_at__isnull=True, withdrawn_at__isnull=True)
    if not open_ones.update(withdrawn_at=at):
        raise NotFound("这份邀请已经使用或收回。")
    _note("identity.withdraw_invitation", actor, enterprise, invitation=uid)


def accept_invitation(*, actor: Actor, code: str, at: datetime) -> Membership:
    """The invited person, signed in to the own account, enters the code. Raises `InvitationRefused`, `AlreadyMember`.

    The code alone opens nothing: the account's verified number must be the invited one. Each wrong try is counted; after
    five the invitation is dead.
    """
    with transaction.atomic():
        account = (
            Account.objects.select_related("party")
            .filter(pk=actor.account_id or 0, kind="citizen", is_active=True)
            .first()
        )
        if account is None or account.party is None or account.party.kind != "natural":
            raise NotAllowed("请用个人账号接受邀请。", next_step="没有个人账号的，请先注册。")
        joined = _join(account, "".join(code[:40].upper().split()).replace("-", ""), at)
    if isinstance(joined, InvitationRefused):
        raise joined  # after the commit, so that the try stays counted
    return joined


def _join(account: Account, plain: str, at: datetime) -> Membership | InvitationRefused:
    party = account.party
    assert party is not None  # noqa: S101 - looked at by the caller
    mine = Invitation.objects.select_for_update(of=("self",)).filter(
        id_index=party.id_index,
        used_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=at,
        tries__lt=MOST_TRIES,
    )
    open_ones = list(mine.select_related("enterprise"))
    given = next((each for each in open_ones if each.code_hash == digest(audit.safe_text(plain))), None)
    if given is None or given.name != party.name:
        for each in open_ones:
            each.tries += 1
            each.save(update_fields=["tries"])
        message = "邀请码不对、已经用过、已过有效期，或不是发给您的。"
        return InvitationRefused(message, next_step="请核对，或请邀请人重新发一个。", fields={"code": message})
    if given.role == "owner":
        _replace_owner(given.enterprise, account, at)
    if Membership.objects.filter(enterprise=given.enterprise, account=account, ended_at__isnull=True).exists():
        raise AlreadyMember("您已经在这个单位的办事人员名单里。", next_step="请在“切换办事身份”里选择。")
    membership = Membership.objects.create(
        enterprise=given.enterprise, account=account, role=given.role, joined_at=at, invited_by_name=given.given_by_name
    )
    given.used_at = at
    given.save(update_fields=["used_at"])
    audit.record(
        "identity.join_enterprise", actor=_as_actor(account), target_kind="party", target=str(given.enterprise.uid),
        facts={"membership": membership.uid, "role": given.role},
    )  # fmt: skip
    publish(MemberJoined(membership.uid, at))
    return membership


def _replace_owner(enterprise: Party, account: Account, at: datetime) -> None:
    """The former owner, and the new one's former place, end; what they handled goes to the new owner."""
    for place in Membership.objects.select_for_update(of=("self",)).filter(
        enterprise=enterprise, ended_at__isnull=True
    ):
        if place.role == "owner" or place.account_id == account.pk:
            end_membership(_as_actor(account), place, "法定代表人变更", account.pk, at)


@transaction.atomic
def change_role(*, actor: Actor, uid: UUID, role: str, at: datetime) -> Membership:
    """The owner makes an agent an administrator, or the other way round. Raises `NotAllowed`, `NotFound`."""
    enterprise = managed(actor)
    if not _is_owner(actor):
        raise NotAllowed("只有法定代表人可以任免管理员。")
    place = _place(enterprise, uid)
    if place.role == "owner" or role not in ("admin", "agent"):
        raise Invalid("法定代表人的变更要到窗口核验新的执照。", fields={"role": "请选择管理员或经办人。"})
    before, place.role = place.role, role
    place.save(update_fields=["role"])
    _note("identity.change_role", actor, enterprise, membership=uid, before=before, after=role)
    return place


@transaction.atomic
def remove_member(
    *, actor: Actor, uid: UUID, at: datetime, successor: UUID | None = None, reason: str = ""
) -> Membership:
    """Somebody acts for the enterprise no more, with the next click; running cases go to `successor` (a membership's uid)
    or, without one, to whoever removes. Administrators remove agents. Raises `NotAllowed`, `NotFound`, `LastManager`."""
    enterprise = managed(actor)
    place = _place(enterprise, uid)
    if place.account_id == actor.account_id:
        raise NotAllowed("这是您自己。", next_step="要离开单位，请用“离开单位”。")
    if place.role == "owner":
        raise NotAllowed("法定代表人不能移出。", next_step="变更法定代表人，请带新的执照到窗口核验。")
    if place.role == "admin" and not _is_owner(actor):
        raise NotAllowed("管理员由法定代表人移出。")
    to = _place(enterprise, successor).account_id if successor else (actor.account_id or 0)
    if to == place.account_id:
        raise Invalid("请另选一位接手人。", fields={"successor": "不能是离开的人自己。"})
    return end_membership(actor, place, tidy(reason, "原因", 200, field="reason", needed=False) or "由单位移出", to, at)


@transaction.atomic
def leave_enterprise(*, actor: Actor, uid: UUID, at: datetime) -> Membership:
    """Leave on one's own; running cases go to the owner, else to the longest-serving manager. Raises `LastManager`."""
    place = (
        Membership.objects.select_for_update(of=("self",))
        .filter(uid=uid, account_id=actor.account_id or 0, ended_at__isnull=True)
        .first()
    )
    if place is None:
        raise NotFound("您不在这个单位的办事人员名单里。")
    if place.role == "owner":
        raise NotAllowed("法定代表人不能自行离开。", next_step="变更法定代表人，请带新的执照到窗口核验。")
    heirs = Membership.objects.filter(enterprise=place.enterprise_id, ended_at__isnull=True).exclude(pk=place.pk)
    heir = sorted(heirs, key=lambda each: (list(ROLES).index(each.role), each.joined_at))
    if not heir or heir[0].role == "agent":
        raise LastManager("您离开后，单位就没有人管理了。", next_step="请先请法定代表人加入，或由窗口核验后变更。")
    return end_membership(actor, place, "本人离开", heir[0].account_id, at)


def end_membership(actor: Actor, place: Membership, reason: str, successor: int, at: datetime) -> Membership:
    """End the place and every session that acts in it; an account that belongs to the enterprise alone is stopped."""
    place.ended_at, place.end_reason = at, reason
    place.save(update_fields=["ended_at", "end_reason"])
    account = Account.objects.select_for_update().get(pk=place.account_id)
    if account.party_id == place.enterprise_id and account.is_active:
        account.is_active = False
        account.disabled_reason = "您已不再为这个单位办事，请用个人账号登录。"
        account.session_epoch += 1
        account.save(update_fields=["is_active", "disabled_reason", "session_epoch"])
        publish(AccountClosed(account.uid, at))
    _note("identity.end_membership", actor, place.enterprise, reason=reason, membership=place.uid, successor=successor)
    publish(MemberLeft(place.uid, place.enterprise_id, place.account_id, successor, at))
    return place


def open_membership(enterprise: Party, account: Account, at: datetime) -> Membership:
    """The place of an account opened in the enterprise's own name: owner where there is none, else agent."""
    owned = Membership.objects.filter(enterprise=enterprise, role="owner", ended_at__isnull=True).exists()
    return Membership.objects.create(
        enterprise=enterprise, account=account, role="agent" if owned else "owner", joined_at=at
    )


def managed(actor: Actor) -> Party:
    """The enterprise that the actor manages just now. Raises `NotAllowed`."""
    party = Party.objects.select_for_update().filter(pk=actor.party_id or 0, kind="legal").first()
    if party is None or not actor.may_manage_party(party.pk):
        raise NotAllowed(
            "单位人员由法定代表人或管理员管理。", next_step="请先在“切换办事身份”里选择单位，或请单位的管理员办理。"
        )
    return party


def _is_owner(actor: Actor) -> bool:
    return actor.standing is None or actor.standing.role == "owner"


def _place(enterprise: Party, uid: UUID) -> Membership:
    found = (
        Membership.objects.select_for_update(of=("self",))
        .filter(enterprise=enterprise, uid=uid, ended_at__isnull=True)
        .first()
    )
    if found is None:
        raise NotFound("名单里没有这个人，可能刚刚离开。", next_step="请刷新名单。")
    return found


def _as_actor(account: Account) -> Actor:
    return Actor(uid=account.uid, name=account.name, kind="citizen", account_id=account.pk, party_id=account.party_id)


def _note(action: str, actor: Actor, enterprise: Party, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="party", target=str(enterprise.uid), reason=reason, facts=facts)
