"""What was published."""

from __future__ import annotations

from django.db import models


class LedgerDigest(models.Model):
    """One published digest (公开摘要): the root over the steps sealed since the one before, signed.

    `text` is what is published and signed, `handed_on` the signature of the former key over the same text where the key has
    changed: whoever knows the former key can trust the new one.
    """

    append_only = True

    number = models.PositiveIntegerField("号", unique=True)
    day = models.DateField("截至日")
    made_at = models.DateTimeField("生成时间")
    first_seal = models.BigIntegerField("首封")
    last_seal = models.BigIntegerField("末封")
    matters = models.PositiveIntegerField("件数")
    steps = models.PositiveIntegerField("步数")
    root = models.BinaryField("树根")
    text = models.TextField("公布的文本")
    signature = models.CharField("签名", max_length=160)
    handed_on = models.CharField("前一密钥的签名", max_length=160, blank=True)
    public_key = models.CharField("公钥", max_length=128)

    class Meta:
        verbose_name = "账本摘要"
        indexes = [models.Index(fields=["last_seal"], name="matters_digest_seal")]

    def __str__(self) -> str:
        return f"第 {self.number} 号"

    @property
    def root_hex(self) -> str:
        """The root as people read it."""
        return bytes(self.root).hex()
