"""Accounts that are closed, and rights that are looked through each quarter."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models.posts import Post
from yimen.ground.organisations.models.tree import Unit


class AccountClosing(models.Model):
    """A staff account that is to be stopped: of a leaver (no post any more) or unused (等保 2.0 8.1.4.2). One open row an account."""

    class Kind(models.TextChoices):
        LEAVER = "leaver", "离岗"
        UNUSED = "unused", "长期没有登录"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="closings")
    kind = models.CharField("原因", max_length=8, choices=Kind)
    since = models.DateField("离岗（最近使用）日期")
    noticed_at = models.DateTimeField("发现时间")
    due_on = models.DateField("停用日期")
    warned_at = models.DateTimeField("提醒时间", null=True, blank=True)
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    reopened_at = models.DateTimeField("重新启用时间", null=True, blank=True)
    reopened_by = models.UUIDField("启用人", null=True, blank=True)
    reopen_reason = models.CharField("启用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "账号停用"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(withdrawn_at__isnull=True, reopened_at__isnull=True),
                name="organisations_one_closing",
            ),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="organisations_closing_due")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class AccessReview(models.Model):
    """权限复核: what the people of one unit may do, confirmed or taken away by its head; one for each period (等保 8.1.4.2)."""

    period = models.CharField("期间", max_length=30)
    begins_on = models.DateField("期间开始")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reviews", verbose_name="部门")
    opened_at = models.DateTimeField("发起时间")
    opened_by = models.UUIDField("发起人")
    due_on = models.DateField("完成期限")
    closed_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "权限复核"
        constraints = [
            models.UniqueConstraint(fields=["begins_on", "unit"], name="organisations_review_once"),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="organisations_review_due")]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"


class ReviewLine(models.Model):
    """One right to be confirmed: a grant, letter, token or delegation, as it stood when the review was opened."""

    class Kind(models.TextChoices):
        GRANT = "grant", "权限"
        LETTER = "letter", "授权委托书"
        TOKEN = "token", "接口密钥"
        DELEGATION = "delegation", "请假代办"

    class Verdict(models.TextChoices):
        OPEN = "", "待确认"
        CONFIRMED = "confirmed", "保留"
        TAKEN = "taken", "已收回"
        SUSPENDED = "suspended", "逾期收回"
        RESTORED = "restored", "已恢复"

    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    ref = models.BigIntegerField("所指")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    holder = models.CharField("持有人", max_length=160)
    what = models.CharField("内容", max_length=300)
    scope = models.CharField("范围", max_length=200, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    verdict = models.CharField("结论", max_length=10, choices=Verdict, blank=True, default="")
    reason = models.CharField("原因", max_length=200, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    decided_by = models.UUIDField("确认人", null=True, blank=True)
    decider = models.CharField("确认人姓名", max_length=100, blank=True)

    class Meta:
        verbose_name = "复核项"
        constraints = [
            models.UniqueConstraint(fields=["review", "kind", "ref"], name="organisations_review_line_once"),
            models.CheckConstraint(
                name="organisations_review_line_decided",
                condition=Q(verdict="", decided_at__isnull=True) | (~Q(verdict="") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.what}"
