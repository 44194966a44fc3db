"""A signature drawn on the screen, as a file: decoded and encoded anew past the gate of uploads."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PIL import Image

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import uploads
from yimen.ground.kit.refusals import Invalid

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

DRAWN = "data:image/png;base64,"
LARGEST_DRAWN = 400_000


class NoSignature(Invalid):
    """What was sent is no drawn signature."""

    code = "no_signature"


def keep(drawn: str, *, name: str, actor: Actor, at: datetime, store: Callable[..., StoredFile]) -> StoredFile:
    """A signature drawn on the screen (a data URL of a PNG); raises `NoSignature` for anything else and for an empty sheet."""
    said = NoSignature(
        "没有收到签名。", next_step="请在框里签名；没有签名框的，请拍下纸质签名上传。", fields={"drawn": "请签名。"}
    )
    if not drawn.startswith(DRAWN) or len(drawn) > LARGEST_DRAWN:
        raise said
    try:
        data = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
    except (binascii.Error, ValueError):
        raise said from None
    uploads.check(io.BytesIO(data), f"{name}.png", kinds=uploads.IMAGES, max_bytes=uploads.MEGABYTE)
    with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
        sheet = Image.new("RGB", opened.size, "white")
        sheet.paste(opened, mask=opened.convert("RGBA").getchannel("A"))
    darkest, _ = sheet.convert("L").getextrema()
    if not isinstance(darkest, int | float) or darkest > 128:
        raise said
    sheet.thumbnail((900, 360))
    out = io.BytesIO()
    sheet.convert("L").save(out, "PNG", optimize=True)
    out.seek(0)
    return store(out, actor=actor, at=at, name=f"签名 {name}.png", kinds=uploads.IMAGES)
