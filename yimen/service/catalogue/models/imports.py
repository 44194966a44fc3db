"""Files brought in, and what became of each of their lines."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.service.catalogue.models.editions import ItemEdition
from yimen.service.catalogue.models.items import ServiceItem


class ImportBatch(models.Model):
    """One file brought in: checked (dry run), applied, perhaps undone.

    `rows = new + changed + unchanged + rejected` always.
    """

    class Status(models.TextChoices):
        CHECKED = "checked", "已试导入"
        QUEUED = "queued", "等待导入"
        APPLYING = "applying", "正在导入"
        APPLIED = "applied", "已导入"
        UNDONE = "undone", "已撤回"
        FAILED = "failed", "未能导入"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    system = models.CharField("来源目录", max_length=20)
    file_name = models.CharField("文件名", max_length=255)
    file_hash = models.CharField("文件摘要", max_length=64)
    content = models.BinaryField("文件", null=True)
    materials_name = models.CharField("材料文件名", max_length=255, blank=True)
    materials_content = models.BinaryField("材料文件", null=True)
    status = models.CharField("状态", max_length=10, choices=Status)
    rows = models.PositiveIntegerField("行数", default=0)
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.PositiveIntegerField("拒绝", default=0)
    warned = models.PositiveIntegerField("有提醒", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    messages = ArrayField(models.TextField(), verbose_name="文件说明", default=list, blank=True)
    published = models.PositiveIntegerField("已发布", default=0)
    actor_uid = models.UUIDField("导入人编号")
    actor = models.CharField("导入人", max_length=120)
    created_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            models.CheckConstraint(
                name="catalogue_batch_counts",
                condition=Q(rows=models.F("new") + models.F("changed") + models.F("unchanged") + models.F("rejected")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.get_status_display()}"


class ImportRow(models.Model):
    """What became of one line of an imported file, and why. The line itself is kept where it was refused."""

    class Outcome(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        UNCHANGED = "unchanged", "未变"
        REJECTED = "rejected", "拒绝"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="lines", verbose_name="批次")
    line = models.PositiveIntegerField("行号")
    file = models.CharField("所在文件", max_length=10, default="items")
    code = models.CharField("编码", max_length=120, blank=True)
    name = models.CharField("名称", max_length=500, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    reasons = ArrayField(models.TextField(), verbose_name="原因", default=list, blank=True)
    warnings = ArrayField(models.TextField(), verbose_name="提醒", default=list, blank=True)
    raw = models.TextField("原文", blank=True)
    item = models.ForeignKey(ServiceItem, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="事项")
    edition = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="版本"
    )
    replaced = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="被替代的草稿"
    )
    kept_because = models.CharField("未能撤回的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        indexes = [models.Index(fields=["batch", "outcome", "line"], name="catalogue_row_outcome")]

    def __str__(self) -> str:
        return f"第 {self.line} 行 {self.get_outcome_display()}"
