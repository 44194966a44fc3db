"""One sign-in (R016): identities proved by a provincial provider, and departments' systems that rely on Yimen."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from yimen.ground.identity.models.people import Account
from yimen.ground.identity.models.signing_in import Session
from yimen.ground.kit.fields import EncryptedText

# Yimen relies on a provider


class ExternalIdentity(models.Model):
    """One subject of one issuer is one account here. Linked by a proved document number, or by the person's own hand."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities", verbose_name="账号")
    issuer = models.CharField("颁发者", max_length=255)
    subject = models.CharField("主体标识", max_length=255)
    linked_at = models.DateTimeField("关联时间")
    linked_by = models.CharField(
        "关联方式",
        max_length=10,
        choices=[("number", "证件号码一致"), ("hand", "本人确认"), ("opened", "首次登录开户")],
    )
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = "外部身份"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_one_account_per_subject"),
            models.UniqueConstraint(fields=["issuer", "account"], name="identity_one_subject_per_account"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject[:12]}"


class FederatedAttempt(models.Model):
    """One way out to the provider and back: used once, in the browser it began in, within ten minutes."""

    state_hash = models.CharField("状态摘要", max_length=64, primary_key=True)
    browser_hash = models.CharField("浏览器摘要", max_length=64)
    nonce = models.CharField("随机数", max_length=64)
    verifier = models.CharField("PKCE 校验值", max_length=128)
    back = models.CharField("回到", max_length=2000, blank=True)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name="要关联的账号"
    )
    began_at = models.DateTimeField("开始时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "外部登录过程"
        indexes = [models.Index(fields=["began_at"], name="identity_attempt_began")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"


class FederatedSession(models.Model):
    """A session that the provider opened here, so that leaving there ends it here (single logout)."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, related_name="federated")
    identity = models.ForeignKey(ExternalIdentity, on_delete=models.CASCADE, related_name="sessions")
    sid = models.CharField("对方会话", max_length=255, blank=True, db_index=True)

    class Meta:
        verbose_name = "外部登录会话"

    def __str__(self) -> str:
        return self.sid[:12]


class SeenToken(models.Model):
    """A logout token that was obeyed, so that it is not obeyed twice."""

    jti_hash = models.CharField("标识摘要", max_length=64, primary_key=True)
    seen_at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "已用令牌"

    def __str__(self) -> str:
        return self.jti_hash[:12]


# Departments' systems rely on Yimen


class RelyingSystem(models.Model):
    """A department's own system that signs its people in through Yimen. The secret is shown once; its digest is kept."""

    class Audience(models.TextChoices):
        STAFF = "staff", "工作人员"
        CITIZEN = "citizen", "群众和企业"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    client_id = models.CharField("客户端编号", max_length=40, unique=True)
    name = models.CharField("系统名称", max_length=100)
    owner = models.CharField("建设单位", max_length=100)
    audience = models.CharField("谁来登录", max_length=8, choices=Audience)
    secret_hash = models.CharField("密钥摘要", max_length=64)
    redirect_uris = models.JSONField("回调地址", default=list)
    logout_uri = models.CharField("注销通知地址", max_length=500, blank=True)
    scopes = models.JSONField("可以取得的信息", default=list)
    reads_changes = models.BooleanField("可读账号变更", default=False)
    registered_at = models.DateTimeField("登记时间")
    registered_by_name = models.CharField("登记人", max_length=200)
    secret_at = models.DateTimeField("密钥生成时间")
    disabled_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "接入系统"

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """A citizen lets a system know what it asks for."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consents")
    system = models.ForeignKey(RelyingSystem, on_delete=models.CASCADE, related_name="consents")
    scopes = models.JSONField("同意提供", default=list)
    given_at = models.DateTimeField("同意时间")
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权同意"
        constraints = [models.UniqueConstraint(fields=["account", "system"], name="identity_one_consent")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.system_id}"


class SignOn(models.Model):
    """One signing-on of one account to one system: the code, then the tokens that came of it, all ended together."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ons")
    system = models.ForeignKey(RelyingSystem, on_delete=models.CASCADE, related_name="sign_ons")
    # The session from which it began; when that ends, so does this. Not a foreign key: sessions are deleted.
    session_uid = models.UUIDField("本站会话")
    scopes = models.JSONField("范围", default=list)
    nonce = models.CharField("随机数", max_length=255, blank=True)
    redirect_uri = models.CharField("回调地址", max_length=500)
    challenge = models.CharField("PKCE 挑战值", max_length=128)
    code_hash = models.CharField("授权码摘要", max_length=64, unique=True)
    code_expires_at = models.DateTimeField("授权码失效")
    code_used_at = models.DateTimeField("授权码使用", null=True, blank=True)
    signed_in_at = models.DateTimeField("本站登录时间")
    at = models.DateTimeField("时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=100, blank=True)
    told_at = models.DateTimeField("已通知对方", null=True, blank=True)

    class Meta:
        verbose_name = "单点登录"
        indexes = [
            models.Index(fields=["account"], condition=models.Q(ended_at__isnull=True), name="identity_signed_on")
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.at:%Y-%m-%d %H:%M}"


class SignOnToken(models.Model):
    """An access or refresh token of a signing-on; only its digest is kept. A refresh token is used once."""

    hash = models.CharField("令牌摘要", max_length=64, primary_key=True)
    sign_on = models.ForeignKey(SignOn, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField("种类", max_length=8, choices=[("access", "访问"), ("refresh", "续期")])
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "单点登录令牌"

    def __str__(self) -> str:
        return f"{self.kind} {self.hash[:8]}"

    def lives(self, at: datetime) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and self.expires_at > at


class SigningKey(models.Model):
    """A key that signs what Yimen says of people to other systems: the public half; the private one is in the key ring."""

    kid = models.CharField("密钥编号", max_length=64, primary_key=True)
    private_pem = EncryptedText("私钥")
    public_jwk = models.JSONField("公钥")
    made_at = models.DateTimeField("生成时间")
    retired_at = models.DateTimeField("停止签发时间", null=True, blank=True)

    class Meta:
        verbose_name = "签名密钥"

    def __str__(self) -> str:
        return self.kid


class AccountChange(models.Model):
    """That an account was opened or changed (the latter written by a trigger); read by systems that hold a copy of accounts."""

    account_uid = models.UUIDField("账号")
    kind = models.CharField("账号类型", max_length=8)
    change = models.CharField("变更", max_length=12)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "账号变更"

    def __str__(self) -> str:
        return f"{self.account_uid} {self.change}"
