"""Drafts: an application in the making, kept on the server, resumed on any device. No number is spent on one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound
from yimen.service.cases import credentials
from yimen.service.cases.editions import open_edition, pinned_edition
from yimen.service.cases.models import Draft, DraftFile
from yimen.service.cases.selectors import (
    access_draft,
    deciding_answers,
    draft_answers,
    draft_arrangements,
    draft_situation,
)
from yimen.service.cases.services.intake import Spared, Submitted, demand_intake, submit_edition
from yimen.service.catalogue.rules.guidance import kept
from yimen.service.catalogue.rules.questions import clean_answers, prefilled

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party

FILES_OF_A_DRAFT = 60


class DraftMoved(Conflict):
    """The draft was saved elsewhere in the meantime."""

    code = "draft_moved"


class AlreadySubmitted(Conflict):
    """The draft has become a case."""

    code = "already_submitted"


class TooManyFiles(Invalid):
    """More files than one application may carry."""

    code = "too_many_files"


def start_draft(
    *,
    item_code: str,
    actor: Actor,
    at: datetime,
    party_id: int | None = None,
    situation: Mapping[str, Any] | None = None,
) -> Draft:
    """Begin an application, or go on with the one begun before for this item and person; prefilled from the person's file.

    `situation` are answers to the item's situational guidance; what the form asks again is filled in from them. `party_id`
    is given by staff who take an application in at the window. Raises `ItemCancelled`, `NotForYou`,
    `NotServedHere`.
    """
    party = party_id if party_id is not None else actor.party_id
    if party is None or actor.account_id is None:
        raise Invalid("请先登录再申请。")
    edition = open_edition(item_code, at)
    with transaction.atomic():
        demand_intake(actor, party, edition, at)
        begun = (
            Draft.objects.select_for_update()
            .filter(party=party, account=actor.account_id, edition=edition.id, submitted_matter__isnull=True)
            .order_by("-saved_at")
            .first()
        )
        said = kept(edition.edition.guidance, situation or {})
        if begun is not None:
            return _in_situation(begun, said, at) if said else begun
        first = {**prefilled(edition.form, file_for_forms(party_file(party))), **_asked_again(edition.form, said)}
        return Draft.objects.create(
            party_id=party, account_id=actor.account_id, item_id=edition.item_id, edition_id=edition.id,
            answers=json.dumps(first, ensure_ascii=False), situation=_as_text(said), window_intake=actor.kind == "staff",
            started_at=at, saved_at=at,
        )  # fmt: skip


def _in_situation(draft: Draft, said: Mapping[str, Any], at: datetime) -> Draft:
    """The draft with the situation answered anew."""
    draft.situation = _as_text(said)
    draft.version += 1
    draft.saved_at = at
    draft.save(update_fields=["situation", "version", "saved_at"])
    return draft


def _asked_again(form: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to the guidance that the form asks too, by the same key and readable there."""
    return clean_answers(form, said, draft=True)[0]


def _as_text(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False) if said else ""


def save_draft(
    *, draft_uid: UUID, actor: Actor, at: datetime, answers: Mapping[str, Any] | None = None, step: str = "",
    arrangements: Mapping[str, Any] | None = None, seen: int | None = None,
) -> Draft:  # fmt: skip
    """Keep what was filled in so far. Readable answers are kept as they mean, faulty ones are left as they were before.

    `arrangements` are kept beside what is there already: contact, way of delivery, materials to be brought on paper.

    `seen` is the draft's version on the page; a draft saved elsewhere since raises `DraftMoved` and keeps the newer one.
    """
    with transaction.atomic():
        draft = _lock(access_draft(actor, draft_uid), seen)
        if answers is not None:
            form = pinned_edition(draft.edition_id).form
            readable, _faults = clean_answers(form, answers, draft=True)
            draft.answers = json.dumps(readable, ensure_ascii=False)
        if arrangements is not None:
            draft.arrangements = json.dumps({**draft_arrangements(draft), **arrangements}, ensure_ascii=False)
        if step:
            draft.step = step
        draft.version += 1
        draft.saved_at = at
        draft.save(update_fields=["answers", "arrangements", "step", "version", "saved_at"])
        return draft


def attach_file(*, draft_uid: UUID, material_id: int, upload: File[Any], actor: Actor, at: datetime) -> DraftFile:
    """Put one file to a material of the draft, through the upload gate. Raises `UploadRefused`, `TooManyFiles`."""
    draft = access_draft(actor, draft_uid)
    edition = pinned_edition(draft.edition_id)
    if material_id not in {material.id for material in edition.materials(deciding_answers(draft), at.date())}:
        raise NotFound("这个事项没有这份材料。")
    if draft.files.count() >= FILES_OF_A_DRAFT:
        raise TooManyFiles(f"一次申请最多上传 {FILES_OF_A_DRAFT} 个文件。", next_step="请合并或删去多余的文件。")
    stored = store_file(upload, actor=actor, at=at)
    with transaction.atomic():
        draft = _lock(draft, None)
        added = DraftFile.objects.create(draft=draft, material_id=material_id, file_id=stored.id, added_at=at)
        draft.version += 1
        draft.saved_at = at
        draft.save(update_fields=["version", "saved_at"])
        return added


def detach_file(*, draft_uid: UUID, file_id: int, actor: Actor, at: datetime) -> None:
    """Take a file off the draft."""
    with transaction.atomic():
        draft = _lock(access_draft(actor, draft_uid), None)
        if not draft.files.filter(pk=file_id).delete()[0]:
            raise NotFound("没有找到这个文件。")
        draft.version += 1
        draft.saved_at = at
        draft.save(update_fields=["version", "saved_at"])


def discard_draft(*, draft_uid: UUID, actor: Actor, at: datetime) -> None:
    """Throw a draft away; only what was never submitted can be."""
    with transaction.atomic():
        draft = _lock(access_draft(actor, draft_uid), None)
        audit.record("cases.discard_draft", actor=actor, target_kind="draft", target=str(draft.uid))
        draft.delete()


def submit_draft(
    *, draft_uid: UUID, actor: Actor, at: datetime, channel: str, contact_name: str = "", contact_phone: str = "",
    delivery_method: str = "window", delivery_address: str = "", paper: tuple[int, ...] = (), seen: int | None = None,
) -> Submitted:  # fmt: skip
    """Submit what the draft holds. Pressed twice, it submits once: the second press gets the first one's number."""
    with transaction.atomic():
        draft = access_draft(actor, draft_uid, submitted_too=True)
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.submitted_matter_id is not None:
            matter = draft.submitted_matter
            assert matter is not None  # noqa: S101  (the id was just read)
            return Submitted(code=matter.code, matter_id=matter.pk, uid=matter.uid, receipt_number="")
        if seen is not None and draft.version != seen:
            raise _moved()
        edition = open_edition(pinned_edition(draft.edition_id).code, at)
        if edition.id != draft.edition_id:
            raise Conflict(
                "这个事项的办事指南刚刚更新，表单或材料有变化。",
                next_step="您填写的内容还在。请按新版指南核对后提交。", code="edition_changed",
            )  # fmt: skip
        files: dict[int, list[int]] = defaultdict(list)
        reused: dict[tuple[int, int], int] = {}
        spared: dict[tuple[int, int], Spared] = {}
        for each in draft.files.select_related("material").order_by("reference", "pk"):
            files[each.material_id].append(each.file_id)
            if each.reused_from_id is not None:
                reused[each.material_id, each.file_id] = each.reused_from_id
            if each.provider:
                credentials.demand_standing(
                    provider=each.provider, reference=each.reference, said=each.said, material=each.material.name,
                    party_id=draft.party_id, standard=each.material.standard_id, at=at,
                )  # fmt: skip
                spared[each.material_id, each.file_id] = Spared(each.provider, each.reference, each.said)
        party = party_file(draft.party_id)
        submitted = submit_edition(
            edition=edition, party_id=draft.party_id, answers=draft_answers(draft), actor=actor, at=at, channel=channel,
            files=files, paper=paper, contact_name=contact_name or party.name, contact_phone=contact_phone,
            delivery_method=delivery_method, delivery_address=delivery_address, situation=draft_situation(draft),
            reused=reused, spared=spared,
        )  # fmt: skip
        draft.submitted_matter_id = submitted.matter_id
        draft.save(update_fields=["submitted_matter"])
        return submitted


def _lock(draft: Draft, seen: int | None) -> Draft:
    """The draft under a row lock; refused when it was submitted or saved elsewhere since."""
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.submitted_matter_id is not None:
        raise AlreadySubmitted("这份申请已经提交，不能再改。", next_step="请到“我的办件”查看进度。")
    if seen is not None and locked.version != seen:
        raise _moved()
    return locked


def _moved() -> DraftMoved:
    return DraftMoved("这份草稿刚在别处保存过。", next_step="请刷新页面，看到最新内容后接着填。")


def file_for_forms(party: Party) -> dict[str, str]:
    """What a form may be prefilled with from the person's file, by the names that form definitions use."""
    return {
        "name": party.name,
        "id_number": party.id_number if party.kind == "natural" else "",
        "credit_code": party.id_number if party.kind == "legal" else "",
        "phone": party.phone,
        "email": party.email,
        "address": party.address,
        "legal_representative": party.legal_representative,
    }
