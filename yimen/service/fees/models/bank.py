"""What passes between us and the bank: attempts, its notices, money that fits no bill, refunds."""

from __future__ import annotations

from django.db import models

from yimen.ground.organisations.models import Unit
from yimen.service.fees.models.bills import Bill
from yimen.service.fees.models.money import Payment
from yimen.service.fees.rules import HELD


class Attempt(models.Model):
    """An attempt at paying a bill by code. It is not a payment: only the bank's notice books one."""

    class State(models.TextChoices):
        OPEN = "open", "等付款"
        PAID = "paid", "已付款"
        CLOSED = "closed", "已关闭"

    code = models.CharField("订单号", max_length=40, unique=True)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="attempts")
    amount_fen = models.BigIntegerField("金额")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    bank_order = models.CharField("银行订单号", max_length=64, blank=True)
    pay_url = models.CharField("付款码", max_length=500, blank=True)
    started_at = models.DateTimeField("开始时间")
    started_by = models.CharField("发起人", max_length=100, blank=True)
    expires_at = models.DateTimeField("失效时间")

    class Meta:
        verbose_name = "支付尝试"
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=models.Q(state="open"), name="fees_one_open_attempt"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="fees_attempt_sum"),
        ]

    def __str__(self) -> str:
        return self.code


class BankNotice(models.Model):
    """What the bank has said, once for each different saying; `times` counts repetitions."""

    kind = models.CharField("种类", max_length=8, choices=[("paid", "到账"), ("refunded", "退款")])
    serial = models.CharField("银行流水号", max_length=64)
    order = models.CharField("订单号", max_length=64)
    amount_fen = models.BigIntegerField("金额")
    happened_at = models.DateTimeField("银行时间")
    received_at = models.DateTimeField("收到时间")
    times = models.PositiveIntegerField("收到次数", default=1)
    outcome = models.CharField("处理", max_length=12, blank=True)

    class Meta:
        verbose_name = "银行通知"
        constraints = [
            models.UniqueConstraint(fields=["kind", "serial", "order", "amount_fen"], name="fees_notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"


class Held(models.Model):
    """待处理款: money that came and fits no bill; a person decides. `amount_fen` is in the ledger unless the reason says that the
    bank contradicts itself."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        BOOKED = "booked", "已转入缴费单"
        RETURNED = "returned", "已退回"
        DISMISSED = "dismissed", "核实无款"

    notice = models.OneToOneField(BankNotice, on_delete=models.PROTECT, related_name="held")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, null=True, blank=True, related_name="held")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("为什么", max_length=12, choices=tuple(HELD.items()))
    amount_fen = models.BigIntegerField("金额")
    in_ledger = models.BooleanField("已入账", default=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    came_at = models.DateTimeField("到账时间")
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_by = models.CharField("处理人", max_length=100, blank=True)
    words = models.CharField("处理说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "待处理款"
        indexes = [models.Index(fields=["centre", "-came_at", "-id"], name="fees_held_centre")]

    def __str__(self) -> str:
        return f"{self.notice.serial} {self.amount_fen}"


class Refund(models.Model):
    """退款 of a payment, whole or in part; a second person confirms. Never more than was paid."""

    class State(models.TextChoices):
        ASKED = "asked", "待复核"
        SENT = "sent", "已送银行"
        DONE = "done", "已退款"
        REFUSED = "refused", "不同意"

    code = models.CharField("退款编号", max_length=40, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount_fen = models.BigIntegerField("金额")
    reason = models.CharField("原因", max_length=300)
    state = models.CharField("状态", max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.CharField("申请人", max_length=100)
    asker_uid = models.UUIDField("申请人标识")
    confirmed_at = models.DateTimeField("复核时间", null=True, blank=True)
    confirmed_by = models.CharField("复核人", max_length=100, blank=True)
    confirmer_uid = models.UUIDField("复核人标识", null=True, blank=True)
    words = models.CharField("复核意见", max_length=300, blank=True)
    serial = models.CharField("退款流水号", max_length=64, blank=True)
    done_at = models.DateTimeField("退款时间", null=True, blank=True)

    class Meta:
        verbose_name = "退款"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="fees_refund_sum"),
            models.CheckConstraint(
                condition=models.Q(confirmer_uid__isnull=True) | ~models.Q(confirmer_uid=models.F("asker_uid")),
                name="fees_refund_by_two",
            ),
            models.UniqueConstraint(fields=["serial"], condition=~models.Q(serial=""), name="fees_refund_serial"),
        ]

    def __str__(self) -> str:
        return self.code
