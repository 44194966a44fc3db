"""When the disk of the file store is full, closed or gone, an upload is refused plainly and nothing else is lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.security.world import World
from yimen.ground.documents import storage
from yimen.ground.documents.models import StoredFile
from yimen.service.cases.models import DraftFile


@contextmanager
def full(var: Path) -> Iterator[None]:
    """No file of this process may grow beyond a few bytes, as on a full disk."""
    (var / "files").mkdir(parents=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def gone(var: Path) -> Iterator[None]:
    """Where the folder should be there is something else: a mount that failed."""
    var.mkdir()
    (var / "files").write_text("not a folder")
    yield


@contextmanager
def closed(var: Path) -> Iterator[None]:
    """The folder may only be read."""
    (var / "files").mkdir(parents=True)
    (var / "files").chmod(0o500)
    try:
        yield
    finally:
        (var / "files").chmod(0o700)


@contextmanager
def small_disk(var: Path) -> Iterator[None]:
    """A real file system of 64 kB, already full."""
    (var / "files").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(var / "files")], check=True)
    try:
        with (var / "files" / "filler").open("wb") as filler:
            try:
                filler.write(b"\0" * 70_000)
                filler.flush()
            except OSError:
                pass
        yield
    finally:
        subprocess.run(["umount", str(var / "files")], check=True)


def upload(world: World) -> Any:
    """Li adds a picture of some size to her draft."""
    from PIL import Image

    assert world.draft is not None
    held = world.draft.files.all()[0]
    noise = BytesIO()
    Image.effect_noise((200, 150), 80).save(noise, "PNG")
    content = noise.getvalue()
    data = {"act": "upload", f"file-{held.material_id}": SimpleUploadedFile("图.png", content, "image/png")}
    return world.cast.client("li").post(f"/apply/{world.draft.uid}/materials/", data)


FAULTS: tuple[Callable[[Path], Any], ...] = (full, gone, closed)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_an_upload_is_refused_plainly(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Path], Any]
) -> None:
    if fault is closed and os.geteuid() == 0:
        pytest.skip("root writes into closed folders too")
    try_it(world, tmp_path / "var", monkeypatch, fault)


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root mounts a small disk")
def test_an_upload_to_a_really_full_disk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try_it(world, tmp_path / "var", monkeypatch, small_disk)


def try_it(world: World, var: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Path], Any]) -> None:
    """The refusal, what is kept, and that the next try goes through once the fault is gone."""
    assert world.draft is not None
    files, links, answers = StoredFile.objects.count(), DraftFile.objects.count(), world.draft.answers
    with fault(var), monkeypatch.context() as there:
        there.setattr(storage, "_root", lambda: var / "files")
        answer = upload(world)
    assert answer.status_code == 503, answer.content.decode()
    said = answer.content.decode()
    assert "文件没有存下" in said
    assert "请稍后再上传" in said
    assert (StoredFile.objects.count(), DraftFile.objects.count()) == (files, links)
    left = var / "files" / "new"
    assert not left.is_dir() or not [each for each in left.iterdir() if each.is_file()], "half a file is left"
    world.draft.refresh_from_db()
    assert world.draft.answers == answers
    assert upload(world).status_code == 302
    assert DraftFile.objects.count() == links + 1
