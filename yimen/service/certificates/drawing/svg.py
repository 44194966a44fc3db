"""A sheet as SVG whose letters are outlines: the picture within an electronic seal needs no font."""

from __future__ import annotations

from yimen.service.certificates.drawing.glyphs import outline
from yimen.service.certificates.drawing.sheet import Sheet, Text


def draw(sheet: Sheet) -> str:
    """The SVG of a sheet; equal sheets give equal text."""
    rows = []
    for mark in sheet.marks:
        if isinstance(mark, Text):
            at = mark.x
            for character, advance in zip(mark.text, mark.advances, strict=True):
                scale = mark.size / 1000
                turn = f" rotate({mark.turn:g})" if mark.turn else ""
                rows.append(
                    f'<path transform="translate({at:.3f} {mark.y:.3f}){turn} scale({scale:.6f} -{scale:.6f})" '
                    f'fill="{mark.colour}" d="{outline(mark.font, character)}"/>'
                )
                at += advance
        else:
            said = " ".join(_step(name, values) for name, values in mark.segments)
            edge = f'stroke="{mark.stroke}" stroke-width="{mark.width:g}"' if mark.stroke else ""
            rows.append(f'<path d="{said}" fill="{mark.fill or "none"}" {edge}/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width:g}mm" height="{sheet.height:g}mm" '
        f'viewBox="0 0 {sheet.width:g} {sheet.height:g}">{"".join(rows)}</svg>'
    )


def _step(name: str, values: tuple[float, ...]) -> str:
    return {"B": "C", "C": "Z"}.get(name, name) + " ".join(f"{each:g}" for each in values)
