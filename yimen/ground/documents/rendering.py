"""A letter as PDF: our template, its facts as data, drawn by typst with our fonts only."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

from yimen.ground.documents import fonts, rules

TEMPLATES = Path(__file__).resolve().parent / "typst"
_drawing = threading.Lock()


class DrawingError(RuntimeError):
    """The template could not be drawn with these facts: a fault of the program, not of the facts."""


def draw(kind: str, facts: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a letter (PDF/A-2u). `facts` are complete (see `complete`); equal facts give equal bytes.

    Raises `MissingGlyph`, `DrawingError`.
    """
    fonts.check_characters(rules.texts_in(facts))
    data = json.dumps(dict(facts) | {"qr": _qr(str(facts["verify_url"]))}, ensure_ascii=False)
    with _drawing:
        try:
            drawn = _compiler(kind).compile(
                format="pdf", sys_inputs={"data": data}, pdf_standards="a-2u", timestamp=int(at.timestamp())
            )
        except typst.TypstError as failure:
            raise DrawingError(f"{kind}: {failure.message}") from None
    if not isinstance(drawn, bytes):
        raise DrawingError(f"{kind}: no document")
    return drawn


def complete(
    facts: Mapping[str, Any], *, number: str, code: str, matter_code: str, seal_text: str, signed_on: str
) -> dict[str, Any]:
    """The facts with what every sheet shows: number, verification, seal, signature."""
    arc, line = rules.seal_lines(seal_text)
    return {
        **facts,
        "number": number,
        "code_shown": rules.shown_code(code),
        "verify_url": f"{settings.ORIGIN.rstrip('/')}/verify/{code}",
        "matter_code": matter_code,
        "signed_by": facts["department"],
        "signed_on": signed_on,
        "seal_arc": arc,
        "seal_line": line,
    }


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=2, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


@cache
def _compiler(kind: str) -> typst.Compiler:
    return typst.Compiler(str(TEMPLATES / f"{kind}.typ"), root=str(TEMPLATES), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """Only our own fonts, so that a letter looks the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[file.parent for file in fonts.font_files()],
    )
