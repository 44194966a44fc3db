"""Rules as data: a rule is a name, what it says is its newest version; no version is ever changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from yimen.ground.matters.lifecycle import procedures
from yimen.ground.matters.selectors import CLOCK_LABELS
from yimen.ground.organisations.models import Unit
from yimen.watch.supervision.rules import Param, kind
from yimen.watch.supervision.rules.places import GROUPS


class Rule(models.Model):
    """监察规则: the name under which its versions stand."""

    code = models.SlugField("代号", max_length=40, unique=True)
    made_at = models.DateTimeField("设立时间")
    made_by = models.CharField("设立人", max_length=100)

    class Meta:
        verbose_name = "监察规则"

    def __str__(self) -> str:
        return self.code


class RuleVersion(models.Model):
    """What a rule says from `valid_from` on, until a later version. Alerts, cards and lights name the version they stand on.

    With a `place` (a centre or a department) it says so for that place alone, where it outdoes what is said of wider ones;
    `lifted` ends that, and the wider word holds there again.
    """

    append_only: ClassVar[bool] = True

    class Level(models.TextChoices):
        SIGNAL = "signal", "信号灯"
        NOTICE = "notice", "预警提示"
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    kind = models.CharField("种类", max_length=40)
    label = models.CharField("名称", max_length=60)
    text = models.CharField("说明", max_length=500)
    law = models.CharField("依据", max_length=200, blank=True)
    level = models.CharField("处置", max_length=8, choices=Level)
    params = models.JSONField("阈值", default=dict)
    in_use = models.BooleanField("启用", default=True)
    place = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name="适用范围"
    )
    lifted = models.BooleanField("不再单独规定", default=False)
    valid_from = models.DateTimeField("生效时间")
    why = models.CharField("修改原因", max_length=300, blank=True)
    made_at = models.DateTimeField("保存时间")
    made_by = models.CharField("保存人", max_length=100)

    class Meta:
        verbose_name = "规则版本"
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="supervision_rule_version")]

    def __str__(self) -> str:
        return f"{self.label} 第 {self.number} 版"

    @property
    def where(self) -> str:
        """For which place it holds, in words."""
        return "各处" if self.place is None else self.place.short_name or self.place.name

    @property
    def said(self) -> list[tuple[str, str]]:
        """The thresholds in words, in the order of the kind."""
        return [(param.label, param.said(self._named(param))) for param in kind(self.kind).params]

    def _named(self, param: Param) -> Any:
        """The value, codes of procedures and clocks by their names."""
        value = self.params.get(param.name)
        if param.kind != "codes" or not value:
            return value
        kinds = {"procedures": {each.name: each.label for each in procedures()}, "steps": GROUPS}
        names = kinds.get(param.name, CLOCK_LABELS)
        return [names.get(code, code) for code in value]


class Relook(models.Model):
    """Bringing a version to the matters that are open already: in batches, each in its own transaction; once a version.

    `version` is empty where the calendar changed and not a rule.
    """

    version = models.OneToOneField(RuleVersion, on_delete=models.PROTECT, null=True, related_name="relook")
    why = models.CharField("原因", max_length=100)
    days = models.PositiveSmallIntegerField("提前天数")
    procedures = models.JSONField("适用程序", default=list)
    cursor = models.BigIntegerField("看到", default=0)
    turned = models.PositiveIntegerField("重新检视", default=0)
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("完成", null=True, blank=True)

    class Meta:
        verbose_name = "规则重新检视"

    def __str__(self) -> str:
        return self.why
