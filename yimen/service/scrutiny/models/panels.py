"""中心会审 (R072): a meeting over one or more cases, its seats with their opinions, its minutes. And 全程参与: observers of the centre."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.cases.models import Case


class Panel(models.Model):
    """One joint review. The matter's department is the centre that convenes it; its clock runs to the minutes."""

    class Conclusion(models.TextChoices):
        AGREED = "agreed", "一致同意"
        CONDITIONS = "conditions", "附条件同意"
        DISAGREED = "disagreed", "不同意"
        AGAIN = "again", "补充材料后再审"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="panel")
    subject = models.CharField("议题", max_length=200)
    agenda = models.TextField("议程")
    planned_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=200)
    host = models.CharField("主持人", max_length=100)
    conclusion = models.CharField("结论", max_length=12, choices=Conclusion, blank=True)
    concluded = models.TextField("结论内容", blank=True)
    minutes = models.TextField("会议情况", blank=True)
    held_on = models.DateField("召开日期", null=True, blank=True)
    minutes_number = models.CharField("纪要文号", max_length=100, blank=True)
    minutes_code = models.CharField("验证码", max_length=20, blank=True)
    cases = models.ManyToManyField(Case, related_name="panels")
    papers = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "中心会审"
        constraints = [
            models.CheckConstraint(
                name="scrutiny_panel_concluded",
                condition=models.Q(conclusion="") | ~models.Q(concluded="") & ~models.Q(minutes_number=""),
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Seat(models.Model):
    """An invited department: whether it comes and who, what it says, whether it was there, who signed the minutes for it."""

    class Reply(models.TextChoices):
        WAITING = "waiting", "未回复"
        COMING = "coming", "参加"
        STAND_IN = "stand_in", "派人代为参加"
        DECLINED = "declined", "不能参加"

    class Opinion(models.TextChoices):
        AGREE = "agree", "同意"
        CONDITIONS = "conditions", "有条件同意"
        DISAGREE = "disagree", "不同意"
        NOT_OURS = "not_ours", "不涉及本部门职责"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    person = models.CharField("邀请的人", max_length=100, blank=True)
    reply = models.CharField("回复", max_length=8, choices=Reply, default=Reply.WAITING)
    attendee = models.CharField("参加人", max_length=100, blank=True)
    reply_note = models.CharField("说明", max_length=300, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    opinion = models.CharField("意见", max_length=10, choices=Opinion, blank=True)
    text = models.TextField("意见内容", blank=True)
    written_by = models.CharField("填写人", max_length=200, blank=True)
    written_at = models.DateTimeField("填写时间", null=True, blank=True)
    attended = models.BooleanField("到会", null=True, blank=True)
    absent_reason = models.CharField("缺席原因", max_length=300, blank=True)
    signed_by = models.CharField("签字人", max_length=100, blank=True)
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)

    class Meta:
        verbose_name = "会审部门"
        constraints = [models.UniqueConstraint(fields=["panel", "department"], name="scrutiny_seat_once")]

    def __str__(self) -> str:
        return str(self.department)


class Observer(models.Model):
    """A member of the centre's staff who takes part in a case throughout: reads all, is told of each step, decides nothing."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="observers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=100)
    reason = models.CharField("为什么参与", max_length=300)
    since = models.DateTimeField("开始时间")
    appointed_by = models.CharField("安排人", max_length=200)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_reason = models.CharField("结束原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "全程参与"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "account"], condition=models.Q(ended_at__isnull=True), name="scrutiny_observer_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ObserverRemark(models.Model):
    """What an observer notes on a step; it changes nothing in the case."""

    append_only = True

    observer = models.ForeignKey(Observer, on_delete=models.PROTECT, related_name="remarks")
    step = models.CharField("针对的步骤", max_length=100, blank=True)
    text = models.TextField("意见")
    written_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "参与意见"

    def __str__(self) -> str:
        return self.text[:40]


class PanelTerms(models.Model):
    """How soon after a joint review its minutes are due at a centre; the place's own rule."""

    centre = models.OneToOneField(Unit, on_delete=models.PROTECT, primary_key=True, related_name="+")
    minutes_workdays = models.PositiveSmallIntegerField("会后几个工作日内形成纪要", default=3)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "会审设置"

    def __str__(self) -> str:
        return str(self.centre)
