"""The audit administrator finds who did what, and every act of these modules has a Chinese name."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from tests.cast import Cast
from yimen.ground import identity, organisations
from yimen.ground.identity.actions import labels
from yimen.ground.kit.models import AuditEntry


@pytest.mark.parametrize("module", [identity, organisations])
def test_every_act_has_a_name(module: object) -> None:
    folder = Path(str(module.__file__)).parent  # type: ignore[attr-defined]
    codes = {
        code
        for path in folder.rglob("*.py")
        if "tests" not in path.parts
        for code in re.findall(
            r"(?:record|act|_note|_note_grant|_audit_party)\(\s*\"([a-z_]+\.[a-z_]+)\"", path.read_text()
        )
    }
    assert codes
    assert codes - labels().keys() == set()


def test_a_refused_act_is_found(cast: Cast) -> None:
    assert cast.client("wang").get("/manage/units/").status_code == 403
    page = cast.client("audit").get("/manage/audit/", {"result": "refused", "actor": "王芳"})
    assert "被拒绝" in page.content.decode()
    assert AuditEntry.objects.filter(result="refused", actor_name="王芳").count() == 1


def test_the_export_holds_what_the_page_shows_and_is_itself_recorded(cast: Cast, tmp_path: Path) -> None:
    answer = cast.client("audit").get("/manage/audit/export/", {"action": "organisations.sign_letter"})
    path = tmp_path / "audit.xlsx"
    path.write_bytes(answer.getvalue())
    rows = list(openpyxl.load_workbook(path).active.values)
    assert len(rows) == 1 + len(cast.letters)
    assert rows[1][3] == "签署委托书"
    assert AuditEntry.objects.get(action="audit.export").actor_name == "审计员"


def test_the_audit_is_not_changed_by_anybody(cast: Cast) -> None:
    for method in ("post", "put", "patch", "delete"):
        before = AuditEntry.objects.count()
        getattr(cast.client("audit"), method)("/manage/audit/")
        assert AuditEntry.objects.count() >= before
