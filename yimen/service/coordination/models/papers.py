"""What is sent to other units and read there: up and down the tiers, to liaisons, to heads (R002, R012, R015)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.organisations.models import Unit, Window


class Dispatch(models.Model):
    """One paper to one or more units. `figures` is JSON text, frozen when a briefing was sent."""

    class Kind(models.TextChoices):
        NOTICE = "notice", "通知"
        GUIDANCE = "guidance", "业务指导"
        REQUEST = "request", "请示"
        LIAISON = "liaison", "联络通知"
        BRIEFING = "briefing", "通报"
        CASE = "case", "办件移送"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    number = models.CharField("文号", max_length=60, unique=True)
    sender = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="发出单位")
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    needs_answer = models.BooleanField("需要回复", default=False)
    answer_by = models.DateField("回复期限", null=True, blank=True)
    period_first = models.DateField("统计自", null=True, blank=True)
    period_last = models.DateField("统计至", null=True, blank=True)
    figures = models.TextField("数字", blank=True)
    about = models.CharField("相关办件编号", max_length=60, blank=True)
    key = models.CharField("来源", max_length=80, null=True, blank=True, unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField("发出人", max_length=100)
    sent_at = models.DateTimeField("发出时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "上下传递"
        constraints = [
            models.CheckConstraint(
                name="coordination_answer_day",
                condition=models.Q(needs_answer=True) | models.Q(answer_by__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["sender", "-id"], name="coordination_dispatch_sent")]

    def __str__(self) -> str:
        return self.subject


class Receipt(models.Model):
    """A unit's copy of a paper: read by whom and when, answered, urged. With `window`, that window's of the unit (R002)."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="receipts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="收到单位")
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收到窗口"
    )
    read_at = models.DateTimeField("签收时间", null=True, blank=True)
    read_by = models.CharField("签收人", max_length=100, blank=True)
    answer = models.TextField("回复", blank=True)
    answer_files = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    answered_at = models.DateTimeField("回复时间", null=True, blank=True)
    answered_by = models.CharField("回复人", max_length=100, blank=True)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    urged_at = models.DateTimeField("最近催办", null=True, blank=True)

    class Meta:
        verbose_name = "签收"
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "unit", "window"], nulls_distinct=False, name="coordination_receipt_once"
            ),
            models.CheckConstraint(
                name="coordination_answered_is_read",
                condition=models.Q(answered_at__isnull=True) | models.Q(read_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-dispatch"], name="coordination_receipt_of_unit"),
            models.Index(fields=["unit"], condition=models.Q(read_at__isnull=True), name="coordination_receipt_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.unit_id}"

    @property
    def receiver(self) -> str:
        """The unit, and its window where the paper is addressed to one."""
        name = self.unit.short_name or self.unit.name
        return f"{name} {self.window.number} 号窗口（{self.window.name}）" if self.window else name


class Liaison(models.Model):
    """联络协办员 of a member unit for a term, with a substitute (R012)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="成员单位")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="联络协办员"
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="替补"
    )
    phone = models.CharField("电话", max_length=40, blank=True)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)
    ended_reason = models.CharField("免去原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "联络协办员"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(ended_reason=""), name="coordination_one_liaison"
            ),
            models.CheckConstraint(
                name="coordination_liaison_term",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
            models.CheckConstraint(
                name="coordination_substitute_is_another",
                condition=models.Q(substitute__isnull=True) | ~models.Q(substitute=models.F("account")),
            ),
        ]
        indexes = [models.Index(fields=["account"], name="coordination_liaison_account")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.account_id}"
