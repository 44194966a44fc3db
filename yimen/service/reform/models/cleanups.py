"""定期清理: the legal office asks departments to look at each of their items (R026)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem
from yimen.service.reform.models.changes import ChangeBatch
from yimen.service.reform.rules import CleanUpOutcome


class CleanUp(models.Model):
    """A round of cleaning over departments: each checks its items by `due_on`, the legal office decides, the outcomes become
    a batch of changes.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("名称", max_length=200)
    document = models.CharField("文号", max_length=100)
    note = models.TextField("要求", blank=True)
    opened_on = models.DateField("开始日期")
    due_on = models.DateField("自查截止")
    opened_by = models.CharField("组织人", max_length=120)
    opened_uid = models.UUIDField("组织人编号")
    created_at = models.DateTimeField("建立时间")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    batch = models.ForeignKey(
        ChangeBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="cleanups", verbose_name="调整批次"
    )

    class Meta:
        verbose_name = verbose_name_plural = "清理"
        constraints = [models.CheckConstraint(name="reform_cleanup_span", condition=Q(due_on__gte=F("opened_on")))]

    def __str__(self) -> str:
        return self.title


class CleanUpDepartment(models.Model):
    """A department in a round, and when it handed its check in."""

    cleanup = models.ForeignKey(CleanUp, on_delete=models.CASCADE, related_name="departments", verbose_name="清理")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    submitted_by = models.CharField("报送人", max_length=120, blank=True)
    prompted_at = models.DateTimeField("催报时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "清理部门"
        constraints = [models.UniqueConstraint(fields=["cleanup", "department"], name="reform_cleanup_department_once")]

    def __str__(self) -> str:
        return f"{self.cleanup} {self.department}"


class CleanUpLine(models.Model):
    """One item in a round: what its department found, what the legal office decided."""

    cleanup = models.ForeignKey(CleanUp, on_delete=models.CASCADE, related_name="lines", verbose_name="清理")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    found = models.CharField("自查意见", max_length=10, choices=CleanUpOutcome.pairs(), blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    receiver = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="下放给"
    )
    found_by = models.CharField("自查人", max_length=120, blank=True)
    found_at = models.DateTimeField("自查时间", null=True, blank=True)
    decided = models.CharField("审定结果", max_length=10, choices=CleanUpOutcome.pairs(), blank=True)
    decided_reason = models.CharField("审定理由", max_length=300, blank=True)
    decided_by = models.CharField("审定人", max_length=120, blank=True)
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "清理事项"
        constraints = [
            models.UniqueConstraint(fields=["cleanup", "item"], name="reform_cleanup_item_once"),
            models.CheckConstraint(
                name="reform_cleanup_found_has_reason",
                condition=Q(found__in=["", "keep"]) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["cleanup", "department", "id"], name="reform_cleanup_lines")]

    def __str__(self) -> str:
        return f"{self.cleanup} {self.item}"
