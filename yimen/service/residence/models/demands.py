"""群众强烈要求纳入的事项: who asks for what, and what was answered (R022)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from yimen.ground.identity.models import Party
from yimen.service.catalogue.models import ServiceItem


class DemandAnswer(models.Model):
    """What was decided about a wish, told to everybody who asked, and published."""

    class Outcome(models.TextChoices):
        ADJUST_IN = "adjust_in", "纳入中心"
        ALREADY_IN = "already_in", "中心已能办理"
        NOT_YET = "not_yet", "暂不纳入"
        NOT_OURS = "not_ours", "不属于政务服务事项"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    wanted = models.CharField("想办的事", max_length=120)
    outcome = models.CharField("决定", max_length=12, choices=Outcome)
    text = models.TextField("答复", max_length=1000)
    asked = models.PositiveIntegerField("提出人数")
    first_asked_at = models.DateTimeField("最早提出")
    answered_by = models.CharField("答复人", max_length=120)
    answered_at = models.DateTimeField("答复时间")

    class Meta:
        verbose_name = "需求答复"
        indexes = [models.Index(fields=["-answered_at", "-id"], name="residence_answers")]

    def __str__(self) -> str:
        return f"{self.wanted} {self.get_outcome_display()}"


class Demand(models.Model):
    """One citizen or enterprise asks that something be handled in the hall; each counts once while it is open."""

    class Source(models.TextChoices):
        GUIDE = "guide", "办事指南"
        SEARCH = "search", "查找页"
        CONSULTATION = "consultation", "咨询"
        COMPLAINT = "complaint", "投诉"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    wanted = models.CharField("想办的事", max_length=120)
    text = models.CharField("说明", max_length=500, blank=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    source = models.CharField("来源", max_length=12, choices=Source, default=Source.GUIDE)
    at = models.DateTimeField("提出时间")
    answer = models.ForeignKey(
        DemandAnswer, on_delete=models.PROTECT, null=True, blank=True, related_name="demands", verbose_name="答复"
    )

    class Meta:
        verbose_name = "进驻需求"
        constraints = [
            models.UniqueConstraint(
                fields=["party", "item"],
                condition=Q(answer__isnull=True, item__isnull=False),
                name="residence_asked_once",
            ),
            models.UniqueConstraint(
                fields=["party", "wanted"],
                condition=Q(answer__isnull=True, item__isnull=True),
                name="residence_wanted_once",
            ),
        ]
        indexes = [models.Index(fields=["item"], condition=Q(answer__isnull=True), name="residence_open_demands")]

    def __str__(self) -> str:
        return self.wanted
