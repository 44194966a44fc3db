"""Halls, business groups, and what goes on at each window."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Unit, Window
from yimen.service.catalogue.models import ServiceItem
from yimen.service.hall.rules import RESETS


class Hall(models.Model):
    """A hall in which people are called. `slug` stands in addresses; the numbers of `reset` count within a period
    (`rules.period_of`); `hours` says whether it keeps the centre's hours or never closes (自助区)."""

    class Hours(models.TextChoices):
        CENTRE = "centre", "按中心的办公时间"
        ALWAYS = "always", "全天开放"

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="queue_halls", verbose_name="中心")
    slug = models.SlugField("网址名", max_length=30, unique=True)
    name = models.CharField("大厅名称", max_length=60)
    floor = models.CharField("位置", max_length=60, blank=True)
    reset = models.CharField("清空", max_length=8, choices=tuple(RESETS.items()), default="daily")
    reset_on = ArrayField(models.DateField(), default=list, blank=True, verbose_name="清空的日期")
    hours = models.CharField("开放时间", max_length=6, choices=Hours, default=Hours.CENTRE)
    head_start_minutes = models.PositiveSmallIntegerField("优先提前几分钟", default=20)
    most_ahead_in_a_row = models.PositiveSmallIntegerField("连续优先最多几人", default=2)
    early_minutes = models.PositiveSmallIntegerField("开门前几分钟起取号", default=30)
    last_calls = models.PositiveSmallIntegerField("屏幕显示最近几个", default=6)
    passes_allowed = models.PositiveSmallIntegerField("过号可以重排几次", default=2)
    book_early_minutes = models.PositiveSmallIntegerField("预约的人提前几分钟可以签到", default=30)
    book_grace_minutes = models.PositiveSmallIntegerField("预约迟到几分钟内仍按预约排队", default=15)
    book_cancel_hours = models.PositiveSmallIntegerField("预约最晚提前几小时取消", default=2)
    no_shows_allowed = models.PositiveSmallIntegerField("几次不来就暂停预约", default=3)
    no_show_days = models.PositiveSmallIntegerField("按多少天内计算", default=90)
    ban_days = models.PositiveSmallIntegerField("暂停预约多少天", default=30)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "大厅"
        constraints = [models.CheckConstraint(condition=Q(reset__in=list(RESETS)), name="hall_known_reset")]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A business group (业务分组) with its prefix: which windows serve it, what leads to it."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField("业务分组", max_length=40)
    says = models.CharField("说明", max_length=100, blank=True)
    prefix = models.CharField("号码前缀", max_length=2)
    windows = models.ManyToManyField(Window, related_name="queue_groups", blank=True, verbose_name="办理窗口")
    departments = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="部门")
    items = models.ManyToManyField(ServiceItem, related_name="+", blank=True, verbose_name="事项")
    guess_minutes = models.PositiveSmallIntegerField("每人大约几分钟", default=10)
    most_a_day = models.PositiveIntegerField("每天最多几号", null=True, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=100)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "业务分组"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["hall", "prefix"], name="hall_one_group_a_prefix"),
            models.CheckConstraint(condition=Q(prefix__regex="^[A-Z]{1,2}$"), name="hall_prefix_is_letters"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class Desk(models.Model):
    """What goes on at a window: whether it calls, who sits there, the ticket in hand, and how many in a row have overtaken."""

    class State(models.TextChoices):
        OPEN = "open", "叫号中"
        PAUSED = "paused", "暂停"
        CLOSED = "closed", "没有开"

    window = models.OneToOneField(Window, on_delete=models.PROTECT, primary_key=True, related_name="queue_desk")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="desks")
    state = models.CharField("状态", max_length=6, choices=State, default=State.CLOSED)
    says = models.CharField("暂停说明", max_length=40, blank=True)
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk_name = models.CharField("窗口人员", max_length=100, blank=True)
    since = models.DateTimeField("从何时起", null=True, blank=True)
    current = models.OneToOneField(
        "hall.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="at_desk"
    )
    in_a_row = models.PositiveSmallIntegerField("连续优先", default=0)

    class Meta:
        verbose_name = "窗口叫号"

    def __str__(self) -> str:
        return f"{self.window_id} {self.state}"
