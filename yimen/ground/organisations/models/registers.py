"""Registers beside the tree: seals' course, responsibility, counterparts across tiers, supporting roles."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.organisations.models.papers import Seal
from yimen.ground.organisations.models.posts import Post
from yimen.ground.organisations.models.tree import Division, Unit, Window


class SealEvent(models.Model):
    """What happened to a seal itself (R008): handed over, lost, superseded, ended, destroyed. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    class Kind(models.TextChoices):
        HANDED_OVER = "handed_over", "移交保管"
        LOST = "lost", "遗失"
        ENDED = "ended", "停用"
        SUPERSEDED = "superseded", "待缴销"
        RESTORED = "restored", "恢复使用"
        DESTROYED = "destroyed", "销毁"

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    happened_at = models.DateTimeField("时间")
    actor_uid = models.UUIDField("经手人标识")
    actor_name = models.CharField("经手人", max_length=100)
    reason = models.CharField("原因", max_length=200)
    from_keeper = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_keeper = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    witness = models.CharField("监交（监销）人", max_length=60, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)

    class Meta:
        verbose_name = "印章变动"
        indexes = [models.Index(fields=["seal", "-id"], name="organisations_seal_event")]
        constraints = [
            # A seal is destroyed once.
            models.UniqueConstraint(
                fields=["seal"], condition=models.Q(kind="destroyed"), name="organisations_seal_destroyed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.kind}"


class ChainPost(models.Model):
    """A post on a rung of a department's responsibility chain (R011)."""

    class Rung(models.TextChoices):
        TEAM = "team", "工作班子"
        DEPUTY = "deputy", "分管领导"
        PRINCIPAL = "principal", "主要负责人（一把手）"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="chain")
    rung = models.CharField("层次", max_length=10, choices=Rung)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name="岗位")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    set_by = models.UUIDField("确定人")

    class Meta:
        verbose_name = "责任链岗位"
        constraints = [
            # One principal and one deputy in charge at a time; the team may be many.
            models.UniqueConstraint(
                fields=["unit", "rung"],
                condition=models.Q(until__isnull=True, rung__in=["deputy", "principal"]),
                name="organisations_chain_one_of_a_rung",
            ),
            models.UniqueConstraint(
                fields=["unit", "post"], condition=models.Q(until__isnull=True), name="organisations_chain_post_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rung_display()} {self.post_id}"


class EntryPlan(models.Model):
    """A department's plan for entering the hall 进驻工作方案 (R011), edition by edition; the last one counts."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entry_plans")
    number = models.PositiveSmallIntegerField("版次")
    document = models.CharField("文号", max_length=60, blank=True)
    text = models.TextField("方案")
    made_on = models.DateField("制定日期")
    written_by = models.CharField("登记人", max_length=100)
    written_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "进驻工作方案"
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="organisations_entry_plan_number")]

    def __str__(self) -> str:
        return f"{self.unit_id} 第 {self.number} 版"


class Counterpart(models.Model):
    """Departments of two tiers that answer to each other 对口部门 (R002): one above, one below."""

    upper = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="counterparts_below", verbose_name="上级部门"
    )
    lower = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="counterparts_above", verbose_name="下级部门"
    )
    made_by = models.UUIDField("确定人")
    made_at = models.DateTimeField("确定时间")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "对口部门"
        constraints = [
            models.UniqueConstraint(
                fields=["upper", "lower"],
                condition=models.Q(ended_at__isnull=True),
                name="organisations_counterpart_once",
            ),
            models.CheckConstraint(
                name="organisations_counterpart_not_self", condition=~models.Q(upper=models.F("lower"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upper} ↔ {self.lower}"


class CounterpartWindow(models.Model):
    """Windows of two tiers that answer to each other 对口窗口 (R002): the upper one guides the lower one."""

    upper = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="counterparts_below")
    lower = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="counterparts_above")
    made_by = models.UUIDField("确定人")
    made_at = models.DateTimeField("确定时间")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "对口窗口"
        constraints = [
            models.UniqueConstraint(
                fields=["upper", "lower"],
                condition=models.Q(ended_at__isnull=True),
                name="organisations_counterpart_window_once",
            ),
            models.CheckConstraint(
                name="organisations_counterpart_window_not_self", condition=~models.Q(upper=models.F("lower"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upper_id} ↔ {self.lower_id}"


class SupportingRole(models.Model):
    """Which unit plays which supporting role in a division (R013; 002 L21, 003 L8)."""

    class Role(models.TextChoices):
        OFFICE = "office", "指导协调（政府办）"
        SUPERVISION = "supervision", "运行监督（监察机关）"
        STAFFING = "staffing", "绩效考核（人社部门）"
        FINANCE = "finance", "经费保障（财政部门）"
        LEGAL = "legal", "合法性审核（法制机构）"
        INFORMATION = "information", "技术支持（信息中心）"

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="supporting_roles")
    role = models.CharField("职责", max_length=12, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="supporting_roles")
    set_by = models.UUIDField("确定人")
    set_at = models.DateTimeField("确定时间")

    class Meta:
        verbose_name = "支撑部门分工"
        constraints = [models.UniqueConstraint(fields=["division", "role"], name="organisations_supporting_role_once")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.role}"
