"""What a window asks of a section, beside its matter (R080)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit, Window
from yimen.service.cases.models import Case
from yimen.service.windows.models.contacts import FirstAsk


class Pull(models.Model):
    """股室协办. The matter's department is the section's; the section itself stands here, and who asked.

    With `unit` "hour" `answer_by` is the very moment, counted in opening hours; the matter's clock then runs to the end of
    that day, so that it has its lights like any other.
    """

    class LimitUnit(models.TextChoices):
        WORKDAY = "workday", "个工作日"
        HOUR = "hour", "个工作小时"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="pull")
    section = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pulls", verbose_name="股室")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asker_name = models.CharField("提出人", max_length=100)
    asker_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="提出单位")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="pulls")
    first_ask = models.ForeignKey(FirstAsk, on_delete=models.PROTECT, null=True, blank=True, related_name="pulls")
    limit = models.PositiveSmallIntegerField("期限")
    unit = models.CharField("期限单位", max_length=8, choices=LimitUnit, default=LimitUnit.WORKDAY)
    answer_by = models.DateTimeField("最晚答复时刻", null=True, blank=True)
    first_answered_at = models.DateTimeField("首次答复时间", null=True, blank=True)
    in_time = models.BooleanField("按时答复", null=True, blank=True)
    sent_back = models.PositiveSmallIntegerField("退回次数", default=0)
    extension_asked = models.PositiveSmallIntegerField("申请延期", default=0)
    extended = models.PositiveSmallIntegerField("延期次数", default=0)
    result = models.TextField("结果", blank=True)

    class Meta:
        verbose_name = "股室协办"
        indexes = [models.Index(fields=["section", "matter"], name="windows_pull_section")]

    def __str__(self) -> str:
        return str(self.matter_id)
