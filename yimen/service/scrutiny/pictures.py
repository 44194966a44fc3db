"""Photos and signatures: past the gate of uploads they are decoded and encoded anew, so that nothing but the picture stays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image, ImageOps

from yimen.ground.documents.services import NoSignature as NoSignature
from yimen.ground.documents.services import keep_drawn as keep_drawn
from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import crypto, uploads

if TYPE_CHECKING:
    from django.core.files.base import File

    from yimen.ground.documents.models import StoredFile

LONGEST = 1600
THUMB = 320
MOST_BYTES = 20 * uploads.MEGABYTE


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo as it is kept, its small picture, and the digest of the file as it came."""

    file: StoredFile
    thumb: StoredFile
    original_digest: str


def keep_photo(upload: File[Any] | BinaryIO, *, name: str, actor: Actor, at: datetime) -> KeptPhoto:
    """Let a photo through the gate; keep it turned upright, at most 1600 pixels long, without what the camera wrote beside it.

    Raises `kit.uploads.FileRefused`.
    """
    source: Any = getattr(upload, "file", None) or upload
    checked = uploads.check(source, name, kinds=uploads.IMAGES, max_bytes=MOST_BYTES)
    data = checked.file.read()
    stem = checked.name.rsplit(".", 1)[0][:80]
    with Image.open(io.BytesIO(data)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    small = upright.copy()
    small.thumbnail((THUMB, THUMB))
    return KeptPhoto(
        store_file(_jpeg(upright, 82), actor=actor, at=at, name=f"{stem}.jpg", kinds=uploads.IMAGES),
        store_file(_jpeg(small, 75), actor=actor, at=at, name=f"{stem}-小图.jpg", kinds=uploads.IMAGES),
        crypto.sm3(data).hex(),
    )


def _jpeg(picture: Image.Image, quality: int) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    out.seek(0)
    return out
