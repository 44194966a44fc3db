"""The catalogue as a window needs it while cut off: what it takes in, the materials, fees, limits and questions of each item."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from yimen.ground.identity.rules import Actor
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.questions import as_form

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ItemEdition

MOST = 1500
ASKED = frozenset(
    {"text", "long_text", "id_number", "credit_code", "phone", "email", "date", "integer", "decimal", "amount", "choice",
     "multi_choice", "yes_no", "region", "address"}
)  # fmt: skip
"""Kinds of questions that the page can ask by itself; tables and files are asked for after the return."""


def extract(actor: Actor, on: date) -> list[dict[str, Any]]:
    """The published items that this actor may take in, by department and name. Public facts only: no person stands in it."""
    departments = {letter.department_id for letter in actor.letters if "accept" in letter.powers}
    found = (
        catalogue.items()
        .filter(department__in=departments, status="active", current__isnull=False, current__effective_on__lte=on)
        .select_related("department", "current__form")
        .order_by("department__order", "name", "pk")[:MOST]
    )
    items = [
        each for each in found
        if organisations.letter_for(actor, "accept", each.code31, on, department_id=each.department_id or 0) is not None
    ]  # fmt: skip
    materials = _materials([each.current_id or 0 for each in items], on)
    said = []
    for each in items:
        edition = each.current
        if edition is None:
            continue
        limits = catalogue.limits(edition)
        said.append(
            {
                "code": each.code,
                "name": edition.name,
                "short": edition.daily_name or edition.short_name,
                "department": each.department.short_name or each.department.name if each.department else "",
                "edition": edition.pk,
                "promise": str(limits.promise) if limits.promise else "",
                "legal": str(limits.legal) if limits.legal else "",
                "fee": _fee(edition),
                "materials": materials[edition.pk],
                "form": _questions(edition),
            }
        )
    return said


def _materials(editions: list[int], on: date) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in catalogue.materials_of_editions(editions):
        if catalogue.is_cancelled(each, on):
            continue
        found[each.edition_id].append(
            {
                "id": each.pk,
                "name": each.name,
                "need": each.necessity,
                "when": each.condition_text,
                "exempt": each.exempt,
            }
        )
    return found


def _fee(edition: ItemEdition) -> str:
    if edition.fee is None:
        return ""
    return (edition.fee_standard or "收费，按公布的标准")[:300] if edition.fee else "不收费"


def _questions(edition: ItemEdition) -> list[dict[str, Any]]:
    """The questions that must be answered, with what they depend on; where a table or file is asked the page says so."""
    asked = []
    for section in as_form(catalogue.form_of(edition)).sections:
        for each in section.fields:
            if each.kind == "note":
                continue
            one: dict[str, Any] = {"key": each.key, "kind": each.kind, "label": each.label, "required": each.required}
            if each.kind not in ASKED:
                one = {**one, "later": True}
            if each.help:
                one["help"] = each.help
            if each.prefill:
                one["prefill"] = each.prefill
            if each.choices:
                one["choices"] = [[choice.value, choice.label] for choice in each.choices]
            if section.show_if or each.show_if:
                parts = [part for part in (section.show_if, each.show_if) if part]
                one["show_if"] = parts[0] if len(parts) == 1 else ["and", *parts]
            asked.append(one)
    return asked
