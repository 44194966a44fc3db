"""Appointments: what a hall offers, what was booked, and who may not book for a while."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from yimen.ground.identity.models import Party
from yimen.service.hall.models.setup import Group, Hall
from yimen.service.hall.models.tickets import Ticket
from yimen.service.hall.rules import BOOKING_STATES


class SlotPlan(models.Model):
    """When a group takes people with an appointment (预约计划), how many a slot, how early and how late it is booked."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="slot_plans", verbose_name="业务分组")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name="星期")
    begins = models.TimeField("从几点")
    ends = models.TimeField("到几点")
    minutes = models.PositiveSmallIntegerField("每段几分钟", default=30)
    quota = models.PositiveSmallIntegerField("每段几人")
    lead_workdays = models.PositiveSmallIntegerField("至少提前几个工作日", default=1)
    days_ahead = models.PositiveSmallIntegerField("最多提前几天", default=14)
    release_at = models.TimeField("每天几点放号")
    starts_on = models.DateField("从哪天起")
    ends_on = models.DateField("到哪天止", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "预约计划"
        ordering = ["group__order", "begins", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="hall_plan_has_time"),
            models.CheckConstraint(condition=Q(quota__gte=1, minutes__gte=5), name="hall_plan_has_places"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.begins:%H:%M}–{self.ends:%H:%M}"


class Blackout(models.Model):
    """Days on which nobody is taken by appointment though the doors are open; of one group, or of the whole hall."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="blackouts")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first = models.DateField("从哪天")
    last = models.DateField("到哪天")
    reason = models.CharField("原因", max_length=60)

    class Meta:
        verbose_name = "停约日期"
        constraints = [models.CheckConstraint(condition=Q(first__lte=F("last")), name="hall_blackout_has_days")]

    def __str__(self) -> str:
        return f"{self.first} {self.reason}"


class Slot(models.Model):
    """How many places of a slot are taken. Counted by `hall_book` alone; a slot nobody has booked yet has no row."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="slots")
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    booked = models.PositiveIntegerField("已约", default=0)

    class Meta:
        verbose_name = "预约时段"
        constraints = [models.UniqueConstraint(fields=["group", "begins_at"], name="hall_one_slot")]

    def __str__(self) -> str:
        return f"{self.begins_at} {self.booked}"


class Ban(models.Model):
    """Somebody who did not come too often and books nothing online for a while (暂停预约). Walk-ins are never shut out."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="bans")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField("从何时")
    until = models.DateTimeField("到何时")
    counted = models.PositiveSmallIntegerField("没来几次")
    appeal = models.CharField("申诉", max_length=300, blank=True)
    appealed_at = models.DateTimeField("申诉时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.CharField("谁答复", max_length=100, blank=True)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "暂停预约"
        indexes = [models.Index(fields=["party", "hall"], condition=Q(lifted_at=None), name="hall_ban_open")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.until}"


class Booking(models.Model):
    """One appointment (预约). `code` is what its holder types at the kiosk; it is good in this hall on this day alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("预约码", max_length=8)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="bookings")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("哪一天")
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    state = models.CharField("状态", max_length=9, choices=tuple(BOOKING_STATES.items()), default="booked")
    way = models.CharField("预约方式", max_length=5, choices=[("phone", "手机"), ("web", "网上")])
    booked_at = models.DateTimeField("预约时间")
    ended_at = models.DateTimeField("签到或取消时间", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    late = models.BooleanField("迟到", default=False)
    why = models.CharField("原因", max_length=100, blank=True)
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="booking")
    ban = models.ForeignKey(Ban, on_delete=models.PROTECT, null=True, blank=True, related_name="no_shows")

    class Meta:
        verbose_name = "预约"
        constraints = [
            models.UniqueConstraint(
                fields=["party", "group"], condition=Q(state="booked"), name="hall_one_booking_a_person"
            ),
            models.UniqueConstraint(fields=["hall", "day", "code"], name="hall_one_booking_a_code"),
            models.CheckConstraint(condition=Q(state__in=list(BOOKING_STATES)), name="hall_known_booking_state"),
        ]
        indexes = [
            models.Index(fields=["hall", "begins_at", "id"], name="hall_booking_times"),
            models.Index(fields=["party", "-begins_at"], name="hall_booking_own"),
        ]

    def __str__(self) -> str:
        return self.code
