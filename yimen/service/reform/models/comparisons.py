"""A superior's list beside ours (R026, R027, R040). Comparing changes nothing; what is followed becomes a batch."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem
from yimen.service.reform.models.changes import ChangeBatch
from yimen.service.reform.rules import RowDecision, Side


class Comparison(models.Model):
    """One file of a superior compared with what stood on a day; counts as read. `department` narrows our side."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("上级清单", max_length=200)
    document = models.CharField("文号", max_length=100, blank=True)
    file_name = models.CharField("文件名", max_length=255)
    file_hash = models.CharField("文件摘要", max_length=64)
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="只对部门"
    )
    messages = ArrayField(models.TextField(), verbose_name="文件说明", default=list, blank=True)
    theirs = models.PositiveIntegerField("上级事项", default=0)
    ours = models.PositiveIntegerField("本级事项", default=0)
    matched = models.PositiveIntegerField("对上", default=0)
    unreadable = models.PositiveIntegerField("读不出的行", default=0)
    author_uid = models.UUIDField("上传人编号")
    author = models.CharField("上传人", max_length=120)
    created_at = models.DateTimeField("上传时间")
    batch = models.ForeignKey(
        ChangeBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comparisons",
        verbose_name="调整批次",
    )

    class Meta:
        verbose_name = verbose_name_plural = "清单比对"
        indexes = [models.Index(fields=["-created_at", "-id"], name="reform_comparison_newest")]

    def __str__(self) -> str:
        return self.title


class ComparisonRow(models.Model):
    """One line: only theirs, only ours, different, or the same. `differences` is [{field, theirs, ours}], `theirs` what the
    superior's line says: {name, kind, base_code, basis, limit, unit}.
    """

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="rows", verbose_name="比对")
    side = models.CharField("结果", max_length=10, choices=Side.pairs())
    line = models.PositiveIntegerField("行号", null=True, blank=True)
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    name = models.TextField("事项名称")
    matched_by = models.CharField("按什么对上", max_length=10, blank=True)
    theirs = models.JSONField("上级内容", default=dict, blank=True)
    differences = models.JSONField("不同之处", default=list, blank=True)
    decision = models.CharField("处理", max_length=8, choices=RowDecision.pairs(), default="open")
    reason = models.CharField("理由", max_length=300, blank=True)
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承接部门"
    )
    decided_by = models.CharField("处理人", max_length=120, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "比对行"
        constraints = [
            models.CheckConstraint(name="reform_row_kept_has_reason", condition=~Q(decision="keep") | ~Q(reason="")),
        ]
        indexes = [models.Index(fields=["comparison", "side", "id"], name="reform_comparison_side")]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.name}"
