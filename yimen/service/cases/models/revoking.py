"""撤销决定: what was decided on a broken promise or otherwise unlawfully is taken back, after the applicant was heard (R069)."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.identity.models import Party
from yimen.ground.matters.models import Matter
from yimen.service.cases.models.case import Case


class Revocation(models.Model):
    """One course towards taking a decision back; its own matter, beside the case that was decided.

    `voided_letter` is the code of the decision's letter that the revocation made void; empty where a superior's paper decided.
    """

    class Ground(models.TextChoices):
        PROMISE = "promise", "告知承诺不属实（第六十九条第二款）"
        DECEIT = "deceit", "以欺骗、贿赂等不正当手段取得（第六十九条第二款）"
        ABUSE = "abuse", "工作人员滥用职权、玩忽职守作出（第六十九条第一款第（一）项）"
        BEYOND = "beyond", "超越法定职权作出（第六十九条第一款第（二）项）"
        COURSE = "course", "违反法定程序作出（第六十九条第一款第（三）项）"
        UNFIT = "unfit", "申请人不具备资格或者不符合法定条件（第六十九条第一款第（四）项）"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="revocation")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="revocations", verbose_name="办件")
    ground = models.CharField("撤销的依据", max_length=10, choices=Ground)
    facts = models.TextField("认定的事实")
    notice_number = models.CharField("告知书文号", max_length=60)
    hearing_record = models.TextField("听证情况", blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    reason = models.TextField("决定理由", blank=True)
    response = models.TextField("对陈述申辩的答复", blank=True)
    decision_number = models.CharField("决定文号", max_length=60, blank=True)
    voided_letter = models.CharField("作废的决定书", max_length=20, blank=True)

    class Meta:
        verbose_name = "撤销决定"
        indexes = [models.Index(fields=["case", "-matter"], name="cases_revocation_of_case")]
        constraints = [
            models.CheckConstraint(
                name="cases_revocation_has_reason", condition=models.Q(decided_at__isnull=True) | ~models.Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return str(self.matter)


class RevocationStatement(models.Model):
    """What the applicant said against it: on the phone, or entered at the window as it was said there."""

    append_only = True

    revocation = models.ForeignKey(Revocation, on_delete=models.PROTECT, related_name="statements")
    step_seq = models.PositiveIntegerField("步骤序号")
    text = models.TextField("陈述、申辩")
    author = models.CharField("陈述人", max_length=200)
    stated_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "陈述申辩"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]


class PromiseBar(models.Model):
    """Whoever promised what was not true is not offered 告知承诺 again for a time (国办发〔2020〕42号)."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="promise_bars", verbose_name="承诺人")
    party_name = models.CharField("承诺人名称", max_length=200)
    revocation = models.OneToOneField(Revocation, on_delete=models.PROTECT, related_name="bar")
    since = models.DateField("自")
    until = models.DateField("至")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_by = models.CharField("解除人", max_length=200, blank=True)
    lift_reason = models.CharField("解除理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "不再适用告知承诺"
        indexes = [
            models.Index(
                fields=["party", "until"], name="cases_promise_bar", condition=models.Q(lifted_at__isnull=True)
            ),
            models.Index(fields=["-since", "-id"], name="cases_promise_bar_new"),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_promise_bar_lift_reason",
                condition=models.Q(lifted_at__isnull=True) | ~models.Q(lift_reason=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_name} {self.until}"
