"""The register, one certificate, a holder's own, those of a case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.service.cases import selectors as cases
from yimen.service.catalogue.rules.questions import shown_answers
from yimen.service.catalogue.selectors import form_of
from yimen.service.certificates import policies
from yimen.service.certificates.models import Certificate, CertificateEvent, Edition

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter
    from yimen.service.cases.models import Case

RUNNING_OUT_DAYS = 90
BOXES = {"draft": "待制证", "standing": "在用", "ending": "快到期", "ended": "不能用的", "all": "全部"}
"""The tabs of the register."""


def register(
    actor: Actor, *, box: str, today: date, kind: int | None = None, state: str = "", text: str = ""
) -> QuerySet[Certificate]:
    """The certificates one reaches, by tab, type, state, and words: number, identifier, code, holder."""
    found = Certificate.objects.filter(policies.certificates(actor)).select_related(
        "type", "holder", "issuer", "matter"
    )
    match box:
        case "draft":
            found = found.filter(state="draft")
        case "standing":
            found = found.filter(state__in=("valid", "suspended", "lost"))
        case "ending":
            last = today + timedelta(days=RUNNING_OUT_DAYS)
            found = found.filter(state__in=("valid", "suspended", "lost"), valid_to__range=(today, last))
        case "ended":
            found = found.filter(state__in=("expired", "revoked", "stripped", "cancelled", "discarded"))
        case _:
            pass
    if kind is not None:
        found = found.filter(type=kind)
    if state:
        found = found.filter(state=state)
    if text:
        plain = "".join(text.upper().replace("-", "").split())
        found = found.filter(
            Q(number__icontains=text) | Q(identifier=text.upper()) | Q(code=plain) | Q(holder__name__icontains=text)
        )
    return found


def edition_of(certificate: Certificate, version: int | None = None) -> Edition | None:
    """An edition of a certificate, the newest where none is named; None for a draft."""
    return (
        Edition.objects.select_related("seal")
        .filter(certificate=certificate, version=version or certificate.edition)
        .first()
    )


def facts_of(edition: Edition) -> dict[str, Any]:
    """What an edition says."""
    found: dict[str, Any] = json.loads(edition.facts)
    return found


def course_of(certificate: Certificate) -> list[CertificateEvent]:
    """What happened to it, the newest first."""
    return list(CertificateEvent.objects.filter(certificate=certificate).order_by("-seq")[:200])


def standing_of(certificate: Certificate, today: date) -> str:
    """Its state on a day: one whose last day is past is expired also before anybody wrote it down."""
    if certificate.state in ("valid", "suspended", "lost") and certificate.valid_to and certificate.valid_to < today:
        return "expired"
    return certificate.state


def own(actor: Actor) -> QuerySet[Certificate]:
    """The certificates of the party one acts as."""
    rows = Certificate.objects.filter(holder=actor.party_id or 0).exclude(state__in=("draft", "discarded"))
    return rows.select_related("type", "issuer")


def certificates_of_case(matter: Matter) -> list[Certificate]:
    """The certificates that a case brought."""
    return list(Certificate.objects.filter(matter=matter).select_related("type", "issuer").order_by("pk")[:20])


def case_of(certificate: Certificate) -> Case | None:
    """The case that brought it."""
    return cases.case_by_code(certificate.matter.code) if certificate.matter is not None else None


def known_of(case: Case | None) -> Mapping[str, Any]:
    """What a case says that a certificate may say too: item, numbers, answers by their keys in words."""
    if case is None:
        return {}
    answers, definition = cases.case_answers(case), form_of(case.edition)
    said: dict[str, str] = {}
    if definition is not None:
        for key, value in answers.items():
            lines = [text for _, rows in shown_answers(_only(definition, key), {key: value}) for _, text in rows]
            if lines:
                said[key] = lines[0]
    return {
        "item": case.matter.title,
        "case": case.matter.code,
        "decision": case.decision_number,
        "answers": said,
    }


def _only(definition: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The form with one question, asked whatever the others say."""
    sections = []
    for section in definition.get("sections", ()):
        fields = [{**field, "show_if": []} for field in section.get("fields", ()) if field.get("key") == key]
        if fields:
            sections.append({**section, "fields": fields})
    return {**definition, "sections": sections}
