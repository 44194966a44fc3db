"""Natural and legal persons, and the accounts they sign in with."""

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


class Session(models.Model):
    """One signed-in browser. The cookie holds the secret, the database only its SHA-256.

    `post_id` is the post in which a member of staff works in this session; it is no foreign key, because posts stand
    above this module. Times out by `seen_at` + `idle_minutes`, and in any case at `ends_at`.
    """

    key_hash = models.CharField("会话密钥摘要", max_length=64, primary_key=True)
    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    epoch = models.PositiveIntegerField("会话纪元")
    post_id = models.BigIntegerField("当前岗位", null=True, blank=True)
    opened_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近活动")
    ends_at = models.DateTimeField("最晚结束")
    idle_minutes = models.PositiveSmallIntegerField("闲置分钟")
    ip = models.GenericIPAddressField("来源地址", null=True, blank=True)
    device = models.CharField("设备", max_length=120, blank=True)

    class Meta:
        verbose_name = "会话"
        indexes = [models.Index(fields=["ends_at"], name="identity_session_ends")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.opened_at:%Y-%m-%d %H:%M}"


class SignInThrottle(models.Model):
    """Failed sign-ins of one key: a name from one address, a name, or an address.

    The key is a digest, so that what people type into the name field (sometimes the password) is not kept. It is
    counted alike for names that exist and names that do not.
    """

    key = models.CharField("键", max_length=80, primary_key=True)
    name_key = models.CharField("登录名摘要", max_length=80, blank=True, db_index=True)
    failures = models.PositiveIntegerField("失败次数", default=0)
    since = models.DateTimeField("起点")
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    class Meta:
        verbose_name = "登录失败计数"

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.failures}"


class PasswordHistory(models.Model):
    """A password once used, hashed, so that it is not used again soon."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="old_passwords")
    password = models.CharField("密码摘要", max_length=128)
    at = models.DateTimeField("停用时间")

    class Meta:
        verbose_name = "历史密码"

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d}"


class OneTimeCode(models.Model):
    """A code handed to a person who then chooses a password himself: opening, reset, or activation at the window."""

    class Purpose(models.TextChoices):
        OPEN = "open", "开通账号"
        RESET = "reset", "重设密码"
        ACTIVATE = "activate", "窗口开通网上账号"

    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="codes")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, blank=True, related_name="codes")
    code_hash = models.CharField("验证码摘要", max_length=64, unique=True)
    given_by = models.UUIDField("发放人")
    given_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "一次性验证码"
        constraints = [
            models.CheckConstraint(
                name="identity_code_for_account_or_party",
                condition=models.Q(account__isnull=False, party__isnull=True)
                | models.Q(account__isnull=True, party__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.given_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A key for programs. It acts as its account, within `scopes` (permission codes or `module.*`)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens", verbose_name="账号")
    name = models.CharField("用途", max_length=60)
    hash = models.CharField("密钥摘要", max_length=64, unique=True)
    hint = models.CharField("密钥开头", max_length=12)
    scopes = models.JSONField("范围", default=list)
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = "接口密钥"
        constraints = [
            models.CheckConstraint(
                name="identity_token_expiry", condition=models.Q(expires_at__gt=models.F("issued_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.hint}…"


class SecurityProfile(models.Model):
    """The security administrator's settings for one kind of account; the database holds the floor of 等保 level 3."""

    kind = models.CharField("账号类型", max_length=8, primary_key=True, choices=Account.Kind)
    min_length = models.PositiveSmallIntegerField("密码最短位数")
    min_kinds = models.PositiveSmallIntegerField("字符种类", default=3)
    history = models.PositiveSmallIntegerField("不得重复最近几次密码", default=5)
    max_age_days = models.PositiveSmallIntegerField("密码有效天数", null=True, blank=True)
    max_failures = models.PositiveSmallIntegerField("允许失败次数", default=5)
    failure_minutes = models.PositiveSmallIntegerField("失败计数分钟", default=15)
    lock_minutes = models.PositiveSmallIntegerField("锁定分钟", default=30)
    idle_minutes = models.PositiveSmallIntegerField("闲置分钟")
    absolute_minutes = models.PositiveSmallIntegerField("最长会话分钟", default=480)
    max_sessions = models.PositiveSmallIntegerField("同时在线数")
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.UUIDField("修改人")

    class Meta:
        verbose_name = "登录安全策略"
        constraints = [
            models.CheckConstraint(
                name="identity_profile_floor",
                condition=models.Q(
                    min_length__range=(8, 64),
                    min_kinds__range=(2, 4),
                    history__lte=24,
                    max_failures__range=(3, 10),
                    failure_minutes__range=(5, 1440),
                    lock_minutes__range=(10, 1440),
                    idle_minutes__range=(1, 60),
                    absolute_minutes__range=(10, 720),
                    max_sessions__range=(1, 10),
                )
                & (models.Q(kind="citizen") | models.Q(kind="staff", min_length__gte=12, idle_minutes__lte=30)),
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
