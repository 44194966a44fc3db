"""What a centre sets for itself about its cases: their kinds (R049, R057) and the promises it makes in public (R062)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem


class CentreKind(models.Model):
    """A kind of case that a centre uses, in its own words; without rows a centre uses the usual seven."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="case_kinds", verbose_name="中心")
    code = models.CharField("类型", max_length=12)
    label = models.CharField("名称", max_length=20)
    order = models.PositiveSmallIntegerField("次序")
    used = models.BooleanField("使用", default=True)

    class Meta:
        verbose_name = "办件类型设置"
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="cases_kind_once"),
            models.UniqueConstraint(fields=["centre", "label"], name="cases_kind_label"),
        ]

    def __str__(self) -> str:
        return self.label


class ServicePromise(models.Model):
    """A promise of a centre or of one department in it, measured against the figures of each month.

    `target` is a share in per cent, or working days for `days`. `unit` is the centre or the department.
    """

    class What(models.TextChoices):
        ON_TIME = "on_time", "按时办结率不低于"
        AT_ONCE = "at_once", "即办件当场办结率不低于"
        COMPLETED = "completed", "办结率不低于"
        DAYS = "days", "平均办理用时不超过"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="service_promises", verbose_name="承诺单位")
    what = models.CharField("承诺内容", max_length=10, choices=What)
    target = models.DecimalField("目标", max_digits=5, decimal_places=1)
    text = models.CharField("承诺文字", max_length=200)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    made_by = models.CharField("承诺人", max_length=100)
    made_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("收回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "服务承诺"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "what"],
                condition=models.Q(withdrawn_at__isnull=True, valid_to__isnull=True),
                name="cases_one_promise_of_a_kind",
            ),
            models.CheckConstraint(name="cases_promise_target", condition=models.Q(target__gte=0, target__lte=100)),
        ]

    def __str__(self) -> str:
        return self.text


class ExtensionTerms(models.Model):
    """What another law than 行政许可法 art. 42 says about extending an item's limit; `days` 0 where it allows none."""

    item = models.OneToOneField(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    days = models.PositiveSmallIntegerField("最多延长工作日")
    by = models.CharField(
        "批准人", max_length=10, choices=[("head", "本机关负责人"), ("government", "本级人民政府负责人")]
    )
    law = models.CharField("依据", max_length=120)
    set_by = models.CharField("登记人", max_length=100)
    set_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "延长规定"

    def __str__(self) -> str:
        return f"{self.days} {self.law}"
