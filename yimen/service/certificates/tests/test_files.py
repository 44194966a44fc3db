"""The files of a certificate: the same bytes always, read by independent readers, every altered byte found."""

from __future__ import annotations

import io
import random
import subprocess
from pathlib import Path
from shutil import which

import ofdkit  # type: ignore[import-untyped]  # has no stubs
import pytest
from lxml import etree  # type: ignore[import-untyped]  # has no stubs
from pypdf import PdfReader

from tests.cast import Cast
from yimen.ground.documents.fonts import MissingGlyph
from yimen.ground.documents.selectors import open_file
from yimen.ground.kit.moments import now
from yimen.service.certificates import services
from yimen.service.certificates.drawing import checking, der, ofd, sealing
from yimen.service.certificates.models import CertificateFile, Edition, ElectronicSeal
from yimen.service.certificates.services import files
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db
NAMES = {"ofd": ofd.SPACE}


def drawn(cast: Cast, form: str) -> tuple[bytes, Edition]:
    edition = stage.edition(stage.issued(cast))
    with open_file(services.file_of(edition, form, now())) as file:
        return file.read(), edition


def test_both_forms_say_the_same_to_independent_readers(cast: Cast, tmp_path: Path) -> None:
    data, edition = drawn(cast, "ofd")
    path = tmp_path / "x.ofd"
    path.write_bytes(data)
    with ofdkit.open(str(path)) as document:
        assert document.warnings == [] or not document.warnings
        info, runs = document.info, "".join(run.text for page in document.pages for run in page.runs)
    with open_file(services.file_of(edition, "pdf", now())) as file:
        reader = PdfReader(io.BytesIO(file.read()))
    printed = "".join(reader.pages[0].extract_text().split())
    sheet = files.sheet_of(stage.selectors_facts(edition), edition.layout)
    for text in sheet.texts():
        assert "".join(text.split()) in "".join(runs.split())
    for word in ("公共场所卫生许可证", "听泉茶馆", "清河县市场监督管理局", edition.certificate.number):
        assert word in printed and word in "".join(runs.split())
    assert info.custom_data["电子证照标识"] == edition.identifier and info.title == "公共场所卫生许可证"
    assert reader.metadata is not None and reader.metadata.author == "清河县市场监督管理局"


def test_the_same_bytes_always(cast: Cast) -> None:
    data, edition = drawn(cast, "ofd")
    with open_file(services.file_of(edition, "ofd", now())) as file:
        assert file.read() == data
    kept = CertificateFile.objects.get(form="ofd")
    facts = stage.selectors_facts(edition)
    members = ofd.parts(files.sheet_of(facts, edition.layout), files.described(facts, edition), sealed=True)
    seal = bytes(ElectronicSeal.objects.get().body)
    sheet = files.sheet_of(facts, edition.layout)
    assert sheet.seal is not None
    whole = ofd.signed(
        members, seal=seal, sign=lambda _over: bytes.fromhex(kept.signature), at=edition.made_at, place=sheet.seal
    )
    assert ofd.pack(whole) == data
    assert files.make_file(edition, "pdf")[0] == files.make_file(edition, "pdf")[0]


def test_the_package_is_as_the_standard_says(cast: Cast) -> None:
    members = ofd.unpack(drawn(cast, "ofd")[0])
    for name, content in members.items():
        if name.endswith(".xml"):
            root = etree.fromstring(content)
            assert root.tag.startswith(f"{{{ofd.SPACE}}}"), name
    page = etree.fromstring(members["Doc_0/Pages/Page_0/Content.xml"])
    numbers = page.xpath("//@ID")
    assert len(numbers) == len(set(numbers))
    fonts = etree.fromstring(members["Doc_0/PublicRes.xml"]).xpath("//ofd:Font/@ID", namespaces=NAMES)
    assert set(page.xpath("//ofd:TextObject/@Font", namespaces=NAMES)) == set(fonts)
    last = int(etree.fromstring(members["Doc_0/Document.xml"]).findtext(".//ofd:MaxUnitID", namespaces=NAMES))
    assert last >= max(int(number) for number in [*numbers, *fonts])
    for code in page.iterfind(".//ofd:TextCode", NAMES):
        assert len((code.get("DeltaX") or "").split()) == len(code.text) - 1


def test_embedded_letters_are_the_letters_written(cast: Cast) -> None:
    from fontTools.ttLib import TTFont

    members = ofd.unpack(drawn(cast, "ofd")[0])
    page = etree.fromstring(members["Doc_0/Pages/Page_0/Content.xml"])
    for number in (0, 1):
        name = f"Doc_0/Res/font_{number}.ttf"
        if name not in members:
            continue
        font = TTFont(io.BytesIO(members[name]))
        query = f"//ofd:TextObject[@Font='{ofd.FIRST_FONT + number}']/ofd:TextCode/text()"
        written = set("".join(page.xpath(query, namespaces=NAMES)))
        assert {chr(code) for code in font.getBestCmap()} == written
        assert all(font["glyf"][font.getBestCmap()[ord(each)]].numberOfContours for each in written - {" "})


def test_what_was_sealed_is_whole(cast: Cast) -> None:
    data, edition = drawn(cast, "ofd")
    found = checking.examine_ofd(data)
    assert found.problems == [] and found.identifier == edition.identifier
    assert found.signed is not None and found.signed.seal_text == "清河县市场监督管理局行政审批专用章"
    assert found.signed.public.hex() == ElectronicSeal.objects.get().public


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("Doc_0/Pages/Page_0/Content.xml", "证照页面的内容被改动"), ("OFD.xml", "证照信息被改动"),
        ("Doc_0/Document.xml", "文档结构被改动"), ("Doc_0/Res/font_0.ttf", "字体被改动"), (ofd.SEAL, "电子印章被改动"),
        (ofd.SIGNATURE, "签章说明被改动"), (ofd.VALUE, "签章数据被改动"),
    ],
)  # fmt: skip
def test_one_altered_byte_is_named(cast: Cast, member: str, said: str) -> None:
    data, _ = drawn(cast, "ofd")
    members = ofd.unpack(data)
    content = bytearray(members[member])
    content[len(content) // 2] ^= 1
    found = checking.examine_ofd(ofd.pack({**members, member: bytes(content)}))
    assert any(said in problem for problem in found.problems), found.problems


def test_any_byte_of_the_file(cast: Cast) -> None:
    data, _ = drawn(cast, "ofd")
    chance = random.Random(20261123)
    for place in [*chance.sample(range(len(data)), 60), 0, len(data) - 1, *range(len(data) - 60, len(data) - 40)]:
        broken = bytearray(data)
        broken[place] ^= 1 << chance.randrange(8)
        assert checking.examine_ofd(bytes(broken)).problems, place


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", b"PK\x03\x04" + b"\0" * 60, b"\0" * 2000])
def test_what_is_no_ofd(data: bytes) -> None:
    assert checking.examine_ofd(data).problems


def test_members_taken_away_or_added(cast: Cast) -> None:
    members = ofd.unpack(drawn(cast, "ofd")[0])
    added = checking.examine_ofd(ofd.pack({**members, "Doc_0/Pages/Page_1/Content.xml": b"<x/>"}))
    assert any("多了" in problem for problem in added.problems)
    less = {name: content for name, content in members.items() if name != "Doc_0/Res/font_0.ttf"}
    assert any("被拿掉" in problem for problem in checking.examine_ofd(ofd.pack(less)).problems)
    bare = {name: content for name, content in members.items() if not name.startswith("Doc_0/Signs")}
    assert checking.examine_ofd(ofd.pack(bare)).problems == ["文件里没有电子印章的签名，或者签名被拿掉了。"]


def test_openssl_finds_the_same(cast: Cast, tmp_path: Path) -> None:
    openssl = which("openssl")
    if openssl is None or "SM2" not in _says(openssl, "list", "-public-key-algorithms"):
        pytest.skip("openssl here has no SM2 (needs 3.x)")
    members = ofd.unpack(drawn(cast, "ofd")[0])
    to_sign, certificate, _, signature = der.read(members[ofd.VALUE]).children()
    (tmp_path / "c.der").write_bytes(certificate.content)
    (tmp_path / "tbs").write_bytes(to_sign.whole)
    (tmp_path / "sig").write_bytes(signature.bit_content())
    _says(openssl, "x509", "-inform", "der", "-in", str(tmp_path / "c.der"), "-out", str(tmp_path / "c.pem"))
    (tmp_path / "key.pem").write_text(_says(openssl, "x509", "-in", str(tmp_path / "c.pem"), "-noout", "-pubkey"))
    own = ("-vfyopt", f"distid:{'1234567812345678'}", "-CAfile", str(tmp_path / "c.pem"), str(tmp_path / "c.pem"))
    assert "OK" in _says(openssl, "verify", *own)
    command = (
        "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", str(tmp_path / "key.pem"), "-signature",
        str(tmp_path / "sig"), str(tmp_path / "tbs"),
    )  # fmt: skip
    assert "Verified OK" in _says(openssl, *command)
    (tmp_path / "tbs").write_bytes(to_sign.whole[:-1] + bytes([to_sign.whole[-1] ^ 1]))
    assert "Verified OK" not in _says(openssl, *command)


def _says(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_der_is_read_strictly(cast: Cast) -> None:
    value = ofd.unpack(drawn(cast, "ofd")[0])[ofd.VALUE]
    assert sealing.read_signature(value).holds
    for bad in (value + b"\0", value[:-1], b"", b"\x30\x80\0\0"):
        with pytest.raises((der.BadDer, IndexError)):
            sealing.read_signature(bad)


def test_a_letter_no_font_has_stops_the_certificate(cast: Cast) -> None:
    draft = stage.drafted(cast)
    with pytest.raises(MissingGlyph):
        services.issue(
            certificate=draft, values=stage.WORDS | {"shop": "听泉\U000e0fff茶馆"}, actor=cast.actor("wu"), at=now()
        )
