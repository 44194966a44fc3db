"""Natural and legal persons: registering, checking at the window, keeping in touch (R017)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yimen.ground.identity import id_numbers, passwords
from yimen.ground.identity.models import Account, AccountChange, Party
from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor, ActorKind
from yimen.ground.identity.services.enterprises import open_membership
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import checked_email, checked_phone, tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed

_SIGN_IN_NAME = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_.\-\u4e00-\u9fff]{1,39}")


class PartyKnown(Conflict):
    """There is a file for this number already; nobody gets into it over the internet by knowing the number."""

    code = "party_known"


class PartyDiffers(Conflict):
    """The file of this number bears another name than the document on the counter."""

    code = "party_differs"


class NameTaken(Conflict):
    """The sign-in name is in use."""

    code = "sign_in_name_taken"


@transaction.atomic
def register_natural(
    *,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    sign_in_name: str,
    password: str,
    at: datetime,
    email: str = "",
    address: str = "",
) -> Account:
    """A citizen opens an account for himself; the file begins as "claimed". Raises `PartyKnown`, `NameTaken`,
    `IdNumberInvalid`, `PasswordRefused`, `Invalid`."""
    return _register(
        party_fields(
            kind="natural",
            name=name,
            id_type=id_type,
            id_number=id_number,
            phone=phone,
            email=email,
            address=address,
            at=at,
        ),
        account_name=name,
        sign_in_name=sign_in_name,
        password=password,
        at=at,
    )


@transaction.atomic
def register_legal(
    *,
    name: str,
    credit_code: str,
    legal_representative: str,
    operator_name: str,
    phone: str,
    sign_in_name: str,
    password: str,
    at: datetime,
    email: str = "",
    address: str = "",
) -> Account:
    """An enterprise or organisation opens an account; `operator_name` is the person who uses it. Raises as above."""
    return _register(
        party_fields(
            kind="legal",
            name=name,
            id_type="credit",
            id_number=credit_code,
            phone=phone,
            email=email,
            address=address,
            legal_representative=tidy(legal_representative, "法定代表人", 100, field="legal_representative"),
            at=at,
        ),
        account_name=tidy(operator_name, "经办人姓名", 100, field="operator_name"),
        sign_in_name=sign_in_name,
        password=password,
        at=at,
    )


def _register(fields: dict[str, Any], *, account_name: str, sign_in_name: str, password: str, at: datetime) -> Account:
    account = Account(
        kind="citizen", sign_in_name=checked_sign_in_name(sign_in_name), name=account_name.strip(), opened_at=at
    )
    passwords.check(password, account, id_number=fields["id_number"], phone=fields["phone"])
    if Party.objects.filter(id_type=fields["id_type"], id_index=fields["id_index"]).exists():
        raise _known()
    account.set_password(password)
    account.password_changed_at = at
    try:
        with transaction.atomic():
            account.party = Party.objects.create(**fields)
    except IntegrityError:
        raise _known() from None
    save_new_account(account)
    if account.party.kind == "legal":
        open_membership(account.party, account, at)
    audit.record(
        "identity.register",
        actor=as_actor(account),
        target_kind="account",
        target=str(account.uid),
        facts={"party": account.party.uid, "kind": account.party.kind},
    )
    return account


def _known() -> PartyKnown:
    return PartyKnown(
        "这个证件号码已有档案，为保护您的信息，不能在网上重复注册。",
        next_step="已注册的请直接登录；没有注册过的，请持证件原件到服务大厅任一窗口开通网上账号。",
        fields={"id_number": "这个证件号码已有档案。"},
    )


@transaction.atomic
def party_at_window(
    *,
    actor: Actor,
    kind: str,
    name: str,
    id_type: str,
    id_number: str,
    at: datetime,
    phone: str = "",
    email: str = "",
    address: str = "",
    legal_representative: str = "",
    name_changed: bool = False,
) -> Party:
    """The one file of this number, found or made, after the clerk has looked at the document (`identity.verify`).

    Contacts given replace those on file. A file with another name raises `PartyDiffers`; `name_changed=True` then takes
    the new name. An account that was opened by mere claim ends where the document's holder gives another name or another
    telephone than it does: whoever knows a name and a number may have opened it, and would read all that follows.
    """
    require_permission(actor, "identity.verify")
    fields = party_fields(
        kind=kind,
        name=name,
        id_type=id_type,
        id_number=id_number,
        phone=phone,
        email=email,
        address=address,
        legal_representative=tidy(legal_representative, "法定代表人", 100, field="legal_representative", needed=False),
        phone_needed=False,
        at=at,
    )
    number = {"id_type": fields["id_type"], "id_index": fields["id_index"]}
    party = Party.objects.select_for_update().filter(**number).first()
    if party is None:
        try:
            with transaction.atomic():
                party = Party.objects.create(**{**fields, "assurance": "window"})
                _audit_party("identity.party_opened", actor, party)
                return party
        except IntegrityError:  # another window was faster; go on with its row
            party = Party.objects.select_for_update().get(**number)
    if party.name != fields["name"] and not name_changed:
        raise PartyDiffers(
            "这个证件号码的档案姓名（名称）与填写的不一致。",
            next_step="请核对证件原件；确已更名或档案有误的，请勾选“姓名已变更”后再提交。",
            fields={"name": "与已有档案不一致。"},
        )
    if party.assurance == "claimed":
        if party.name != fields["name"] or (fields["phone"] and fields["phone"] != party.phone):
            _end_claimed_accounts(party, actor, at)
        party.assurance = "window"
    party.name = fields["name"]
    for field in ("email", "address", "legal_representative"):
        if fields[field]:
            setattr(party, field, fields[field])
    if fields["phone"]:
        party.phone, party.phone_index = fields["phone"], fields["phone_index"]
    party.save()
    _audit_party("identity.party_verified", actor, party)
    return party


def _end_claimed_accounts(party: Party, actor: Actor, at: datetime) -> None:
    for account in party.accounts.select_for_update().filter(is_active=True):
        account.is_active = False
        account.disabled_reason = "窗口核验证件时发现与登记的姓名或手机号不一致，请持证件到窗口重新开通。"
        account.session_epoch += 1
        account.save(update_fields=["is_active", "disabled_reason", "session_epoch"])
        audit.record(
            "identity.disable_account",
            actor=actor,
            target_kind="account",
            target=str(account.uid),
            reason=account.disabled_reason,
        )


@transaction.atomic
def update_contact(
    *,
    actor: Actor,
    party: Party,
    at: datetime,
    phone: str | None = None,
    email: str | None = None,
    address: str | None = None,
) -> Party:
    """Change how a party is reached: by the party's own account, or at the window (`identity.verify`). None keeps."""
    if not actor.may_manage_party(party.pk):
        require_permission(actor, "identity.verify")
    party = Party.objects.select_for_update().get(pk=party.pk)
    changed = []
    if phone is not None:
        party.phone = checked_phone(phone)
        party.phone_index = keyring.blind_index(party.phone, kind="phone")
        changed.append("phone")
    if email is not None:
        party.email = checked_email(email)
        changed.append("email")
    if address is not None:
        party.address = tidy(address, "地址", 200, field="address", needed=False)
        changed.append("address")
    party.save(update_fields=["phone", "phone_index", "email", "address"])
    _audit_party("identity.update_contact", actor, party, changed=changed)
    return party


def reveal(*, actor: Actor, party: Party, reason: str, at: datetime) -> dict[str, str]:
    """Document number, phone, e-mail and address in full, to the party itself or with `identity.reveal`; recorded.

    The caller has already found the party through a matter that the actor may see. Raises `NotAllowed`, and `Invalid`
    when staff give no reason of at least four characters.
    """
    own = actor.may_manage_party(party.pk)
    if not own:
        require_permission(actor, "identity.reveal")
        reason = tidy(reason, "查看理由", 200, field="reason")
        if len(reason) < 4:
            raise Invalid("请写明查看理由，至少 4 个字。", fields={"reason": "请写明查看理由，至少 4 个字。"})
    audit.record(
        "identity.reveal",
        actor=actor,
        target_kind="party",
        target=str(party.uid),
        reason="本人查看" if own else reason,
        facts={"fields": ["id_number", "phone", "email", "address"]},
    )
    return {"id_number": party.id_number, "phone": party.phone, "email": party.email, "address": party.address}


# Pieces shared with the other services of this module


def party_fields(
    *,
    kind: str,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    email: str,
    address: str,
    at: datetime,
    legal_representative: str = "",
    phone_needed: bool = True,
) -> dict[str, Any]:
    """Checked columns of a new party, blind indexes included."""
    allowed = {"natural": id_numbers.NATURAL_TYPES, "legal": id_numbers.LEGAL_TYPES}.get(kind)
    if allowed is None or id_type not in allowed:
        raise Invalid("证件类型与主体类型不相符。", fields={"id_type": "请选择与主体类型相符的证件。"})
    number = id_numbers.checked(id_type, id_number, today=day_of(at))
    phone = checked_phone(phone) if phone or phone_needed else ""
    what = "姓名" if kind == "natural" else "名称"
    return {
        "kind": kind,
        "name": tidy(name, what, 200, field="name"),
        "id_type": id_type,
        "id_number": number,
        "id_index": keyring.blind_index(number, kind="id_number"),
        "id_tail": keyring.blind_index(number[-4:], kind="id_tail"),
        "phone": phone,
        "phone_index": keyring.blind_index(phone, kind="phone"),
        "email": checked_email(email),
        "address": tidy(address, "地址", 200, field="address", needed=False),
        "legal_representative": legal_representative,
        "created_at": at,
    }


def checked_sign_in_name(name: str) -> str:
    """A sign-in name of 2 to 40 characters beginning with a letter; raises `Invalid`."""
    name = name.strip()
    if not _SIGN_IN_NAME.fullmatch(name):
        message = "登录名为 2 到 40 位，以字母或汉字开头，可用字母、数字、汉字和 _ . -。"
        raise Invalid(message, fields={"sign_in_name": message})
    return name


def save_new_account(account: Account) -> None:
    """Insert the account; raises `NameTaken`."""
    try:
        with transaction.atomic():
            account.save()
            AccountChange.objects.create(
                account_uid=account.uid, kind=account.kind, change="opened", at=account.opened_at
            )
    except IntegrityError:
        message = "这个登录名已有人使用，请换一个。"
        raise NameTaken(message, fields={"sign_in_name": message}) from None


def as_actor(account: Account) -> Actor:
    """The account as the actor of its own sign-in, without posts or rights."""
    kind: ActorKind = "citizen" if account.kind == "citizen" else "staff"
    return Actor(uid=account.uid, name=account.name, kind=kind, account_id=account.pk, party_id=account.party_id)


def own_account(actor: Actor) -> Account:
    """The actor's account, locked; raises `NotAllowed` for the system."""
    account = Account.objects.select_for_update().filter(pk=actor.account_id or 0).first()
    if account is None:
        raise NotAllowed("没有登录的账号。")
    return account


def _audit_party(action: str, actor: Actor, party: Party, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="party", target=str(party.uid), facts=facts)
