"""What others ask about people: which party has this number, how it is shown, which accounts there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from yimen.ground.identity import id_numbers
from yimen.ground.identity.id_numbers import birth_date as birth_date
from yimen.ground.identity.id_numbers import checked as checked
from yimen.ground.identity.models import (
    Account,
    ApiToken,
    Invitation,
    Mandate,
    Membership,
    Party,
    RepresentativeChange,
    Session,
)
from yimen.ground.identity.passwords import Profile, profile_of
from yimen.ground.identity.rules import Actor, Standing
from yimen.ground.identity.standing import signed_as
from yimen.ground.kit import keyring
from yimen.ground.kit.fields import encrypted_fields
from yimen.ground.kit.masking import mask_address, mask_email, mask_id_number, mask_phone
from yimen.ground.kit.refusals import NotFound

__all__ = [
    "MaskedParty",
    "Profile",
    "account",
    "account_name",
    "accounts",
    "acts_still",
    "find_by_phone",
    "find_mandates",
    "find_party",
    "in_standing",
    "invitations",
    "mandate",
    "mandate_sides",
    "mandates_given",
    "mandates_received",
    "mandates_to",
    "masked",
    "masked_number",
    "may_collect",
    "members",
    "memberships",
    "party",
    "profile_of",
    "representative_changes",
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


def in_standing(actor: Actor, standing: Standing) -> Actor:
    """The actor in another's place: whose matters these are, and a name that names both, 张强（代王芳）."""
    name = actor.name if standing.party_id == standing.home_party_id else signed_as(actor.name, standing.principal)
    return replace(actor, party_id=standing.party_id, name=name, standing=standing)


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


# Mandates and enterprises


def account_name(account_id: int) -> str:
    """The name of an account; empty for none."""
    return str(Account.objects.filter(pk=account_id).values_list("name", flat=True).first() or "")


def account_uids(ids: Iterable[int]) -> dict[int, UUID]:
    """The uids of accounts by id."""
    return dict(Account.objects.filter(pk__in=list(ids)).values_list("pk", "uid"))


def acts_still(account_id: int, party_id: int, number: str, on: date) -> bool:
    """Whether an account still acts for a party: under the mandate of this number, or as one of its agents.

    Owners and administrators read what is told to the party itself.
    """
    if not number:
        theirs = Membership.objects.filter(account=account_id, enterprise=party_id, ended_at__isnull=True)
        return theirs.filter(role="agent").exists()
    mandate = Mandate.objects.filter(number=number, principal=party_id).first()
    return mandate is not None and mandate.state(on) == "in_force"


def mandates_given(party_id: int) -> QuerySet[Mandate]:
    """What a party has given, the latest first."""
    return Mandate.objects.filter(principal=party_id).select_related("principal").order_by("-given_at", "-id")


def mandates_received(account: Account) -> QuerySet[Mandate]:
    """What others have given to the person of this account, the latest first."""
    if account.party is None:
        return Mandate.objects.none()
    return (
        Mandate.objects.filter(agent_index=account.party.id_index)
        .select_related("principal")
        .order_by("-given_at", "-id")
    )


def mandate(uid: UUID, actor: Actor) -> Mandate:
    """One mandate, for its principal, its agent, or staff who verify identities; raises `NotFound`."""
    found = Mandate.objects.select_related("principal").filter(uid=uid).first()
    if found is not None:
        if actor.kind == "staff" and actor.holds("identity.verify"):
            return found
        if actor.party_id == found.principal_id and actor.may_manage_party(found.principal_id):
            return found
        home = Party.objects.filter(pk=actor.home_party_id or 0).first()
        if home is not None and home.id_index == found.agent_index:
            return found
    raise NotFound("没有找到这份委托。", next_step="请到“委托代办”里查看。")


def mandate_sides(uid: UUID) -> tuple[Mandate, Party | None]:
    """A mandate for messages to both sides, with the agent's file where there is one; raises `NotFound`."""
    found = Mandate.objects.select_related("principal").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这份委托。")
    return found, Party.objects.filter(id_type=found.agent_id_type, id_index=found.agent_index).first()


def find_mandates(text: str) -> QuerySet[Mandate]:
    """Mandates with this number, or to or by whoever has this document number; without words none."""
    if not text:
        return Mandate.objects.none()
    index = keyring.blind_index(text, kind="id_number")
    fits = Q(number=text.upper()) | Q(agent_index=index) | Q(principal__id_index=index)
    return Mandate.objects.filter(fits).select_related("principal")


def may_collect(party_id: int, item: str, on: date) -> list[Mandate]:
    """Whose mandate to fetch results of a party is in force for an item that day; shown at the hand-over window."""
    open_ones = Mandate.objects.filter(
        principal=party_id, ended_at__isnull=True, accepted_at__isnull=False, valid_from__lte=on, valid_to__gte=on
    )
    return [each for each in open_ones.order_by("-given_at") if each.covers("collect", item, on)]


def mandates_to(party_id: int, agent_name: str) -> QuerySet[Mandate]:
    """Every mandate of a party to an agent of this name, in force or not."""
    return Mandate.objects.filter(principal=party_id, agent_name=agent_name.strip()).order_by("-given_at")


def memberships(account_id: int) -> QuerySet[Membership]:
    """The enterprises that an account acts for."""
    return (
        Membership.objects.filter(account=account_id, ended_at__isnull=True).select_related("enterprise").order_by("id")
    )


def members(party_id: int) -> QuerySet[Membership]:
    """The people of an enterprise, those who left after those who are there."""
    return (
        Membership.objects.filter(enterprise=party_id)
        .select_related("account", "account__party")
        .order_by(F("ended_at").desc(nulls_first=True), "joined_at")
    )


def invitations(party_id: int, at: datetime) -> QuerySet[Invitation]:
    """Invitations of an enterprise that can still be used."""
    return Invitation.objects.filter(
        enterprise=party_id, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    ).order_by("-given_at")


def representative_changes(party_id: int) -> QuerySet[RepresentativeChange]:
    """Changes of an enterprise's legal representative, the latest first."""
    return RepresentativeChange.objects.filter(enterprise=party_id).order_by("-proposed_at")
