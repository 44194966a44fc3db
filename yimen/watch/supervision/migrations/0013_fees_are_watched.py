"""The facts of charging have come: the rule about fees is in use from here on, unless a place has already set it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython


def begin(apps: Any, editor: Any) -> None:
    """A second version of the usual rule."""
    rule, version = apps.get_model("supervision", "Rule"), apps.get_model("supervision", "RuleVersion")
    usual = rule.objects.filter(code="fees").first()
    if usual is None or version.objects.filter(rule=usual).count() != 1:
        return
    at = datetime(2004, 7, 2, tzinfo=timezone(timedelta(hours=8)))
    version.objects.create(
        rule=usual, number=2, kind="fees", label="收费不合规", level="yellow", params={"refund_workdays": 5}, in_use=True,
        valid_from=at, made_at=at, made_by="系统", why="收费记录已经接入",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0012_rules_for_places")]

    operations = [RunPython(begin, RunPython.noop)]
