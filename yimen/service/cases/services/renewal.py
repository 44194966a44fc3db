"""A draft whose guide was renewed while it was being filled in: taken over, with all that still fits."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.service.cases.editions import open_edition, pinned_edition
from yimen.service.cases.models import Draft, DraftFile
from yimen.service.cases.selectors import access_draft, draft_answers, draft_situation
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.questions import clean_answers
from yimen.service.catalogue.selectors import materials_of


def renew_draft(*, draft_uid: UUID, actor: Actor, at: datetime) -> Draft:
    """Pin the draft to the edition in force now: answers to questions that are still asked, and files of materials that
    still bear the same name, are kept. Raises `ItemCancelled`, `ItemFrozen`, `ItemNotPublished`.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=access_draft(actor, draft_uid).pk)
        old = pinned_edition(draft.edition_id)
        new = open_edition(old.code, at)
        if new.id == old.id:
            return draft
        kept, _faults = clean_answers(new.form, draft_answers(draft), draft=True)
        by_name = {material.name: material.pk for material in materials_of(new.edition, at.date())}
        for added in DraftFile.objects.filter(draft=draft).select_related("material"):
            if added.material.name in by_name:
                added.material_id = by_name[added.material.name]
                added.save(update_fields=["material"])
            else:
                added.delete()
        draft.edition_id = new.id
        draft.answers = json.dumps(kept, ensure_ascii=False)
        told = guidance.kept(new.edition.guidance, draft_situation(draft))
        draft.situation = json.dumps(told, ensure_ascii=False) if told else ""
        draft.step, draft.saved_at = "form", at
        draft.version += 1
        draft.save(update_fields=["edition", "answers", "situation", "step", "saved_at", "version"])
        return draft
