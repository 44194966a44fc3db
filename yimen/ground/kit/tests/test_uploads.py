"""The gate lets usual files in and refuses the rest with a reason, quickly, in little memory, leaving nothing behind."""

from __future__ import annotations

import contextlib
import io
import random
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import openpyxl
import pikepdf
import pytest
from PIL import Image

from yimen.ground.kit.uploads import CheckedFile, FileRefused, check, clean_name


def picture(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    file = io.BytesIO()
    noise = random.Random(1).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, noise).save(file, kind)
    return file.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options: object) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    file = io.BytesIO()
    document.save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def archive(entries: dict[str, bytes], *, stored: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for path, content in entries.items():
            made.writestr(path, content)
    return file.getvalue()


def docx(extra: dict[str, bytes] | None = None) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **(extra or {})})


def ofd(extra: dict[str, bytes] | None = None) -> bytes:
    return archive({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<Document/>", **(extra or {})})


def xlsx() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A true PNG of one colour, small as a file however large as a picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def let_in(data: bytes, name: str, **options: object) -> CheckedFile:
    return check(io.BytesIO(data), name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(), "营业执照.pdf", "pdf"),
        (pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), "a.PDF", "pdf"),
        (picture("JPEG"), "照片.JPEG", "jpg"),
        (picture("PNG"), "𠮷䶮.png", "png"),
        (docx(), "申请书.docx", "docx"),
        (docx({"word/embeddings/Sheet1.xlsx": xlsx()}), "带表格.docx", "docx"),
        (xlsx(), "清单.xlsx", "xlsx"),
        (ofd(), "发票.ofd", "ofd"),
    ],
)
def test_usual_files_come_in(data: bytes, name: str, kind: str) -> None:
    checked = let_in(data, name)
    assert (checked.kind, checked.size, checked.name) == (kind, len(data), name)
    assert checked.file.read() == data


def javascript(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def launch(document: pikepdf.Pdf) -> None:
    action = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")))
    document.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, A=action)])


def nothing_but_catalogue(document: pikepdf.Pdf) -> None:
    del document.pages[0]


def deflated(head: bytes, size: int) -> bytes:
    """`head` and then spaces up to `size`, packed piece by piece."""
    packer = zlib.compressobj(9)
    pieces = [packer.compress(head)]
    pieces += [packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)]
    return b"".join(pieces) + packer.flush()


def stretched_pdf() -> bytes:
    """A PDF whose object stream unpacks to far more than anybody may keep."""
    packed = deflated(b"1 0 ", 300_000_000)
    body = b"%PDF-1.5\n" + b"2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    body += packed + b"\nendstream endobj\n"
    place = len(body)
    table = b"".join(struct.pack(">BIH", *row) for row in ((0, 0, 65535), (2, 2, 0), (1, 9, 0), (1, place, 0)))
    body += b"3 0 obj<</Type/XRef/Size 4/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table) + table
    return body + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % place


def stretched_docx() -> bytes:
    """42.zip in the shape of a document: one entry of 300 MB in a few hundred kilobytes."""
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as made, made.open("word/big.xml", "w") as entry:
        for _ in range(300):
            entry.write(b" " * 1_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "a.pdf", "空文件"),
        (b"x" * 3_000_000, "a.pdf", "最多 2 MB"),
        (b"MZ\x90\0", "a.pdf", "Windows 程序"),
        (picture("PNG"), "a.jpg", "PNG 图片"),
        (b"hello", "a.pdf", "内容不是 PDF"),
        (b"<svg onload=alert(1)>", "a.svg", "脚本"),
        (b"<html>", "a.html", "脚本"),
        (b"  <!DOCTYPE html>", "a.png", "网页"),
        (b"MZ", "a.pdf.exe", "不是可以上传的格式"),
        (b"MZ", "a\u202egpj.exe", "agpj.exe"),
        (b"x", "pdf", "不是可以上传的格式"),
        (pdf()[:200], "a.pdf", "损坏"),
        (pdf(encryption=pikepdf.Encryption(user="x", owner="y")), "a.pdf", "密码"),
        (pdf(javascript), "a.pdf", "脚本或程序"),
        (pdf(launch), "a.pdf", "脚本或程序"),
        (pdf(nothing_but_catalogue), "a.pdf", "损坏"),
        (pdf() + archive({"evil.exe": b"MZ"}), "a.pdf", "压缩包"),
        (b"GIF89a" + pdf(), "a.pdf", "GIF"),
        (picture("JPEG") + archive({"a": b"b"}), "a.jpg", "夹带"),
        (picture("PNG") + b"tail", "a.png", "后面附带"),
        (picture("JPEG").replace(b"JFIF", b"JFIF<script>", 1), "a.jpg", "夹带"),
        (picture("JPEG")[:400], "a.jpg", "损坏"),
        (picture("PNG")[:-400], "a.png", "不完整"),
        (png_of(30_000, 30_000), "a.png", "像素"),
        (png_of(60_000, 10), "a.png", "像素"),
        (archive({"a.txt": b"x"}), "a.docx", "不是 DOCX"),
        (xlsx(), "a.docx", "不是 DOCX"),
        (docx({"word/vbaProject.bin": b"x"}), "a.docx", "宏"),
        (docx({"run.exe": b"MZ"}), "a.docx", "程序"),
        (docx({"../../etc/passwd": b"x"}), "a.docx", "指向外面"),
        (docx({"word/media/a.png": archive({"b": b"c"})}), "a.docx", "其他压缩包"),
        (docx({"word/embeddings/a.xlsx": archive({"xl/embeddings/b.xlsx": xlsx()})}), "a.docx", "其他压缩包"),
        (docx({"word/x.xml": b'<!DOCTYPE x [<!ENTITY a "b">]>'}), "a.docx", "膨胀"),
        (docx({"word/x.xml": '<!DOCTYPE x [<!ENTITY a "b">]>'.encode("utf-16")}), "a.docx", "膨胀"),
        (
            docx(
                {"word/_rels/s.rels": b'<Relationship TargetMode="External" Type="x/attachedTemplate" Target="//h/t"/>'}
            ),
            "a.docx",
            "下载",
        ),
        (docx({f"word/{n}": b"" for n in range(3001)}), "a.docx", "过大"),
        (docx()[:-10], "a.docx", "损坏"),
        (b"PK\x03\x04" + b"\0" * 100, "a.ofd", "损坏"),
        (b"prefix" + docx(), "a.docx", "内容不是"),
    ],
)
def test_the_rest_is_refused_with_a_reason_and_a_way_out(data: bytes, name: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused, match=why) as refused:
        let_in(data, name, max_bytes=2 * 1024 * 1024)
    assert refused.value.next_step
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(("make", "name"), [(stretched_pdf, "a.pdf"), (stretched_docx, "a.docx")])
def test_bombs_are_refused_in_little_memory(make: Callable[[], bytes], name: str) -> None:
    data = make()
    assert len(data) < 500_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileRefused):
        let_in(data, name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024, "KiB more at the peak"


def test_a_size_that_lies_is_found() -> None:
    """The directory says 10 bytes, the entry holds many more."""
    data = bytearray(docx({"word/big.bin": b"\0" * 100_000}))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/big.bin"))
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    with pytest.raises(FileRefused):
        let_in(bytes(data), "a.docx")


def test_entries_that_share_bytes_are_a_bomb() -> None:
    data = bytearray(docx({"word/a.bin": b"\0" * 1000, "word/b.bin": b"\0" * 1000}))
    first = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/a.bin"))
    second = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/b.bin"))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    with pytest.raises(FileRefused):
        let_in(bytes(data), "a.docx")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/x.pdf", "x.pdf"),
        ("C:\\Users\\李雷\\执照.pdf", "执照.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00\r\nb.pdf", "ab.pdf"),
        ('<b>"x".pdf', "_b__x_.pdf"),
        ("a.pdf::$DATA", "a.pdf__$DATA"),
        ("...", "文件"),
        ("", "文件"),
        ("CON", "文件CON"),
        ("\ud800.pdf", "文件.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("𠮷䶮.pdf", "𠮷䶮.pdf"),
    ],
)
def test_names_are_made_safe(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_random_bytes_behind_every_magic_never_break_the_gate() -> None:
    dice = random.Random(7)
    for _ in range(150):
        ending, good = dice.choice(
            [("pdf", pdf()), ("png", picture("PNG")), ("jpg", picture("JPEG")), ("docx", docx())]
        )
        data = bytearray(good)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        with contextlib.suppress(FileRefused):
            let_in(bytes(data), f"a.{ending}")
