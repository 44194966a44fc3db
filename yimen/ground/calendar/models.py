"""The working calendar, day by day with its source, and the hours of business."""

from __future__ import annotations

import uuid

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


class HoursException(models.Model):
    """Other hours on one day at one centre (or at every centre); without `opens` and `closes` the doors stay shut.

    It changes what people find before the door and whether a receipt is late; the end of a limit keeps the week's hours.
    """

    centre_id = models.BigIntegerField("中心", null=True, blank=True)
    day = models.DateField("日期")
    opens = models.TimeField("开始", null=True, blank=True)
    closes = models.TimeField("结束", null=True, blank=True)
    why = models.CharField("原因", max_length=60)

    class Meta:
        verbose_name = "办公时间例外"
        ordering = ["day", "opens"]
        constraints = [
            models.CheckConstraint(
                name="calendar_exception_order",
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__gt=models.F("opens")),
            ),
            models.UniqueConstraint(
                fields=["centre_id", "day", "opens"], nulls_distinct=False, name="calendar_exception_once"
            ),
        ]

    def __str__(self) -> str:
        hours = f"{self.opens:%H:%M}–{self.closes:%H:%M}" if self.opens and self.closes else "不办公"
        return f"{self.day.isoformat()} {hours}"


class CalendarChange(models.Model):
    """One act on the calendar: a State Council notice for a year, a later change of one, or an emergency closure.

    A draft changes nothing. What it will change stands in `days`; when it is applied each of them keeps what it was, so
    that it can be taken back whole. `reason` is why, where a year was confirmed before.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice", "年度放假通知"
        AMENDMENT = "amendment", "调整通知"
        CLOSURE = "closure", "临时停办"

    class State(models.TextChoices):
        DRAFT = "draft", "待实行"
        APPLIED = "applied", "已实行"
        UNDONE = "undone", "已撤销"
        DISCARDED = "discarded", "已放弃"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("标题", max_length=100)
    document_number = models.CharField("文号", max_length=40)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    source_text = models.TextField("原文", blank=True)
    division = models.CharField("区划", max_length=12, blank=True, help_text="区划代码去掉末尾的零；空白为全国")
    division_name = models.CharField("区划名称", max_length=100, blank=True)
    centre_id = models.BigIntegerField("中心", null=True, blank=True)
    centre_name = models.CharField("中心名称", max_length=100, blank=True)
    counts = models.BooleanField("停办日不计入期限", default=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    notice = models.ForeignKey(CalendarNotice, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("登记时间")
    created_by = models.CharField("登记人", max_length=100)
    applied_at = models.DateTimeField("实行时间", null=True, blank=True)
    applied_by = models.CharField("实行人", max_length=100, blank=True)
    version_before = models.BigIntegerField("原版本", null=True, blank=True)
    version_after = models.BigIntegerField("新版本", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.CharField("撤销人", max_length=100, blank=True)
    undo_reason = models.CharField("撤销原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "日历变更"
        constraints = [
            models.CheckConstraint(
                name="calendar_change_kind", condition=models.Q(kind__in=["notice", "amendment", "closure"])
            ),
            models.CheckConstraint(
                name="calendar_change_state",
                condition=models.Q(state__in=["draft", "applied", "undone", "discarded"]),
            ),
            models.CheckConstraint(
                name="calendar_change_named", condition=~models.Q(title="") & ~models.Q(document_number="")
            ),
            models.CheckConstraint(
                name="calendar_change_reasoned", condition=models.Q(kind="notice") | ~models.Q(reason="")
            ),
            # Of two who apply a notice for one year at once, one is refused; only a change may follow.
            models.UniqueConstraint(
                fields=["year"],
                condition=models.Q(kind="notice", state="applied"),
                name="calendar_change_one_notice_a_year",
            ),
            models.UniqueConstraint(
                fields=["document_number", "kind"],
                condition=models.Q(state="applied", kind="amendment"),
                name="calendar_change_one_document",
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="calendar_change_newest")]

    def __str__(self) -> str:
        return f"{self.title}（{self.document_number}）"


class ChangedDay(models.Model):
    """One day that a change sets, and what it was before (kept when the change is applied)."""

    change = models.ForeignKey(CalendarChange, on_delete=models.CASCADE, related_name="days")
    day = models.DateField("日期")
    kind = models.CharField("性质", max_length=16, choices=CalendarDay.Kind)
    name = models.CharField("名称", max_length=40, blank=True)
    was_kind = models.CharField("原性质", max_length=16, choices=CalendarDay.Kind, blank=True)
    was_name = models.CharField("原名称", max_length=40, blank=True)
    was_source = models.ForeignKey(CalendarNotice, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "变更的日子"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["change", "day"], name="calendar_changed_day_once")]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.name}"


class ClosingDay(models.Model):
    """A day on which the halls of a division, or one centre, are closed; it stands only while its change is applied."""

    change = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, related_name="closing_days")
    day = models.DateField("日期")
    name = models.CharField("名称", max_length=40)
    division = models.CharField("区划", max_length=12)
    centre_id = models.BigIntegerField("中心", null=True, blank=True)
    counts = models.BooleanField("不计入期限", default=True)

    class Meta:
        verbose_name = "停办日"
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(name="calendar_closing_division", condition=~models.Q(division="")),
            models.UniqueConstraint(fields=["change", "day"], name="calendar_closing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.name}"


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
