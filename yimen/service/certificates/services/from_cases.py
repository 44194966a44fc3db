"""A case was decided: its certificate is drawn up, renewed, taken back or given back."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.refusals import Refusal
from yimen.service.cases.selectors import case_by_code
from yimen.service.certificates.models import Certificate, CertificateType
from yimen.service.certificates.selectors.listing import known_of
from yimen.service.certificates.services.common import act_of, locked, write
from yimen.service.certificates.services.course import move, renew, restore
from yimen.service.certificates.services.issuing import draw_up, issue, suggested

log = logging.getLogger(__name__)


def draw_up_for_case(code: str, at: datetime) -> list[Certificate]:
    """The certificates that a granted case brings: one of each type that is issued for its item. May run twice.

    A renewal (art. 50) renews the one the holder has. A type that is issued without a hand is issued at once where nothing
    is lacking; anything that stands in the way is written on the draft for whoever issues.
    """
    case = case_by_code(code)
    holder = case.matter.applicant
    if case.decision != "granted" or holder is None:
        return []
    made = []
    for kind in CertificateType.objects.filter(items=case.item_id, ended_at__isnull=True).select_related("issuer"):
        if Certificate.objects.filter(matter=case.matter, type=kind).exclude(state="discarded").exists():
            continue
        if case.licence_expires_on is not None and _renewed(kind, case.matter.applicant_id, case.decision_number, at):
            continue
        try:
            with transaction.atomic():
                draft = draw_up(
                    kind=kind, holder=holder, actor=SYSTEM, at=at, matter=case.matter,
                    centre_id=case.matter.centre_id,
                )  # fmt: skip
        except Refusal as refusal:
            log.info("certificates: none drawn up for %s: %s", code, refusal.code)
            continue
        made.append(draft)
        if kind.automatic:
            _issue_at_once(draft, suggested(kind, draft.holder, known_of(case)), at)
    return made


def _issue_at_once(draft: Certificate, values: dict[str, str], at: datetime) -> None:
    try:
        issue(certificate=draft, values=values, actor=SYSTEM, at=at)
    except Refusal as refusal:
        Certificate.objects.filter(pk=draft.pk).update(lacking=refusal.message[:300])


def _renewed(kind: CertificateType, holder: int | None, decision: str, at: datetime) -> bool:
    """Whether the holder's one valid certificate of the type was renewed."""
    held = list(Certificate.objects.filter(type=kind, holder=holder or 0, state="valid")[:2])
    if len(held) != 1:
        return False
    try:
        renew(certificate=held[0], reason="准予延续", document=decision[:80], actor=SYSTEM, at=at)
    except Refusal as refusal:
        log.info("certificates: %s not renewed: %s", held[0].number, refusal.code)
        return False
    return True


def take_back_for_case(matter_id: int, reason: str, document: str, at: datetime) -> int:
    """Revoke what a case brought, since its decision was taken back; drafts are discarded. May run twice."""
    done = 0
    for row in Certificate.objects.filter(matter=matter_id, state__in=("draft", *act_of("revoke").origins)).order_by(
        "pk"
    ):
        if row.state == "draft":
            with transaction.atomic():
                held = locked(row)
                if held.state == "draft":
                    write(held, act_of("discard"), actor=SYSTEM, at=at, reason=reason)
        else:
            move(certificate=row, action="revoke", reason=reason, document=document, actor=SYSTEM, at=at)
        done += 1
    return done


def give_back_for_case(matter_id: int, reason: str, document: str, at: datetime) -> int:
    """What was revoked with the decision of a case is valid again. May run twice."""
    rows = list(Certificate.objects.filter(matter=matter_id, state="revoked").order_by("pk"))
    for row in rows:
        restore(certificate=row, reason=reason, document=document, actor=SYSTEM, at=at)
    return len(rows)
