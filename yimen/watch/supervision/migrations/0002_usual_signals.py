"""The usual signals: three working days before 预警, one before 黄灯, overdue 红灯 (R215, R216). A place may change them."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython
from datetime import datetime, timedelta, timezone

from yimen.ground.kit.migrations_sql import append_only

SIGNALS = (
    (
        "stage-limit", "本阶段期限信号灯", "本阶段的承诺期限剩 3 个工作日预警，剩 1 个工作日亮黄灯，超期亮红灯。", "promised", 3, 1, 0,
    ),
    (
        "whole-limit", "全程期限信号灯", "法定期限剩 3 个工作日预警，剩 1 个工作日亮黄灯，超期亮红灯。", "legal", 3, 1, 0,
    ),
)  # fmt: skip


def fill(apps: Any, editor: Any) -> None:
    """Two rules in their first version."""
    rule, version = apps.get_model("supervision", "Rule"), apps.get_model("supervision", "RuleVersion")
    long_ago = datetime(2004, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    for code, label, text, measure, warn, yellow, red in SIGNALS:
        made = rule.objects.create(code=code, made_at=long_ago, made_by="系统")
        version.objects.create(
            rule=made, number=1, kind="signal", label=label, text=text, law="《行政许可法》第四十二条", level="signal",
            params={"measure": measure, "warn": warn, "yellow": yellow, "red": red, "procedures": [], "clocks": []},
            in_use=True, valid_from=long_ago, why="", made_at=long_ago, made_by="系统",
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_rules_and_lights"), ("kit", "0001_initial")]

    operations = [
        RunPython(fill, RunPython.noop),
        append_only("supervision_ruleversion"),
        append_only("supervision_lightchange"),
    ]
