"""协调事项 beside its matter: what it is about, where it comes from, what was said; and the reports to government (R015)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit, Window
from yimen.service.coordination.models.papers import Dispatch
from yimen.service.coordination.models.visits import ReturnVisit, SiteVisit


class Issue(models.Model):
    """What a matter of the procedure `coordination` carries besides (ADR 0023).

    Who has to answer is the matter's department once `assigned_at` is set; before that it is the centre that assigns.
    """

    class Source(models.TextChoices):
        WINDOW = "window", "窗口反映"
        VISIT = "visit", "领导现场办公"
        RETURN_VISIT = "return_visit", "部门回访"
        OFFICE = "office", "管理办公室发现"
        DEPARTMENT = "department", "部门提出"
        UPPER = "upper", "上级传来"
        LOWER = "lower", "下级上报"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="issue")
    source = models.CharField("来源", max_length=14, choices=Source)
    text = models.TextField("问题")
    about = models.CharField("相关办件编号", max_length=60, blank=True)
    raised_by = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="提出单位")
    raised_window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    raiser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提出人",
    )
    raiser_name = models.CharField("提出人", max_length=100)
    assigned_at = models.DateTimeField("交办时间", null=True, blank=True)
    answered_at = models.DateTimeField("最近答复时间", null=True, blank=True)
    returned = models.PositiveSmallIntegerField("退回次数", default=0)
    result = models.TextField("办理结果", blank=True)
    visit = models.ForeignKey(SiteVisit, on_delete=models.PROTECT, null=True, blank=True, related_name="issues")
    return_visit = models.ForeignKey(
        ReturnVisit, on_delete=models.PROTECT, null=True, blank=True, related_name="issues"
    )
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, null=True, blank=True, related_name="issues")

    class Meta:
        verbose_name = "协调事项"

    def __str__(self) -> str:
        return str(self.matter_id)


class Remark(models.Model):
    """What was said in an issue with one step: the question, an instruction, an answer, a return, a government's reply."""

    append_only: ClassVar[bool] = True

    class Kind(models.TextChoices):
        QUESTION = "question", "问题"
        INSTRUCTION = "instruction", "交办意见"
        ANSWER = "answer", "答复"
        RETURN = "return", "退回意见"
        REPORT = "report", "报政府"
        GOVERNMENT = "government", "政府批示"
        CONCLUSION = "conclusion", "办理结论"
        OTHER = "other", "说明"

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="remarks")
    step_seq = models.PositiveIntegerField("步骤序号")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    text = models.TextField("内容")
    author_uid = models.UUIDField()
    author = models.CharField("作者", max_length=100)
    author_post = models.CharField("岗位", max_length=120, blank=True)
    written_at = models.DateTimeField("时间")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "协调事项中的意见"
        constraints = [models.UniqueConstraint(fields=["issue", "step_seq"], name="coordination_remark_of_step")]

    def __str__(self) -> str:
        return self.text[:40]


class Reminder(models.Model):
    """That somebody was reminded of a due day, so that it is done once for each day and level."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="reminders")
    due_on = models.DateField("期限")
    level = models.PositiveSmallIntegerField("层级")
    reminded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "期限提醒"
        constraints = [models.UniqueConstraint(fields=["issue", "due_on", "level"], name="coordination_reminded_once")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.level}"


class GovernmentReport(models.Model):
    """A report of issues to the government: number, words, and the issues as they stood that day."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("文号", max_length=60, unique=True)
    addressed_to = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="报送")
    title = models.CharField("标题", max_length=200)
    preface = models.TextField("报告内容")
    request = models.TextField("请求事项", blank=True)
    reported_at = models.DateTimeField("报告时间")
    reported_by = models.CharField("报告人", max_length=100)

    class Meta:
        verbose_name = "协调事项报告"
        indexes = [models.Index(fields=["-reported_at", "-id"], name="coordination_report_newest")]

    def __str__(self) -> str:
        return self.number


class ReportLine(models.Model):
    """One issue of a report in the words of that day; the issue itself goes on."""

    append_only: ClassVar[bool] = True

    report = models.ForeignKey(GovernmentReport, on_delete=models.PROTECT, related_name="lines")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="report_lines")
    order = models.PositiveSmallIntegerField("序号")
    title = models.CharField("事项", max_length=500)
    responsible = models.CharField("责任单位", max_length=100)
    course = models.TextField("协调经过")

    class Meta:
        verbose_name = "报告中的协调事项"
        constraints = [models.UniqueConstraint(fields=["report", "order"], name="coordination_report_line")]

    def __str__(self) -> str:
        return self.title
