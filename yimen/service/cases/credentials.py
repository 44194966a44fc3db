"""Credentials that stand for a material 免提交: what the applicant holds already need not be handed in (国务院令 716 art. 10).

Cases know no certificates. An upper module registers a provider; it offers what a person holds for standard materials, gives
the file of one, and answers at submission whether it still stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from yimen.ground.kit.refusals import Conflict, NotFound


class CredentialFell(Conflict):
    """What stood for a material in the draft is no longer valid."""

    code = "credential_fell"


class NoSuchCredential(NotFound):
    """The applicant holds no such credential, or it stands for another material."""

    code = "no_such_credential"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a person holds. `reference` names it for its provider and for whoever checks it; `standard` is the material."""

    provider: str
    reference: str
    name: str
    number: str
    issuer: str
    standard: int
    valid_to: date | None

    @property
    def said(self) -> str:
        """Its name with its number."""
        return f"{self.name} {self.number}"


class Provider(Protocol):
    """Who keeps credentials."""

    def offers(self, party_id: int, standards: Collection[int], at: datetime) -> Iterable[Credential]:
        """What this person holds, valid now, for these standard materials; the newest first. One query."""
        ...

    def file(self, reference: str, at: datetime) -> int:
        """The stored file of a credential that was just offered."""
        ...

    def fallen(self, party_id: int, standard: int, reference: str, at: datetime) -> str:
        """Why it no longer stands for the material, in words; "" where it does, and then it is held as it is until the
        transaction ends."""
        ...


_providers: dict[str, Provider] = {}


def register_credentials(name: str, provider: Provider) -> None:
    """Let an upper module's credentials stand for materials."""
    _providers[name] = provider


def offered(party_id: int, wanted: Mapping[int, int], at: datetime) -> dict[int, list[Credential]]:
    """What the person may use instead of handing in, by material; `wanted` has the standard of each material."""
    if not wanted:
        return {}
    standards = set(wanted.values())
    found: dict[int, list[Credential]] = {}
    for provider in _providers.values():
        for each in provider.offers(party_id, standards, at):
            found.setdefault(each.standard, []).append(each)
    return {material: found[standard] for material, standard in wanted.items() if standard in found}


def chosen(party_id: int, standard: int | None, reference: str, at: datetime) -> Credential:
    """The one that the person chose for a material; raises `NoSuchCredential`."""
    for each in offered(party_id, {0: standard}, at).get(0, ()) if standard is not None else ():
        if each.reference == reference:
            return each
    raise NoSuchCredential(
        "这张证照不能代替这份材料。", next_step="它可能已经失效、换发，或不是这位申请人的；请重新选择或上传材料。"
    )


def file_of(credential: Credential, at: datetime) -> int:
    """The file that is put to the material."""
    return _providers[credential.provider].file(credential.reference, at)


def demand_standing(
    *, provider: str, reference: str, said: str, material: str, party_id: int, standard: int | None, at: datetime
) -> None:
    """Raise `CredentialFell` unless the credential still stands for the material at the moment of submission."""
    keeper = _providers.get(provider)
    why = "系统不再核验这种证照" if keeper is None else ""
    if keeper is not None:
        why = "这份材料不再能用证照代替" if standard is None else keeper.fallen(party_id, standard, reference, at)
    if why:
        raise CredentialFell(
            f"“{said}”{why}，不能再代替“{material}”。",
            next_step="请到“材料”一步删去它，改为上传材料或选用另一张证照，再提交。",
        )
