"""Workflows and contingency plans of windows, who has read them, and when a plan was started (R079)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.organisations.models import Unit, Window
from yimen.service.windows.rules import PAPERS


class Paper(models.Model):
    """One version of a workflow or contingency plan, of a window or of a whole department."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待批准"
        APPROVED = "approved", "已批准"
        DISCARDED = "discarded", "已作废"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=12, choices=tuple(PAPERS.items()))
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="window_papers")
    title = models.CharField("标题", max_length=120)
    version = models.PositiveSmallIntegerField("版次")
    text = models.TextField("内容")
    changes = models.CharField("这一版改了什么", max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    in_force_from = models.DateField("自何日起施行", null=True, blank=True)
    drafted_at = models.DateTimeField("起草时间")
    drafted_by = models.CharField("起草人", max_length=100)
    drafter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_back = models.CharField("退回意见", max_length=300, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.CharField("批准人", max_length=100, blank=True)

    class Meta:
        verbose_name = "窗口工作流程和预案"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(window__isnull=False) ^ models.Q(department__isnull=False),
                name="windows_paper_of_one",
            ),
            models.UniqueConstraint(
                fields=["kind", "window", "version"], condition=models.Q(window__isnull=False),
                name="windows_paper_version",
            ),
            models.UniqueConstraint(
                fields=["kind", "department", "version"], condition=models.Q(department__isnull=False),
                name="windows_department_paper",
            ),
            models.UniqueConstraint(
                fields=["kind", "window"], condition=models.Q(window__isnull=False, state__in=("draft", "submitted")),
                name="windows_one_draft",
            ),
            models.UniqueConstraint(
                fields=["kind", "department"],
                condition=models.Q(department__isnull=False, state__in=("draft", "submitted")),
                name="windows_one_draft_of_department",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(in_force_from__isnull=False, approved_at__isnull=False),
                name="windows_approved_in_force",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"


class Reading(models.Model):
    """That somebody says they have read a version."""

    append_only: ClassVar[bool] = True

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="readings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=100)
    read_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "阅知"
        constraints = [models.UniqueConstraint(fields=["paper", "account"], name="windows_read_once")]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.name}"


class Activation(models.Model):
    """That a contingency plan was started at a window, why, and how it ended."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="activations")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="activations")
    reason = models.CharField("为什么启动", max_length=500)
    started_at = models.DateTimeField("启动时间")
    started_by = models.CharField("启动人", max_length=100)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.CharField("结束人", max_length=100, blank=True)
    done = models.TextField("做了什么", blank=True)

    class Meta:
        verbose_name = "预案启动"
        constraints = [
            models.UniqueConstraint(
                fields=["window"], condition=models.Q(ended_at__isnull=True), name="windows_one_plan_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.started_at:%Y-%m-%d}"
