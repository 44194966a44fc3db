"""进驻: which item or function is handled at which window from when to when, and the decisions behind it (R020–R024)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from yimen.ground.organisations.models import Unit, Window
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence.rules import WideClass


class Function(models.Model):
    """职能: what a department does, in which section, and whether it approves or supervises (R004, R005, R021)."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "审批"
        SERVICE = "service", "服务"
        SUPERVISION = "supervision", "监管"

    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    section = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在科室"
    )
    name = models.CharField("职能", max_length=200)
    kind = models.CharField("性质", max_length=12, choices=Kind)
    wide_class = models.CharField("其他纳入的类别", max_length=24, choices=WideClass.pairs(), blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    recorded_by = models.CharField("登记人", max_length=120)
    recorded_at = models.DateTimeField("登记时间")
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "部门职能"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"], condition=Q(ended_on__isnull=True), name="residence_function_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Adjustment(models.Model):
    """进驻调整: the only way into the hall, to another window, and out of it (R023, R024).

    `facts` keeps the case volumes on which a transfer-out was proposed, so that later numbers cannot replace them.
    """

    class Kind(models.TextChoices):
        TAKEOVER = "takeover", "现状接收"
        ENTER = "enter", "进驻"
        MOVE = "move", "调整窗口"
        LEAVE = "leave", "调出"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审定"
        DECIDED = "decided", "已审定"
        DECLINED = "declined", "未同意"
        TAKEN_BACK = "taken_back", "已撤回"

    class Opinion(models.TextChoices):
        AGREE = "agree", "同意"
        DISAGREE = "disagree", "不同意"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PROPOSED)
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    windows = models.ManyToManyField(Window, related_name="+", verbose_name="进驻窗口", blank=True)
    by_centre = models.BooleanField("由中心提出", default=False)
    reason = models.CharField("理由", max_length=500)
    facts = models.JSONField("依据的数据", default=dict, blank=True)
    proposed_uid = models.UUIDField("提出人编号")
    proposed_by = models.CharField("提出人", max_length=120)
    proposed_at = models.DateTimeField("提出时间")
    opinion_due_on = models.DateField("征求意见截止", null=True, blank=True)
    opinion = models.CharField("部门意见", max_length=8, choices=Opinion, blank=True)
    opinion_text = models.CharField("意见说明", max_length=500, blank=True)
    opinion_by = models.CharField("表态人", max_length=120, blank=True)
    opinion_at = models.DateTimeField("表态时间", null=True, blank=True)
    decision_number = models.CharField("决定文号", max_length=60, blank=True)
    decision_text = models.CharField("决定说明", max_length=500, blank=True)
    decided_by = models.CharField("审定人", max_length=120, blank=True)
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    effective_on = models.DateField("生效日期", null=True, blank=True)

    class Meta:
        verbose_name = "进驻调整"
        constraints = [
            models.CheckConstraint(
                name="residence_decided_whole",
                condition=~Q(state="decided")
                | (Q(decided_at__isnull=False) & Q(effective_on__isnull=False) & ~Q(decision_text="")),
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="takeover"), name="residence_takeover_once"),
        ]
        indexes = [models.Index(fields=["-proposed_at", "-id"], name="residence_adjustments")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.department or ''}".strip()


class AdjustmentLine(models.Model):
    """An item or function that an adjustment is about."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.CASCADE, related_name="lines", verbose_name="调整")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    must = models.BooleanField("属应进驻目录", default=False)
    cases = models.PositiveIntegerField("所据办件量", null=True, blank=True)

    class Meta:
        verbose_name = "调整明细"
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "item", "function"], nulls_distinct=False, name="residence_adjusted_once"
            ),
            models.CheckConstraint(
                name="residence_adjusts_one_thing",
                condition=Q(item__isnull=False, function__isnull=True) | Q(item__isnull=True, function__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item or self.function)


class Entry(models.Model):
    """An item or function is handled at a window from a day to a day, both included; the decisions that began and ended it.

    Open at most once for the same thing and window. A period that ended before it began says that it never took effect.
    """

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="entries", verbose_name="窗口")
    from_on = models.DateField("进驻自")
    to_on = models.DateField("进驻至", null=True, blank=True)
    entered_by = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="begun", verbose_name="进驻依据")
    left_by = models.ForeignKey(
        Adjustment, on_delete=models.PROTECT, null=True, blank=True, related_name="ended", verbose_name="退出依据"
    )

    class Meta:
        verbose_name = "进驻"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "window"],
                condition=Q(to_on__isnull=True, item__isnull=False),
                name="residence_item_at_window_once",
            ),
            models.UniqueConstraint(
                fields=["function", "window"],
                condition=Q(to_on__isnull=True, function__isnull=False),
                name="residence_function_at_window_once",
            ),
            models.CheckConstraint(
                name="residence_enters_one_thing",
                condition=Q(item__isnull=False, function__isnull=True) | Q(item__isnull=True, function__isnull=False),
            ),
            # What leaves does so by a decision, and no decision leaves a period open.
            models.CheckConstraint(
                name="residence_leaves_by_decision",
                condition=Q(to_on__isnull=True, left_by__isnull=True)
                | Q(to_on__isnull=False, left_by__isnull=False, to_on__gte=F("from_on") - 1),
            ),
        ]
        indexes = [models.Index(fields=["window", "from_on"], name="residence_at_window")]

    def __str__(self) -> str:
        return f"{self.item or self.function} {self.window}"


class WithdrawalAttempt(models.Model):
    """Somebody tried to take an entered item out, or changed its fee, without a decision (R023)."""

    class Kind(models.TextChoices):
        WINDOW_CLOSED = "window_closed", "停用窗口"
        DEPARTMENT_UNASSIGNED = "department_unassigned", "部门撤出窗口"
        FEE_CHANGED = "fee_changed", "自行变更收费"
        ITEM_FROZEN = "item_frozen", "自行停办"

    kind = models.CharField("做法", max_length=24, choices=Kind)
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="窗口"
    )
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    text = models.CharField("情况", max_length=500)
    items = models.PositiveIntegerField("涉及事项数", default=1)
    refused = models.BooleanField("已拦下", default=True)
    actor_uid = models.UUIDField("操作人编号")
    actor_name = models.CharField("操作人", max_length=120)
    actor_post = models.CharField("岗位", max_length=120, blank=True)
    at = models.DateTimeField("时间")
    key = models.CharField("识别码", max_length=120, unique=True)
    handled_by = models.CharField("处理人", max_length=120, blank=True)
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    handling = models.CharField("处理结果", max_length=300, blank=True)

    class Meta:
        verbose_name = "回撤行为"
        indexes = [models.Index(fields=["-at", "-id"], name="residence_attempts")]

    def __str__(self) -> str:
        return self.text
