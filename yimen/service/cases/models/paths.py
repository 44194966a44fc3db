"""What stands beside the cases that go a way of their own: marks, reports to a superior, the same case in another system.

`Case.marks` names which of these a case has, so that an ordinary one costs no query.
"""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.kit.fields import EncryptedText
from yimen.ground.organisations.models import Unit
from yimen.service.cases.models.case import Case


class PathTerms(models.Model):
    """Days within a centre that no law counts. A centre without a row has the defaults.

    The sources speak of "一定时限" (000 L167) and of special urgency, and name no day, so every number is the centre's to set.
    """

    centre = models.OneToOneField(
        Unit, on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name="中心"
    )
    special_workdays = models.PositiveSmallIntegerField("特办件内部时限（工作日）", default=2)
    superior_workdays = models.PositiveSmallIntegerField("报上级后多少个工作日没有结果要催办", default=15)
    # Art. 7 gives the right to speak and no days; those of art. 47 for a hearing are the usual ones.
    statement_workdays = models.PositiveSmallIntegerField("拟撤销决定的陈述申辩工作日", default=5, db_default=5)
    revoke_workdays = models.PositiveSmallIntegerField("陈述申辩后多少个工作日内决定", default=10, db_default=10)
    # 国办发〔2020〕42号 wants a consequence for the future and leaves its length to the place.
    bar_months = models.PositiveSmallIntegerField("不实承诺后几个月不再适用告知承诺", default=24, db_default=24)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "办件路径设置"

    def __str__(self) -> str:
        return str(self.centre)


class PriorityProject(models.Model):
    """A project for which cases go the green channel; a major investment project may besides hand in materials later (R068, R075)."""

    class Sort(models.TextChoices):
        MAJOR = "major", "重大投资项目"
        HOUSING = "housing", "保障性住房项目"
        OTHER = "other", "其他绿色通道事项"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="priority_projects", verbose_name="中心")
    number = models.CharField("项目编号", max_length=60)
    name = models.CharField("项目名称", max_length=200)
    sort = models.CharField("类别", max_length=8, choices=Sort)
    owner = models.CharField("项目单位", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=300)
    registered_at = models.DateTimeField("登记时间")
    registered_by = models.CharField("登记人", max_length=100)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "重点项目"
        constraints = [models.UniqueConstraint(fields=["centre", "number"], name="cases_project_number")]

    def __str__(self) -> str:
        return self.name


class CaseMark(models.Model):
    """A case that goes before the others: 特办件 (R056) or 绿色通道 (R075). `inner_due_on` is the centre's own shorter limit."""

    class Kind(models.TextChoices):
        SPECIAL = "special", "特办"
        GREEN = "green", "绿色通道"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="priority_marks")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    reason = models.TextField("理由")
    project = models.ForeignKey(PriorityProject, on_delete=models.PROTECT, null=True, blank=True, related_name="marks")
    inner_due_on = models.DateField("内部时限", null=True, blank=True)
    declared_by = models.CharField("决定人", max_length=200)
    declared_at = models.DateTimeField("决定时间")
    ended_by = models.CharField("取消人", max_length=200, blank=True)
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)
    ended_reason = models.CharField("取消原因", max_length=500, blank=True)
    warned_at = models.DateTimeField("提醒时间", null=True, blank=True)

    class Meta:
        verbose_name = "优先办理"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=models.Q(ended_at__isnull=True), name="cases_marked_once"
            ),
            models.CheckConstraint(
                name="cases_green_has_project", condition=~models.Q(kind="green") | models.Q(project__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["kind", "declared_at"], name="cases_mark_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.declared_at:%Y-%m-%d}"


class ReportUp(models.Model):
    """A case sent up to a superior organ (R055): who it is, its number there, how it stands, how often it was urged."""

    class Outcome(models.TextChoices):
        GRANTED = "granted", "准予"
        REFUSED = "refused", "不予"
        RETURNED = "returned", "退回"
        RECALLED = "recalled", "申请人撤回"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports_up")
    superior = models.CharField("上级机关", max_length=200)
    number = models.CharField("上级受理编号", max_length=100, blank=True)
    status = models.CharField("上级办理情况", max_length=300, blank=True)
    sent_at = models.DateTimeField("上报时间")
    sent_by = models.CharField("上报人", max_length=200)
    urge_on = models.DateField("到期催办")
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    urged_at = models.DateTimeField("最近催办", null=True, blank=True)
    reminded_at = models.DateTimeField("已提醒催办", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    outcome = models.CharField("上级结论", max_length=8, choices=Outcome, blank=True)
    paper_number = models.CharField("上级文号", max_length=100, blank=True)

    class Meta:
        verbose_name = "上报"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(answered_at__isnull=True), name="cases_one_report_up"
            ),
            models.CheckConstraint(
                name="cases_superior_outcome",
                condition=models.Q(answered_at__isnull=True, outcome="")
                | models.Q(answered_at__isnull=False) & ~models.Q(outcome=""),
            ),
        ]
        indexes = [
            models.Index(fields=["urge_on"], name="cases_report_up_open", condition=models.Q(answered_at__isnull=True)),
            models.Index(fields=["-sent_at", "-id"], name="cases_report_up_new"),
        ]

    def __str__(self) -> str:
        return f"{self.superior} {self.sent_at:%Y-%m-%d}"


class ProhibitedMatter(models.Model):
    """What the State prohibits or the development plan does not allow: not accepted, with a clear reply and reasons (R051)."""

    class Ground(models.TextChoices):
        STATE = "state", "国家明令禁止"
        PLAN = "plan", "不符合发展规划"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="prohibited_matters", verbose_name="中心")
    name = models.CharField("控制事项", max_length=200)
    ground = models.CharField("性质", max_length=6, choices=Ground)
    basis = models.CharField("依据", max_length=300)
    reply = models.TextField("答复口径")
    words = models.CharField("别的说法", max_length=300, blank=True)
    valid_from = models.DateField("自")
    registered_by = models.CharField("登记人", max_length=100)
    registered_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "控制事项"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], condition=models.Q(ended_at__isnull=True), name="cases_prohibited_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExternalSystem(models.Model):
    """A system of a superior or a department in which the same case must stand (R076, R135). Without an address it is kept by hand."""

    code = models.SlugField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=100, unique=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="external_systems", verbose_name="部门")
    address = models.URLField("接口地址", max_length=300, blank=True)
    secret = EncryptedText("接口密钥", blank=True, default="")
    used = models.BooleanField("使用", default=True)
    changed_by = models.CharField("修改人", max_length=100)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = "外部系统"

    def __str__(self) -> str:
        return self.name


class ExternalHandling(models.Model):
    """One case in one external system: its number and state there, entered once, and how the last call went."""

    class State(models.TextChoices):
        WAITING = "waiting", "待推送"
        SENT = "sent", "已推送"
        ACCEPTED = "accepted", "对方已受理"
        GRANTED = "granted", "对方已准予"
        REFUSED = "refused", "对方不予"
        FAILED = "failed", "推送失败"
        CLASHING = "clashing", "编号重复，待核实"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="external_handlings")
    system = models.ForeignKey(ExternalSystem, on_delete=models.PROTECT, related_name="handlings")
    number = models.CharField("外部编号", max_length=100, blank=True)
    state = models.CharField("外部状态", max_length=10, choices=State, default=State.WAITING)
    said = models.CharField("对方说明", max_length=300, blank=True)
    by_hand = models.BooleanField("人工登记", default=False)
    tries = models.PositiveSmallIntegerField("推送次数", default=0)
    next_at = models.DateTimeField("下次联系", null=True, blank=True)
    entered_by = models.CharField("登记人", max_length=200)
    entered_at = models.DateTimeField("登记时间")
    heard_at = models.DateTimeField("最近答复", null=True, blank=True)

    class Meta:
        verbose_name = "外部系统办理"
        constraints = [
            models.UniqueConstraint(fields=["case", "system"], name="cases_external_once"),
            models.UniqueConstraint(
                fields=["system", "number"], condition=~models.Q(number=""), name="cases_external_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="cases_external_due", condition=models.Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"
