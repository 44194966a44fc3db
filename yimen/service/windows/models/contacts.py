"""First contacts and their trail (R059)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit, Window
from yimen.service.cases.models import Case
from yimen.service.catalogue.models import ServiceItem
from yimen.service.windows.rules import WAYS


class FirstAsk(models.Model):
    """首问登记. `first` was asked first and stays named to the end; `holder` has it now. Name and telephone may be empty."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="first_ask")
    way = models.CharField("方式", max_length=8, choices=tuple(WAYS.items()))
    asker_name = EncryptedText("询问人", blank=True, default="")
    asker_phone = EncryptedText("电话", blank=True, default="")
    question = EncryptedText("问什么")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="first_asks")
    secret_index = models.CharField(max_length=80)
    first = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="首问责任人"
    )
    first_name = models.CharField("首问责任人", max_length=100)
    first_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="首问单位")
    first_window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="现经办人"
    )
    holder_name = models.CharField("现经办人", max_length=100)
    handed_over = models.PositiveSmallIntegerField("转交次数", default=0)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by_first = models.BooleanField("首问责任人答复", null=True, blank=True)

    class Meta:
        verbose_name = "首问登记"
        indexes = [models.Index(fields=["first_unit", "matter"], name="windows_first_ask_unit")]

    def __str__(self) -> str:
        return str(self.matter_id)


class HandOver(models.Model):
    """One link of the trail: who offered it, to which window or unit, why, and what they said to it."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "等接收"
        TAKEN = "taken", "已接收"
        REFUSED = "refused", "没有接收"
        RECALLED = "recalled", "已收回"

    first_ask = models.ForeignKey(FirstAsk, on_delete=models.PROTECT, related_name="hand_overs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("转交人", max_length=100)
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = EncryptedText("理由")
    offered_at = models.DateTimeField("转交时间")
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.PENDING)
    settled_at = models.DateTimeField("接收或退回时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_name = models.CharField("谁接收或退回", max_length=100, blank=True)
    said = EncryptedText("退回理由", blank=True, default="")

    class Meta:
        verbose_name = "首问转交"
        constraints = [
            models.UniqueConstraint(
                fields=["first_ask"], condition=models.Q(outcome="pending"), name="windows_one_offer_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(to_unit__isnull=False) ^ models.Q(to_window__isnull=False),
                name="windows_hand_over_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_ask_id} {self.outcome}"
