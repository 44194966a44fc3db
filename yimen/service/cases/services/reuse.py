"""免重复提交: a file handed in before for the same standard material is used again, with consent, while it is valid (国务院令 716).

What may be offered: a file of an earlier case of the same applicant, for the same standard material, not judged unusable, not
older than the material's days of validity. Never another party's; the way it went is written in the new case. Beside them
credentials that the applicant holds may stand for a material (`cases.credentials`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.service.cases import credentials
from yimen.service.cases.editions import open_edition, pinned_edition
from yimen.service.cases.models import CaseFile, CaseMaterial, Draft, DraftFile
from yimen.service.cases.selectors import access_draft, deciding_answers
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.settings import REUSE_DAYS

if TYPE_CHECKING:
    from yimen.service.cases.credentials import Credential
    from yimen.service.catalogue.models import EditionMaterial

MOST_OFFERS = 3
"""Offers of one material, the newest first."""


class ConsentNeeded(Invalid):
    """An earlier file is used only where the applicant agrees."""

    code = "consent_needed"


class NotReusable(NotFound):
    """There is no such file of this applicant that may be used again for this material."""

    code = "not_reusable"


@dataclass(frozen=True, slots=True)
class Reusable:
    """A file that may be used again: whence it comes and until when it may be used."""

    case_file: int
    file: int
    name: str
    case: str
    item: str
    given_on: date
    valid_until: date


def offered(draft: Draft, at: datetime) -> tuple[dict[int, list[Reusable]], dict[int, list[Credential]]]:
    """What may be used for each material of an open draft instead of a new file: earlier files, and the applicant's credentials."""
    needed = _needed(draft, at)
    wanted = {each.pk: each.standard_id for each in needed if each.standard_id}
    return _reusable(draft, needed, at), credentials.offered(draft.party_id, wanted, at)


def reusable(draft: Draft, actor: Actor, at: datetime) -> dict[int, list[Reusable]]:
    """What may be offered for each material of a draft that the actor holds open; {} where nothing is. Two queries."""
    return _reusable(draft, _needed(draft, at), at)


def _reusable(draft: Draft, needed: Sequence[EditionMaterial], at: datetime) -> dict[int, list[Reusable]]:
    wanted = {
        material.pk: material.standard_id
        for material in needed
        if material.standard_id and material.standard and material.standard.reusable
    }
    if not wanted:
        return {}
    found = _offers(draft.party_id, set(wanted.values()), at)
    by_standard: dict[int, list[Reusable]] = {}
    for standard, offer in found:
        held = by_standard.setdefault(standard, [])
        if len(held) < MOST_OFFERS and all(offer.file != each.file for each in held):
            held.append(offer)
    return {pk: by_standard[standard] for pk, standard in wanted.items() if standard in by_standard}


def _offers(party: int, standards: set[int | None], at: datetime) -> Iterable[tuple[int, Reusable]]:
    """(standard material, offer) of this applicant's earlier cases, the newest first."""
    usual = catalogue.value_of(REUSE_DAYS)
    today = day_of(at)
    rows = (
        CaseFile.objects.filter(
            case_material__case__matter__applicant=party,
            case_material__material__standard__in=standards,
            case_material__material__standard__cancelled_on__isnull=True,
            # A file that was taken over once more counts from when it was first handed in.
            reused_from__isnull=True,
        )
        .exclude(case_material__state=CaseMaterial.State.RETURNED)
        .order_by("-added_at", "-pk")
        .values_list(
            "pk", "file_id", "file__name", "added_at", "case_material__case__matter__code",
            "case_material__case__matter__title", "case_material__material__standard",
            "case_material__material__standard__valid_days",
        )[:200]
    )  # fmt: skip
    for pk, file, name, added_at, code, title, standard, days in rows:
        until = day_of(added_at) + timedelta(days=usual if days is None else days)
        if until >= today:
            yield standard, Reusable(pk, file, name, code, title, day_of(added_at), until)


def _needed(draft: Draft, at: datetime) -> list[EditionMaterial]:
    """The materials that have to be handed in for a draft as it stands."""
    edition = pinned_edition(draft.edition_id).edition
    needed = catalogue.materials_needed(edition, deciding_answers(draft), day_of(at))
    return [material for material, _ in needed if not material.exempt]


def spareable_of_item(item_code: str, actor: Actor, at: datetime) -> list[tuple[EditionMaterial, list[Credential]]]:
    """What the party one acts as holds for the materials of an item, conditional ones too. Raises as opening the item does."""
    edition = open_edition(item_code, at).edition
    wanted = {
        each.pk: each for each in catalogue.materials_of(edition, day_of(at)) if each.standard_id and not each.exempt
    }
    found = credentials.offered(actor.party_id or 0, {pk: each.standard_id or 0 for pk, each in wanted.items()}, at)
    return [(wanted[pk], held) for pk, held in found.items()]


def use_credential(
    *, draft_uid: UUID, material_id: int, reference: str, actor: Actor, at: datetime, consent: bool
) -> DraftFile:
    """Let a credential of the applicant stand for a material of the draft: its file is put there, with what it is.

    Whether it stands is asked again when the draft is submitted. Raises `ConsentNeeded`, `credentials.NoSuchCredential`.
    """
    draft = access_draft(actor, draft_uid)
    if not consent:
        raise _consent_needed("要先同意用名下的证照代替材料。", "用证照代替")
    standard = next((each.standard_id for each in _needed(draft, at) if each.pk == material_id), None)
    found = credentials.chosen(draft.party_id, standard, reference, at)
    file = credentials.file_of(found, at)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        held, made = DraftFile.objects.get_or_create(
            draft=draft, material_id=material_id, provider=found.provider, reference=found.reference,
            defaults={"file_id": file, "said": found.said[:150], "added_at": at},
        )  # fmt: skip
        if made:
            _saved(draft, at)
            audit.record(
                "cases.use_credential", actor=actor, target_kind="draft", target=str(draft.uid),
                facts={"credential": found.reference, "material": material_id, "consent": True},
            )  # fmt: skip
        return held


def _consent_needed(message: str, button: str) -> ConsentNeeded:
    return ConsentNeeded(message, next_step=f"请勾选“同意”，再点“{button}”。", fields={"consent": "请先勾选同意。"})


def _saved(draft: Draft, at: datetime) -> None:
    draft.version += 1
    draft.saved_at = at
    draft.save(update_fields=["version", "saved_at"])


def reuse_file(
    *, draft_uid: UUID, material_id: int, case_file_id: int, actor: Actor, at: datetime, consent: bool
) -> DraftFile:
    """Put an earlier file to a material of the draft. A clerk at the window records the consent that the applicant gives.

    Raises `ConsentNeeded`, `NotReusable` for a file that is not among what may be offered: another party's, too old, judged
    unusable.
    """
    draft = access_draft(actor, draft_uid)
    if not consent:
        raise _consent_needed("要先同意使用以前交过的材料。", "用这份")
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        offer = next(
            (each for each in reusable(draft, actor, at).get(material_id, ()) if each.case_file == case_file_id), None
        )
        if offer is None:
            raise NotReusable(
                "这份材料不能再用。", next_step="它可能已经过期、被认定不合格，或不是这位申请人交的；请重新上传。"
            )
        held, made = DraftFile.objects.get_or_create(
            draft=draft, material_id=material_id, reused_from_id=offer.case_file,
            defaults={"file_id": offer.file, "added_at": at},
        )  # fmt: skip
        if made:
            _saved(draft, at)
            audit.record(
                "cases.reuse_file",
                actor=actor,
                target_kind="draft",
                target=str(draft.uid),
                facts={"from": offer.case, "material": material_id, "consent": True},
            )
        return held
