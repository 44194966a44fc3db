"""邮件: parcels both ways, and what couriers said about them (R137)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.delivery.models.results import Result
from yimen.service.delivery.rules import ENDED, NOTICES, OUTCOMES, PARCEL_STATES


class Parcel(models.Model):
    """One parcel: the result to the applicant, or materials from home to the centre. Postage is the centre's."""

    class Direction(models.TextChoices):
        OUT = "out", "寄送结果"
        IN = "in", "上门取材料"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("邮件单号", max_length=40, unique=True)
    direction = models.CharField("方向", max_length=3, choices=Direction)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", verbose_name="办件")
    result = models.ForeignKey(Result, on_delete=models.PROTECT, null=True, blank=True, related_name="parcels")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    name = models.CharField("收（寄）件人", max_length=100)
    phone = EncryptedText("电话")
    address = EncryptedText("地址")
    contents = models.CharField("内件", max_length=200)
    courier = models.CharField("快递公司", max_length=40)
    tracking = models.CharField("快递单号", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=tuple(PARCEL_STATES.items()), default="asked")
    cost_fen = models.PositiveIntegerField("邮费", default=0)
    asked_at = models.DateTimeField("登记时间")
    asked_by = models.CharField("登记人", max_length=100)
    ordered_at = models.DateTimeField("下单时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    signed_by = models.CharField("签收人", max_length=100, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    trouble = models.CharField("要处理", max_length=200, blank=True)

    class Meta:
        verbose_name = "邮件"
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "tracking"], condition=~models.Q(tracking=""), name="delivery_tracking_once"
            ),
            models.UniqueConstraint(
                fields=["result"], condition=~models.Q(state__in=ENDED), name="delivery_one_parcel_under_way"
            ),
            models.CheckConstraint(
                condition=models.Q(direction="in", result__isnull=True)
                | models.Q(direction="out", result__isnull=False),
                name="delivery_out_has_result",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "state", "-asked_at", "-id"], name="delivery_parcels"),
            models.Index(fields=["centre", "ordered_at"], name="delivery_postage"),
        ]

    def __str__(self) -> str:
        return self.code


class CourierNotice(models.Model):
    """What a courier said, once however often it was said. One that fits no parcel waits for a person."""

    courier = models.CharField("快递公司", max_length=40)
    event = models.CharField("事件号", max_length=60)
    order = models.CharField("邮件单号", max_length=40)
    tracking = models.CharField("快递单号", max_length=40)
    kind = models.CharField("事", max_length=10, choices=tuple(NOTICES.items()))
    happened_at = models.DateTimeField("发生时间")
    signed_by = models.CharField("签收人", max_length=100, blank=True)
    received_at = models.DateTimeField("收到时间")
    times = models.PositiveIntegerField("收到次数", default=1)
    outcome = models.CharField("结果", max_length=12, choices=tuple(OUTCOMES.items()), blank=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_by = models.CharField("处理人", max_length=100, blank=True)
    closed_words = models.CharField("处理说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "快递回执"
        constraints = [models.UniqueConstraint(fields=["courier", "event"], name="delivery_event_once")]
        indexes = [
            models.Index(
                fields=["-id"], condition=models.Q(outcome__in=("unknown", "contradicts"), closed_at__isnull=True),
                name="delivery_notices_held",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event} {self.kind}"
