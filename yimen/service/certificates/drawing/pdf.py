"""A sheet as PDF/A, drawn by typst: every mark where the sheet says."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from yimen.ground.documents.selectors import font_files
from yimen.service.certificates.drawing.glyphs import FAMILIES
from yimen.service.certificates.drawing.sheet import Sheet, Text

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "sheet.typ"
_drawing = threading.Lock()


class DrawingError(RuntimeError):
    """The sheet could not be drawn: a fault of the program, not of the facts."""


def draw(sheet: Sheet, *, author: str, keywords: tuple[str, ...], at: datetime) -> bytes:
    """The PDF of a sheet; equal sheets give equal bytes."""
    data = {
        "width": sheet.width, "height": sheet.height, "title": sheet.title, "author": author, "keywords": keywords,
        "marks": [_mark(mark) for mark in sheet.marks],
    }  # fmt: skip
    with _drawing:
        try:
            drawn = _compiler().compile(
                format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards="a-2u",
                timestamp=int(at.timestamp()),
            )  # fmt: skip
        except typst.TypstError as failure:
            raise DrawingError(f"certificate: {failure.message}") from None
    if not isinstance(drawn, bytes):
        raise DrawingError("certificate: no document")
    return drawn


def _mark(mark: Any) -> dict[str, Any]:
    if isinstance(mark, Text):
        return {
            "text": list(mark.text), "tracking": mark.tracking, "x": mark.x, "y": mark.y, "size": mark.size, "font": FAMILIES[mark.font],
            "colour": mark.colour, "bold": mark.bold, "turn": mark.turn,
        }  # fmt: skip
    return {
        "segments": [[name, *values] for name, values in mark.segments], "fill": mark.fill, "stroke": mark.stroke,
        "width": mark.width,
    }  # fmt: skip


@cache
def _compiler() -> typst.Compiler:
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[file.parent for file in font_files()]
    )  # fmt: skip
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=found)
