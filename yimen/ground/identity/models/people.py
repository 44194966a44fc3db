"""Natural and legal persons, and their accounts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from yimen.ground.kit.fields import EncryptedText


class Party(models.Model):
    """A natural or legal person who may apply (R017).

    The ID number is encrypted; `id_index` is its keyed blind index, so that one person has one row without the
    number standing in the database.
    """

    class Kind(models.TextChoices):
        NATURAL = "natural", "自然人"
        LEGAL = "legal", "法人和非法人组织"

    class IdType(models.TextChoices):
        RESIDENT = "resident", "居民身份证"
        PERMANENT = "permanent", "外国人永久居留身份证"
        PASSPORT = "passport", "护照"
        TRAVEL = "travel", "港澳台居民来往内地通行证"
        CREDIT = "credit", "统一社会信用代码"
        OTHER = "other", "其他有效证件"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("主体类型", max_length=10, choices=Kind)
    name = models.CharField("姓名或名称", max_length=200)
    id_type = models.CharField("证件类型", max_length=12, choices=IdType)
    id_number = EncryptedText("证件号码")
    id_index = models.CharField("证件号码盲索引", max_length=80)
    id_tail = models.CharField("证件号码后四位的盲索引", max_length=80, blank=True)
    phone = EncryptedText("手机号码", blank=True)
    phone_index = models.CharField("手机号码盲索引", max_length=80, blank=True, db_index=True)
    email = EncryptedText("电子邮箱", blank=True)
    address = EncryptedText("地址", blank=True)
    legal_representative = models.CharField("法定代表人（负责人）", max_length=100, blank=True)
    assurance = models.CharField(
        "实名等级",
        max_length=10,
        default="claimed",
        choices=[("claimed", "自行填报"), ("window", "窗口核验"), ("verified", "实名认证")],
    )
    created_at = models.DateTimeField("建档时间")

    class Meta:
        verbose_name = "主体"
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_index"], name="identity_party_one_per_number"),
            models.CheckConstraint(
                name="identity_party_kind_fits_id",
                condition=models.Q(kind="legal", id_type__in=["credit", "other"])
                | (models.Q(kind="natural") & ~models.Q(id_type="credit")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Accounts are opened by services; this only lets Django find them by sign-in name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Sign-in names are compared without case."""
        return self.get(sign_in_name__iexact=username)


class Account(AbstractBaseUser):
    """What a person signs in with. Rights are not here: they hang on posts (organisations) and on the party."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", "群众和企业"
        STAFF = "staff", "工作人员"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    sign_in_name = models.CharField("登录名", max_length=60, unique=True)
    kind = models.CharField("账号类型", max_length=8, choices=Kind)
    name = models.CharField("姓名", max_length=100)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="主体"
    )
    is_active = models.BooleanField("可用", default=True)
    disabled_reason = models.CharField("停用原因", max_length=200, blank=True)
    # A session carries the epoch it was opened in; raising it ends every open session at the next request.
    session_epoch = models.PositiveIntegerField("会话纪元", default=1)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    opened_at = models.DateTimeField("开通时间")
    closed_at = models.DateTimeField("注销时间", null=True, blank=True)
    elder_mode = models.BooleanField("长者模式", default=False)

    objects = AccountManager()
    USERNAME_FIELD = "sign_in_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "账号"
        constraints = [
            models.UniqueConstraint(Lower("sign_in_name"), name="identity_sign_in_name_without_case"),
            models.CheckConstraint(name="identity_account_kind", condition=models.Q(kind__in=["citizen", "staff"])),
            models.CheckConstraint(
                name="identity_closed_account_is_inactive",
                condition=models.Q(closed_at__isnull=True) | models.Q(is_active=False),
            ),
            models.CheckConstraint(
                name="identity_citizen_account_has_party",
                condition=models.Q(kind="staff") | models.Q(party__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
