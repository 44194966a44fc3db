"""Messages to people, and each attempt to bring one to them outside this site."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.identity.models import Party
from yimen.ground.kit.models import clock_timestamp


class Message(models.Model):
    """One message to one account or party. `key` is its idempotency key: the same news is told once."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField("幂等键", max_length=200, unique=True)
    template = models.CharField("模板", max_length=60, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="收件账号"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="收件主体")
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容")
    link = models.CharField("链接", max_length=300, blank=True)
    created_at = models.DateTimeField("时间", db_default=clock_timestamp(), editable=False)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True) ^ Q(party__isnull=True), name="notices_message_one_reader"
            ),
            models.CheckConstraint(condition=Q(link="") | Q(link__startswith="/"), name="notices_message_link_inside"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="notices_message_account"),
            models.Index(fields=["party", "-id"], name="notices_message_party"),
            models.Index(fields=["account"], condition=Q(read_at__isnull=True), name="notices_message_unread_account"),
            models.Index(fields=["party"], condition=Q(read_at__isnull=True), name="notices_message_unread_party"),
        ]

    def __str__(self) -> str:
        return self.subject


class Sending(models.Model):
    """A message on its way out by one channel. The full address is read from the party's file when it is sent."""

    class State(models.TextChoices):
        """Where the sending stands; `failed` means that trying again would not help."""

        WAITING = "waiting", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "未送达"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="sendings", verbose_name="通知")
    channel = models.CharField("渠道", max_length=10, default="email")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    mail_id = models.CharField("邮件标识", max_length=200, unique=True)
    to = models.CharField("收件地址（遮盖）", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    reason = models.CharField("未送达原因", max_length=300, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "外发记录"
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="notices_sending_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
