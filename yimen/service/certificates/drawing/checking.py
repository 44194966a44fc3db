"""Whether a sealed OFD is as it was sealed, and which part is not. Needs no database: trust in the key is the caller's."""

from __future__ import annotations

import base64
import binascii
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from yimen.ground.kit import crypto
from yimen.service.certificates.drawing import ofd, sealing
from yimen.service.certificates.drawing.der import BadDer

_NAMES = {"ofd": ofd.SPACE}
_PART_WORDS = (
    ("OFD.xml", "证照信息"), ("Doc_0/Document.xml", "文档结构"), ("Doc_0/PublicRes.xml", "字体清单"),
    ("Doc_0/Res/", "字体"), ("Doc_0/Pages/", "证照页面的内容"), (ofd.SEAL, "电子印章"), (ofd.SIGNATURES, "签章清单"),
    (ofd.SIGNATURE, "签章说明"), (ofd.VALUE, "签章数据"),
)  # fmt: skip


@dataclass(slots=True)
class Examined:
    """What was found in a file. `problems` says in words what is not as it was sealed; none: it is."""

    form: str
    problems: list[str] = field(default_factory=list)
    identifier: str = ""
    data: dict[str, str] = field(default_factory=dict)
    signed: sealing.Signed | None = None


def part_words(name: str) -> str:
    """What a member of the package is, in words."""
    return next((words for begin, words in _PART_WORDS if name.startswith(begin)), f"“{name[:60]}”")


def examine_ofd(data: bytes) -> Examined:
    """Read a sealed OFD strictly: package, digests, signatures, metadata."""
    found = Examined("ofd")
    try:
        members = ofd.unpack(data)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, zipfile.LargeZipFile):
        found.problems.append("文件不完整，或者文件包的结构被改动，打不开。")
        return found
    _read_data(members, found)
    if ofd.SIGNATURE not in members or ofd.VALUE not in members:
        found.problems.append("文件里没有电子印章的签名，或者签名被拿掉了。")
        return found
    _compare(members, found)
    _verify(members, found)
    if not found.problems and ofd.pack(members) != data:
        found.problems.append("文件包的结构被改动，内容没有变。")
    return found


def _compare(members: ofd.Parts, found: Examined) -> None:
    """Each member against the digest that was signed."""
    try:
        listed = _listed(members[ofd.SIGNATURE])
    except (ElementTree.ParseError, ValueError):
        found.problems.append("签章说明被改动。")
        return
    for name, digest in listed.items():
        if name not in members:
            found.problems.append(f"{part_words(name)}被拿掉了。")
        elif not crypto.same(crypto.sm3(members[name]), digest):
            found.problems.append(f"{part_words(name)}被改动。")
    for name in members:
        if name not in listed and name not in ofd.UNCOVERED:
            found.problems.append(f"文件里多了{part_words(name)}。")


def _listed(xml: bytes) -> dict[str, bytes]:
    root = _parse(xml)
    listed = {}
    for reference in root.iterfind(".//ofd:Reference", _NAMES):
        value = reference.findtext("ofd:CheckValue", "", _NAMES)
        try:
            listed[str(reference.get("FileRef", "")).lstrip("/")] = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError("digest") from None
    return listed


def _verify(members: ofd.Parts, found: Examined) -> None:
    """The signature over the list of digests."""
    try:
        signed = sealing.read_signature(members[ofd.VALUE])
    except (BadDer, IndexError, ValueError):
        found.problems.append("签章数据被改动，读不出来。")
        return
    found.signed = signed
    if not crypto.same(crypto.sm3(members[ofd.SIGNATURE]), signed.digest):
        found.problems.append("签章说明被改动。")
    if not signed.holds or signed.covers != f"/{ofd.SIGNATURE}":
        found.problems.append("签章数据被改动，签名不成立。")
    root_signs = members.get(ofd.SIGNATURES, b"")
    if f'BaseLoc="/{ofd.SIGNATURE}"'.encode() not in root_signs:
        found.problems.append("签章清单被改动。")


def _read_data(members: ofd.Parts, found: Examined) -> None:
    """The metadata in OFD.xml."""
    try:
        root = _parse(members.get("OFD.xml", b""))
    except (ElementTree.ParseError, ValueError):
        found.problems.append("证照信息被改动，读不出来。")
        return
    for each in root.iterfind(".//ofd:CustomData", _NAMES):
        found.data[str(each.get("Name", ""))] = each.text or ""
    found.identifier = found.data.get("电子证照标识", "")


def _parse(xml: bytes) -> ElementTree.Element:
    """XML without any declaration of entities: a certificate has none, and they are how readers are attacked."""
    if b"<!" in xml:
        raise ValueError("declaration")
    return ElementTree.fromstring(xml)  # noqa: S314 -- declarations are refused above
