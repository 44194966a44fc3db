"""Seals and authorisation letters (R006, R008)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from yimen.ground.organisations.models.posts import Post
from yimen.ground.organisations.models.tree import Unit


class Seal(models.Model):
    """Register of seals (R008): approval seals of departments, the centre's acceptance seal."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "行政审批专用章"
        ACCEPTANCE = "acceptance", "政务服务受理专用章"
        JOINT = "joint", "联合审批专用章"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="seals", verbose_name="用印单位")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    text = models.CharField("印文", max_length=60)
    number = models.CharField("印章编号", max_length=20, unique=True)
    keeper = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="seals_kept")
    valid_from = models.DateField("启用日期")
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "印章"

    def __str__(self) -> str:
        return self.text


class AuthorisationLetter(models.Model):
    """授权委托书 (R006): a department's head lets a post accept, review, decide or issue at the window.

    Signed letters of one department to one post never overlap in time (exclusion constraint in the database), so that
    every decision rests on exactly one letter. Past `valid_to` a letter is expired; nothing has to be written for it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "起草"
        SIGNED = "signed", "已签署"
        REVOKED = "revoked", "已收回"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("文号", max_length=60, unique=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="letters", verbose_name="委托部门")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="letters", verbose_name="受托岗位")
    powers = models.JSONField("权限", help_text="accept、review、decide、issue 的列表")
    items = models.JSONField("事项范围", null=True, blank=True, help_text="实施编码列表；空为本部门全部事项")
    signer = models.CharField("签署人", max_length=60, blank=True)
    signer_title = models.CharField("签署人职务", max_length=60, blank=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    drafted_by = models.UUIDField("起草人")
    drafted_at = models.DateTimeField("起草时间")
    signed_by = models.UUIDField("签署人标识", null=True, blank=True)
    signed_at = models.DateTimeField("签署时间", null=True, blank=True)
    signed_on = models.DateField("签署日期", null=True, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    revoked_by = models.UUIDField("收回人", null=True, blank=True)
    revoked_reason = models.CharField("收回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "授权委托书"
        constraints = [
            models.CheckConstraint(
                name="organisations_letter_dates", condition=models.Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="organisations_letter_state",
                condition=models.Q(state="draft", signed_at__isnull=True, revoked_at__isnull=True)
                | (
                    models.Q(state="signed", signed_at__isnull=False, signed_on__isnull=False, revoked_at__isnull=True)
                    & ~models.Q(signer="")
                )
                | models.Q(state="revoked", revoked_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["post", "valid_to"], condition=models.Q(state="signed"), name="organisations_letter_of"
            )
        ]

    def __str__(self) -> str:
        return self.number


class SealUse(models.Model):
    """One use of a seal (R008): on what, by whom, under which letter. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="uses")
    letter = models.ForeignKey(AuthorisationLetter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    used_at = models.DateTimeField("用印时间")
    actor_uid = models.UUIDField("用印人标识")
    actor_name = models.CharField("用印人", max_length=100)
    actor_post = models.CharField("岗位", max_length=60, blank=True)
    document = models.CharField("文书", max_length=200)
    document_number = models.CharField("文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "用印记录"
        indexes = [models.Index(fields=["seal", "-id"], name="organisations_seal_use")]

    def __str__(self) -> str:
        return f"{self.document} {self.used_at:%Y-%m-%d}"


class Stamp(models.Model):
    """One row with a random value that is new whenever posts, rights, letters, units or seals changed (by trigger).

    What a process read under a stamp is true while the stamp is the same: `selectors` keeps actors and letterheads by it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField("标记")

    class Meta:
        verbose_name = "机构变动标记"

    def __str__(self) -> str:
        return str(self.stamp)
