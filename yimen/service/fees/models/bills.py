"""缴费单: what somebody has to pay, with its lines and the reductions of it."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.identity.models import Party
from yimen.ground.organisations.models import Unit, Window
from yimen.service.cases.models import Case
from yimen.service.fees.models.charges import ChargeVersion
from yimen.service.fees.rules import say_quantity


class Bill(models.Model):
    """What somebody has to pay. `due_fen` (total less reductions) is paid at once or not at all."""

    class State(models.TextChoices):
        UNPAID = "unpaid", "待缴"
        PAID = "paid", "已缴"
        EXEMPT = "exempt", "已免缴"
        CANCELLED = "cancelled", "已作废"
        REFUNDED = "refunded", "已全部退款"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("缴费单号", max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="bills")
    occasion = models.CharField("开单环节", max_length=10)
    payer = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="bills")
    payer_name = models.CharField("缴款人", max_length=200)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="bills", verbose_name="收费部门")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField("事由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UNPAID)
    total_fen = models.BigIntegerField("应收")
    reduced_fen = models.BigIntegerField("减免", default=0)
    paid_fen = models.BigIntegerField("已缴", default=0)
    refunded_fen = models.BigIntegerField("已退", default=0)
    raised_at = models.DateTimeField("开单时间")
    raised_by = models.CharField("开单人", max_length=100)
    settled_at = models.DateTimeField("缴清时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("作废时间", null=True, blank=True)
    cancelled_by = models.CharField("作废人", max_length=100, blank=True)
    cancel_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "缴费单"
        constraints = [
            # By rule a case gets one bill at each step, however often its event is told.
            models.UniqueConstraint(
                fields=["case", "occasion"], condition=~models.Q(occasion="window") & ~models.Q(state="cancelled"),
                name="fees_one_bill_a_step",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_fen__gt=0, reduced_fen__gte=0, reduced_fen__lte=models.F("total_fen"), refunded_fen__gte=0,
                    refunded_fen__lte=models.F("paid_fen"),
                ),
                name="fees_bill_sums",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("unpaid", "cancelled", "exempt"), paid_fen=0)
                | models.Q(state__in=("paid", "refunded"), paid_fen=models.F("total_fen") - models.F("reduced_fen")),
                name="fees_paid_whole",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["centre", "-raised_at", "-id"], name="fees_bill_centre"),
            models.Index(fields=["department", "-raised_at", "-id"], name="fees_bill_department"),
            models.Index(fields=["-raised_at", "-id"], condition=models.Q(state="unpaid"), name="fees_bill_unpaid"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def due_fen(self) -> int:
        """What is to be paid, whether it has been or not."""
        return self.total_fen - self.reduced_fen

    @property
    def hold_kind(self) -> str:
        """The kind of the hold that this bill places on its case."""
        return f"fees:{self.pk}"


class BillLine(models.Model):
    """One charge on a bill, as the version in force then had it. What was reckoned is never changed."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    version = models.ForeignKey(ChargeVersion, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("科目", max_length=120)
    standard = models.CharField("标准", max_length=120)
    basis = models.CharField("依据", max_length=300)
    fee_class = models.CharField("收费类别", max_length=16)
    revenue = models.CharField("收入类别", max_length=10)
    quantity_milli = models.BigIntegerField("数量")
    unit = models.CharField("计费单位", max_length=20, blank=True)
    amount_fen = models.BigIntegerField("金额")
    reduced_fen = models.BigIntegerField("减免", default=0)
    refunded_fen = models.BigIntegerField("已退", default=0)

    class Meta:
        verbose_name = "缴费单明细"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    quantity_milli__gt=0, amount_fen__gt=0, reduced_fen__gte=0, reduced_fen__lte=models.F("amount_fen"),
                    refunded_fen__gte=0, refunded_fen__lte=models.F("amount_fen") - models.F("reduced_fen"),
                ),
                name="fees_line_sums",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.amount_fen}"

    @property
    def due_fen(self) -> int:
        """What is to be paid for it."""
        return self.amount_fen - self.reduced_fen

    @property
    def quantity_words(self) -> str:
        """`86.5 平方米`."""
        return say_quantity(self.quantity_milli, self.unit)


class Reduction(models.Model):
    """An application to reduce or waive a bill: nobody may do so on his own (R176)."""

    class State(models.TextChoices):
        ASKED = "asked", "待批准"
        APPROVED = "approved", "已批准，待执行"
        REFUSED = "refused", "不予批准"
        APPLIED = "applied", "已执行"
        WITHDRAWN = "withdrawn", "已撤回"

    code = models.CharField("减免编号", max_length=40, unique=True)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="reductions")
    amount_fen = models.BigIntegerField("减免金额")
    reason = models.CharField("申请理由", max_length=500)
    document = models.CharField("依据文件", max_length=200)
    document_number = models.CharField("文号", max_length=80)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.CharField("申请人", max_length=100)
    asker_uid = models.UUIDField("申请人标识")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.CharField("决定人", max_length=100, blank=True)
    decision = models.CharField("批准意见", max_length=300, blank=True)
    applied_at = models.DateTimeField("执行时间", null=True, blank=True)
    applied_by = models.CharField("执行人", max_length=100, blank=True)

    class Meta:
        verbose_name = "收费减免"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="fees_reduction_sum"),
            models.UniqueConstraint(
                fields=["bill"], condition=models.Q(state__in=("asked", "approved")), name="fees_one_open_reduction"
            ),
        ]

    def __str__(self) -> str:
        return self.code
