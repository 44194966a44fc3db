"""日结对账: the bank's file line by line, the counted drawer, and every difference by its name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.organisations.models import Unit
from yimen.service.fees.rules import DIFFERENCES


class BankLine(models.Model):
    """One line of a bank's file: what the bank says happened on its day. Never changed; a file read twice adds nothing."""

    append_only: ClassVar[bool] = True

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("银行日")
    kind = models.CharField("种类", max_length=8)
    serial = models.CharField("流水号", max_length=64)
    amount_fen = models.BigIntegerField("金额")
    read_at = models.DateTimeField("读入时间")
    read_by = models.CharField("读入人", max_length=100)

    class Meta:
        verbose_name = "银行对账单"
        constraints = [models.UniqueConstraint(fields=["kind", "serial"], name="fees_bank_line_once")]
        indexes = [models.Index(fields=["centre", "day"], name="fees_bank_line_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.serial} {self.amount_fen}"


class DayEnd(models.Model):
    """A day of a centre, closed: the drawer as counted against the ledger."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("账务日")
    counted_fen = models.BigIntegerField("实点现金")
    ledger_fen = models.BigIntegerField("账面现金")
    closed_at = models.DateTimeField("日结时间")
    closed_by = models.CharField("日结人", max_length=100)

    class Meta:
        verbose_name = "日结"
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="fees_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"


class Difference(models.Model):
    """A difference of a day, named, until somebody has said why."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("账务日")
    kind = models.CharField("种类", max_length=10, choices=tuple(DIFFERENCES.items()))
    serial = models.CharField("流水号", max_length=64, blank=True)
    ours_fen = models.BigIntegerField("我方金额", default=0)
    bank_fen = models.BigIntegerField("对方金额", default=0)
    other_day = models.DateField("对方日期", null=True, blank=True)
    found_at = models.DateTimeField("发现时间")
    gone_at = models.DateTimeField("自行消失", null=True, blank=True)
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_by = models.CharField("处理人", max_length=100, blank=True)
    reason = models.CharField("原因和处理", max_length=300, blank=True)

    class Meta:
        verbose_name = "对账差异"
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "kind", "serial"], name="fees_difference_once"),
        ]
        indexes = [
            models.Index(
                fields=["centre", "-day", "-id"], name="fees_difference_open",
                condition=models.Q(closed_at__isnull=True, gone_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.serial}"
