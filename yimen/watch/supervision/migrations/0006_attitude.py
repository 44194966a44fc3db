"""The violation and the rule for what complaints about somebody's manner turn out to be (R219)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython


def fill(apps: Any, editor: Any) -> None:
    """Rows that a place may change afterwards."""
    apps.get_model("supervision", "Violation").objects.get_or_create(
        code="attitude",
        defaults={"name": "服务态度差", "text": "冷硬推诿、敷衍了事、言语伤人。", "source": "000 L29", "order": 120},
    )
    long_ago = datetime(2004, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    rule = apps.get_model("supervision", "Rule").objects.create(code="attitude", made_at=long_ago, made_by="系统")
    apps.get_model("supervision", "RuleVersion").objects.create(
        rule=rule, number=1, kind="attitude", label="投诉查实的服务态度问题", level="yellow", params={}, in_use=True,
        valid_from=long_ago, made_at=long_ago, made_by="系统",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0005_walls")]

    operations = [RunPython(fill, RunPython.noop)]
