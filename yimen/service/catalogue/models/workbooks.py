"""A workbook of items that came back from Excel: what it proposes, line by line, and what became of it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.service.catalogue.models.editions import ItemEdition
from yimen.service.catalogue.models.items import ServiceItem


class WorkbookProposal(models.Model):
    """One workbook laid beside the catalogue. `rows = new + changed + unchanged + conflict + rejected` always.

    Nothing of it is in the catalogue before it is applied, and then only as drafts that need the legal check (R045).
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "等待比对"
        COMPARED = "compared", "已比对，待应用"
        APPLYING = "applying", "正在应用"
        APPLIED = "applied", "已应用"
        UNDONE = "undone", "已撤回"
        FAILED = "failed", "未能读取"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField("文件名", max_length=255)
    file_hash = models.CharField("文件摘要", max_length=64)
    content = models.BinaryField("文件", null=True)
    status = models.CharField("状态", max_length=10, choices=Status)
    rows = models.PositiveIntegerField("行数", default=0)
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    conflict = models.PositiveIntegerField("冲突", default=0)
    rejected = models.PositiveIntegerField("拒绝", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    messages = ArrayField(models.TextField(), verbose_name="文件说明", default=list, blank=True)
    actor_uid = models.UUIDField("上传人编号")
    actor = models.CharField("上传人", max_length=120)
    created_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("应用时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作簿"
        constraints = [
            models.CheckConstraint(
                name="catalogue_workbook_counts",
                condition=Q(
                    rows=models.F("new")
                    + models.F("changed")
                    + models.F("unchanged")
                    + models.F("conflict")
                    + models.F("rejected")
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.get_status_display()}"


class ProposalRow(models.Model):
    """One item as a workbook proposes it. Unchanged items leave no row.

    `changes` [{element, label, before, after, cell}] is what people see; `values` what is written when it is applied:
    {"values": …, "materials": … or None, "codes": … or None}. `base` is the edition it was compared with.
    """

    class Outcome(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        CONFLICT = "conflict", "冲突"
        REJECTED = "rejected", "拒绝"

    class Fate(models.TextChoices):
        WAITING = "waiting", "未应用"
        LEFT = "left", "不应用"
        APPLIED = "applied", "已应用"
        REFUSED = "refused", "没有应用"
        UNDONE = "undone", "已撤回"
        KEPT = "kept", "不能撤回"

    proposal = models.ForeignKey(
        WorkbookProposal, on_delete=models.CASCADE, related_name="lines", verbose_name="工作簿"
    )
    sheet = models.CharField("工作表", max_length=31)
    line = models.PositiveIntegerField("行号")
    code = models.CharField("事项编码", max_length=120, blank=True)
    name = models.CharField("事项名称", max_length=500, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    changes = models.JSONField("改动", default=list)
    values = models.JSONField("内容", default=dict)
    reasons = ArrayField(models.TextField(), verbose_name="原因", default=list, blank=True)
    warnings = ArrayField(models.TextField(), verbose_name="提醒", default=list, blank=True)
    item = models.ForeignKey(ServiceItem, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="事项")
    base = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="比对的版本"
    )
    base_version = models.PositiveIntegerField("比对时的修改次数", default=0)
    fate = models.CharField("处理", max_length=8, choices=Fate, default=Fate.WAITING)
    made = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="应用成的草稿"
    )
    made_version = models.PositiveIntegerField("应用后的修改次数", default=0)
    replaced = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="被替代的草稿"
    )
    said = models.TextField("处理说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作簿的行"
        indexes = [models.Index(fields=["proposal", "outcome", "line"], name="catalogue_proposal_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.line} 行 {self.get_outcome_display()}"
