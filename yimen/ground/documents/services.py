"""Keep files; issue, draw and void letters."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import uuid4

import msgspec
from django.core.files.base import File
from django.db import connection, transaction

from yimen.ground.documents import drawn as drawings
from yimen.ground.documents import fonts, rules, storage
from yimen.ground.documents.drawn import NoSignature as NoSignature
from yimen.ground.documents.models import Letter, StoredFile
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, crypto, keyring, uploads
from yimen.ground.kit.moments import local, say_date
from yimen.ground.kit.outbox import OutsideTransactionError
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations import selectors as registers
from yimen.ground.organisations import services as organisations

PDF = "application/pdf"


class AlreadyVoided(Conflict):
    """The letter was voided before."""

    code = "already_voided"


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """What a caller needs of a letter just issued: `code` goes into the step, `number` is what people quote."""

    id: int
    code: str
    number: str


def store_file(
    upload: File[Any] | BinaryIO,
    *,
    actor: Actor,
    at: datetime,
    name: str = "",
    kinds: Collection[str] = uploads.MATERIALS,
    max_bytes: int = 20 * uploads.MEGABYTE,
) -> StoredFile:
    """Let an uploaded file through the gate and keep it; raises `kit.uploads.FileRefused`.

    Who may read it later is decided by the module that asked for it. `kinds` are keys of `kit.uploads.MEDIA_TYPES`.
    """
    source: Any = upload.file if isinstance(upload, File) and upload.file else upload
    checked = uploads.check(source, name or str(getattr(upload, "name", "") or ""), kinds=kinds, max_bytes=max_bytes)
    return _keep(checked.file, name=checked.name, kind=checked.kind, media_type=checked.media_type, actor=actor, at=at)


def store_chosen(upload: File[Any] | None, *, actor: Actor, at: datetime, name: str = "") -> list[StoredFile]:
    """The file of a form's field, which may have been left empty; raises `kit.uploads.FileRefused`."""
    return [store_file(upload, actor=actor, at=at, name=name)] if upload is not None else []


@dataclass(frozen=True, slots=True)
class PreparedLetter:
    """A letter of which all is known but its number. `text` is the JSON that `documents_issue` takes."""

    code: str
    text: str


def issue_letter(
    *,
    kind: str,
    series: str,
    matter_code: str,
    facts: Mapping[str, Any],
    seal_id: int | None,
    actor: Actor,
    at: datetime,
) -> IssuedLetter:
    """Give a letter its number `series〔year〕n号`, keep its facts, record the use of the seal; the PDF follows the commit.

    Runs in the caller's transaction: a rollback gives the number back. Raises what `prepare_letter` raises.
    """
    seal = registers.seal(seal_id) if seal_id is not None else None
    return issue_prepared(
        prepare_letter(kind=kind, series=series, matter_code=matter_code, facts=facts, seal=seal, actor=actor, at=at)
    )


def issue_prepared(letter: PreparedLetter) -> IssuedLetter:
    """Issue a prepared letter, in the caller's transaction."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError("a letter issued outside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("select letter_id, letter_number from documents_issue(%s::jsonb)", [letter.text])
        letter_id, number = cursor.fetchone()
    return IssuedLetter(id=letter_id, code=letter.code, number=number)


def prepare_letter(
    *,
    kind: str,
    series: str,
    matter_code: str,
    facts: Mapping[str, Any],
    seal: registers.SealCard | None,
    actor: Actor,
    at: datetime,
) -> PreparedLetter:
    """Check a letter before anything is written; a statement of the caller's own then issues it with `documents_issue`.

    Raises `IncompleteLetter`, `MissingGlyph` (a character no font has), and `NotAllowed` or `Conflict` for a seal the actor
    may not use. What the system sends by itself to a citizen is sealed by the system.
    """
    sort = rules.kind_of(kind)
    kept = rules.checked_facts(sort, facts)
    text = rules.facts_text(kept)
    stamp = seal.text if seal else ""
    if not fonts.all_drawn(f"{text}{series}{stamp}"):
        fonts.check_characters(rules.texts_in([kept, series, stamp]))
    code = rules.new_code()
    letter: dict[str, Any] = {
        "uid": uuid4(),
        "code": code,
        "kind": kind,
        "series": series,
        "year": local(at).year,
        "matter_code": matter_code,
        "facts": text,
        "issued_at": at,
        "by_uid": actor.uid,
        "by": actor.name,
        "by_account": actor.account_id,
    }
    if seal is not None:
        hand = actor if actor.kind == "staff" else SYSTEM
        under = organisations.may_use_seal(seal, hand, at, own=actor.department_id == seal.unit_id)
        letter |= {
            "seal_id": seal.id,
            "seal_text": seal.text,
            "seal_letter": under,
            "sealed_by_uid": hand.uid,
            "sealed_by": hand.name,
            "sealed_by_post": hand.post,
            "title": rules.title_of(kind, kept),
        }
    return PreparedLetter(code=code, text=msgspec.json.encode(letter).decode())


def draw_letter(letter_id: int) -> StoredFile:
    """Draw and sign the letter's PDF once; a second call returns the first one's. Raises `MissingGlyph`, `DrawingError`."""
    from yimen.ground.documents import rendering  # loads the typesetter, which most processes never need

    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(pk=letter_id)
        if letter.pdf is not None:
            return letter.pdf
        facts = rendering.complete(
            with_pictures(json.loads(letter.facts)) | _footings(letter),
            number=letter.number,
            code=letter.code,
            matter_code=letter.matter_code,
            seal_text=letter.seal_text,
            signed_on=say_date(local(letter.issued_at).date(), weekday=False),
        )
        data = rendering.draw(letter.kind, facts, at=letter.issued_at)
        name = uploads.clean_name(f"{rules.title_of(letter.kind, facts)} {letter.number}.pdf")
        letter.pdf = _keep(io.BytesIO(data), name=name, kind="pdf", media_type=PDF, actor=SYSTEM, at=letter.issued_at)
        letter.signature = keyring.sign(signed_text(letter, letter.pdf.digest), purpose="letter")
        letter.save(update_fields=["pdf", "signature"])
        return letter.pdf


def with_pictures(facts: dict[str, Any]) -> dict[str, Any]:
    """The pictures that the facts name by their digests, as the sheet draws them; the signature covers the digests."""
    for name in ("pictures", "signatures"):
        for row in facts.get(name, ()):
            row["drawn"] = _drawn(row["digest"]) if row["digest"] else ""
    return facts


def _drawn(digest: str) -> str:
    """A JPG or PNG of the file store wrapped in SVG, which is text as the template's data are."""
    from PIL import Image

    with storage.get(digest) as file:
        data = file.read()
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
        kind, (width, height) = str(picture.format).lower(), picture.size
    said = base64.b64encode(data).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/{kind};base64,{said}"/></svg>'
    )


Footing = Callable[[str, str], Mapping[str, str]]
_footers: list[Footing] = []


def register_footing(footing: Footing) -> None:
    """Let a module above add to the foot of every sheet: given the letter's code and the matter's number, when it is drawn."""
    if footing not in _footers:
        _footers.append(footing)


def _footings(letter: Letter) -> dict[str, str]:
    said: dict[str, str] = {}
    for footing in _footers:
        said |= footing(letter.code, letter.matter_code)
    return said


def void_letter(*, code: str, reason: str, actor: Actor, at: datetime) -> Letter:
    """Declare a letter void; it stays on record and the verification page says so. The caller decides who may.

    Raises `AlreadyVoided`, `Invalid` without a reason.
    """
    if not reason.strip():
        raise Invalid("请写明作废的原因。", fields={"reason": "必填"})
    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(code=code)
        if letter.voided_at is not None:
            raise AlreadyVoided(f"{letter.number} 已经作废过。")
        letter.voided_at, letter.voided_by, letter.void_reason = at, actor.name, reason.strip()[:200]
        letter.save(update_fields=["voided_at", "voided_by", "void_reason"])
        audit.record(
            "documents.void_letter", actor=actor, target_kind="letter", target=letter.number, reason=letter.void_reason
        )
    return letter


def signed_text(letter: Letter, pdf_digest: str) -> bytes:
    """What our SM2 signature of a letter covers: its code and number, its facts, its PDF."""
    facts = crypto.sm3(letter.facts.encode()).hex()
    return f"yimen letter\n{letter.code}\n{letter.number}\n{facts}\n{pdf_digest}".encode()


def sweep_files(at: datetime, *, older_than: timedelta = timedelta(days=1)) -> int:
    """Remove bytes that lie on disk for a row that was rolled back; returns how many. What a row names stays for good.

    Call it only where this database alone uses the file store, and with no transaction open.
    """

    def unknown(digests: list[str]) -> set[str]:
        return set(digests).difference(StoredFile.objects.filter(digest__in=digests).values_list("digest", flat=True))

    return storage.sweep(at - older_than, unknown)


def keep_made(file: BinaryIO, *, name: str, kind: str, media_type: str, at: datetime) -> StoredFile:
    """Keep a file that the system itself made (a certificate); it passes no gate. Runs in the caller's transaction."""
    return _keep(file, name=uploads.clean_name(name), kind=kind, media_type=media_type, actor=SYSTEM, at=at)


def _keep(file: BinaryIO, *, name: str, kind: str, media_type: str, actor: Actor, at: datetime) -> StoredFile:
    digest, size = storage.put(file)
    return StoredFile.objects.create(
        name=name,
        kind=kind,
        media_type=media_type,
        size=size,
        digest=digest,
        stored_at=at,
        owner_uid=actor.uid,
        owner_name=actor.name,
    )


def keep_drawn(drawn: str, *, name: str, actor: Actor, at: datetime) -> StoredFile:
    """Keep a signature drawn with the pen (`kit/pen.html`); raises `NoSignature` for anything else and for an empty sheet."""
    return drawings.keep(drawn, name=name, actor=actor, at=at, store=store_file)
