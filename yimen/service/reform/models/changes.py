"""Changes of the power list 权责清单 and what stands on it beside the catalogue: who else exercises, what is suspended,
what duty goes with a power (R027).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.reform.rules import BatchSource, BatchState, ChangeKind, ChangeState, ExerciseMode


class ChangeBatch(models.Model):
    """Changes that one document makes together: proposed, checked by the lawyers, decided, applied, perhaps undone.

    `document` is the deciding document's number; a proposal may still be without one. Who took each step and when stands
    in the row, so that the page tells it without the audit.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("名称", max_length=200)
    source = models.CharField("来由", max_length=12, choices=BatchSource.pairs(), default="own")
    from_organ = models.CharField("来文机关", max_length=200, blank=True)
    document = models.CharField("文号", max_length=100, blank=True)
    document_on = models.DateField("印发日期", null=True, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    note = models.TextField("说明", blank=True)
    state = models.CharField("状态", max_length=10, choices=BatchState.pairs(), default="draft")
    author_uid = models.UUIDField("提出人编号")
    author = models.CharField("提出人", max_length=120)
    created_at = models.DateTimeField("提出时间")
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    reviewer = models.CharField("审查人", max_length=120, blank=True)
    reviewed_at = models.DateTimeField("审查时间", null=True, blank=True)
    opinion = models.TextField("审查意见", blank=True)
    decider = models.CharField("决定人", max_length=120, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    applier = models.CharField("实施人", max_length=120, blank=True)
    applied_at = models.DateTimeField("实施时间", null=True, blank=True)
    undone_by = models.CharField("撤回人", max_length=120, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    undone_reason = models.CharField("撤回原因", max_length=300, blank=True)
    version = models.PositiveIntegerField("修改次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "清单调整批次"
        indexes = [models.Index(fields=["-created_at", "-id"], name="reform_batch_newest")]
        constraints = [
            # A decision without a document cannot be traced (R027).
            models.CheckConstraint(
                name="reform_batch_decided_by_document",
                condition=~Q(state__in=["decided", "applied", "undone"])
                | (~Q(document="") & Q(document_on__isnull=False) & Q(effective_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="reform_batch_applied_at", condition=~Q(state="applied") | Q(applied_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """One change. `item` is what is changed; of an undertaking it is the item that applying makes.

    `values` holds fields of the item's next edition (name, kind, legal_basis, legal_limit, legal_unit) where they are
    adjusted. `edition` is the draft that applying opened.
    """

    batch = models.ForeignKey(ChangeBatch, on_delete=models.CASCADE, related_name="changes", verbose_name="批次")
    order = models.PositiveIntegerField("序号")
    kind = models.CharField("调整方式", max_length=10, choices=ChangeKind.pairs())
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    name = models.TextField("事项名称")
    item_kind = models.CharField("事项类型", max_length=20, blank=True)
    base_code = models.CharField("基本编码", max_length=33, blank=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="行使部门")
    units = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="承接机关")
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=300, blank=True)
    values = models.JSONField("调整内容", default=dict, blank=True)
    state = models.CharField("状态", max_length=8, choices=ChangeState.pairs(), default="pending")
    outcome = models.CharField("实施情况", max_length=300, blank=True)
    edition = models.ForeignKey(
        ItemEdition, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="草稿"
    )
    applied_at = models.DateTimeField("实施时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "清单调整"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "order"], name="reform_change_order"),
            models.UniqueConstraint(
                fields=["batch", "item"], condition=Q(item__isnull=False), name="reform_change_item_once"
            ),
            models.CheckConstraint(
                name="reform_change_has_item", condition=Q(kind="undertake") | Q(item__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["item"], name="reform_change_of_item")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class Exercise(models.Model):
    """A unit that exercises an item's power beside (empowered towns) or instead of (delegation) its department."""

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="承接机关")
    mode = models.CharField("方式", max_length=10, choices=ExerciseMode.pairs())
    since = models.DateField("自")
    until = models.DateField("至（不含）", null=True, blank=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="exercises", verbose_name="依何调整")

    class Meta:
        verbose_name = verbose_name_plural = "承接行使"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"], condition=Q(until__isnull=True), name="reform_exercise_one_open"
            ),
            models.CheckConstraint(
                name="reform_exercise_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]
        indexes = [models.Index(fields=["unit", "since"], name="reform_exercise_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit} {self.item}"


class Suspension(models.Model):
    """From when until when an item was not handled, written from what the catalogue tells, so that any day can be asked."""

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    since = models.DateField("自")
    until = models.DateField("至（不含）", null=True, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂停记录"
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(until__isnull=True), name="reform_suspension_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.since}"


class Duty(models.Model):
    """The responsibility that goes with a power 责任清单: what must be done, and when one answers for it. A changed text is a
    new row from its day on.
    """

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    text = models.TextField("责任事项")
    accountable = models.TextField("追责情形", blank=True)
    basis = models.CharField("依据", max_length=300)
    since = models.DateField("自")
    until = models.DateField("至（不含）", null=True, blank=True)
    author = models.CharField("登记人", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "责任事项"
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(until__isnull=True), name="reform_duty_one_open")
        ]

    def __str__(self) -> str:
        return self.text[:40]
