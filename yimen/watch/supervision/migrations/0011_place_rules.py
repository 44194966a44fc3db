"""The usual rules for what leaves the centre (R064), and no change of what was read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython

from yimen.ground.kit.migrations_sql import append_only

RULES = (
    ("left-centre", "办理环节离开中心", {"steps": ["accept", "decide", "deliver"]}),
    ("two-ends", "申请人两头跑", {}),
)


def fill(apps: Any, editor: Any) -> None:
    """Rows that a place may change afterwards."""
    long_ago = datetime(2004, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    for code, label, params in RULES:
        rule = apps.get_model("supervision", "Rule").objects.create(code=code, made_at=long_ago, made_by="系统")
        apps.get_model("supervision", "RuleVersion").objects.create(
            rule=rule, number=1, kind=code, label=label, level="notice", params=params, in_use=True, valid_from=long_ago,
            made_at=long_ago, made_by="系统",
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0010_places"), ("kit", "0001_initial")]

    operations = [RunPython(fill, RunPython.noop), append_only("supervision_stepplace")]
