"""JPG and PNG: pixels are counted before one is decoded; what hides behind or inside the picture is found."""

from __future__ import annotations

import struct
import warnings
import zipfile
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from yimen.ground.kit.uploads.refusals import FileRefused

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 30_000
_SCRIPTS = (b"<script", b"<?php", b"<html", b"<svg", b"%pdf-")
_WINDOW = 64 * 1024


def check(file: BinaryIO, name: str, kind: str, size: int) -> None:
    """Raise `FileRefused` for a picture that is damaged, too large when unpacked, or something else besides."""
    _check_hidden(file, name, size)
    if kind == "png":
        _check_png_end(file, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            _decode(file, name, kind)
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, EOFError, MemoryError):
        raise FileRefused(f"图片“{name}”已损坏，打不开。", next_step="请重新拍照或扫描后上传。") from None


def _decode(file: BinaryIO, name: str, kind: str) -> None:
    file.seek(0)
    with Image.open(file, formats=["JPEG" if kind == "jpg" else "PNG"]) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise _too_large(name, f"{width}×{height} 像素，")
        if kind == "jpg":
            # Decoded at an eighth of its size: enough to find damage, little memory.
            picture.draft("RGB", (max(1, width // 8), max(1, height // 8)))
        picture.load()


def _too_large(name: str, said: str = "") -> FileRefused:
    return FileRefused(
        f"图片“{name}”太大（{said}最多 {MOST_PIXELS // 10_000} 万像素）。",
        next_step="请缩小图片或降低扫描分辨率后上传。",
    )


def _check_hidden(file: BinaryIO, name: str, size: int) -> None:
    """No archive behind the picture, no page or program inside its first or last part."""
    file.seek(0)
    head = file.read(_WINDOW).lower()
    file.seek(max(0, size - _WINDOW))
    tail = file.read(_WINDOW).lower()
    file.seek(0)
    if zipfile.is_zipfile(file) or any(mark in head or mark in tail for mark in _SCRIPTS):
        raise FileRefused(
            f"图片“{name}”里夹带了其他内容（压缩包、网页或程序）。",
            next_step="请用看图软件打开后另存一份，再上传新文件。",
        )


def _check_png_end(file: BinaryIO, name: str) -> None:
    """Walk the chunks: the picture must end where the file ends."""
    file.seek(8)
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise FileRefused(f"图片“{name}”不完整。", next_step="请重新拍照或扫描后上传。")
        length, kind = struct.unpack(">I4s", head)
        file.seek(length + 4, 1)
        if kind == b"IEND":
            break
    if file.read(1):
        raise FileRefused(f"图片“{name}”后面附带了其他内容。", next_step="请用看图软件打开后另存一份，再上传新文件。")
