"""The function behind the concentration report, and the first rows: checklist 三到位 (000 L29), fields of R039."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython

from yimen.ground.kit.migrations_sql import append_only, sql_file

POINTS = (
    ("staffing", "窗口人员、审查人员、审批人员都已到岗"),
    ("staffing", "首席代表已任命，能当场决定"),
    ("staffing", "派驻人员在编、有执法资格，不随意轮换"),
    ("rules", "每个事项的条件、时限、材料和收费已经公布"),
    ("rules", "首问负责、一次告知、限时办结等制度已经上墙"),
    ("rules", "授权委托书和行政审批专用章已经到窗口"),
    ("supervision", "窗口办件全部进入系统，没有场外受理"),
    ("supervision", "部门对窗口每月检查一次，有记录"),
    ("supervision", "投诉有人接、有时限、有答复"),
)
FIELDS = (
    ("social", "社会保险"), ("medical", "医疗保险"), ("fund", "住房公积金"), ("police", "公安"), ("land", "国土"),
    ("estate", "房地产"), ("health", "卫生健康"), ("civil", "民政"), ("tax", "税务"),
)  # fmt: skip


def fill(apps: Any, editor: Any) -> None:
    """Rows that a place may change afterwards."""
    point, field = apps.get_model("residence", "ReadinessPoint"), apps.get_model("residence", "ProvinceField")
    point.objects.bulk_create(
        point(side=side, text=text, order=number * 10) for number, (side, text) in enumerate(POINTS, 1)
    )
    field.objects.bulk_create(
        field(code=code, name=name, order=number * 10) for number, (code, name) in enumerate(FIELDS, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("residence", "0001_entry_lists_and_plans"), ("kit", "0001_initial")]

    operations = [
        sql_file(
            Path(__file__).parents[1] / "sql" / "0001_must.sql",
            reverse="drop function residence_must(date); drop function residence_entered(date);",
        ),
        append_only("residence_planreview"),
        RunPython(fill, RunPython.noop),
    ]
