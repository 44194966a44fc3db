"""What others ask about people: which party has this number, how it is shown, which accounts there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity import id_numbers
from yimen.ground.identity.models import Account, ApiToken, Party, Session
from yimen.ground.identity.passwords import Profile, profile_of
from yimen.ground.kit import keyring
from yimen.ground.kit.fields import encrypted_fields
from yimen.ground.kit.masking import mask_address, mask_email, mask_id_number, mask_phone
from yimen.ground.kit.refusals import NotFound

__all__ = [
    "MaskedParty",
    "Profile",
    "account",
    "accounts",
    "find_by_phone",
    "find_party",
    "masked",
    "masked_number",
    "party",
    "profile_of",
    "sessions_of",
    "tail_matches",
    "tokens_of",
]


_ID_NUMBER = {field.name: field for field in encrypted_fields(Party)}["id_number"]


@dataclass(frozen=True, slots=True)
class MaskedParty:
    """A party as it is shown to anybody who may see it at all; nothing here is secret."""

    uid: UUID
    kind: str
    kind_label: str
    name: str
    id_type: str
    id_number: str
    phone: str
    email: str
    address: str
    legal_representative: str
    assurance: str


def masked(party: Party) -> MaskedParty:
    """The party with number, phone, e-mail and address masked; the way to the full text is `services.reveal`."""
    return MaskedParty(
        uid=party.uid,
        kind=party.kind,
        kind_label=party.get_kind_display(),
        name=party.name,
        id_type=party.get_id_type_display(),
        # A credit code is public by law; a person's number is not.
        id_number=party.id_number if party.id_type == Party.IdType.CREDIT else mask_id_number(party.id_number),
        phone=mask_phone(party.phone),
        email=mask_email(party.email),
        address=mask_address(party.address),
        legal_representative=party.legal_representative,
        assurance=party.get_assurance_display(),
    )


def party(party_id: int) -> Party:
    """One party; raises `NotFound`."""
    found = Party.objects.filter(pk=party_id).first()
    if found is None:
        raise NotFound("没有这个主体。")
    return found


def masked_number(stored: str) -> str:
    """A party's document number masked, from the column `id_number` as it is stored, for a query of the caller's own."""
    return mask_id_number(keyring.decrypt(stored, bound_to=_ID_NUMBER.place) if stored else "")


def find_party(id_type: str, id_number: str) -> Party | None:
    """The one file of a document number; None when there is none, or when no such number can exist."""
    try:
        number = id_numbers.checked(id_type, id_number)
    except id_numbers.IdNumberInvalid:
        return None
    return Party.objects.filter(id_type=id_type, id_index=keyring.blind_index(number, kind="id_number")).first()


def find_by_phone(phone: str) -> QuerySet[Party]:
    """Files with this telephone number."""
    if not phone.strip() or len(phone) > 60:
        return Party.objects.none()
    return Party.objects.filter(phone_index=keyring.blind_index(phone, kind="phone"))


def tail_matches(party: Party, tail: str) -> bool:
    """Whether `tail` is the last four characters of the party's document number (the public query's second factor)."""
    if not 4 <= len(tail.strip()) <= 8:
        return False
    try:
        return keyring.blind_index(tail, kind="id_tail") == party.id_tail
    except UnicodeEncodeError:
        return False


def accounts(*, kind: str = "staff", text: str = "", active: bool | None = None) -> QuerySet[Account]:
    """Accounts for a list, filtered by part of name or sign-in name."""
    found = Account.objects.filter(kind=kind)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(sign_in_name__icontains=text))
    return found if active is None else found.filter(is_active=active)


def account(uid: UUID) -> Account:
    """One account; raises `NotFound`."""
    found = Account.objects.select_related("party", "second_factor").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个账号。")
    return found


def sessions_of(account_id: int, at: datetime) -> QuerySet[Session]:
    """Open sessions of an account, the latest first."""
    return Session.objects.filter(account_id=account_id, ends_at__gt=at).order_by("-seen_at")


def tokens_of(account_id: int) -> QuerySet[ApiToken]:
    """API tokens of an account, the latest first."""
    return ApiToken.objects.filter(account_id=account_id).order_by("-issued_at")
