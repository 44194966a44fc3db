"""移动在办件: a plan that takes running cases to a newer edition or procedure, and the fate of each (版本钉住, ADR 0041)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ItemEdition, ServiceItem


class MovePlan(models.Model):
    """Where some running cases are to go: an item's newer edition, a newer version of the procedure, or both.

    `within` and `place` are the scope of whoever made it: nothing outside is looked at. `cursor` is the last case that the
    running pass has looked at, so that a worker that dies goes on where it stood.
    """

    class State(models.TextChoices):
        PREVIEWING = "previewing", "正在预览"
        READY = "ready", "等待确认"
        APPLYING = "applying", "正在移动"
        TELLING = "telling", "正在通知"
        DONE = "done", "已移动"
        UNDOING = "undoing", "正在移回"
        TELLING_BACK = "telling_back", "正在通知移回"
        UNDONE = "undone", "已移回"
        DISCARDED = "discarded", "已放弃"

    class Within(models.TextChoices):
        ALL = "all", "全部"
        DIVISION = "division", "区划"
        CENTRE = "centre", "中心"
        DEPARTMENT = "department", "部门"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    edition = models.ForeignKey(
        ItemEdition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移到第几版"
    )
    procedure_version = models.PositiveSmallIntegerField("移到程序第几版", null=True, blank=True)
    from_edition = models.ForeignKey(
        ItemEdition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="只移第几版的"
    )
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="只移这个部门的"
    )
    only_state = models.CharField("只移这个状态的", max_length=30, blank=True)
    opened_from = models.DateField("提交日期从", null=True, blank=True)
    opened_to = models.DateField("提交日期到", null=True, blank=True)
    lengthen_law = models.CharField("法律规定延长期限的条文", max_length=200, blank=True)
    within = models.CharField("范围", max_length=10, choices=Within)
    place = models.CharField("范围代码", max_length=20, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREVIEWING)
    cursor = models.BigIntegerField("看到", default=0)
    looked = models.PositiveIntegerField("看过的件数", default=0)
    created_at = models.DateTimeField("预览时间")
    created_by = models.CharField("预览人", max_length=100)
    reason = models.CharField("移动的理由", max_length=300, blank=True)
    started_at = models.DateTimeField("开始移动", null=True, blank=True)
    started_by = models.CharField("确认人", max_length=100, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    undo_reason = models.CharField("移回的理由", max_length=300, blank=True)
    undone_at = models.DateTimeField("开始移回", null=True, blank=True)
    undone_by = models.CharField("移回人", max_length=100, blank=True)
    back_at = models.DateTimeField("移回完成", null=True, blank=True)

    class Meta:
        verbose_name = "移动在办件"
        constraints = [
            models.CheckConstraint(
                name="cases_moveplan_goes_somewhere",
                condition=models.Q(edition__isnull=False) | models.Q(procedure_version__isnull=False),
            ),
            # Nobody moves cases without saying why.
            models.CheckConstraint(
                name="cases_moveplan_has_reason",
                condition=models.Q(started_at__isnull=True) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="cases_moveplan_undo_has_reason",
                condition=models.Q(undone_at__isnull=True) | ~models.Q(undo_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="cases_moveplan_new"),
            models.Index(fields=["item", "-id"], name="cases_moveplan_of_item"),
        ]

    def __str__(self) -> str:
        return self.target

    @property
    def target(self) -> str:
        """Where it leads, for people: `“…”第 2 版，办理程序第 4 版`."""
        said = []
        if self.edition is not None and self.item is not None:
            said.append(f"“{self.item.name}”第 {self.edition.number} 版")
        elif self.item is not None:
            said.append(f"“{self.item.name}”")
        if self.procedure_version is not None:
            said.append(f"办理程序第 {self.procedure_version} 版")
        return "，".join(said)

    @property
    def running(self) -> bool:
        """Whether a worker is at it."""
        return self.state in ("previewing", "applying", "telling", "undoing", "telling_back")


class MovedCase(models.Model):
    """The fate of one running case under a plan, and what came of it. `before` is what the way back needs, as JSON."""

    class Fate(models.TextChoices):
        MOVES = "moves", "移动，没有影响"
        DATE = "date", "移动，期限改变"
        MATERIALS = "materials", "移动，须一次告知新增材料"
        KEEPS_MATERIALS = "keeps_materials", "保留原版：不得再要材料"
        KEEPS_FORM = "keeps_form", "保留原版：填写内容不合新表单"
        KEEPS_LIMIT = "keeps_limit", "保留原版：新时限对申请人不利"
        KEEPS_EFFECT = "keeps_effect", "保留原版：移动会触发法定后果"
        REFUSED = "refused", "不能移动"

    class State(models.TextChoices):
        WAITING = "waiting", "待移动"
        KEPT = "kept", "保留"
        TAKEN = "taken", "已移动"
        CHANGED = "changed", "预览后情况有变，没有移动"
        CLOSED = "closed", "已先办结"
        BACK = "back", "已移回"
        STAYS = "stays", "不能移回"

    plan = models.ForeignKey(MovePlan, on_delete=models.CASCADE, related_name="cases", db_index=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    fate = models.CharField("结果", max_length=16, choices=Fate)
    why = models.CharField("说明", max_length=500, blank=True)
    old_edition = models.ForeignKey(
        ItemEdition, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="原版本"
    )
    old_version = models.PositiveSmallIntegerField("原程序版本")
    old_due_on = models.DateField("原期限", null=True, blank=True)
    new_due_on = models.DateField("新期限", null=True, blank=True)
    materials = models.JSONField("新增材料", default=list, blank=True)
    before = models.JSONField("移动以前", default=dict, blank=True)
    state = models.CharField("办理", max_length=8, choices=State, default=State.WAITING)
    seq = models.PositiveIntegerField("步骤序号", null=True, blank=True)
    taken_at = models.DateTimeField("移动时间", null=True, blank=True)
    back_seq = models.PositiveIntegerField("移回步骤序号", null=True, blank=True)
    back_why = models.CharField("没有移回的原因", max_length=300, blank=True)
    told = models.BooleanField("已通知", default=False)
    told_back = models.BooleanField("移回已通知", default=False)

    class Meta:
        verbose_name = "移动的办件"
        constraints = [models.UniqueConstraint(fields=["plan", "matter"], name="cases_moved_once")]
        indexes = [
            models.Index(fields=["plan", "id"], name="cases_moved_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["plan", "id"], name="cases_moved_taken", condition=models.Q(state="taken")),
            models.Index(fields=["plan", "fate", "id"], name="cases_moved_fate"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.get_fate_display()}"
