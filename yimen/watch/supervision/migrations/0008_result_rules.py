"""The usual rules for results without a case (R222)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython

RULES = (
    ("outside-result", "有结果无办件", "yellow", {"grace": 5, "days": 30}),
    ("external-first", "外部系统先出结果", "notice", {"workdays": 3}),
)


def fill(apps: Any, editor: Any) -> None:
    """Rows that a place may change afterwards."""
    long_ago = datetime(2004, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    for code, label, level, params in RULES:
        rule = apps.get_model("supervision", "Rule").objects.create(code=code, made_at=long_ago, made_by="系统")
        apps.get_model("supervision", "RuleVersion").objects.create(
            rule=rule, number=1, kind=code, label=label, level=level, params=params, in_use=True, valid_from=long_ago,
            made_at=long_ago, made_by="系统",
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0007_results")]

    operations = [RunPython(fill, RunPython.noop)]
