"""What a member of staff proves besides the password (等保 2.0, GB/T 22239 8.1.4.1 d): a one-time code (TOTP, RFC 6238)."""

from __future__ import annotations

from django.db import models

from yimen.ground.identity.models.people import Account
from yimen.ground.kit.fields import EncryptedText


class SecondFactor(models.Model):
    """The secret an account shares with an authenticator app. Until `confirmed_at` it is only offered.

    `last_step` is the time step (Unix time / 30 s) of the last code that was taken: an older or equal one never counts again.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret = EncryptedText("密钥")
    begun_at = models.DateTimeField("生成时间")
    confirmed_at = models.DateTimeField("绑定时间", null=True, blank=True)
    last_step = models.BigIntegerField("最近用过的时间步", default=0)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = "动态验证码"

    def __str__(self) -> str:
        return f"{self.account_id}"


class RecoveryCode(models.Model):
    """One of ten codes that each let in once when the telephone is lost; only a keyed digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField("恢复码摘要", max_length=80)
    made_at = models.DateTimeField("生成时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"
        constraints = [
            models.UniqueConstraint(fields=["account", "code_hash"], name="identity_recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}"
