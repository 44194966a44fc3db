"""Orders of correction (R216, R240) and the inspection of authorisation and entry (R226), each beside its matter."""

from __future__ import annotations

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.watch.efficiency.rules import POINTS, VIOLATIONS


class Correction(models.Model):
    """整改通知. Whoever has to put it right is the matter's department; `issuer` has ordered it and verifies.

    `source_code` is the number of any matter it comes from (a card, a complaint, a visit). Of a complaint the unit never
    learns the number: `policies.sees_source`.
    """

    class Source(models.TextChoices):
        COMPLAINT = "complaint", "群众投诉"
        CARD = "card", "电子监察"
        CHECK = "check", "授权与进驻检查"
        VISIT = "visit", "暗访"
        VIDEO = "video", "视频巡查"
        PROJECT = "project", "重点项目监察"
        MEDIA = "media", "媒体曝光"
        CAMPAIGN = "campaign", "专项活动检查"
        DAILY = "daily", "日常检查"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="correction")
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="下达单位")
    source = models.CharField("问题来源", max_length=10, choices=Source)
    source_code = models.CharField("来源编号", max_length=60, blank=True, db_index=True)
    violation = models.CharField("问题类别", max_length=16, choices=tuple(VIOLATIONS.items()))
    problem = models.TextField("存在的问题")
    demand = models.TextField("整改要求")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    reported_at = models.DateTimeField("最近报送时间", null=True, blank=True)
    sent_back = models.PositiveSmallIntegerField("退回次数", default=0)
    result = models.TextField("核验结论", blank=True)
    letter_code = models.CharField("文书验证码", max_length=20, blank=True)

    class Meta:
        verbose_name = "整改通知"

    def __str__(self) -> str:
        return str(self.matter_id)


class EntryCheck(models.Model):
    """授权与进驻检查 of one department, as an assigned matter."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="entry_check")
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="检查单位")
    demand = models.TextField("检查要求")
    conclusion = models.TextField("检查结论", blank=True)
    reported_at = models.DateTimeField("自查报送时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权与进驻检查"

    def __str__(self) -> str:
        return str(self.matter_id)


class Point(models.Model):
    """One point of an inspection: what the system knew on the day, what the unit says, how it was judged."""

    class Judged(models.TextChoices):
        OPEN = "", "未检查"
        GOOD = "good", "符合"
        FAULT = "fault", "不符合"
        NONE = "none", "不涉及"

    check_of = models.ForeignKey(EntryCheck, on_delete=models.PROTECT, related_name="points")
    point = models.CharField("检查点", max_length=12, choices=tuple((key, label) for key, (label, _) in POINTS.items()))
    known = models.TextField("系统记录", blank=True)
    said = models.TextField("单位自查", blank=True)
    judged = models.CharField("检查结果", max_length=6, choices=Judged, blank=True, default="")
    remark = models.TextField("检查意见", blank=True)

    class Meta:
        verbose_name = "检查点"
        constraints = [models.UniqueConstraint(fields=["check_of", "point"], name="efficiency_point_once")]

    def __str__(self) -> str:
        return self.get_point_display()
