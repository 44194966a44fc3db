"""Results that departments, sections and other systems gave out, to be held against the cases (R222)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.watch.supervision.models.alerts import Alert
from yimen.watch.supervision.rules.results import HOW, STATES, WAITING


class ResultBatch(models.Model):
    """A file of results: what was read of it, line by line, before anybody confirmed it; then what was entered."""

    class State(models.TextChoices):
        READ = "read", "待确认"
        ENTERED = "entered", "已登记"
        DISCARDED = "discarded", "已放弃"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField("来源", max_length=100)
    file_name = models.CharField("文件", max_length=200, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.READ)
    lines = models.JSONField("读出的行", default=list)
    problems = models.JSONField("读不懂的行", default=list)
    messages = models.JSONField("说明", default=list)
    count = models.PositiveIntegerField("登记条数", default=0)
    read_at = models.DateTimeField("读入时间")
    read_by = models.CharField("读入人", max_length=100)
    read_by_uid = models.UUIDField("读入人标识")
    entered_at = models.DateTimeField("登记时间", null=True)

    class Meta:
        verbose_name = "部门结果登记"

    def __str__(self) -> str:
        return f"{self.source} {self.file_name}".strip()


class OutsideResult(models.Model):
    """One result. `number_key` is the number as it is compared: the same department gives it out once."""

    batch = models.ForeignKey(ResultBatch, on_delete=models.PROTECT, related_name="results")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    number = models.CharField("证照或文书编号", max_length=100)
    number_key = models.CharField(max_length=100)
    item_code = models.CharField("事项编码", max_length=40, blank=True)
    item_name = models.CharField("事项", max_length=200)
    applicant = models.CharField("申请人", max_length=200)
    decided_on = models.DateField("出具日期")
    state = models.CharField("核对结果", max_length=8, choices=tuple(STATES.items()), default=WAITING)
    how = models.CharField("怎样核对上的", max_length=12, choices=tuple(HOW.items()), blank=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    looked_at = models.DateTimeField("最近核对", null=True)

    class Meta:
        verbose_name = "部门结果"
        constraints = [
            models.UniqueConstraint(fields=["department", "number_key"], name="supervision_result_once"),
        ]
        indexes = [
            models.Index(fields=["-decided_on", "-id"], name="supervision_result_newest"),
            models.Index(fields=["id"], name="supervision_result_unmatched", condition=~models.Q(state="matched")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.applicant}"
