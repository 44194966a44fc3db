"""The people of an enterprise (R017): who acts for it, in which role, since when; invitations; a new legal representative."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.identity.models.people import Account, Party
from yimen.ground.identity.standing import ROLES
from yimen.ground.kit.fields import EncryptedText

OPEN = models.Q(ended_at__isnull=True)


class Membership(models.Model):
    """One person's place in one enterprise. `role`: owner (法定代表人), admin (管理员), agent (经办人)."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    enterprise = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="members", verbose_name="单位")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships", verbose_name="账号")
    role = models.CharField("角色", max_length=8, choices=list(ROLES.items()))
    joined_at = models.DateTimeField("加入时间")
    invited_by_name = models.CharField("邀请人", max_length=200, blank=True)
    ended_at = models.DateTimeField("离开时间", null=True, blank=True)
    end_reason = models.CharField("离开原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "单位人员"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "account"], condition=OPEN, name="identity_one_place_in_enterprise"
            ),
            models.UniqueConstraint(
                fields=["enterprise"], condition=OPEN & models.Q(role="owner"), name="identity_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["account"], condition=OPEN, name="identity_member_of")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.account}"


class Invitation(models.Model):
    """Somebody is asked to act for an enterprise: named by document number, let in by a one-time code (digest kept).

    `role` owner stands for the change of the legal representative: it needs the window's look at the new licence first
    (`verified_at`), and accepting it puts the former owner out of that place.
    """

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    enterprise = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="invitations", verbose_name="单位")
    role = models.CharField("角色", max_length=8, choices=list(ROLES.items()))
    name = models.CharField("受邀人", max_length=100)
    id_type = models.CharField("证件类型", max_length=12, choices=Party.IdType)
    id_number = EncryptedText("证件号码")
    id_index = models.CharField("证件号码盲索引", max_length=80)
    code_hash = models.CharField("邀请码摘要", max_length=64, unique=True)
    given_at = models.DateTimeField("邀请时间")
    given_by_name = models.CharField("邀请人", max_length=200)
    expires_at = models.DateTimeField("失效时间")
    tries = models.PositiveSmallIntegerField("试错次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = "单位邀请"
        indexes = [
            models.Index(
                fields=["id_index"],
                condition=models.Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="identity_invited",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.name}"


class RepresentativeChange(models.Model):
    """A change of an enterprise's legal representative, from the proposal to the window's look at the new licence."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    enterprise = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="representative_changes")
    before = models.CharField("原法定代表人", max_length=100)
    after = models.CharField("新法定代表人", max_length=100)
    id_type = models.CharField("证件类型", max_length=12, choices=Party.IdType)
    id_number = EncryptedText("证件号码")
    id_index = models.CharField("证件号码盲索引", max_length=80)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by_name = models.CharField("提出人", max_length=200)
    decided_at = models.DateTimeField("核验时间", null=True, blank=True)
    decided_by_name = models.CharField("核验人", max_length=200, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        default="proposed",
        choices=[
            ("proposed", "等窗口核验"),
            ("verified", "已核验变更"),
            ("refused", "没有通过"),
            ("withdrawn", "已收回"),
        ],
    )
    reason = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "法定代表人变更"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=models.Q(state="proposed"), name="identity_one_change_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.after}"
