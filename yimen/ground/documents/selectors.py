"""Ask for files and letters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal
from uuid import UUID

from django.http import FileResponse

from yimen.ground.documents import rules, services, storage
from yimen.ground.documents.fonts import check_characters as check_characters
from yimen.ground.documents.fonts import font_files as font_files
from yimen.ground.documents.models import Letter, StoredFile
from yimen.ground.kit import keyring
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.masking import mask_name

Standing = Literal["valid", "voided", "unknown"]


@dataclass(frozen=True, slots=True)
class LetterShown:
    """A letter as lists and timelines show it."""

    code: str
    kind: str
    title: str
    number: str
    issued_at: datetime
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What the public page says of a code. All but `standing` is empty when the code is unknown."""

    standing: Standing
    code: str = ""
    title: str = ""
    number: str = ""
    organ: str = ""
    applicant: str = ""
    item: str = ""
    issued_at: datetime | None = None
    seal_text: str = ""
    voided_at: datetime | None = None
    void_reason: str = ""
    signed: bool = False
    digest: str = ""


def letters_of(matter_code: str) -> list[LetterShown]:
    """The letters of a matter, oldest first."""
    return [_shown(letter) for letter in Letter.objects.filter(matter_code=matter_code).order_by("id")]


def letter_by_code(code: str) -> Letter | None:
    """One letter by its verification code."""
    return Letter.objects.select_related("pdf").filter(code=rules.read_code(code)).first()


def file_by_uid(uid: UUID) -> StoredFile | None:
    """A stored file; who may read it is decided by the module that keeps its uid."""
    return StoredFile.objects.filter(uid=uid).first()


def letter_facts(letter: Letter) -> dict[str, Any]:
    """The facts the letter was issued with."""
    facts: dict[str, Any] = json.loads(letter.facts)
    return facts


def letter_pdf(letter: Letter) -> StoredFile:
    """The letter's PDF, drawn now if the worker has not come to it yet."""
    return letter.pdf or services.draw_letter(letter.pk)


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes of a file, checked against their hash; raises `storage.DamagedFile`."""
    return storage.get(stored.digest)


def file_response(stored: StoredFile, *, inline: bool = False) -> FileResponse:
    """The file as an answer that a browser saves, or with `inline` shows in its own sandbox. Access is the caller's."""
    response = FileResponse(open_file(stored), as_attachment=not inline, filename=stored.name)
    response["Content-Type"] = stored.media_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    )
    return response


def verify(typed: str) -> Verification:
    """What stands behind a verification code, for anybody who holds the paper; names of people are masked."""
    letter = letter_by_code(typed)
    if letter is None:
        return Verification("unknown")
    facts = letter_facts(letter)
    return Verification(
        standing="voided" if letter.voided_at else "valid",
        code=rules.shown_code(letter.code),
        title=rules.title_of(letter.kind, facts),
        number=letter.number,
        organ=str(facts.get("department", "")),
        applicant=_shown_applicant(str(facts.get("applicant", "")), str(facts.get("applicant_kind", ""))),
        item=str(facts.get("item", "")),
        issued_at=letter.issued_at,
        seal_text=letter.seal_text,
        voided_at=letter.voided_at,
        void_reason=letter.void_reason,
        signed=_is_signed(letter),
        digest=letter.pdf.digest if letter.pdf else "",
    )


def _shown_applicant(name: str, kind: str) -> str:
    """An enterprise by its name, a person masked; where the letter does not say which, what may be a person's name."""
    person = kind == "natural" or (kind != "legal" and (len(name) <= 4 or name.isascii() or "·" in name or "•" in name))
    return mask_name(name) if person else name


def _is_signed(letter: Letter) -> bool:
    """Whether the letter is as it was when the system signed it."""
    if letter.pdf is None or not letter.signature:
        return False
    try:
        return keyring.check_signature(
            services.signed_text(letter, letter.pdf.digest), letter.signature, purpose="letter"
        )
    except CryptoError:
        return False


def _shown(letter: Letter) -> LetterShown:
    return LetterShown(
        letter.code,
        letter.kind,
        rules.title_of(letter.kind, letter_facts(letter)),
        letter.number,
        letter.issued_at,
        letter.voided_at,
    )
