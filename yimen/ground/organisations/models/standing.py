"""What stands beside the ordinary rights for a time: a colleague who stands in, an emergency, and the rules of both."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from yimen.ground.organisations.models.posts import Post


class StaffRules(models.Model):
    """The security administrator's thresholds for staff accounts, stand-ins, emergencies and reviews; one row, defaults
    without it. Days are calendar days.

    `unused_days` is 等保 2.0 (GB/T 22239) 8.1.4.2; the others are ours.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    delegation_longest_days = models.PositiveSmallIntegerField("请假代办最长天数", default=60)
    emergency_hours = models.PositiveSmallIntegerField("应急授权最长小时数", default=4)
    emergency_review_days = models.PositiveSmallIntegerField("应急授权复核天数", default=3)
    leaver_days = models.PositiveSmallIntegerField("离岗多少天后关闭账号", default=30)
    unused_days = models.PositiveSmallIntegerField("多少天没有登录停用账号", default=90)
    warn_days = models.PositiveSmallIntegerField("关闭、停用前多少天提醒", default=7)
    review_months = models.PositiveSmallIntegerField("权限复核间隔月数", default=3)
    review_days = models.PositiveSmallIntegerField("权限复核完成天数", default=15)
    review_suspends = models.BooleanField("逾期没有复核的权限自动收回", default=False)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.UUIDField("修改人")

    class Meta:
        verbose_name = "人员与授权规则"
        constraints = [
            models.CheckConstraint(name="organisations_staff_rules_one", condition=Q(id=1)),
            models.CheckConstraint(
                name="organisations_staff_rules_floor",
                condition=Q(
                    delegation_longest_days__range=(1, 366),
                    emergency_hours__range=(1, 4),
                    emergency_review_days__range=(1, 30),
                    leaver_days__range=(0, 180),
                    unused_days__range=(30, 180),
                    warn_days__range=(1, 29),
                    review_months__in=(1, 2, 3, 6, 12),
                    review_days__range=(3, 60),
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class Delegation(models.Model):
    """请假代办: the holder of a post lets a colleague (`account`) do some of its work from one moment to another.

    It gives nothing by itself: with each request the stand-in has what the holder has in that post at that moment, of the
    permissions in `codes`. Of one post only one stands open at a time (exclusion constraint in the database).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="delegations", verbose_name="岗位")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given", verbose_name="请假人"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_taken", verbose_name="代办人"
    )
    codes = models.JSONField("代办的权限")
    reason = models.CharField("事由", max_length=200)
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    offered_at = models.DateTimeField("提出时间")
    offered_by = models.UUIDField("提出人")
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    declined_at = models.DateTimeField("谢绝时间", null=True, blank=True)
    revoked_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    revoked_by = models.UUIDField("提前结束人", null=True, blank=True)
    end_reason = models.CharField("谢绝或提前结束的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "请假代办"
        indexes = [
            models.Index(
                fields=["account", "ends_at"],
                condition=Q(accepted_at__isnull=False, revoked_at__isnull=True),
                name="organisations_stand_in",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="organisations_delegation_times", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(name="organisations_delegation_not_self", condition=~Q(holder=F("account"))),
            models.CheckConstraint(
                name="organisations_delegation_answer",
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} → {self.account_id}"

    def state(self, at: datetime) -> str:
        """`offered`, `declined`, `revoked`, `coming`, `live`, `over`, or `lapsed` (never answered)."""
        if self.revoked_at is not None:
            return "revoked"
        if self.declined_at is not None:
            return "declined"
        if self.accepted_at is None:
            return "offered" if at < self.ends_at else "lapsed"
        return "coming" if at < self.begins_at else "live" if at < self.ends_at else "over"


LONGEST_EMERGENCY = timedelta(hours=4)


class Emergency(models.Model):
    """应急授权 (break-glass): a wider right for hours at most, with the reason; reviewed afterwards by the audit administrator.

    `codes` are the permissions, `places` the scopes in which they hold: `[[scope, scope_id, scope_path], …]`, those in which
    the person may open emergencies. The database holds the four hours and that one account has one at a time.
    """

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", "合理"
        UNJUSTIFIED = "unjustified", "不合理"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergencies")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="emergencies", verbose_name="岗位")
    codes = models.JSONField("权限")
    places = models.JSONField("范围")
    reason = models.CharField("理由", max_length=300)
    opened_at = models.DateTimeField("启用时间")
    ends_at = models.DateTimeField("到时")
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    ended_by = models.UUIDField("提前结束人", null=True, blank=True)
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    reviewed_by = models.UUIDField("复核人", null=True, blank=True)
    reviewer = models.CharField("复核人姓名", max_length=100, blank=True)
    verdict = models.CharField("结论", max_length=12, choices=Verdict, blank=True)
    review_note = models.CharField("复核意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "应急授权"
        constraints = [
            models.CheckConstraint(
                name="organisations_emergency_short",
                condition=Q(ends_at__gt=F("opened_at")) & Q(ends_at__lte=F("opened_at") + LONGEST_EMERGENCY),
            ),
            models.CheckConstraint(
                name="organisations_emergency_reviewed",
                condition=Q(reviewed_at__isnull=True, verdict="")
                | Q(reviewed_at__isnull=False, verdict__in=["justified", "unjustified"]),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "ends_at"], name="organisations_emergency_of"),
            models.Index(
                fields=["ends_at"], condition=Q(reviewed_at__isnull=True), name="organisations_emergency_open"
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 号"

    @property
    def over_at(self) -> datetime:
        """When it is or was over."""
        return min(self.ended_at, self.ends_at) if self.ended_at else self.ends_at
