"""What the law does by itself: terms, warnings, what came."""

from __future__ import annotations

from django.db import models

from yimen.ground.matters.models.thread import Matter
from yimen.ground.organisations.models import Unit


class EffectTerms(models.Model):
    """What an administrator has set about an effect at expiry; without a row it has its defaults.

    Whether a statute's own effect is in force is not for a place to say: for those only the warnings count.
    """

    effect = models.CharField("后果", max_length=30, primary_key=True)
    in_use = models.BooleanField("启用", default=True)
    days = models.PositiveSmallIntegerField("几个工作日", null=True, blank=True)
    warn_workdays = models.JSONField("提前几个工作日提醒", default=list)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "法定后果设置"

    def __str__(self) -> str:
        return self.effect


class EffectWarning(models.Model):
    """Somebody was warned, so many working days before, that an effect will come; each once for a due moment."""

    append_only = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="+")
    effect = models.CharField("后果", max_length=30)
    falls_due_at = models.DateTimeField("发生时刻")
    workdays = models.PositiveSmallIntegerField("提前几个工作日")
    warned_at = models.DateTimeField("提醒时间")

    class Meta:
        verbose_name = "法定后果提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "effect", "falls_due_at", "workdays"], name="matters_effect_warned"
            )
        ]

    def __str__(self) -> str:
        return f"{self.effect} T-{self.workdays}"


class EffectTaken(models.Model):
    """An effect that came: under which article, whose limit had run out, and the step that says so.

    `at_fault`: the unit let its limit run out; not so where the applicant did.
    `fell_due_at` is the last moment that was still in time, `taken_at` when it was written down. `undone_seq` is the step
    by which an authorised person took it back.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="effects")
    effect = models.CharField("后果", max_length=30)
    label = models.CharField("名称", max_length=40)
    law = models.CharField("依据", max_length=120)
    fell_due_at = models.DateTimeField("期限届满")
    taken_at = models.DateTimeField("记入时间")
    seq = models.PositiveIntegerField("步骤序号")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="逾期单位")
    person_name = models.CharField("逾期经办人", max_length=100, blank=True)
    at_fault = models.BooleanField("记作单位逾期", default=True, db_default=True)
    undone_seq = models.PositiveIntegerField("撤销步骤", null=True, blank=True)
    undone_by = models.CharField("撤销人", max_length=100, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_reason = models.CharField("撤销理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "法定后果"
        constraints = [
            models.UniqueConstraint(fields=["matter", "effect", "fell_due_at"], name="matters_effect_once"),
        ]
        indexes = [models.Index(fields=["department", "-taken_at", "-id"], name="matters_effect_of_unit")]

    def __str__(self) -> str:
        return f"{self.label} {self.fell_due_at:%Y-%m-%d}"
