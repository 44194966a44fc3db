"""Messages to people, and each attempt to bring one to them outside this site."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.identity.models import Party
from yimen.ground.kit.fields import EncryptedText
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
    kind = models.CharField("种类", max_length=12, default="progress")
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
    """A message on its way out by one channel. The full address is read from the party's file when it is sent.

    `mail_id` is its idempotency key, the same at every try. It is written `asking` before the gateway is called: whoever
    finds it so asks the gateway what became of it, and never sends blindly again.
    """

    class State(models.TextChoices):
        """Where the sending stands; `failed` means that trying again would not help."""

        WAITING = "waiting", "待发送"
        ASKING = "asking", "发送中"
        SENT = "sent", "已发送"
        DELIVERED = "delivered", "已送达"
        FAILED = "failed", "未送达"
        UNKNOWN = "unknown", "没有回执"
        STOPPED = "stopped", "不再发送"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="sendings", verbose_name="通知")
    channel = models.CharField("渠道", max_length=10, default="email")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    mail_id = models.CharField("幂等标识", max_length=200, unique=True)
    again_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="again")
    to = models.CharField("收件地址（遮盖）", max_length=120, blank=True)
    to_index = models.CharField("收件地址索引", max_length=80, blank=True)
    text = models.CharField("短信内容", max_length=400, blank=True)
    variables = models.JSONField("短信变量", default=dict, blank=True)
    segments = models.PositiveSmallIntegerField("条数", default=0)
    gateway_id = models.CharField("网关流水号", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    reason = models.CharField("未送达原因", max_length=300, blank=True)
    not_before = models.DateTimeField("不早于", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", db_default=clock_timestamp(), editable=False)
    asked_at = models.DateTimeField("请求网关", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    ended_at = models.DateTimeField("回执时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外发记录"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel"], condition=Q(again_of__isnull=True), name="notices_sending_once"
            ),
            # Of two who press 再发 at once one is refused.
            models.UniqueConstraint(
                fields=["again_of"], condition=Q(again_of__isnull=False), name="notices_sending_again_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], name="notices_sending_newest"),
            models.Index(fields=["not_before"], name="notices_sending_waiting", condition=Q(state="waiting")),
            models.Index(fields=["asked_at"], name="notices_sending_open", condition=Q(state__in=["asking", "sent"])),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Receipt(models.Model):
    """What the gateway said of a sending, each time it said something; `receipt_id` is the gateway's own."""

    sending = models.ForeignKey(Sending, on_delete=models.PROTECT, related_name="receipts")
    receipt_id = models.CharField("回执号", max_length=80)
    state = models.CharField("状态", max_length=12)
    code = models.CharField("运营商代码", max_length=40, blank=True)
    happened_at = models.DateTimeField("发生时间")
    received_at = models.DateTimeField("收到时间", db_default=clock_timestamp(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "回执"
        constraints = [models.UniqueConstraint(fields=["sending", "receipt_id"], name="notices_receipt_once")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.state}"


class Preference(models.Model):
    """Which ways out somebody wants for one kind of news; without a row the installation's usual ones hold."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("种类", max_length=12)
    email = models.BooleanField("电子邮件", default=True)
    sms = models.BooleanField("短信", default=True)
    push = models.BooleanField("手机推送", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知偏好"
        constraints = [models.UniqueConstraint(fields=["party", "kind"], name="notices_preference_once")]

    def __str__(self) -> str:
        return self.kind


class Quiet(models.Model):
    """The hours in which somebody does not want to be woken; law and security are not held back."""

    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="+")
    begins = models.TimeField("开始")
    ends = models.TimeField("结束")

    class Meta:
        verbose_name = verbose_name_plural = "免打扰时间"

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"


class OptOut(models.Model):
    """退订: a number that gets no short messages but those of the law. The number itself is not kept, only its index."""

    to_index = models.CharField("号码索引", max_length=80, unique=True)
    to = models.CharField("号码（遮盖）", max_length=20)
    since = models.DateTimeField("自")
    how = models.CharField("怎样退订", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "退订"

    def __str__(self) -> str:
        return self.to


class Device(models.Model):
    """A telephone that takes pushed news of a person; the token is the gateway's."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+")
    token = EncryptedText("推送标识")
    token_index = models.CharField("标识索引", max_length=80, unique=True)
    name = models.CharField("设备", max_length=60, blank=True)
    added_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "设备"

    def __str__(self) -> str:
        return self.name or "手机"


class OperatorTemplate(models.Model):
    """The number under which the operator knows a template (报备), and the words it approved; sending waits for it."""

    code = models.CharField("模板", max_length=60, unique=True)
    registered_id = models.CharField("报备编号", max_length=60)
    text = models.CharField("报备的文字", max_length=400)
    since = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "报备的模板"

    def __str__(self) -> str:
        return f"{self.code} {self.registered_id}"
