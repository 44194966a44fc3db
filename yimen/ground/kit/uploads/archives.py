"""DOCX, XLSX and OFD: zip archives that must be what they say, and no larger unpacked than they may be."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import BinaryIO

from yimen.ground.kit.uploads.refusals import FileRefused

MOST_ENTRIES = 3000
MOST_UNPACKED = 200 * 1024 * 1024
LARGEST_NESTED = 20 * 1024 * 1024
_NEEDED = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "ofd.xml"}
_EMBEDDED = re.compile(r"(word|xl|ppt)/embeddings/[^/]+\.(docx|xlsx|pptx)")
_PROGRAMS = re.compile(
    r"vbaproject\.bin|\.(exe|dll|com|scr|js|vbs|ps1|bat|cmd|jar|lnk|sh|msi|zip|rar|7z|gz|tar|html?|svg)$"
)
_ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08")
_OUTSIDE = re.compile(
    rb"<relationship\s(?=[^>]*(?:attachedtemplate|oleobject|/frame|subdocument))(?=[^>]*targetmode\s*=\s*.external)"
)
_CHUNK = 256 * 1024


def check(file: BinaryIO, name: str, kind: str) -> None:
    """Raise `FileRefused` for an archive that is damaged, locked, a bomb, nested, or carries a program."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_archive(archive, name, MOST_UNPACKED, nested=False)
            names = {entry.filename.lower() for entry in archive.infolist()}
            if _NEEDED[kind] not in names or (kind != "ofd" and "[content_types].xml" not in names):
                raise FileRefused(
                    f"“{name}”是压缩包，不是 {kind.upper()} 文件。",
                    next_step="请用原来的软件另存为所需格式，不要改后缀。",
                )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise FileRefused(f"“{name}”已损坏，打不开。", next_step="请用原来的软件打开，另存一份后上传。") from None


def _check_archive(archive: zipfile.ZipFile, name: str, budget: int, *, nested: bool) -> int:
    """Read every entry to its end, so that sizes and checksums are proved, not believed; returns the budget left."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > budget:
        raise _bomb(name)
    _check_places(entries, name)
    for entry in entries:
        budget = _check_entry(archive, entry, name, budget, nested=nested)
    return budget


def _check_places(entries: list[zipfile.ZipInfo], name: str) -> None:
    """No two entries share bytes (the trick of the densest bombs), and nothing stands before the first."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise _bomb(name)
        end = entry.header_offset + 30 + entry.compress_size
    if entries and min(entry.header_offset for entry in entries) != 0:
        raise FileRefused(f"“{name}”前面夹带了其他内容。", next_step="请用原来的软件打开，另存一份后上传。")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: int, *, nested: bool) -> int:
    path = entry.filename.lower()
    if entry.flag_bits & 0x1:
        raise FileRefused(f"“{name}”有密码保护，工作人员打不开。", next_step="请去掉密码后重新上传。")
    if path.startswith(("/", "\\")) or ".." in path.split("/") or ":" in path or entry.external_attr >> 28 == 0xA:
        raise FileRefused(f"“{name}”里有指向外面的路径。", next_step="请用原来的软件打开，另存一份后上传。")
    if _PROGRAMS.search(path):
        raise FileRefused(
            f"“{name}”里有宏、程序或其他压缩包({entry.filename[:60]})。",
            next_step="请去掉宏和附件，或另存为 PDF 后上传。",
        )
    is_xml = path.endswith((".xml", ".rels"))
    with archive.open(entry) as content:
        read, before = 0, b""
        while chunk := content.read(_CHUNK):
            budget -= len(chunk)
            if budget < 0:
                raise _bomb(name)
            if read == 0 and chunk.startswith(_ARCHIVES):
                return _check_nested(entry, content, chunk, name, budget, nested=nested)
            if is_xml:
                _check_xml(before + chunk, name)
                before = chunk[-512:]
            read += len(chunk)
    return budget


def _check_nested(
    entry: zipfile.ZipInfo, content: io.BufferedIOBase | object, head: bytes, name: str, budget: int, *, nested: bool
) -> int:
    """A table inside a document is usual, an archive inside that is not."""
    if nested or not _EMBEDDED.fullmatch(entry.filename.lower()) or entry.file_size > LARGEST_NESTED:
        raise FileRefused(
            f"“{name}”里夹带了其他压缩包({entry.filename[:60]})。", next_step="请去掉附件，或另存为 PDF 后上传。"
        )
    rest = content.read() if isinstance(content, zipfile.ZipExtFile) else b""
    with zipfile.ZipFile(io.BytesIO(head + rest)) as inner:
        return _check_archive(inner, name, budget - len(rest), nested=True)


def _check_xml(part: bytes, name: str) -> None:
    plain = part.replace(b"\0", b"").lower()
    if b"<!doctype" in plain or b"<!entity" in plain:
        raise FileRefused(f"“{name}”里有会自行膨胀的定义。", next_step="请用原来的软件打开，另存一份后上传。")
    if _OUTSIDE.search(plain):
        raise FileRefused(f"“{name}”打开时会从别处下载内容。", next_step="请断开外部链接，或另存为 PDF 后上传。")


def _bomb(name: str) -> FileRefused:
    return FileRefused(
        f"“{name}”解开后过大（最多 {MOST_UNPACKED // 1024 // 1024} MB）。",
        next_step="请压缩其中的图片，或另存为 PDF 后上传。",
    )
