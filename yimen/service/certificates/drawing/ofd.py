"""A sheet as OFD (GB/T 33190-2016): the part of the standard that a certificate needs, and how it is sealed.

The package holds `OFD.xml`, one document with its resources, pages of `TextObject` and `PathObject`, and `Signs/`. Equal sheets
give equal bytes: members in a fixed order, stored with a fixed time. What a reader needs and the page does not use is left out.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from yimen.ground.kit import crypto
from yimen.ground.kit.moments import local
from yimen.service.certificates.drawing import glyphs
from yimen.service.certificates.drawing.sheet import Shape, Sheet, Text

SPACE = "http://www.ofdspec.org/2016"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SM3_OID, SM2_SM3_OID = "1.2.156.10197.1.401", "1.2.156.10197.1.501"
SIGNATURES = "Doc_0/Signs/Signatures.xml"
SIGNATURE = "Doc_0/Signs/Sign_0/Signature.xml"
SEAL = "Doc_0/Signs/Sign_0/Seal.esl"
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"
UNCOVERED = (SIGNATURES, SIGNATURE, VALUE)
"""What the list of digests cannot name: itself, what leads to it, and the signature over it."""

PAGE_ID, LAYER_ID, FIRST_FONT = 1, 2, 10
MOST_BYTES = 20_000_000
Parts = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Described:
    """What the package says of the document besides the page."""

    doc_id: str
    author: str
    made_at: datetime
    data: Mapping[str, str]


def parts(sheet: Sheet, about: Described, *, sealed: bool) -> Parts:
    """The members of the package, but for the signature."""
    used: dict[int, set[str]] = {}
    for mark in sheet.marks:
        if isinstance(mark, Text):
            used.setdefault(mark.font, set()).update(mark.text)
    fonts = sorted(used)
    return {
        "OFD.xml": _entry(sheet, about, sealed=sealed),
        "Doc_0/Document.xml": _document(sheet, fonts),
        "Doc_0/PublicRes.xml": _resources(fonts),
        **{f"Doc_0/Res/font_{font}.ttf": glyphs.subset(font, used[font]) for font in fonts},
        "Doc_0/Pages/Page_0/Content.xml": _page(sheet),
    }


def pack(members: Mapping[str, bytes]) -> bytes:
    """The package of these members in this order, one and the same for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            # Deflate differs between builds of zlib; stored, a package is the same everywhere and always.
            entry.compress_type = zipfile.ZIP_STORED
            archive.writestr(entry, content)
    return out.getvalue()


def unpack(data: bytes) -> Parts:
    """The members of a package in their order; raises `ValueError` or `zipfile.BadZipFile` for what is none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > 200 or sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise ValueError("too large")
        if len({entry.filename for entry in entries}) != len(entries):
            raise ValueError("a name twice")
        return {entry.filename: _member(archive, entry) for entry in entries}


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One member as it stands, also where its check sum does not fit: whoever verifies wants to name it."""
    with archive.open(entry) as member:
        member._expected_crc = None  # type: ignore[attr-defined]  # no public way to read a damaged member
        return member.read()


Sign = Callable[[bytes], bytes]


def signed(members: Parts, *, seal: bytes, sign: Sign, at: datetime, place: tuple[float, float, float]) -> Parts:
    """The members with seal and signature. `sign` is given the bytes of Signature.xml and returns SignedValue.dat."""
    whole = {**members, SEAL: seal}
    whole[SIGNATURES] = _xml(
        "Signatures", f'<ofd:MaxSignId>1</ofd:MaxSignId><ofd:Signature ID="1" Type="Seal" BaseLoc="/{SIGNATURE}"/>'
    )
    whole[SIGNATURE] = signature_xml(whole, at=at, place=place)
    whole[VALUE] = sign(whole[SIGNATURE])
    return whole


def signature_xml(members: Parts, *, at: datetime, place: tuple[float, float, float]) -> bytes:
    """The list of all members with their SM3, which is what is signed (GB/T 33190 18)."""
    rows = "".join(
        f'<ofd:Reference FileRef="/{escape(name)}"><ofd:CheckValue>{_digest(content)}</ofd:CheckValue></ofd:Reference>'
        for name, content in members.items()
        if name not in UNCOVERED
    )
    left, top, size = place
    stamp = local(at).strftime("%Y%m%d%H%M%S")
    return _xml(
        "Signature",
        '<ofd:SignedInfo><ofd:Provider ProviderName="Yimen" Version="1" Company="Yimen"/>'
        f"<ofd:SignatureMethod>{SM2_SM3_OID}</ofd:SignatureMethod>"
        f"<ofd:SignatureDateTime>{stamp}</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{SM3_OID}">{rows}</ofd:References>'
        f'<ofd:StampAnnot ID="1" PageRef="{PAGE_ID}" Boundary="{left:g} {top:g} {size:g} {size:g}"/>'
        f"<ofd:Seal><ofd:BaseLoc>/{SEAL}</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
        f"<ofd:SignedValue>/{VALUE}</ofd:SignedValue>",
    )


def _digest(content: bytes) -> str:
    return base64.b64encode(crypto.sm3(content)).decode()


def _xml(root: str, body: str, attributes: str = "") -> bytes:
    return f'{_HEAD}<ofd:{root} xmlns:ofd="{SPACE}"{attributes}>{body}</ofd:{root}>'.encode()


def _entry(sheet: Sheet, about: Described, *, sealed: bool) -> bytes:
    day = local(about.made_at).date().isoformat()
    data = "".join(
        f"<ofd:CustomData Name={quoteattr(name)}>{escape(value)}</ofd:CustomData>" for name, value in about.data.items()
    )
    info = (
        f"<ofd:DocID>{escape(about.doc_id)}</ofd:DocID><ofd:Title>{escape(sheet.title)}</ofd:Title>"
        f"<ofd:Author>{escape(about.author)}</ofd:Author><ofd:CreationDate>{day}</ofd:CreationDate>"
        f"<ofd:Creator>Yimen</ofd:Creator><ofd:CreatorVersion>1</ofd:CreatorVersion>"
        f"<ofd:CustomDatas>{data}</ofd:CustomDatas>"
    )
    signs = f"<ofd:Signatures>/{SIGNATURES}</ofd:Signatures>" if sealed else ""
    body = f"<ofd:DocBody><ofd:DocInfo>{info}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signs}</ofd:DocBody>"
    return _xml("OFD", body, ' Version="1.0" DocType="OFD"')


def _document(sheet: Sheet, fonts: list[int]) -> bytes:
    last = max(FIRST_FONT + max(fonts, default=0), LAYER_ID + 100 + len(sheet.marks))
    area = f"<ofd:PhysicalBox>0 0 {sheet.width:g} {sheet.height:g}</ofd:PhysicalBox>"
    return _xml(
        "Document",
        f"<ofd:CommonData><ofd:MaxUnitID>{last}</ofd:MaxUnitID><ofd:PageArea>{area}</ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
        f'<ofd:Pages><ofd:Page ID="{PAGE_ID}" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>',
    )


def _resources(fonts: list[int]) -> bytes:
    rows = "".join(
        f'<ofd:Font ID="{FIRST_FONT + font}" FontName="{glyphs.FAMILIES[font]}" FamilyName="{glyphs.FAMILIES[font]}">'
        f"<ofd:FontFile>font_{font}.ttf</ofd:FontFile></ofd:Font>"
        for font in fonts
    )
    return _xml("Res", f"<ofd:Fonts>{rows}</ofd:Fonts>", ' BaseLoc="Res"')


def _page(sheet: Sheet) -> bytes:
    rows = "".join(
        _text(mark, number) if isinstance(mark, Text) else _path(mark, number, sheet)
        for number, mark in enumerate(sheet.marks, LAYER_ID + 100)
    )
    area = f"<ofd:Area><ofd:PhysicalBox>0 0 {sheet.width:g} {sheet.height:g}</ofd:PhysicalBox></ofd:Area>"
    return _xml("Page", f'{area}<ofd:Content><ofd:Layer ID="{LAYER_ID}" Type="Body">{rows}</ofd:Layer></ofd:Content>')


def _colour(name: str, colour: str) -> str:
    parts = " ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return f'<ofd:{name} Value="{parts}"/>'


def _text(mark: Text, number: int) -> str:
    import math

    size, wide = mark.size, sum(mark.advances)
    if mark.turn:
        # A turned letter stands in a box around its beginning; the matrix turns it there.
        reach = size * 1.5
        cos, sin = math.cos(math.radians(mark.turn)), math.sin(math.radians(mark.turn))
        box = (mark.x - reach, mark.y - reach, 2 * reach, 2 * reach)
        matrix = f' CTM="{cos:.6f} {sin:.6f} {-sin:.6f} {cos:.6f} {reach:.3f} {reach:.3f}"'
        x = y = 0.0
    else:
        box, matrix, x, y = (mark.x, mark.y - size, wide, size * 1.4), "", 0.0, size
    edge = f' Stroke="true" LineWidth="{size * 0.028:.3f}"' if mark.bold else ""
    stroke = _colour("StrokeColor", mark.colour) if mark.bold else ""
    steps = f' DeltaX="{" ".join(f"{each:g}" for each in mark.advances[:-1])}"' if len(mark.text) > 1 else ""
    boundary = " ".join(f"{each:.3f}" for each in box)
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{boundary}"{matrix} Font="{FIRST_FONT + mark.font}" Size="{size:g}"{edge}>'
        f'{_colour("FillColor", mark.colour)}{stroke}<ofd:TextCode X="{x:g}" Y="{y:g}"{steps}>{escape(mark.text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def _path(mark: Shape, number: int, sheet: Sheet) -> str:
    said = " ".join(" ".join([name, *(f"{each:g}" for each in values)]) for name, values in mark.segments)
    looks = [f'ID="{number}"', f'Boundary="0 0 {sheet.width:g} {sheet.height:g}"']
    looks.append('Stroke="true"' if mark.stroke else 'Stroke="false"')
    if mark.fill:
        looks.append('Fill="true"')
    if mark.width:
        looks.append(f'LineWidth="{mark.width:g}"')
    colours = (_colour("FillColor", mark.fill) if mark.fill else "") + (
        _colour("StrokeColor", mark.stroke) if mark.stroke else ""
    )
    return (
        f"<ofd:PathObject {' '.join(looks)}>{colours}<ofd:AbbreviatedData>{said}</ofd:AbbreviatedData></ofd:PathObject>"
    )
