"""A file that somebody holds, looked at by page and by command."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from yimen.ground.documents.selectors import open_file
from yimen.ground.kit import crypto
from yimen.ground.kit.keyring import Key
from yimen.ground.kit.moments import day_of, now
from yimen.service.certificates import services
from yimen.service.certificates.commands import verify_certificate
from yimen.service.certificates.drawing import ofd, sealing
from yimen.service.certificates.models import Certificate
from yimen.service.certificates.selectors.checking import check_file
from yimen.service.certificates.services import files
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db


def file_of(row: Certificate, form: str) -> bytes:
    with open_file(services.file_of(stage.edition(row), form, now())) as file:
        return file.read()


@pytest.mark.parametrize("form", ["pdf", "ofd"])
def test_original_then_replaced_then_revoked(cast: Cast, form: str) -> None:
    row, chen, wu, day = stage.issued(cast), cast.actor("chen"), cast.actor("wu"), day_of(now())
    data = file_of(row, form)
    assert check_file(data, day).headline == "文件是原件，证照有效"
    services.change(certificate=row, values={"shop": "听泉茶馆二店"}, reason="换字号。", actor=wu, at=now())
    assert check_file(data, day).headline == "文件是原件，但已经换发，这一版作废"
    newer = file_of(row, form)
    assert check_file(newer, day).holds
    services.move(certificate=row, action="revoke", reason="隐瞒。", document="清撤〔2026〕1号", actor=chen, at=now())
    assert check_file(newer, day).headline == "文件是原件，但已被撤销"


@pytest.mark.parametrize("form", ["pdf", "ofd"])
def test_one_altered_byte(cast: Cast, form: str) -> None:
    data, chance = file_of(stage.issued(cast), form), random.Random(7)
    for place in chance.sample(range(len(data)), 40):
        broken = bytearray(data)
        broken[place] ^= 1 << chance.randrange(8)
        found = check_file(bytes(broken), day_of(now()))
        assert not found.genuine and found.problems and not found.holds, place
    assert check_file(data + b"\n", day_of(now())).problems
    assert check_file(data[:-1], day_of(now())).problems


def test_what_was_altered_is_said_of_a_pdf(cast: Cast) -> None:
    data = file_of(stage.issued(cast), "pdf")
    at = data.index(b"stream") + 30
    broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    (said,) = check_file(broken, day_of(now())).problems
    assert f"从第 {at + 1} 个字节起与原件不同" in said
    assert check_file(data[:-9], day_of(now())).problems == ("文件不完整，少了 9 个字节。",)
    assert check_file(data + b"%x", day_of(now())).problems == ("原件之后多了 2 个字节。",)


def test_a_seal_of_nobody(cast: Cast) -> None:
    """A forger makes an OFD that holds together, under the same words with a key of his own."""
    edition = stage.edition(stage.issued(cast))
    facts = stage.selectors_facts(edition)
    sheet = files.sheet_of(facts, edition.layout)
    private, public = crypto.sm2().generate()
    key, signer = Key("x", 1, private, public), sealing.Signer()
    about = sealing.SealFacts("QH-0001", facts["seal_text"], facts["issuer"], "", edition.seal.valid_from)
    certificate = sealing.key_certificate(about, key, signer)
    seal = sealing.electronic_seal(about, key, certificate, signer)
    assert sheet.seal is not None
    whole = ofd.signed(
        ofd.parts(sheet, files.described(facts, edition), sealed=True), seal=seal, at=edition.made_at, place=sheet.seal,
        sign=lambda over: sealing.signature(
            seal, certificate, key, signer, over=over, covers=f"/{ofd.SIGNATURE}", at=edition.made_at
        ),
    )  # fmt: skip
    found = check_file(ofd.pack(whole), day_of(now()))
    assert not found.genuine and "不在本系统的印章登记簿" in found.problems[0]


def test_the_page_looks_at_a_file(cast: Cast) -> None:
    data, visitor = file_of(stage.issued(cast), "ofd"), Client()
    address = "/verify/certificate/file/"
    page = visitor.post(address, {"file": SimpleUploadedFile("证.ofd", data)})
    assert "文件是原件，证照有效" in page.text and "李明" not in page.text
    bad = visitor.post(address, {"file": SimpleUploadedFile("证.ofd", data.replace("李明".encode(), "王明".encode()))})
    assert "这份文件不是原件" in bad.text and "证照页面的内容被改动" in bad.text
    assert visitor.post(address, {"file": SimpleUploadedFile("x.exe", b"MZ")}).status_code == 422
    assert visitor.post(address, {}).status_code == 422
    assert "只能核验" in visitor.post(address, {"file": SimpleUploadedFile("x.pdf", b"hello")}).text


def test_the_command(cast: Cast, tmp_path: Path) -> None:
    data = file_of(stage.issued(cast), "pdf")
    (tmp_path / "a.pdf").write_bytes(data)
    done = CliRunner().invoke(verify_certificate, [str(tmp_path / "a.pdf")])
    assert done.exit_code == 0 and "文件是原件，证照有效" in done.output and "签名成立" in done.output
    (tmp_path / "a.pdf").write_bytes(data[:-40])
    assert CliRunner().invoke(verify_certificate, [str(tmp_path / "a.pdf")]).exit_code == 1
