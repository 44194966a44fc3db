"""The layouts of certificates: facts come in, marks on a page come out. Pure but for the widths of letters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import segno

from yimen.ground.documents import rules as documents
from yimen.service.certificates.drawing.glyphs import letter
from yimen.service.certificates.drawing.sheet import (
    GREY,
    INK,
    RED,
    Segment,
    Sheet,
    Text,
    circle,
    line,
    n,
    rectangle,
    star,
)
from yimen.service.certificates.drawing.sheet import Shape as Path

NOT_FIRST = frozenset("，。、；：？！）》〉」』】〕”’.,;:?!)%")
"""Letters that never begin a line."""

FRAME = "#b9975b"
SEAL_SIZE = 42.0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a certificate says, as it was when it was made."""

    title: str
    number: str
    identifier: str
    issuer: str
    seal_text: str
    issued_on: str
    validity: str
    verify_url: str
    shown_code: str
    fields: Sequence[tuple[str, str]] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)
    sample: bool = False


def lay(layout: str, facts: Facts) -> Sheet:
    """The page of a certificate; raises `documents.fonts.MissingGlyph`."""
    return LAYOUTS.get(layout, portrait)(facts)


def width_of(text: str, size: float) -> float:
    """How wide a text is on one line."""
    return sum(letter(each)[1] for each in text) * size


def write(
    sheet: Sheet, x: float, y: float, text: str, size: float, *, colour: str = INK, bold: bool = False, centre: bool = False,
    right: bool = False, spread: float = 0.0,
) -> float:  # fmt: skip
    """Put one line on the page from `x` on, around it (`centre`) or up to it (`right`); returns where it ends."""
    whole = width_of(text, size) + spread * max(len(text) - 1, 0)
    at = x - whole / 2 if centre else x - whole if right else x
    for font, run in groupby(text, key=lambda each: letter(each)[0]):
        letters = "".join(run)
        advances = tuple(n(letter(each)[1] * size + spread) for each in letters)
        sheet.add(Text(n(at), n(y), size, letters, font, advances, colour, bold, tracking=n(spread)))
        at += sum(advances)
    return at


def broken(text: str, size: float, width: float) -> list[str]:
    """The text in lines no wider than `width`; between any two Chinese letters, and never before closing signs."""
    lines, current, reach = [], "", 0.0
    for part in _pieces(text):
        wide = width_of(part, size)
        if part == "\n":
            lines.append(current)
            current, reach = "", 0.0
        elif current and reach + wide > width and part not in NOT_FIRST:
            lines.append(current.rstrip())
            current, reach = part.lstrip(), wide
        else:
            current, reach = current + part, reach + wide
        while width_of(current, size) > width + size:  # a single word that is wider than the column
            cut = max(1, int(len(current) * width / width_of(current, size)))
            lines.append(current[:cut])
            current = current[cut:]
            reach = width_of(current, size)
    return [*lines, current] if current or not lines else lines


def _pieces(text: str) -> list[str]:
    """Words of Latin letters and figures whole, everything else letter by letter."""
    found: list[str] = []
    for each in text:
        if found and each.isascii() and each.isalnum() and found[-1][-1:].isascii() and found[-1][-1:].isalnum():
            found[-1] += each
        else:
            found.append(each)
    return found


def seal(sheet: Sheet, text: str, x: float, y: float, size: float = SEAL_SIZE) -> None:
    """The round seal around a middle point: unit on the arc, star, use on the line below."""
    arc, under = documents.seal_lines(text)
    scale = size / SEAL_SIZE
    sheet.add(Path(circle(x, y, size / 2 - 0.6 * scale), stroke=RED, width=n(1.2 * scale)))
    sheet.add(Path(star(x, y, 6.6 * scale), fill=RED))
    count = len(arc)
    spread = min(270.0, 25.0 * count)
    high = (4.0 if count > 14 else 4.7 if count > 10 else 5.4) * scale
    reach = 14.4 * scale
    for index, each in enumerate(arc):
        turn = -spread / 2 + spread * index / (count - 1) if count > 1 else 0.0
        font, wide = letter(each)
        angle = math.radians(turn)
        left, up = -wide * high / 2, -reach
        at_x = x + left * math.cos(angle) - up * math.sin(angle)
        at_y = y + left * math.sin(angle) + up * math.cos(angle)
        sheet.add(Text(n(at_x), n(at_y), n(high), each, font, (n(wide * high),), RED, True, n(turn)))
    if under:
        line_size = (3.0 if len(under) > 9 else 3.5) * scale
        write(sheet, x, y + 12.2 * scale, under, n(line_size), colour=RED, bold=True, centre=True)
    sheet.seal = (n(x - size / 2), n(y - size / 2), size)


def qr(sheet: Sheet, address: str, x: float, y: float, size: float) -> None:
    """The address as a QR code: one path, row by row."""
    code = segno.make(address, error="m", boost_error=False)
    rows = list(code.matrix_iter(border=0))
    step = size / len(rows)
    segments: list[Segment] = []
    for down, row in enumerate(rows):
        begun = None
        for across, dark in enumerate([*row, 0]):
            if dark and begun is None:
                begun = across
            elif not dark and begun is not None:
                segments += rectangle(x + begun * step, y + down * step, (across - begun) * step, step)
                begun = None
    sheet.add(Path(tuple(segments), fill=INK))


def _frame(sheet: Sheet) -> None:
    for inset, width in ((8.0, 1.2), (10.2, 0.35)):
        sheet.add(
            Path(rectangle(inset, inset, sheet.width - 2 * inset, sheet.height - 2 * inset), stroke=FRAME, width=width)
        )


def _sample(sheet: Sheet, facts: Facts) -> None:
    if facts.sample:
        write(sheet, sheet.width / 2, sheet.height / 2, "样  本", 30.0, colour="#f0d9d6", centre=True)


def landscape(facts: Facts) -> Sheet:
    """正本 on A4 across, to hang on a wall."""
    sheet = Sheet(297.0, 210.0, facts.title)
    _frame(sheet)
    _sample(sheet, facts)
    write(sheet, 148.5, 36.0, facts.title, 13.0, colour=RED, bold=True, centre=True, spread=2.0)
    write(sheet, 278.0, 48.0, f"证号：{facts.number}", 4.0, right=True)
    y = 62.0
    size, gap = (5.2, 10.4) if len(facts.fields) <= 7 else (4.6, 8.6)
    for label, value in facts.fields:
        write(sheet, 26.0, y, label, size, bold=True)
        lines = broken(value, size, 186.0)[:3]
        for each in lines:
            write(sheet, 74.0, y, each, size)
            y += gap if each is lines[-1] else size * 1.5
    write(sheet, 26.0, y, "有效期限", size, bold=True)
    write(sheet, 74.0, y, facts.validity, size)
    _notes(sheet, facts, 26.0, y + gap, 186.0)
    _foot(sheet, facts, left=26.0, right=240.0, bottom=190.0)
    return sheet


def portrait(facts: Facts) -> Sheet:
    """A4 upright, for certificates with more to say."""
    sheet = Sheet(210.0, 297.0, facts.title)
    _frame(sheet)
    _sample(sheet, facts)
    write(sheet, 105.0, 46.0, facts.title, 11.0, colour=RED, bold=True, centre=True, spread=1.4)
    write(sheet, 192.0, 60.0, f"证号：{facts.number}", 4.0, right=True)
    sheet.add(Path(line(18.0, 64.0, 192.0, 64.0), stroke=FRAME, width=0.3))
    y = 76.0
    for label, value in (*facts.fields, ("有效期限", facts.validity)):
        write(sheet, 22.0, y, label, 4.8, bold=True)
        for each in broken(value, 4.8, 118.0)[:4]:
            write(sheet, 68.0, y, each, 4.8)
            y += 7.4
        y += 3.0
    _notes(sheet, facts, 22.0, y + 2.0, 166.0)
    _foot(sheet, facts, left=22.0, right=152.0, bottom=274.0)
    return sheet


def _notes(sheet: Sheet, facts: Facts, x: float, y: float, width: float) -> None:
    for note in facts.notes[-4:]:
        for each in broken(f"注记：{note}", 3.6, width)[:2]:
            write(sheet, x, y, each, 3.6)
            y += 5.2


def _foot(sheet: Sheet, facts: Facts, *, left: float, right: float, bottom: float) -> None:
    """QR code and identifier to the left, organ, date and seal to the right."""
    qr(sheet, facts.verify_url, left, bottom - 30.0, 24.0)
    write(sheet, left + 28.0, bottom - 25.0, "扫码核验真伪和现在是否有效", 3.4)
    write(sheet, left + 28.0, bottom - 19.5, f"核验码 {facts.shown_code}", 3.4, bold=True)
    parts = [facts.identifier[at : at + 44] for at in range(0, len(facts.identifier), 44)]
    write(sheet, left + 28.0, bottom - 13.5, "电子证照标识", 2.8, colour=GREY)
    for index, part in enumerate(parts):
        write(sheet, left + 28.0, bottom - 9.5 + index * 3.8, part, 2.6, colour=GREY)
    write(sheet, right, bottom - 22.0, f"{facts.issuer}", 4.8, centre=True)
    write(sheet, right, bottom - 13.0, facts.issued_on, 4.8, centre=True)
    if facts.seal_text:
        seal(sheet, facts.seal_text, right, bottom - 20.0)


LAYOUTS = {"landscape": landscape, "portrait": portrait}
