"""归并方案: a department's approval functions brought into one or two sections that sit in the hall whole (R005); 三到位."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Unit, Window
from yimen.service.residence.models.entries import Function


class Plan(models.Model):
    """A consolidation plan: drafted and filed by the department, reviewed by three bodies, accepted or returned."""

    class State(models.TextChoices):
        DRAFT = "draft", "起草"
        FILED = "filed", "审核中"
        REVIEWED = "reviewed", "审核通过，待验收"
        RETURNED = "returned", "退回修改"
        ACCEPTED = "accepted", "验收通过"
        TAKEN_BACK = "taken_back", "已撤回"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    number = models.PositiveSmallIntegerField("第几次", default=1)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    round = models.PositiveSmallIntegerField("审核轮次", default=0)
    section = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="归并到的科室", help_text="挂行政审批服务科"
    )
    second_section = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="第二个科室"
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="负责人（首席代表）"
    )
    windows = models.ManyToManyField(Window, related_name="+", verbose_name="进驻窗口", blank=True)
    whole_section = models.BooleanField("科室整建制进驻", default=True)
    separation = models.CharField("审批与监管如何分开", max_length=1000, blank=True)
    reason = models.CharField("归并理由", max_length=1000)
    made_by = models.CharField("起草人", max_length=120)
    made_at = models.DateTimeField("起草时间")
    filed_by = models.CharField("报送人", max_length=120, blank=True)
    filed_uid = models.UUIDField("报送人编号", null=True, blank=True)
    filed_at = models.DateTimeField("报送时间", null=True, blank=True)
    accepted_by = models.CharField("验收人", max_length=120, blank=True)
    accepted_at = models.DateTimeField("验收时间", null=True, blank=True)
    accepted_text = models.CharField("验收意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "归并方案"
        constraints = [
            models.UniqueConstraint(fields=["department", "number"], name="residence_plan_number"),
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(state__in=["draft", "filed", "reviewed", "returned"]),
                name="residence_one_open_plan",
            ),
            models.CheckConstraint(name="residence_two_sections", condition=~Q(section=models.F("second_section"))),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="residence_plans")]

    def __str__(self) -> str:
        return f"{self.department} 归并方案（第 {self.number} 次）"


class PlanFunction(models.Model):
    """A function that the plan brings in: from the section where it is to the one where it will be."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="functions", verbose_name="方案")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+", verbose_name="职能")
    from_section = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原科室"
    )
    to_section = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="归并后科室")

    class Meta:
        verbose_name = "方案职能"
        constraints = [models.UniqueConstraint(fields=["plan", "function"], name="residence_plan_function_once")]

    def __str__(self) -> str:
        return str(self.function)


class PlanStaff(models.Model):
    """Somebody to be sent to the hall, with the qualification on which the personnel body judges (R263)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="staff", verbose_name="方案")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="人员"
    )
    duty = models.CharField("拟任岗位", max_length=60)
    permanent = models.BooleanField("在编", default=True)
    enforcement = models.CharField("执法资格证号", max_length=60, blank=True)
    qualification = models.CharField("学历与业务资格", max_length=300)

    class Meta:
        verbose_name = "拟派人员"
        constraints = [models.UniqueConstraint(fields=["plan", "account"], name="residence_plan_staff_once")]

    def __str__(self) -> str:
        return str(self.account)


class PlanReview(models.Model):
    """The word of one reviewing body in one round; append-only."""

    append_only: ClassVar[bool] = True

    class Body(models.TextChoices):
        PERSONNEL = "personnel", "人社部门"
        ESTABLISHMENT = "establishment", "编制部门"
        HALL = "hall", "政务服务管理机构"

    class Verdict(models.TextChoices):
        PASSED = "passed", "同意"
        RETURNED = "returned", "退回修改"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews", verbose_name="方案")
    round = models.PositiveSmallIntegerField("轮次")
    body = models.CharField("审核机关", max_length=16, choices=Body)
    verdict = models.CharField("结论", max_length=8, choices=Verdict)
    opinion = models.CharField("意见", max_length=500)
    reviewer = models.CharField("审核人", max_length=120)
    reviewer_uid = models.UUIDField("审核人编号")
    post = models.CharField("岗位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "方案审核"
        constraints = [models.UniqueConstraint(fields=["plan", "round", "body"], name="residence_reviewed_once")]

    def __str__(self) -> str:
        return f"{self.get_body_display()}：{self.get_verdict_display()}"


class ReadinessPoint(models.Model):
    """One point of the checklist 三到位 (000 L29): staffing, rules, supervision. A row that a place may change."""

    class Side(models.TextChoices):
        STAFFING = "staffing", "人员配备到位"
        RULES = "rules", "制度建设到位"
        SUPERVISION = "supervision", "监督管理到位"

    side = models.CharField("方面", max_length=12, choices=Side)
    text = models.CharField("要点", max_length=200)
    order = models.PositiveSmallIntegerField("序号", default=100)
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "三到位要点"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text


class ReadinessMark(models.Model):
    """What was found at a department for a point, the last word of each."""

    point = models.ForeignKey(ReadinessPoint, on_delete=models.PROTECT, related_name="marks", verbose_name="要点")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    reached = models.BooleanField("到位")
    note = models.CharField("说明", max_length=300, blank=True)
    checked_by = models.CharField("检查人", max_length=120)
    checked_at = models.DateTimeField("检查时间")

    class Meta:
        verbose_name = "三到位检查"
        constraints = [models.UniqueConstraint(fields=["point", "department"], name="residence_marked_once")]

    def __str__(self) -> str:
        return f"{self.point} {'到位' if self.reached else '未到位'}"
