"""An item's edition as a case needs it. Editions never change once published, so each is read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection

from yimen.service.cases import rules
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.powers import Power, power_of

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ItemEdition


@dataclass(frozen=True)
class NeededMaterial:
    """A material that an application with these answers needs."""

    id: int
    name: str
    required: bool
    exempt: bool


@dataclass(frozen=True)
class EditionCard:
    """What a case asks of the edition it is pinned to. `promise_label`, `legal_label` are ready for print."""

    edition: ItemEdition
    id: int
    item_id: int
    code: str
    code31: str
    number: int
    name: str
    department_id: int
    form: dict[str, Any]
    form_version: str
    case_kind: str
    terms: rules.Terms
    promise_label: str
    legal_label: str
    review_body: str
    suit_court: str
    result_names: tuple[str, ...]
    power: Power
    renewal: tuple[str, int] | None = None
    """For a renewal: the form's question for the licence's expiry, and how many days before it one has to ask."""

    def materials(self, answers: Mapping[str, Any], on: date) -> list[NeededMaterial]:
        """The materials needed on that day, conditions decided by the answers, cancelled ones left out (R030)."""
        return [
            NeededMaterial(material.pk, material.name, required and not material.exempt, material.exempt)
            for material, required in catalogue.materials_needed(self.edition, answers, on)
        ]


def card_of(edition: ItemEdition) -> EditionCard:
    """The card of an edition that was read with `item` and `form`."""
    limits, form = catalogue.limits(edition), catalogue.form_of(edition)
    return EditionCard(
        edition=edition,
        id=edition.pk,
        item_id=edition.item_id,
        code=edition.item.code,
        code31=edition.item.code31,
        number=edition.number,
        name=edition.name,
        department_id=edition.item.department_id or 0,
        form=form,
        form_version=catalogue.form_version_of(edition),
        case_kind=edition.case_kind,
        terms=rules.Terms(
            promise_limit=edition.promise_limit,
            promise_unit=edition.promise_unit,
            legal_limit=edition.legal_limit,
            legal_unit=edition.legal_unit,
            legal_source=edition.legal_source,
            kind=edition.case_kind,
        ),
        promise_label=str(limits.promise) if limits.promise else "",
        legal_label=str(limits.legal) if limits.legal else "",
        review_body=edition.review_body,
        suit_court=edition.suit_court,
        power=power_of(edition.kind),
        result_names=tuple(str(result.get("name", "")) for result in edition.results),
        renewal=_renewal(form),
    )


def _renewal(form: Mapping[str, Any]) -> tuple[str, int] | None:
    for section in form.get("sections", ()) if form else ():
        for question in section["fields"]:
            if question.get("means") == "licence_expires_on":
                return str(question["key"]), int(question.get("ahead_days", rules.RENEWAL_DAYS))
    return None


def open_edition(item_code: str, at: datetime) -> EditionCard:
    """The edition under which an application is taken in now; raises what `catalogue.selectors.open_edition` raises."""
    return card_of(catalogue.open_edition(item_code, at))


def pinned_edition(edition_id: int) -> EditionCard:
    """The edition a case or draft is pinned to."""
    return _pinned(str(connection.settings_dict["NAME"]), edition_id)


@lru_cache(maxsize=4096)
def _pinned(_database: str, edition_id: int) -> EditionCard:
    return card_of(catalogue.edition_by_id(edition_id))
