"""What reports count: a fact for each thing that happened to a case, and the sums of facts by day and by month (R078).

The sums let a report over ten years cost what a report over a month costs; the facts are the lists behind its numbers.
Both are written by `counting` from the outbox, and compared nightly with the cases themselves.
"""

from __future__ import annotations

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Division, Unit
from yimen.service.catalogue.models import ServiceItem


class Measure(models.TextChoices):
    """What is counted. Each happens to a case at most once."""

    SUBMITTED = "submitted", "收件"
    ACCEPTED = "accepted", "受理"
    DECLINED = "declined", "不予受理"
    NOT_REQUIRED = "not_required", "不需办理"
    GRANTED = "granted", "准予"
    REFUSED = "refused", "不予批准"
    CORRECTED = "corrected", "补办"
    WITHDRAWN = "withdrawn", "撤回"
    DELIVERED = "delivered", "送达"


class CaseFact(models.Model):
    """One thing that happened to one case, where it stood at that moment: a later reorganisation changes no fact.

    `work_days` and `on_time` are those of the decision (granted, refused), else None. `at_once`: decided at the window.
    `office_days`, `applicant_days`, `special_days`: the same working days by whose hands they passed in; None before version 3.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="+")
    measure = models.CharField("计量", max_length=12, choices=Measure)
    at = models.DateTimeField("时间")
    day = models.DateField("日期")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, db_index=False, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField("办件类型", max_length=12)
    channel = models.CharField("渠道", max_length=8, choices=Matter.Channel)
    work_days = models.PositiveIntegerField("用时", null=True)
    on_time = models.BooleanField("按时", null=True)
    office_days = models.PositiveIntegerField("机关用时", null=True)
    applicant_days = models.PositiveIntegerField("申请人用时", null=True)
    special_days = models.PositiveIntegerField("特别程序用时", null=True)
    at_once = models.BooleanField("当场办结", default=False)

    class Meta:
        verbose_name = "办件统计事实"
        constraints = [models.UniqueConstraint(fields=["matter", "measure"], name="cases_fact_once")]
        indexes = [
            models.Index(fields=["measure", "day", "id"], name="cases_fact_by_day"),
            models.Index(fields=["department", "measure", "day", "id"], name="cases_fact_by_department"),
            models.Index(fields=["item", "measure", "day"], name="cases_fact_by_item"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"


class CaseSum(models.Model):
    """How many facts of one sort fell into one day or one month. `days` adds up `work_days`, where `timed` facts had any."""

    class Grain(models.TextChoices):
        DAY = "day", "日"
        MONTH = "month", "月"

    grain = models.CharField("粒度", max_length=5, choices=Grain)
    start = models.DateField("起始日")
    measure = models.CharField("计量", max_length=12, choices=Measure)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField("办件类型", max_length=12)
    channel = models.CharField("渠道", max_length=8)
    number = models.PositiveIntegerField("件数")
    timed = models.PositiveIntegerField("有期限的件数")
    on_time = models.PositiveIntegerField("按时件数")
    at_once = models.PositiveIntegerField("当场办结件数")
    days = models.PositiveBigIntegerField("用时合计")
    told_apart = models.PositiveIntegerField("分清用时的件数", default=0, db_default=0)
    office_days = models.PositiveBigIntegerField("机关用时合计", default=0, db_default=0)
    applicant_days = models.PositiveBigIntegerField("申请人用时合计", default=0, db_default=0)
    special_days = models.PositiveBigIntegerField("特别程序用时合计", default=0, db_default=0)

    class Meta:
        verbose_name = "办件统计"
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "start", "measure", "department", "centre", "division", "kind", "channel"],
                nulls_distinct=False,
                name="cases_sum_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.start} {self.measure}: {self.number}"
