"""效能投诉 (R236–R238). Who complained stands here alone, closed at rest, and in no ledger, letter, event, list or export."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.documents.models import StoredFile
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.watch.efficiency.rules import REWARD_LEVELS, VIOLATIONS
from yimen.watch.supervision.models import Alert


class Complaint(models.Model):
    """What a matter of the procedure `complaint` carries besides.

    The matter has no applicant: whatever shows matters shows nobody. A signed-in complainant is kept as a blind index
    (`owner_index`), the query secret likewise; name, telephone, address, related case and the statement itself are SM4-closed.
    """

    class Desk(models.TextChoices):
        EFFICIENCY = "efficiency", "行政效能投诉"
        ENVIRONMENT = "environment", "经济软环境投诉"

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "投诉"
        REPORT = "report", "举报"
        QUESTION = "question", "咨询"

    class Channel(models.TextChoices):
        WEB = "web", "网上"
        PHONE = "phone", "电话"
        LETTER = "letter", "来信"
        VISIT = "visit", "来访"
        API = "api", "接口"

    class Found(models.TextChoices):
        OPEN = "", "未查清"
        EFFECTIVE = "effective", "有效"
        INEFFECTIVE = "ineffective", "无效"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="complaint")
    desk = models.CharField("受理中心", max_length=12, choices=Desk)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    accused = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="被投诉单位")
    accused_who = models.CharField("被投诉人", max_length=100, blank=True)
    accused_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    violation = models.CharField("反映的问题", max_length=16, choices=tuple(VIOLATIONS.items()))
    statement = EncryptedText("反映的情况")
    anonymous = models.BooleanField("匿名")
    name = EncryptedText("投诉人", blank=True)
    phone = EncryptedText("联系电话", blank=True)
    address = EncryptedText("联系地址", blank=True)
    about = EncryptedText("相关办件编号", blank=True)
    owner = EncryptedText("登录主体", blank=True)
    owner_index = models.CharField(max_length=80, blank=True, db_index=True, editable=False)
    secret_index = models.CharField(max_length=80, editable=False)
    wants_reward = models.BooleanField("申请举报奖励", default=False)
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    investigator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    investigator_name = models.CharField("调查人", max_length=100, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    accepted_in_time = models.BooleanField("按时受理", null=True, blank=True)
    found = models.CharField("认定", max_length=12, choices=Found, blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = EncryptedText("答复", blank=True)
    satisfied = models.BooleanField("满意", null=True, blank=True)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    prolonged = models.BooleanField("延长过", default=False)

    class Meta:
        verbose_name = "效能投诉"
        indexes = [models.Index(fields=["accused", "found"], name="efficiency_complaint_accused")]

    def __str__(self) -> str:
        return str(self.matter_id)

    def said(self) -> str:
        """What it is about, for those who handle it: the matter's own title says nothing (`rules.COMPLAINT_TITLE`)."""
        unit = self.accused.short_name or self.accused.name
        return f"{self.get_kind_display()}{unit}：{self.get_violation_display()}"


class Disclosure(models.Model):
    """Somebody looked at who complained: who, when, why."""

    append_only: ClassVar[bool] = True

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="disclosures")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    who = models.CharField("查看人", max_length=200)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "查看投诉人身份"

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.who}"


class Recusal(models.Model):
    """Somebody stays away from a complaint for good."""

    append_only: ClassVar[bool] = True

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="recusals")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    who = models.CharField("回避人", max_length=200)
    reason = models.CharField("理由", max_length=500)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "投诉回避"
        constraints = [models.UniqueConstraint(fields=["complaint", "account"], name="efficiency_recused_once")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.who}"


class Reward(models.Model):
    """举报奖励 of one report: proposed, approved by another, paid once. One row a report; the database holds that."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待核定"
        APPROVED = "approved", "待发放"
        PAID = "paid", "已发放"
        DENIED = "denied", "不予奖励"

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, primary_key=True, related_name="reward")
    level = models.CharField("等级", max_length=16, choices=tuple(REWARD_LEVELS.items()))
    amount_fen = models.PositiveBigIntegerField("金额（分）")
    ground = models.TextField("理由")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=500, blank=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    paid_name = models.CharField(max_length=200, blank=True)
    paid_at = models.DateTimeField(null=True)
    voucher = models.CharField("发放凭证号", max_length=60, blank=True)

    class Meta:
        verbose_name = "举报奖励"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="efficiency_reward_amount"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False) | (~Q(state="paid") & Q(paid_at__isnull=True)),
                name="efficiency_reward_paid_when",
            ),
            models.UniqueConstraint(fields=["voucher"], condition=~Q(voucher=""), name="efficiency_reward_voucher"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.amount_fen}"
