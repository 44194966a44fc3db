"""What anybody may know of a certificate whose code they hold: what it is, whether it is valid now, no more of the holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest

from yimen.ground.documents import rules as documents
from yimen.ground.kit import audit, ratelimit
from yimen.ground.kit.masking import mask_name
from yimen.service.certificates.lifecycle import PUBLIC
from yimen.service.certificates.models import Certificate, CertificateEvent
from yimen.service.certificates.rules import is_identifier
from yimen.service.certificates.selectors.listing import standing_of

TRIES, TRIES_PER_SECOND = 30, 0.5


def slowed(request: HttpRequest) -> None:
    """Raise `TooMany` where one address walks the codes, on whichever way."""
    address = audit.current().ip or request.META.get("REMOTE_ADDR", "")
    ratelimit.limit(f"verify:{address}", capacity=TRIES, per_second=TRIES_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the public page says."""

    certificate: Certificate
    state: str
    headline: str
    colour: str
    holder: str
    last: CertificateEvent | None

    @property
    def holds(self) -> bool:
        """Whether it is valid today."""
        return self.state == "valid"

    @property
    def shown_code(self) -> str:
        """The code as it is printed."""
        return documents.shown_code(self.certificate.code)


def find(typed: str) -> Certificate | None:
    """The certificate of a verification code or an identifier; drafts are not there."""
    rows = Certificate.objects.select_related("type", "holder", "issuer").exclude(state__in=("draft", "discarded"))
    code = documents.read_code(typed)
    if code:
        return rows.filter(code=code).first()
    plain = "".join(typed[:120].upper().split())
    if not is_identifier(plain):
        return None
    return rows.filter(editions__identifier=plain).first()


def verdict_of(certificate: Certificate, today: date) -> Verdict:
    """What is said of it today."""
    state = standing_of(certificate, today)
    headline, colour = PUBLIC[state]
    holder = certificate.holder
    last = CertificateEvent.objects.filter(certificate=certificate).exclude(action="draw_up").order_by("-seq").first()
    shown = mask_name(holder.name) if holder.kind == "natural" else holder.name
    return Verdict(certificate, state, headline, colour, shown, last)
