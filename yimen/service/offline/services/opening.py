"""An entry of the journal becomes a case, as if the window had taken it in at the moment of the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity import services as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.matters.selectors import BASES
from yimen.service.cases import services as cases
from yimen.service.catalogue import selectors as catalogue

if TYPE_CHECKING:
    from yimen.service.offline.rules import Content

BASIS = "offline_journal"
assert BASIS in BASES  # noqa: S101  (what the timeline can say)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why an entry could not become a case: a key of `rules.WAITING`, words, and where."""

    why: str
    said: str
    fields: Mapping[str, str] = field(default_factory=dict)


def try_to_open(
    said: Content, *, actor: Actor, at: datetime, now: datetime, name_changed: bool = False
) -> str | Stopped:
    """The number of the case, or why there is none; what was half done is undone. Runs in the caller's transaction.

    `at` is the moment of the receipt: the limits count from it. The party's file is opened as of `now`;
    `name_changed` takes the new name into it.
    """
    try:
        with transaction.atomic():
            return _open(said, actor, at, now, name_changed)
    except Refusal as refusal:
        return Stopped(_kind(refusal), f"{refusal.message}{refusal.next_step}"[:500], dict(refusal.fields))


def _open(said: Content, actor: Actor, at: datetime, now: datetime, name_changed: bool) -> str:
    edition = catalogue.open_edition(said.item.code, at)
    who = said.applicant
    party = people.party_at_window(
        actor=actor, kind=who.kind, name=who.name, id_type=who.id_type, id_number=who.id_number, phone=who.phone,
        at=now, name_changed=name_changed,
    )  # fmt: skip
    return cases.submit_application(
        item_code=said.item.code, party_id=party.pk, answers=said.answers, actor=actor, at=at, channel="window",
        paper=_materials(said, edition.pk), contact_name=who.name, contact_phone=who.phone, basis=BASIS,
    ).code  # fmt: skip


def _materials(said: Content, edition_id: int) -> list[int]:
    """The materials ticked as received, in the edition in force: by name where the guide was renewed since the last sync."""
    if said.item.edition == edition_id or not said.materials:
        return said.materials
    try:
        old = catalogue.edition_by_id(said.item.edition)
    except NotFound:
        return []
    ticked = set(said.materials)
    names = {each.name for each in old.materials.all() if each.pk in ticked}
    return [each.pk for each in catalogue.edition_by_id(edition_id).materials.all() if each.name in names]


_KINDS = {
    "answers_wrong": "form", "item_cancelled": "item", "item_frozen": "item", "item_unknown": "item",
    "item_not_published": "item", "party_differs": "applicant", "id_number_invalid": "applicant",
}  # fmt: skip


def _kind(refusal: Refusal) -> str:
    known = _KINDS.get(refusal.code)
    if known:
        return known
    ours: set[Any] = {"name", "id_number", "id_type", "phone", "kind"}
    return "applicant" if ours & set(refusal.fields) else "refused"
