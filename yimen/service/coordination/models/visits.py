"""Visits: leaders to the window (R010), the management office to the departments (R015)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.organisations.models import Unit
from yimen.service.coordination.models.leaders import Leader


class SiteVisit(models.Model):
    """现场办公: a leader works at the window. Planned, done or called off; planned and past is missed."""

    class State(models.TextChoices):
        PLANNED = "planned", "待到场"
        DONE = "done", "已到场"
        CANCELLED = "cancelled", "已取消"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="visits")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField("计划日期")
    state = models.CharField("情况", max_length=10, choices=State, default=State.PLANNED)
    done_on = models.DateField("到场日期", null=True, blank=True)
    summary = models.TextField("现场办公情况", blank=True)
    solved_on_spot = models.TextField("当场解决的问题", blank=True)
    recorded_by = models.CharField("登记人", max_length=100, blank=True)
    recorded_at = models.DateTimeField("登记时间", null=True)
    reason = models.CharField("改期或取消的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "现场办公"
        constraints = [
            models.UniqueConstraint(
                fields=["leader", "planned_on"],
                condition=~models.Q(state="cancelled"),
                name="coordination_visit_once",
            ),
            models.CheckConstraint(
                name="coordination_visit_done_when",
                condition=models.Q(state="done", done_on__isnull=False)
                | (~models.Q(state="done") & models.Q(done_on__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["-planned_on", "-id"], name="coordination_visit_newest")]

    def __str__(self) -> str:
        return f"{self.planned_on} {self.leader_id}"


class ReturnVisit(models.Model):
    """部门回访: the office calls on a department, collects opinions, and later writes what came of it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    visited_on = models.DateField("回访日期")
    visitors = models.CharField("回访人员", max_length=200)
    received_by = models.CharField("接待人员", max_length=200)
    opinions = models.TextField("意见建议", blank=True)
    problems = models.TextField("反映的问题", blank=True)
    result = models.TextField("处理结果", blank=True)
    result_on = models.DateField("结果日期", null=True, blank=True)
    recorded_by = models.CharField("登记人", max_length=100)
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "部门回访"
        indexes = [models.Index(fields=["-visited_on", "-id"], name="coordination_return_newest")]
        constraints = [
            models.CheckConstraint(
                name="coordination_result_has_day",
                condition=models.Q(result="") | models.Q(result_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.department_id}"
