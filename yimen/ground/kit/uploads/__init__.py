"""The gate every uploaded file passes before it is kept.

    checked = check(request.FILES["material"], "营业执照.pdf", kinds=MATERIALS)
    documents.store_file(checked, …)

The content is read, not the browser's word: size, ending, first bytes, then the kind's own parser under limits. Nothing
in the file is changed, since it may be evidence: what is dangerous is refused with a reason and a way out. Memory stays
below 256 MB and nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

from yimen.ground.kit.uploads.names import clean_name, ending_of
from yimen.ground.kit.uploads.refusals import FileRefused

__all__ = ["IMAGES", "MATERIALS", "MEDIA_TYPES", "TABLES", "CheckedFile", "FileRefused", "check", "clean_name"]

MEGABYTE = 1024 * 1024
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
}
MATERIALS = frozenset(MEDIA_TYPES)
IMAGES = frozenset({"jpg", "png"})
TABLES = frozenset({"xlsx"})
_SAME = {"jpeg": "jpg", "jpe": "jpg"}
_STARTS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_ZIP_START = b"PK\x03\x04"
_TELLTALE_STARTS = (
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"PK\x03\x04", "压缩包"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"%PDF-", "PDF"),
    (b"\xff\xd8\xff", "JPG 图片"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word 或 Excel 文件"),
    (b"GIF8", "GIF 图片"),
    (b"<svg", "网页图形"),
    (b"<!doc", "网页"),
    (b"<html", "网页"),
    (b"<?xml", "XML 文件"),
)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that passed the gate. `kind` is a key of `MEDIA_TYPES`, `size` in bytes; `file` is at its beginning."""

    name: str
    kind: str
    media_type: str
    size: int
    file: BinaryIO


def check(
    file: BinaryIO, name: str, *, kinds: Collection[str] = MATERIALS, max_bytes: int = 20 * MEGABYTE
) -> CheckedFile:
    """Let a file in, or raise `FileRefused` saying what is wrong with it and what to do.

    `file` is seekable (Django's uploaded files are); `kinds` are those the form asked for.
    """
    name = clean_name(name)
    ending = ending_of(name)
    kind = _SAME.get(ending, ending)
    wanted = "、".join(sorted(k.upper() for k in kinds))
    if kind not in kinds or kind not in MEDIA_TYPES:
        why = (
            "网页和网页图形可能带有脚本，不能上传"
            if kind in {"svg", "html", "htm", "xhtml", "mht"}
            else "不是可以上传的格式"
        )
        raise FileRefused(f"“{name}”{why}。", next_step=f"可以上传 {wanted}，请另存为其中一种。")
    size = _measure(file)
    if size == 0:
        raise FileRefused(f"“{name}”是空文件(0 字节)。", next_step="请打开原文件看看内容是否完整，重新保存后上传。")
    if size > max_bytes:
        raise FileRefused(
            f"“{name}”有 {size / MEGABYTE:.1f} MB，最多 {max_bytes // MEGABYTE} MB。",
            next_step="请降低扫描分辨率，或分成几个文件上传。",
        )
    _check_start(file, name, kind)
    # The parsers are loaded with the first file of their kind: most processes never see one.
    if kind == "pdf":
        from yimen.ground.kit.uploads import pdfs

        pdfs.check(file, name, size)
    elif kind in IMAGES:
        from yimen.ground.kit.uploads import images

        images.check(file, name, kind, size)
    else:
        from yimen.ground.kit.uploads import archives

        archives.check(file, name, kind)
    file.seek(0)
    return CheckedFile(name, kind, MEDIA_TYPES[kind], size, file)


def _measure(file: BinaryIO) -> int:
    """The size as it is, whatever the request claimed."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _check_start(file: BinaryIO, name: str, kind: str) -> None:
    head = file.read(1024)
    file.seek(0)
    if head.startswith(_STARTS.get(kind, _ZIP_START)):
        return
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    really = next((said for start, said in _TELLTALE_STARTS if head.startswith(start) or plain.startswith(start)), "")
    raise FileRefused(
        f"“{name}”的内容不是 {kind.upper()}" + (f"，而是{really}" if really else "，文件可能已损坏或改过后缀") + "。",
        next_step="请不要直接改后缀，用原来的软件另存为所需格式。",
    )
