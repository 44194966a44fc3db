"""Certificates, each making of them, and their log."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.identity.models import Party
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Seal, Unit
from yimen.service.certificates.lifecycle import STATES
from yimen.service.certificates.models.types import CertificateType


class Certificate(models.Model):
    """One certificate of one holder. What it says stands in its editions, what happened to it in its events.

    `code` is the verification code printed as QR. A draft has neither number nor edition.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("核验码", max_length=12, unique=True, editable=False)
    type = models.ForeignKey(CertificateType, on_delete=models.PROTECT, related_name="certificates")
    holder = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="certificates", verbose_name="持证人")
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="certificates", verbose_name="颁发机构")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="出证的中心")
    matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates", verbose_name="办件"
    )
    state = models.CharField("状态", max_length=10, choices=tuple(STATES.items()), default="draft")
    number = models.CharField("证号", max_length=60, blank=True)
    identifier = models.CharField("电子证照标识", max_length=100, blank=True)
    serial = models.CharField("流水号", max_length=20, blank=True)
    edition = models.PositiveSmallIntegerField("版本", default=0)
    drawn_up_at = models.DateTimeField("拟制时间")
    lacking = models.CharField("还缺什么", max_length=300, blank=True)
    issued_at = models.DateTimeField("制证时间", null=True, blank=True)
    valid_from = models.DateField("有效期自", null=True, blank=True)
    valid_to = models.DateField("有效期至", null=True, blank=True)
    moved_at = models.DateTimeField("最近变动")

    class Meta:
        verbose_name = "证照"
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="certificates_number_once"),
            models.UniqueConstraint(
                fields=["identifier"], condition=~models.Q(identifier=""), name="certificates_identifier_once"
            ),
            models.UniqueConstraint(
                fields=["matter", "type"],
                condition=models.Q(matter__isnull=False) & ~models.Q(state="discarded"),
                name="certificates_one_of_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("draft", "discarded"))
                | (models.Q(issued_at__isnull=False, valid_from__isnull=False) & ~models.Q(identifier="")),
                name="certificates_issued_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="certificates_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "-id"], name="certificates_of_holder"),
            models.Index(fields=["issuer", "-id"], name="certificates_of_issuer"),
            models.Index(
                fields=["valid_to"],
                condition=models.Q(state__in=("valid", "suspended", "lost"), valid_to__isnull=False),
                name="certificates_running_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type_id} {self.number or self.code}"


class ElectronicSeal(models.Model):
    """The electronic form of a seal of the register: the certificate of its key and the signed seal (GB/T 38540).

    Append-only by trigger; a new version of the key makes a new row, and what was sealed before stays verifiable.
    """

    append_only: ClassVar[bool] = True

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="electronic")
    key_version = models.PositiveSmallIntegerField("密钥版本")
    public = models.CharField("公钥", max_length=128, unique=True)
    certificate = models.BinaryField("密钥证书")
    body = models.BinaryField("电子印章")
    made_at = models.DateTimeField("制作时间")

    class Meta:
        verbose_name = "电子印章"
        constraints = [
            models.UniqueConstraint(fields=["seal", "key_version"], name="certificates_seal_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.key_version}"


class Edition(models.Model):
    """One making of a certificate: its words as they then stood, its identifier, its seal. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="editions")
    version = models.PositiveSmallIntegerField("版本")
    identifier = models.CharField("电子证照标识", max_length=100, unique=True)
    facts = EncryptedText("证照内容")
    layout = models.CharField("版式", max_length=12)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+", verbose_name="印章")
    made_at = models.DateTimeField("制作时间")
    made_by = models.CharField("制作人", max_length=100)

    class Meta:
        verbose_name = "证照版本"
        constraints = [
            models.UniqueConstraint(fields=["certificate", "version"], name="certificates_edition_once"),
        ]

    def __str__(self) -> str:
        return self.identifier


class CertificateFile(models.Model):
    """The file of an edition in one form, drawn and sealed once; from then on it is this one. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    class Form(models.TextChoices):
        PDF = "pdf", "PDF"
        OFD = "ofd", "OFD"

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    form = models.CharField("格式", max_length=4, choices=Form)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    signature = models.TextField("电子印章签名", help_text="GB/T 38540 的签章数据，十六进制")
    drawn_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "证照文件"
        constraints = [models.UniqueConstraint(fields=["edition", "form"], name="certificates_file_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.form}"


class CertificateEvent(models.Model):
    """One act on a certificate: what, from which state to which, by whom, when, why, by which document. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=16)
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    version = models.PositiveSmallIntegerField("版本")
    happened_at = models.DateTimeField("时间")
    actor_uid = models.UUIDField("经办人标识")
    actor_name = models.CharField("经办人", max_length=100)
    actor_post = models.CharField("岗位", max_length=100, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    document = models.CharField("文号", max_length=80, blank=True)
    changed = models.CharField("改了什么", max_length=300, blank=True)

    class Meta:
        verbose_name = "证照记录"
        constraints = [models.UniqueConstraint(fields=["certificate", "seq"], name="certificates_event_once")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.action}"


class PrintRecord(models.Model):
    """One copy on paper: which edition, the how manyth, why, by whom (reprint log). Append-only by trigger."""

    append_only: ClassVar[bool] = True

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="prints")
    copy = models.PositiveSmallIntegerField("第几份")
    reason = models.CharField("原因", max_length=200)
    paper = models.CharField("证照纸号", max_length=40, blank=True)
    printed_at = models.DateTimeField("打印时间")
    actor_uid = models.UUIDField("打印人标识")
    actor_name = models.CharField("打印人", max_length=100)

    class Meta:
        verbose_name = "打印记录"
        constraints = [models.UniqueConstraint(fields=["edition", "copy"], name="certificates_copy_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.copy}"
