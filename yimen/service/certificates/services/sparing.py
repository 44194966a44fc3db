"""免提交: valid certificates of the applicant stand for the materials that their type stands for (国务院令 716 art. 10).

Cases ask through `cases.credentials`; this is the provider. A reference is the identifier of the edition in force.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from yimen.ground.kit.moments import day_of
from yimen.service.cases.services import Credential, NoSuchCredential, register_credentials
from yimen.service.certificates.lifecycle import PUBLIC
from yimen.service.certificates.models import Certificate, CertificateType, Edition
from yimen.service.certificates.selectors.listing import standing_of
from yimen.service.certificates.services.files import file_of

NAME = "certificate"
MOST_OFFERS = 3
"""Certificates offered for one material, the newest first."""


class Certificates:
    """The provider of certificates (`cases.credentials.Provider`)."""

    def offers(self, party_id: int, standards: Collection[int], at: datetime) -> list[Credential]:
        """The holder's certificates that are valid today, for these standard materials."""
        today = day_of(at)
        links = CertificateType.standards.through.objects.filter(
            standardmaterial__in=standards, certificatetype__certificates__holder=party_id,
            certificatetype__certificates__state="valid",
        )  # fmt: skip
        rows = links.order_by("-certificatetype__certificates__pk").values_list(
            "standardmaterial_id", "certificatetype__certificates__identifier", "certificatetype__name",
            "certificatetype__certificates__number", "certificatetype__certificates__issuer__name",
            "certificatetype__certificates__valid_from", "certificatetype__certificates__valid_to",
        )[:200]  # fmt: skip
        found: dict[int, list[Credential]] = {}
        for standard, identifier, name, number, issuer, first, last in rows:
            held = found.setdefault(standard, [])
            if first is not None and first <= today and (last is None or last >= today) and len(held) < MOST_OFFERS:
                held.append(Credential(NAME, identifier, name, number, issuer, standard, last))
        return [each for held in found.values() for each in held]

    def file(self, reference: str, at: datetime) -> int:
        """The PDF of the edition; drawn now where nobody has wanted it yet."""
        edition = Edition.objects.select_related("seal__unit").filter(identifier=reference).first()
        if edition is None:
            raise NoSuchCredential("没有这张证照。", next_step="请重新选择。")
        return file_of(edition, "pdf", at).pk

    def fallen(self, party_id: int, standard: int, reference: str, at: datetime) -> str:
        """Why the certificate no longer stands; "" where it does, and then its row is locked."""
        edition = Edition.objects.filter(identifier=reference, certificate__holder=party_id).first()
        if edition is None:
            return "不在申请人名下"
        row = Certificate.objects.select_for_update().get(pk=edition.certificate_id)
        state, today = standing_of(row, day_of(at)), day_of(at)
        if state != "valid":
            return PUBLIC[state][0].removeprefix("这张证照")
        if row.edition != edition.version:
            return "已经换发，原来的版本作废"
        if row.valid_from is not None and row.valid_from > today:
            return "还没有到生效的日子"
        if not CertificateType.objects.filter(pk=row.type_id, standards=standard).exists():
            return "按现在的规定只能作别的用途"
        return ""


def register() -> None:
    """Called once when the app is ready."""
    register_credentials(NAME, Certificates())
