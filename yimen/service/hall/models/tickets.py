"""Tickets, how they are counted, and what was done with each."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from yimen.ground.organisations.models import Window
from yimen.service.cases.models import Case
from yimen.service.hall.lifecycle import ACTS, STATES
from yimen.service.hall.models.devices import Device
from yimen.service.hall.models.setup import Group, Hall
from yimen.service.hall.rules import PRINTING, PRIORITIES, WAYS


class Counter(models.Model):
    """The last number given in a hall with a prefix within a period. Written by `hall_issue` alone."""

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=2)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "prefix", "period"], name="hall_one_counter")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.period} {self.last}"


class Ticket(models.Model):
    """One ticket. `queued_at` is when its holder came, `turn_at` from when the turn counts (`rules`); `holder` is a keyed
    one-way form of the holder's number, so that one person has one ticket a group; nothing else is kept of the person."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="tickets")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="tickets")
    period = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    code = models.CharField("号码", max_length=10)
    way = models.CharField("取号方式", max_length=11, choices=tuple(WAYS.items()))
    priority = models.CharField("优先", max_length=8, choices=tuple(PRIORITIES.items()), blank=True)
    priority_reason = models.CharField("优先的说明", max_length=100, blank=True)
    ahead = models.BooleanField("排在前面", default=False)
    party = models.PositiveSmallIntegerField("人数", default=1)
    holder = models.CharField(max_length=80, blank=True)
    state = models.CharField("状态", max_length=9, choices=tuple(STATES.items()), default="waiting")
    printing = models.CharField("打印", max_length=7, choices=tuple(PRINTING.items()), default="none")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField("取号时间")
    queued_at = models.DateTimeField("等候自")
    turn_at = models.DateTimeField("排队时间")
    only_window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="queue_tickets")
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk_name = models.CharField("窗口人员", max_length=100, blank=True)
    called_at = models.DateTimeField("叫号时间", null=True, blank=True)
    began_at = models.DateTimeField("开始办理", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    passes = models.PositiveSmallIntegerField("过号次数", default=0)

    class Meta:
        verbose_name = "排队号"
        constraints = [
            models.UniqueConstraint(fields=["hall", "period", "code"], name="hall_one_ticket_a_number"),
            models.UniqueConstraint(
                fields=["group", "period", "holder"],
                condition=Q(state__in=["waiting", "called", "serving", "held"]) & ~Q(holder=""),
                name="hall_one_ticket_a_person",
            ),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="hall_known_state"),
            models.CheckConstraint(condition=Q(party__gte=1), name="hall_somebody_comes"),
        ]
        indexes = [
            models.Index(fields=["hall", "turn_at", "id"], condition=Q(state="waiting"), name="hall_ticket_waiting"),
            models.Index(fields=["hall", "-issued_at", "-id"], name="hall_ticket_issued"),
            models.Index(F("group"), F("ended_at").desc(), condition=Q(state="done"), name="hall_ticket_served"),
        ]

    def __str__(self) -> str:
        return self.code


class TicketAct(models.Model):
    """What was done with a ticket. Append-only; `recorded_at` is the database's own clock. Calls and recalls are also what
    the screens say: `code` and `at_number` stand here so that a screen asks for nothing else."""

    append_only: ClassVar[bool] = True

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="acts")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    act = models.CharField("动作", max_length=9, choices=tuple((each.name, each.label) for each in ACTS.values()))
    code = models.CharField("号码", max_length=10)
    at = models.DateTimeField("时间")
    recorded_at = models.DateTimeField("记录时间", db_default=Now(), editable=False)
    actor_uid = models.UUIDField(null=True, blank=True)
    actor_name = models.CharField("谁", max_length=100, blank=True)
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at_number = models.CharField("窗口号", max_length=10, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    to_group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "排队号记录"
        indexes = [
            models.Index(fields=["hall", "-id"], condition=Q(act__in=["call", "recall"]), name="hall_calls"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.act}"


class TicketCase(models.Model):
    """A ticket and a case that was handed in with it; one visit may bring several cases."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="cases")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="queue_ticket")
    linked_at = models.DateTimeField("关联时间")
    linked_by = models.CharField("谁", max_length=100, blank=True)

    class Meta:
        verbose_name = "排队号的办件"

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.case_id}"
