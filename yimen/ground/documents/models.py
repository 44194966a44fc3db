"""Files by content, and the letters an organ issues."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Seal


class StoredFile(models.Model):
    """A file that passed the gate. Its bytes lie under their hash in `var/files/`; equal bytes lie there once."""

    append_only: ClassVar[bool] = True

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField("文件名")
    kind = models.CharField("格式", max_length=8)
    media_type = models.CharField("媒体类型", max_length=100)
    size = models.BigIntegerField("字节数")
    digest = models.CharField("内容摘要", max_length=80, db_index=True)
    stored_at = models.DateTimeField("存入时间")
    owner_uid = models.UUIDField("存入人标识", null=True)
    owner_name = models.CharField("存入人", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="documents_file_not_empty")]

    def __str__(self) -> str:
        return self.name


class Letter(models.Model):
    """A letter that was issued: its number, its facts as they stood, its seal. The PDF is drawn from these alone.

    `code` is the verification code printed as QR; `facts` is the JSON text it was signed over. Voiding keeps the row.
    """

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("验证码", max_length=20, unique=True, editable=False)
    kind = models.CharField("文书种类", max_length=40)
    number = models.CharField("文号", max_length=100)
    series = models.CharField("字号", max_length=60)
    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("顺序号")
    matter_code = models.CharField("办件编号", max_length=64, blank=True, db_index=True)
    facts = models.TextField("文书内容")
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="印章")
    seal_text = models.CharField("印文", max_length=60, blank=True)
    issued_at = models.DateTimeField("签发时间")
    issued_by_uid = models.UUIDField("签发人标识")
    issued_by = models.CharField("签发人", max_length=100)
    issued_by_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="签发账号"
    )
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="版式文件")
    signature = models.CharField("电子签名", max_length=160, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_by = models.CharField("作废人", max_length=100, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "serial"], name="documents_letter_number_once"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="documents_letter_void_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.number
