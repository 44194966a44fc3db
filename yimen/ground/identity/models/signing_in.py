"""What signing in leaves behind: sessions, counted tries, old passwords, one-time codes, tokens."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.identity.models.people import Account, Party


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
    # Until the second factor is proved, the session opens nothing but the pages where it is proved or bound.
    factor_due = models.BooleanField("待第二重验证", default=False, db_default=False)
    factor_at = models.DateTimeField("最近第二重验证", null=True, blank=True)
    # The delegation under which one acts for a colleague on leave; no foreign key, as `post_id`.
    standing_in = models.BigIntegerField("代办", null=True, blank=True)
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
    second_factor = models.BooleanField("必须第二重验证", default=False, db_default=False)
    factor_minutes = models.PositiveSmallIntegerField("重要操作前多少分钟内须验证过", default=15, db_default=15)
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
            ),
            models.CheckConstraint(name="identity_profile_factor", condition=models.Q(factor_minutes__range=(1, 120))),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
