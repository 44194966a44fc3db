"""The files of an edition: drawn from its words alone, sealed with the key of the organ's seal, once.

The bytes are made when somebody first wants them, or by a batch. What was drawn is kept, so that later ones are the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from yimen.ground.documents import rules as documents
from yimen.ground.documents.services import keep_made
from yimen.ground.kit import crypto, keyring
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.keyring import Key
from yimen.service.certificates.drawing import ofd, sealing
from yimen.service.certificates.models import CertificateFile, Edition, ElectronicSeal

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Seal
    from yimen.service.certificates.drawing.sheet import Sheet

MEDIA = {"pdf": "application/pdf", "ofd": "application/ofd"}
METADATA = ("证照名称", "证号", "电子证照标识", "颁发机构", "颁发日期", "有效期限", "核验码", "版本")
"""What stands in the package beside the page (GB/T 36903: 元数据)."""


def key_purpose(number: str) -> str:
    """The name in the key ring of the key of a seal."""
    return f"organ:{number}"


def verify_url(code: str) -> str:
    """The address behind the QR code."""
    return f"{settings.ORIGIN.rstrip('/')}/verify/certificate/{code}"


def file_of(edition: Edition, form: str, at: datetime) -> StoredFile:
    """The file of an edition in one form (`pdf`, `ofd`), drawn and sealed now where nobody has wanted it yet."""
    kept = CertificateFile.objects.select_related("file").filter(edition=edition, form=form).first()
    if kept is not None:
        return kept.file
    data, signature, name = make_file(edition, form)
    try:
        with transaction.atomic():
            file = keep_made(io.BytesIO(data), name=name, kind=form, media_type=MEDIA[form], at=edition.made_at)
            CertificateFile.objects.create(
                edition=edition, form=form, file=file, signature=signature.hex(), drawn_at=at
            )
            return file
    except IntegrityError:  # somebody else drew it meanwhile, and theirs is the one
        return CertificateFile.objects.select_related("file").get(edition=edition, form=form).file


def make_file(edition: Edition, form: str) -> tuple[bytes, bytes, str]:
    """(bytes, signature, file name) of an edition, newly drawn and sealed."""
    from yimen.service.certificates.drawing import pdf  # loads the typesetter, which most processes never need

    facts = json.loads(edition.facts)
    sheet = sheet_of(facts, edition.layout)
    kept, key = electronic_seal(edition.seal, edition.made_at)
    seal, certificate, signer = bytes(kept.body), bytes(kept.certificate), sealing.Signer()

    def sign(over: bytes, covers: str) -> bytes:
        return sealing.signature(seal, certificate, key, signer, over=over, covers=covers, at=edition.made_at)

    name = f"{facts['title']} {facts['number']}.{form}"
    if form == "pdf":
        data = pdf.draw(sheet, author=facts["issuer"], keywords=(edition.identifier,), at=edition.made_at)
        return data, sign(data, "PDF"), name
    members = ofd.parts(sheet, described(facts, edition), sealed=True)
    place = sheet.seal or (0.0, 0.0, 42.0)
    whole = ofd.signed(
        members, seal=seal, sign=lambda over: sign(over, f"/{ofd.SIGNATURE}"), at=edition.made_at, place=place
    )
    return ofd.pack(whole), whole[ofd.VALUE], name


def sheet_of(facts: Mapping[str, Any], layout: str) -> Sheet:
    """The page of an edition."""
    from yimen.service.certificates.drawing import laying

    values = facts["values"]
    return laying.lay(
        layout,
        laying.Facts(
            title=facts["title"], number=facts["number"], identifier=facts["identifier"], issuer=facts["issuer"],
            seal_text=facts["seal_text"], issued_on=facts["issued_on"], validity=facts["validity"],
            verify_url=verify_url(facts["code"]), shown_code=documents.shown_code(facts["code"]),
            fields=tuple((label, str(values[key])) for key, label in facts["fields"]), notes=tuple(facts["notes"]),
        ),
    )  # fmt: skip


def described(facts: Mapping[str, Any], edition: Edition) -> ofd.Described:
    """The metadata of an edition."""
    said = (
        facts["title"], facts["number"], facts["identifier"], facts["issuer"], facts["issued_on"], facts["validity"],
        documents.shown_code(facts["code"]), f"{edition.version:03d}",
    )  # fmt: skip
    return ofd.Described(
        doc_id=crypto.sm3(edition.identifier.encode()).hex()[:32], author=facts["issuer"], made_at=edition.made_at,
        data=dict(zip(METADATA, said, strict=True)),
    )  # fmt: skip


def electronic_seal(seal: Seal, at: datetime) -> tuple[ElectronicSeal, Key]:
    """The electronic form of a seal under its current key, made when first needed, and that key."""
    key = keyring.ring().current(key_purpose(seal.number))
    kept = ElectronicSeal.objects.filter(seal=seal, key_version=key.version).first()
    if kept is not None:
        if kept.public != key.public.hex():
            raise CryptoError(f"the key of seal {seal.number} is not the one of its electronic seal")
        return kept, key
    facts, signer = _facts_of(seal), sealing.Signer()
    certificate = sealing.key_certificate(facts, key, signer)
    body = sealing.electronic_seal(facts, key, certificate, signer)
    try:
        with transaction.atomic():
            made = ElectronicSeal.objects.create(
                seal=seal, key_version=key.version, public=key.public.hex(), certificate=certificate, body=body, made_at=at
            )  # fmt: skip
    except IntegrityError:
        made = ElectronicSeal.objects.get(seal=seal, key_version=key.version)
    return made, key


def _facts_of(seal: Seal) -> sealing.SealFacts:
    from yimen.service.certificates.drawing import laying, svg
    from yimen.service.certificates.drawing.sheet import Sheet

    page = Sheet(laying.SEAL_SIZE, laying.SEAL_SIZE, seal.text)
    laying.seal(page, seal.text, laying.SEAL_SIZE / 2, laying.SEAL_SIZE / 2)
    return sealing.SealFacts(
        number=seal.number, text=seal.text, organ=seal.unit.name, credit_code=seal.unit.credit_code,
        valid_from=seal.valid_from, picture=svg.draw(page).encode(),
    )  # fmt: skip
