"""缴款、票据、分录: money that came, the receipts given for it, and the ledger."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.organisations.models import Unit, Window
from yimen.service.fees.models.bills import Bill, BillLine
from yimen.service.fees.rules import WAYS


class Payment(models.Model):
    """Money that came for a bill, in full. `serial` is the bank's number of it (for cash our own)."""

    append_only: ClassVar[bool] = True

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="payment")
    amount_fen = models.BigIntegerField("金额")
    way = models.CharField("方式", max_length=6, choices=tuple(WAYS.items()))
    serial = models.CharField("流水号", max_length=64, unique=True)
    paid_at = models.DateTimeField("付款时间")
    booked_at = models.DateTimeField("入账时间")
    day = models.DateField("账务日")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    cashier_name = models.CharField("收款人", max_length=100)

    class Meta:
        verbose_name = "缴款"
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="fees_payment_sum")]
        indexes = [models.Index(fields=["centre", "day", "way"], name="fees_payment_day")]

    def __str__(self) -> str:
        return f"{self.serial} {self.amount_fen}"


class TicketRange(models.Model):
    """号段: numbers of non-tax tickets that finance gave to the centre; given out in order, without a gap."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    ticket_code = models.CharField("票据代码", max_length=8)
    first = models.BigIntegerField("起号")
    last = models.BigIntegerField("止号")
    next_number = models.BigIntegerField("下一号")
    entered_at = models.DateTimeField("登记时间")
    entered_by = models.CharField("登记人", max_length=100)

    class Meta:
        verbose_name = "票据号段"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    first__gt=0, last__gte=models.F("first"), next_number__gte=models.F("first"),
                    next_number__lte=models.F("last") + 1,
                ),
                name="fees_range_order",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ticket_code} {self.first:010d}—{self.last:010d}"


class Ticket(models.Model):
    """财政票据 for one payment. A void one stays with its reason; the payment then gets the next number."""

    range = models.ForeignKey(TicketRange, on_delete=models.PROTECT, related_name="tickets")
    number = models.BigIntegerField("票据号码")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="tickets")
    issued_at = models.DateTimeField("开具时间")
    issued_by = models.CharField("开具人", max_length=100)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.CharField("作废人", max_length=100, blank=True)
    void_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "财政票据"
        constraints = [
            models.UniqueConstraint(fields=["range", "number"], name="fees_ticket_number"),
            models.UniqueConstraint(
                fields=["payment"], condition=models.Q(voided_at__isnull=True), name="fees_one_valid_ticket"
            ),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True) | ~models.Q(void_reason=""), name="fees_void_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:010d}"


class Entry(models.Model):
    """分录: a sum from one account to another. One row is both sides, so debit and credit cannot differ; rows are never
    changed, a correction is another row. `debit` receives, `credit` gives.
    """

    append_only: ClassVar[bool] = True

    class Account(models.TextChoices):
        CASH = "cash", "现金"
        CARD = "card", "刷卡待清算"
        QR = "qr", "扫码待清算"
        REVENUE = "revenue", "应缴收入"
        HELD = "held", "待处理款"
        SURPLUS = "surplus", "长短款"

    day = models.DateField("账务日")
    at = models.DateTimeField("时间")
    kind = models.CharField("种类", max_length=12)
    debit = models.CharField("借方", max_length=10, choices=Account)
    credit = models.CharField("贷方", max_length=10, choices=Account)
    amount_fen = models.BigIntegerField("金额")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, null=True, related_name="entries")
    line = models.ForeignKey(BillLine, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    fee_class = models.CharField("收费类别", max_length=16, blank=True)
    revenue = models.CharField("收入类别", max_length=10, blank=True)
    serial = models.CharField("流水号", max_length=64, blank=True)
    by = models.CharField("经手人", max_length=100)
    note = models.CharField("摘要", max_length=200, blank=True)

    class Meta:
        verbose_name = "分录"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0) & ~models.Q(debit=models.F("credit")), name="fees_entry_balanced"
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "-day", "-id"], name="fees_entry_day"),
            models.Index(fields=["department", "-day", "-id"], name="fees_entry_department"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.debit} {self.credit} {self.amount_fen}"
