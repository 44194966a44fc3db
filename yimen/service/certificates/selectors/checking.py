"""Whether a file somebody holds is as we sealed it, what was altered, and whether the certificate still stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from yimen.ground.documents.selectors import open_file
from yimen.ground.kit import crypto
from yimen.service.certificates.drawing import checking, sealing
from yimen.service.certificates.drawing.der import BadDer
from yimen.service.certificates.models import CertificateFile, Edition, ElectronicSeal
from yimen.service.certificates.rules import ROOT, is_identifier
from yimen.service.certificates.selectors.verifying import Verdict, verdict_of

_IDENTIFIER = re.compile(re.escape(ROOT.encode()) + rb"(?:\.[0-9A-Z]+){5}")
_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) \d+ obj\b(.{0,300})", re.DOTALL)
_PDF_PARTS = (
    (b"/Type/Catalog", "文档结构"), (b"/Metadata", "证照信息"), (b"/FontFile", "字体"), (b"/FontDescriptor", "字体"),
    (b"/Font", "字体"), (b"/CIDToGIDMap", "字体"), (b"/Type/Page", "页面"), (b"/ObjStm", "文档结构"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What is said of a file. `genuine`: as it was sealed by an organ of ours; `verdict`: what stands behind it today."""

    form: str
    genuine: bool
    problems: tuple[str, ...]
    identifier: str = ""
    seal: str = ""
    version: int = 0
    verdict: Verdict | None = None

    @property
    def holds(self) -> bool:
        """Whether the file is genuine and the certificate valid today, in this very edition."""
        return self.genuine and self.verdict is not None and self.verdict.holds and self.newest

    @property
    def newest(self) -> bool:
        """Whether no later edition was made."""
        return self.verdict is not None and self.verdict.certificate.edition == self.version

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not self.genuine:
            return "这份文件不是原件" if self.identifier else "这不是本系统颁发的证照文件"
        if self.verdict is None:
            return "文件没有被改动，但登记簿里没有这张证照"
        if not self.verdict.holds:
            return f"文件是原件，但{self.verdict.headline.removeprefix('这张证照')}"
        return "文件是原件，证照有效" if self.newest else "文件是原件，但已经换发，这一版作废"


def check_file(data: bytes, today: date) -> Checked:
    """Look at a file: is it the one that was sealed, and what of the certificate today."""
    if data.startswith(b"%PDF-"):
        return _check_pdf(data, today)
    if not data.startswith(b"PK"):
        return Checked("", False, ("只能核验 PDF 和 OFD 证照文件。",))
    found = checking.examine_ofd(data)
    edition = edition_by(found.identifier)
    problems = list(found.problems)
    if found.signed is not None and not problems and not _known(found.signed.public.hex()):
        problems.append("印章的密钥不在本系统的印章登记簿里，不是本系统的机关盖的。")
    return _said("ofd", problems, found.identifier, found.signed.seal_text if found.signed else "", edition, today)


def _check_pdf(data: bytes, today: date) -> Checked:
    named = _IDENTIFIER.search(data)
    identifier = named.group().decode() if named else ""
    kept = (
        CertificateFile.objects.select_related("file", "edition")
        .filter(form="pdf", file__digest=f"sm3:{crypto.sm3(data).hex()}")
        .first()
    )
    if kept is not None:
        problems, seal = _signature_of(kept, data)
        return _said("pdf", problems, kept.edition.identifier, seal, kept.edition, today)
    edition = edition_by(identifier)
    if edition is None:
        return Checked("pdf", False, ("文件里没有本系统的电子证照标识，或者标识被改动。",))
    original = CertificateFile.objects.select_related("file").filter(form="pdf", edition=edition).first()
    if original is None:
        return _said("pdf", ["这一版证照没有生成过 PDF，这份文件不是本系统的。"], identifier, "", edition, today)
    with open_file(original.file) as file:
        problems = [difference(file.read(), data)]
    return _said("pdf", problems, identifier, "", edition, today)


def difference(original: bytes, other: bytes) -> str:
    """Where a PDF begins to differ from the one that was sealed, in words."""
    shorter = min(len(original), len(other))
    at = next((place for place in range(shorter) if original[place] != other[place]), shorter)
    if at == len(original):
        return f"原件之后多了 {len(other) - at} 个字节。"
    if at == len(other):
        return f"文件不完整，少了 {len(original) - at} 个字节。"
    part = "文件头"
    for found in _OBJECT.finditer(original[: at + 300]):
        if found.start() > at:
            break
        head = found.group(2).split(b"stream")[0].replace(b" ", b"")
        part = next((words for mark, words in _PDF_PARTS if mark in head), "页面内容")
    return f"{part}被改动：从第 {at + 1} 个字节起与原件不同。"


def _signature_of(kept: CertificateFile, data: bytes) -> tuple[list[str], str]:
    """The signature kept beside a PDF, over its bytes."""
    try:
        signed = sealing.read_signature(bytes.fromhex(kept.signature))
    except (BadDer, ValueError, IndexError):
        return ["本系统保存的签章数据读不出来，请联系系统管理员。"], ""
    whole = signed.holds and crypto.same(crypto.sm3(data), signed.digest) and _known(signed.public.hex())
    return ([] if whole else ["电子印章的签名不成立。"]), signed.seal_text


def edition_by(identifier: str) -> Edition | None:
    """The edition that bears an identifier."""
    if not is_identifier(identifier):
        return None
    rows = Edition.objects.select_related("certificate__type", "certificate__holder", "certificate__issuer")
    return rows.filter(identifier=identifier).first()


def _known(public: str) -> bool:
    return ElectronicSeal.objects.filter(public=public).exists()


def _said(form: str, problems: list[str], identifier: str, seal: str, edition: Edition | None, today: date) -> Checked:
    return Checked(
        form, not problems, tuple(problems), identifier, seal, edition.version if edition else 0,
        verdict_of(edition.certificate, today) if edition else None,
    )  # fmt: skip
