"""The situational guidance of a draft, with the conditions of its materials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import checking, policies, selectors
from yimen.service.catalogue.models import EditionMaterial, ItemEdition
from yimen.service.catalogue.refusals import EditionNotOpen
from yimen.service.catalogue.rules import conditions, guidance
from yimen.service.catalogue.rules.questions import FormProblem, as_form


@dataclass(frozen=True, slots=True)
class MaterialCondition:
    """When a material is wanted: [] always (its necessity decides)."""

    condition: list[Any]
    text: str = ""


@transaction.atomic
def save_guidance(
    *,
    actor: Actor,
    edition: ItemEdition,
    definition: Mapping[str, Any] | None,
    materials: Mapping[int, MaterialCondition],
    at: datetime,
) -> ItemEdition:
    """Give a draft its guidance (None takes it away) and its materials (by order) the conditions that hang on it.

    A material with a condition becomes 视情形; one that loses it becomes 必要. Raises `Invalid` with findings.
    """
    policies.must(actor, policies.EDIT, edition.item)
    edition = ItemEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if edition.status != ItemEdition.Status.DRAFT:
        raise EditionNotOpen("只有草稿可以改情形引导。", next_step="请先取回，或编制新版本。")
    read: guidance.Guidance | None = None
    if definition is not None:
        try:
            read = guidance.read_guidance(definition)
        except FormProblem as problem:
            fields = {f"guidance.{number}": finding for number, finding in enumerate(problem.findings, 1)}
            raise Invalid(f"情形引导有 {len(problem.findings)} 处要改。", fields=fields) from None
    edition.guidance = read.model_dump(mode="json", exclude_defaults=True) if read is not None else {}
    known = {*(read.form.labels() if read else ()), *as_form(selectors.form_of(edition)).labels()}
    _set_conditions(edition, materials, known)
    edition.version += 1
    edition.edited_at = at
    edition.save(update_fields=["guidance", "version", "edited_at"])
    checking.keep([edition.pk], at)
    audit.record(
        "catalogue.save_guidance",
        actor=actor,
        target_kind="item",
        target=edition.item.code,
        facts={"edition": edition.number, "questions": len(list(read.form.questions())) if read else 0},
    )
    return edition


def _set_conditions(edition: ItemEdition, given: Mapping[int, MaterialCondition], known: set[str]) -> None:
    for material in EditionMaterial.objects.filter(edition=edition, order__in=given):
        wanted = given[material.order]
        unknown = [key for key in conditions.fields_of(wanted.condition) if key not in known]
        if unknown:
            message = f"“{material.name}”的条件用到没有问的“{unknown[0]}”。"
            raise Invalid(message, fields={f"material.{material.order}": message})
        if wanted.condition:
            material.necessity = "conditional"
        elif material.necessity == "conditional" and material.condition:
            material.necessity = "required"
        material.condition, material.condition_text = wanted.condition, wanted.text[:300]
        material.save(update_fields=["necessity", "condition", "condition_text"])
