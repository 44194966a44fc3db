"""PDF: readable, not locked, of sane size, and doing nothing by itself."""

from __future__ import annotations

import zipfile
from functools import cache
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, PdfError, Stream
from pikepdf.settings import set_qpdf_limits

from yimen.ground.kit.uploads.refusals import FileRefused

MOST_PAGES = 2000
MOST_OBJECTS = 300_000
LARGEST_STREAM = 64 * 1024 * 1024
_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute"}
_NEST = 30


def check(file: BinaryIO, name: str, size: int) -> None:
    """Raise `FileRefused` for a PDF that is damaged, locked, a bomb, acts by itself, or hides an archive."""
    _set_limits()
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise FileRefused(f"“{name}”后面夹带了压缩包。", next_step="请用阅读软件打开后“打印为 PDF”，再上传新文件。")
    file.seek(0)
    if b"%%EOF" not in _tail(file, size):
        raise _damaged(name)
    file.seek(0)
    try:
        with pikepdf.open(file, suppress_warnings=True, attempt_recovery=False) as document:
            _check_document(document, name)
    except pikepdf.PasswordError:
        raise FileRefused(f"“{name}”有密码保护，工作人员打不开。", next_step="请去掉密码后重新上传。") from None
    except (PdfError, ValueError, TypeError, KeyError, RuntimeError, RecursionError, MemoryError):
        raise _damaged(name) from None


def _check_document(document: pikepdf.Pdf, name: str) -> None:
    if len(document.objects) > MOST_OBJECTS:
        raise FileRefused(
            f"“{name}”过于复杂（超过 {MOST_OBJECTS // 10_000} 万个对象）。", next_step="请分成几个文件上传。"
        )
    pages = len(document.pages)
    if not 1 <= pages <= MOST_PAGES:
        raise FileRefused(f"“{name}”有 {pages} 页，应为 1 到 {MOST_PAGES} 页。", next_step="请分成几个文件上传。")
    for item in document.objects:
        if _acts(item, _NEST):
            raise FileRefused(
                f"“{name}”里有会自动运行的脚本或程序。",
                next_step="请用阅读软件打开后“打印为 PDF”，再上传新文件。",
            )


def _acts(item: Any, depth: int) -> bool:
    """Whether the object, or one directly inside it, is an action that runs something. Links to other objects end here:
    those are visited by themselves."""
    if depth == 0:
        return True
    if isinstance(item, Stream):
        item = item.stream_dict
    if isinstance(item, Dictionary):
        if "/JS" in item or "/XFA" in item:
            return True
        if "/S" in item and str(item["/S"]) in _ACTIONS:
            return True
        children = [value for _, value in item.items()]
    elif isinstance(item, Array):
        children = list(item)
    else:
        return False
    return any(
        _acts(child, depth - 1) for child in children if isinstance(child, Dictionary | Array) and not child.is_indirect
    )


def _tail(file: BinaryIO, size: int) -> bytes:
    file.seek(max(0, size - 2048))
    return file.read(2048)


def _damaged(name: str) -> FileRefused:
    return FileRefused(f"“{name}”已损坏，打不开。", next_step="请重新导出或扫描成 PDF 后上传。")


@cache
def _set_limits() -> None:
    """The library's limits are the process's; set once, before the first file."""
    set_qpdf_limits(
        parser_max_nesting=100,
        doc_max_warnings=200,
        max_stream_filters=5,
        flate_max_memory=LARGEST_STREAM,
        run_length_max_memory=LARGEST_STREAM,
        png_max_memory=LARGEST_STREAM,
        tiff_max_memory=LARGEST_STREAM,
        dct_max_memory=LARGEST_STREAM,
    )
