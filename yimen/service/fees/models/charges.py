"""收费科目: what may be charged, in versions that are never overwritten (R169–R174)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.kit.money import Fen
from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem
from yimen.service.fees.rules import CLASSES, HOW, RAISED_AT, REVENUES, Standard, say_standard


class Charge(models.Model):
    """One charge of one department; what it is called and costs stands in its versions."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("科目编号", max_length=40, unique=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="charges", verbose_name="收费部门")
    ended_on = models.DateField("停收日期", null=True, blank=True)
    end_reason = models.CharField("停收原因", max_length=300, blank=True)
    ended_by = models.CharField("停收人", max_length=100, blank=True)

    class Meta:
        verbose_name = "收费科目"

    def __str__(self) -> str:
        return self.code


class ChargeVersion(models.Model):
    """One version of a charge, with the document it stands on. Its standard is written once: the database refuses a change.

    Proposed by the department, checked by the legal office and the price bureau, entered by the network administrator,
    approved by a second person; only then may it be collected.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审核"
        CHECKED = "checked", "已审核，待录入"
        ENTERED = "entered", "已录入，待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不予通过"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    name = models.CharField("名称", max_length=120)
    fee_class = models.CharField("收费类别", max_length=16, choices=tuple(CLASSES.items()))
    revenue = models.CharField("收入类别", max_length=10, choices=tuple(REVENUES.items()))
    how = models.CharField("计费方式", max_length=10, choices=tuple(HOW.items()))
    amount_fen = models.BigIntegerField("标准", default=0)
    low_fen = models.BigIntegerField("低限", default=0)
    high_fen = models.BigIntegerField("高限", default=0)
    unit = models.CharField("计费单位", max_length=20, blank=True)
    quantity_key = models.CharField("数量取自表单", max_length=60, blank=True)
    raised_at = models.CharField("何时开单", max_length=10, choices=tuple(RAISED_AT.items()), default="accepted")
    items = models.ManyToManyField(ServiceItem, related_name="charge_versions", verbose_name="适用事项", blank=True)
    basis = models.CharField("依据文件", max_length=200)
    basis_number = models.CharField("文号", max_length=80)
    basis_organ = models.CharField("发文机关", max_length=120)
    basis_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField("有效期自")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    reduction_rule = models.CharField("减免规定", max_length=300, blank=True)

    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.CharField("提出人", max_length=100)
    legal_at = models.DateTimeField("合法性审核时间", null=True, blank=True)
    legal_by = models.CharField("合法性审核人", max_length=100, blank=True)
    legal_words = models.CharField("合法性审核意见", max_length=300, blank=True)
    price_at = models.DateTimeField("价格审核时间", null=True, blank=True)
    price_by = models.CharField("价格审核人", max_length=100, blank=True)
    price_words = models.CharField("价格审核意见", max_length=300, blank=True)
    entered_at = models.DateTimeField("录入时间", null=True, blank=True)
    entered_by = models.CharField("录入人", max_length=100, blank=True)
    entrant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.CharField("批准人", max_length=100, blank=True)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField("退回时间", null=True, blank=True)
    refused_by = models.CharField("退回人", max_length=100, blank=True)
    refused_words = models.CharField("退回原因", max_length=300, blank=True)
    replaced_on = models.DateField("被新版代替", null=True, blank=True)

    class Meta:
        verbose_name = "收费科目版本"
        constraints = [
            models.UniqueConstraint(fields=["charge", "number"], name="fees_version_number"),
            models.UniqueConstraint(
                fields=["charge"], condition=models.Q(state__in=("proposed", "checked", "entered")),
                name="fees_one_version_on_its_way",
            ),
            models.UniqueConstraint(
                fields=["charge"], condition=models.Q(state="approved", replaced_on__isnull=True),
                name="fees_one_version_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(how="range", amount_fen=0, low_fen__gt=0, high_fen__gt=models.F("low_fen"))
                | models.Q(how__in=("fixed", "per_unit"), amount_fen__gt=0, low_fen=0, high_fen=0),
                name="fees_whole_standard",
            ),
            # No charge without its checks (R170), and nobody approves what he has entered himself.
            models.CheckConstraint(
                condition=~models.Q(state__in=("checked", "entered", "approved"))
                | models.Q(legal_at__isnull=False, price_at__isnull=False),
                name="fees_checked_first",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(entered_at__isnull=False, approved_at__isnull=False)
                & (models.Q(approver__isnull=True) | ~models.Q(approver=models.F("entrant"))),
                name="fees_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="fees_valid_span",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    @property
    def standard(self) -> Standard:
        """How it is reckoned."""
        return Standard(self.how, Fen(self.amount_fen), Fen(self.low_fen), Fen(self.high_fen), self.unit)

    @property
    def standard_words(self) -> str:
        """`20.00 元/证`."""
        return say_standard(self.standard)
