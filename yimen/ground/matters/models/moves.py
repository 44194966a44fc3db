"""A change of the calendar, laid over the running matters."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.calendar.models import CalendarChange
from yimen.ground.matters.models.thread import Matter
from yimen.ground.organisations.models import Unit


class Recalculation(models.Model):
    """One change of the calendar brought to the open matters, or taken back: first the preview, then a step on each.

    `version` is the calendar's version that the preview compared with; where it has moved the preview is stale.
    `cursor` is the last matter that the running pass has looked at, so that a worker that dies goes on where it stood.
    """

    class State(models.TextChoices):
        PREVIEWING = "previewing", "正在预览"
        READY = "ready", "可以实行"
        APPLYING = "applying", "正在实行"
        SWEEPING = "sweeping", "正在核对"
        TELLING = "telling", "正在通知"
        DONE = "done", "已完成"
        REPLACED = "replaced", "已作废"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    change = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, related_name="+", verbose_name="日历变更")
    undo = models.BooleanField("撤销", default=False)
    reason = models.CharField("撤销原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREVIEWING)
    version = models.BigIntegerField("日历版本")
    cursor = models.BigIntegerField("看到", default=0)
    looked = models.PositiveIntegerField("看过的件数", default=0)
    passes = models.PositiveSmallIntegerField("核对遍数", default=0)
    created_at = models.DateTimeField("预览时间")
    created_by = models.CharField("预览人", max_length=100)
    started_at = models.DateTimeField("开始实行", null=True, blank=True)
    started_by = models.CharField("实行人", max_length=100, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "日历变更重算"
        indexes = [models.Index(fields=["change", "-id"], name="matters_recalculation_change")]
        constraints = [
            # A calendar changes once at a time: the next one waits until every open matter has been brought along.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["applying", "sweeping"]),
                name="matters_recalculation_one_runs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.get_state_display()}"


class MovedMatter(models.Model):
    """An open matter whose date a change of the calendar moves, or makes firm (`kind`); `seq` is its step once taken."""

    class Kind(models.TextChoices):
        MOVED = "moved", "日期改变"
        FIRMED = "firmed", "暂定变为确定"
        LOOSENED = "loosened", "确定变为暂定"

    class State(models.TextChoices):
        WAITING = "waiting", "待重算"
        TAKEN = "taken", "已重算"
        CLOSED = "closed", "已先办结"
        SAME = "same", "日期已不受影响"

    recalculation = models.ForeignKey(Recalculation, on_delete=models.CASCADE, related_name="items", db_index=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    old_due_on = models.DateField("原期限", null=True, blank=True)
    new_due_on = models.DateField("新期限", null=True, blank=True)
    old_legal_due_on = models.DateField("原法定期限", null=True, blank=True)
    new_legal_due_on = models.DateField("新法定期限", null=True, blank=True)
    why = models.CharField("原因", max_length=500, blank=True)
    late_found = models.BooleanField("预览之后出现", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    seq = models.PositiveIntegerField("步骤序号", null=True, blank=True)
    taken_at = models.DateTimeField("重算时间", null=True, blank=True)
    told = models.BooleanField("已通知", default=False)

    class Meta:
        verbose_name = "日期变动"
        constraints = [
            models.UniqueConstraint(fields=["recalculation", "matter"], name="matters_moved_once"),
        ]
        indexes = [
            models.Index(
                fields=["recalculation", "id"], name="matters_moved_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["recalculation", "id"],
                name="matters_moved_untold",
                condition=models.Q(state="taken", kind="moved", told=False),
            ),
            models.Index(fields=["recalculation", "department", "id"], name="matters_moved_department"),
        ]

    def __str__(self) -> str:
        return f"{self.old_due_on} → {self.new_due_on}"
