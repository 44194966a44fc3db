"""The letters of our fonts: how wide each is, and a font file of just the letters a page needs.

A subset is built from outlines kept in memory, not cut out of the whole font: a font of sixty thousand letters is opened once
a process, and a page costs a few milliseconds. Outlines become TrueType, which every OFD reader draws.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from yimen.ground.documents.selectors import check_characters, font_files

FAMILIES = ("Noto Serif SC", "Noto Sans CJK TC")
"""The families in the order in which a letter is looked for; the same order as `documents.fonts`."""

_UNITS = 1000
_opening = threading.Lock()


@cache
def _font(index: int) -> Any:
    from fontTools.ttLib import TTFont

    font = TTFont(font_files()[index], lazy=True)
    return font, font.getBestCmap(), font.getGlyphSet(), font["hmtx"], _UNITS / font["head"].unitsPerEm


@lru_cache(maxsize=20_000)
def letter(character: str) -> tuple[int, float]:
    """(font that has it, advance in parts of the size); raises `documents.fonts.MissingGlyph`."""
    for index in range(len(FAMILIES)):
        with _opening:
            _, known, _, widths, scale = _font(index)
            name = known.get(ord(character))
            if name is not None:
                return index, widths[name][0] * scale / _UNITS
    check_characters([character])
    return 0, 1.0 if ord(character) > 0x2E7F else 0.5


@lru_cache(maxsize=20_000)
def _outline(index: int, character: str) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    _, known, glyphs, _, scale = _font(index)
    pen = TTGlyphPen(None)
    name = known.get(ord(character))
    if name is not None:
        glyphs[name].draw(TransformPen(Cu2QuPen(pen, max_err=1.0, reverse_direction=True), (scale, 0, 0, scale, 0, 0)))
    return pen.glyph()


def subset(index: int, characters: Iterable[str]) -> bytes:
    """A TrueType font of these letters; equal letters give equal bytes."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    wanted = sorted(set(characters))
    with _opening:
        shapes = {f"u{ord(each):04X}": _outline(index, each) for each in wanted}
    names = [".notdef", *shapes]
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(each): f"u{ord(each):04X}" for each in wanted})
    empty = TTGlyphPen(None).glyph()
    builder.setupGlyf({".notdef": empty, **shapes}, calcGlyphBounds=True)
    table = builder.font["glyf"]
    metrics = {".notdef": (_UNITS, 0)}
    for each in wanted:
        name = f"u{ord(each):04X}"
        metrics[name] = (round(letter(each)[1] * _UNITS), getattr(table[name], "xMin", 0) or 0)
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    family = f"Yimen{('Serif', 'Sans')[index]}"
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family, "version": "1"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=1000, usWinDescent=200)
    builder.setupPost()
    builder.setupHead(unitsPerEm=_UNITS, created=0, modified=0)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.font.save(out)
    return out.getvalue()


@lru_cache(maxsize=2_000)
def outline(index: int, character: str) -> str:
    """The outline of a letter as the path of an SVG, a thousand units to its size, y upwards."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    with _opening:
        _, known, glyphs, _, scale = _font(index)
        pen = SVGPathPen(None, ntos=lambda value: f"{round(value, 1):g}")
        name = known.get(ord(character))
        if name is not None:
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
        return str(pen.getCommands())
