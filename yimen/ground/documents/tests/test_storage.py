"""Bytes come back as they were stored, or are refused as damaged."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from yimen.ground.documents import storage
from yimen.ground.documents.storage import DamagedFile
from yimen.ground.kit import crypto


def test_equal_bytes_lie_once_and_nothing_is_left_in_between(own_folder: Path) -> None:
    one, two = storage.put(io.BytesIO(b"abc")), storage.put(io.BytesIO(b"abc"))
    assert one == two == (f"sm3:{crypto.sm3(b'abc').hex()}", 3)
    assert storage.get(one[0]).read() == b"abc"
    assert list(storage.all_digests()) == [one[0]]
    assert list((own_folder / "files" / "new").iterdir()) == []
    assert storage.path_of(one[0]).stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_damage_is_found_at_reading_and_mended_by_storing_again(damage: str) -> None:
    digest, _ = storage.put(io.BytesIO(b"licence"))
    path = storage.path_of(digest)
    path.chmod(0o600)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"Licence" if damage == "changed" else b"lic")
    with pytest.raises(DamagedFile, match="损坏"):
        storage.get(digest)
    storage.put(io.BytesIO(b"licence"))
    assert storage.get(digest).read() == b"licence"


@pytest.mark.parametrize("digest", ["", "sm3:../../etc/passwd", "sm3:" + "g" * 64, "sha256:" + "a" * 64])
def test_only_a_hash_is_a_place(digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        storage.path_of(digest)


def test_a_broken_upload_leaves_nothing(own_folder: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        storage.put(Broken())
    assert [path for path in (own_folder / "files").rglob("*") if path.is_file()] == []


def test_many_store_the_same_at_once() -> None:
    found: list[tuple[str, int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(storage.put(io.BytesIO(b"x" * 1_000_000)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert storage.get(found[0][0]).read() == b"x" * 1_000_000
