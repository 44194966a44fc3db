"""The kinds of violation of R225, and the usual rules of each kind. A place may change, add and switch off."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import migrations
from django.db.migrations.operations.special import RunPython

from yimen.ground.kit.migrations_sql import append_only

VIOLATIONS = (
    ("black_box", "暗箱操作", "不在系统里办、事后补录、过程不公开。", "000 L23"),
    ("not_entered", "应进未进", "应当进驻的事项、人员、权力没有进驻。", "000 L39"),
    ("under_authorised", "授权不充分", "窗口没有得到应有的授权，或在授权之外办理。", "000 L39"),
    ("off_site", "体外循环", "场外受理、两头受理。", "000 L39"),
    ("inaction", "不作为", "应当办理而不办理，受理以后没有步骤。", "000 L39"),
    ("slow", "慢作为", "超过期限、无故拖延。", "000 L39"),
    ("wrongful", "乱作为", "违反规定办理，增加条件、材料、环节。", "000 L39"),
    ("extortion", "吃拿卡要", "索要财物，故意刁难。", "000 L23"),
    ("obstruction", "中梗阻", "中层环节推诿、压件。", "004 L6"),
    ("arbitrary", "随意撤回", "随意撤回窗口、人员、授权或事项。", "000 L23"),
    ("fees", "乱收费", "没有依据收费，擅自改变收费。", "000 L23"),
)

OVERDUE = {"measure": "promised", "late_workdays": 0, "procedures": []}
RULES = (
    # code, kind, label, level, in use, thresholds
    ("overdue", "overdue", "超期未办", "yellow", True, OVERDUE),
    ("overdue-long", "overdue", "超期满三个工作日未办", "red", True, {**OVERDUE, "late_workdays": 3}),
    ("no-slip", "no-slip", "有决定无受理单", "red", True, {}),
    ("stalled", "stalled", "有受理单无步骤", "yellow", True, {"workdays": 5}),
    ("no-letter", "no-letter", "授权之外作出决定", "red", True, {}),
    ("second-correction", "second-correction", "多次告知补正", "yellow", True, {"times": 2}),
    ("bare-refusal", "bare-refusal", "不予许可没有说明理由", "yellow", True, {"least_chars": 10, "article": "no"}),
    ("cancelled-item", "cancelled-item", "已取消的事项仍在办理", "yellow", True, {}),
    ("parallel", "parallel", "体外循环、两头受理", "yellow", True, {"days": 30}),
    ("bunched", "bunched", "集中录入", "notice", True, {"steps": 30}),
    ("backdated", "backdated", "补记间隔过长", "notice", True, {"hours": 72}),
    ("absent-item", "absent-item", "应进未进", "yellow", True, {"days": 30}),
    ("registers-only", "registers-only", "只挂号、不看病", "notice", True, {"share": 30, "least": 10, "days": 30}),
    ("shell", "shell", "“空壳”运行", "yellow", True, {"items": 2, "cases": 5, "days": 30}),
    ("fees", "fees", "收费不合规", "yellow", False, {"yuan": 0}),
    ("attendance", "attendance", "窗口缺岗", "yellow", False, {"minutes": 15}),
)


def fill(apps: Any, editor: Any) -> None:
    """Rows that a place may change afterwards."""
    violation = apps.get_model("supervision", "Violation")
    violation.objects.bulk_create(
        violation(code=code, name=name, text=text, source=source, order=number * 10)
        for number, (code, name, text, source) in enumerate(VIOLATIONS, 1)
    )
    rule, version = apps.get_model("supervision", "Rule"), apps.get_model("supervision", "RuleVersion")
    long_ago = datetime(2004, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    for code, kind, label, level, in_use, params in RULES:
        made = rule.objects.create(code=code, made_at=long_ago, made_by="系统")
        version.objects.create(
            rule=made, number=1, kind=kind, label=label, level=level, params=params, in_use=in_use, valid_from=long_ago,
            made_at=long_ago, made_by="系统",
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_alerts_and_cards"), ("kit", "0001_initial")]

    operations = [RunPython(fill, RunPython.noop), append_only("supervision_cardchange")]
