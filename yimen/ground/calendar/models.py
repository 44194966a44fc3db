"""The working calendar, day by day with its source, and the hours of business."""

from __future__ import annotations

from django.db import models


class CalendarNotice(models.Model):
    """What a year's days rest on: a State Council notice, or, not `confirmed`, our own reckoning from the statute.

    A year may have several (2020: the Spring Festival was lengthened). A year counts as confirmed when one of its
    notices is; dates that rest on another year are 暂定.
    """

    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("标题", max_length=100)
    document_number = models.CharField("文号", max_length=40, blank=True, help_text="空白表示尚未核实")
    issued_on = models.DateField("成文日期", null=True, blank=True)
    confirmed = models.BooleanField("已正式公布", default=False)

    class Meta:
        verbose_name = "放假通知"
        ordering = ["year", "id"]
        constraints = [
            models.CheckConstraint(name="calendar_notice_year", condition=models.Q(year__range=(1900, 2199))),
            models.CheckConstraint(name="calendar_notice_titled", condition=~models.Q(title="")),
            models.UniqueConstraint(fields=["year", "title"], name="calendar_notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.document_number}）" if self.document_number else self.title


class CalendarDay(models.Model):
    """One day, ordinary ones too; `name` is what people call it (国庆节放假), empty for an ordinary day."""

    class Kind(models.TextChoices):
        WORKDAY = "workday", "工作日"
        WEEKEND = "weekend", "周末"
        HOLIDAY = "holiday", "放假"
        MAKE_UP_WORKDAY = "make_up_workday", "调休上班"

    day = models.DateField("日期", primary_key=True)
    kind = models.CharField("性质", max_length=16, choices=Kind.choices)
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.ForeignKey(CalendarNotice, on_delete=models.PROTECT, related_name="days", verbose_name="依据")

    class Meta:
        verbose_name = "日历日"
        constraints = [
            models.CheckConstraint(
                name="calendar_day_kind",
                condition=models.Q(kind__in=["workday", "weekend", "holiday", "make_up_workday"]),
            ),
            models.CheckConstraint(
                name="calendar_day_named", condition=models.Q(kind__in=["workday", "weekend"]) | ~models.Q(name="")
            ),
            models.CheckConstraint(
                name="calendar_day_within", condition=models.Q(day__range=("1900-01-01", "2199-12-31"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.name or self.get_kind_display()}"


class OfficeHours(models.Model):
    """One session of business on one weekday; morning and afternoon are two rows, so the lunch break is kept.

    `centre_id` names a centre of `organisations`, which stands above this module, hence no foreign key; null is the
    hours of every centre without its own. A centre with rows of its own uses only those.
    """

    centre_id = models.BigIntegerField("中心", null=True, blank=True)
    weekday = models.PositiveSmallIntegerField("星期", help_text="0 是周一，6 是周日")
    opens = models.TimeField("开始")
    closes = models.TimeField("结束")

    class Meta:
        verbose_name = "办公时间"
        verbose_name_plural = "办公时间"
        ordering = ["centre_id", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(name="calendar_hours_weekday", condition=models.Q(weekday__range=(0, 6))),
            models.CheckConstraint(name="calendar_hours_order", condition=models.Q(closes__gt=models.F("opens"))),
            models.UniqueConstraint(
                fields=["centre_id", "weekday", "opens"], nulls_distinct=False, name="calendar_hours_once"
            ),
        ]

    def __str__(self) -> str:
        return f"周{'一二三四五六日'[self.weekday]} {self.opens:%H:%M}–{self.closes:%H:%M}"


class CalendarVersion(models.Model):
    """One row, renumbered by triggers on every change of the tables above.

    Numbers come from a sequence, which a rollback does not give back: one number never means two calendars.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField("版本")

    class Meta:
        verbose_name = "日历版本"
        constraints = [models.CheckConstraint(name="calendar_version_single", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return str(self.version)
