"""The accountability file (R234) and the ladder (R235). What was ruled is never overwritten: each ruling is a row."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.watch.efficiency.rules import ADDRESSEES, RUNGS, SANCTIONS, VIOLATIONS


class Fault(models.Model):
    """过错: a person (or a unit as such), the rule, the facts, and in `rulings` what came of it. `sanction` is the one in force."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="fault")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person_name = models.CharField("责任人", max_length=100, blank=True)
    person_post = models.CharField("岗位", max_length=120, blank=True)
    violation = models.CharField("过错类别", max_length=16, choices=tuple(VIOLATIONS.items()))
    rule = models.CharField("违反的规定", max_length=300)
    facts = models.TextField("事实")
    source_code = models.CharField("来源编号", max_length=60, blank=True, db_index=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sanction = models.CharField("处理", max_length=12, choices=tuple(SANCTIONS.items()), blank=True)

    class Meta:
        verbose_name = "过错"
        indexes = [
            models.Index(fields=["person"], name="efficiency_fault_person"),
            models.Index(fields=["unit"], name="efficiency_fault_unit"),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Ruling(models.Model):
    """What was ruled on a fault: the decision, and after an appeal the review by somebody else."""

    append_only: ClassVar[bool] = True

    class Stage(models.TextChoices):
        DECISION = "decision", "认定"
        DISMISSAL = "dismissal", "不予追究"
        UPHELD = "upheld", "复核维持"
        SOFTENED = "softened", "复核减轻"
        REVOKED = "revoked", "复核撤销"

    fault = models.ForeignKey(Fault, on_delete=models.PROTECT, related_name="rulings")
    stage = models.CharField("阶段", max_length=10, choices=Stage)
    sanction = models.CharField("处理", max_length=12, choices=tuple(SANCTIONS.items()), blank=True)
    text = models.TextField("理由")
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_name = models.CharField("作出人", max_length=200)
    ruled_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "过错裁定"

    def __str__(self) -> str:
        return self.get_stage_display()


class Ladder(models.Model):
    """追责阶梯 against one unit."""

    class Ground(models.TextChoices):
        SHELL = "shell", "“空壳”运行"
        REFUSES = "refuses", "拒不进驻"
        BACK = "back", "擅自撤出、收回授权"
        REPEATED = "repeated", "同类违规屡纠屡犯"
        OTHER = "other", "其他"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="ladder")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    ground = models.CharField("原因", max_length=10, choices=Ground)
    text = models.TextField("事实和理由")
    vertical = models.BooleanField("垂直管理单位", default=False)
    source_code = models.CharField("来源编号", max_length=60, blank=True)
    rung = models.CharField("已采取", max_length=12, choices=tuple(RUNGS.items()), blank=True)
    relieved_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "追责阶梯"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(relieved_at__isnull=True), name="efficiency_one_ladder"
            )
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Rung(models.Model):
    """One measure of a ladder: what, on whom or to whom, by which document, and why a lower one was skipped."""

    append_only: ClassVar[bool] = True

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="rungs")
    rung = models.CharField("措施", max_length=12, choices=tuple(RUNGS.items()))
    text = models.TextField("内容")
    person = models.CharField("谈话对象或调整人选", max_length=100, blank=True)
    addressed = models.CharField("报送", max_length=10, choices=tuple(ADDRESSEES.items()), blank=True)
    addressed_name = models.CharField("报送单位", max_length=100, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    skipped = models.CharField("跳过前一级的理由", max_length=500, blank=True)
    taken_by = models.CharField("采取人", max_length=200)
    taken_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "追责措施"
        constraints = [models.UniqueConstraint(fields=["ladder", "rung"], name="efficiency_rung_once")]

    def __str__(self) -> str:
        return self.get_rung_display()
