"""演练: what was asked, how far it is, what it found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from yimen.watch.drills.rules import Parameters


class DrillRun(models.Model):
    """One drill of the whole centre in fast time. `parameters` and `results` are JSON (`rules.Parameters`, `docs/howto/drill.md`).

    `scratch` is the name of the copy while it stands, so that whoever comes after a killed drill finds what it left.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待开始"
        RUNNING = "running", "正在演练"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "没有完成"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    parameters = models.JSONField("参数", default=dict)
    asked_at = models.DateTimeField("发起时间")
    asked_by = models.CharField("发起人", max_length=100)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    doing = models.CharField("正在做", max_length=120, blank=True)
    cancel_asked_at = models.DateTimeField("要求取消", null=True, blank=True)
    cancelled_by = models.CharField("取消人", max_length=100, blank=True)
    failure = models.CharField("没有完成的原因", max_length=500, blank=True)
    scratch = models.CharField("演练用的数据库", max_length=63, blank=True)
    seconds = models.FloatField("用时（秒）", null=True, blank=True)
    first_day = models.DateField("第一天", null=True, blank=True)
    last_day = models.DateField("最后一天", null=True, blank=True)
    totals = models.JSONField("总数", default=dict)
    results = models.JSONField("结果", default=dict)

    class Meta:
        verbose_name = "演练"
        indexes = [models.Index(fields=["-asked_at", "-id"], name="drills_newest")]
        constraints = [
            # A drill takes what the machine has: one at a time.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(state="running"), name="drills_one_runs"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def asked(self) -> Parameters:
        """The parameters, read."""
        return Parameters.from_data(self.parameters)

    @property
    def unfinished(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """One list of the results: days, items, windows, people, effects, overflows."""
        found: list[dict[str, Any]] = self.results.get(name, [])
        return found
