"""Types of certificates: what they say, in which layout, how long they are valid, who issues them, for which items."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem, StandardMaterial
from yimen.service.certificates.drawing.names import LAYOUT_NAMES


class CertificateType(models.Model):
    """One type of certificate 证照类型. What has been issued keeps its own words when a type changes."""

    class HolderKind(models.TextChoices):
        NATURAL = "natural", "自然人"
        LEGAL = "legal", "法人和非法人组织"
        EITHER = "either", "都可以"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("证照类型代码", max_length=21, unique=True)
    name = models.CharField("证照名称", max_length=60)
    issuer = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="certificate_types", verbose_name="颁发机构"
    )
    series = models.CharField("证号字头", max_length=20)
    holder_kind = models.CharField("持证主体", max_length=8, choices=HolderKind, default=HolderKind.EITHER)
    layout = models.CharField("版式", max_length=12, choices=tuple(LAYOUT_NAMES.items()), default="portrait")
    months = models.PositiveSmallIntegerField("有效期（月）", default=0, help_text="0 是长期。")
    fields = models.JSONField("字段", default=list)
    basis = models.CharField("依据", max_length=200, blank=True)
    automatic = models.BooleanField("准予后自动制证", default=False)
    items = models.ManyToManyField(
        ServiceItem, related_name="certificate_types", blank=True, verbose_name="哪些事项办成后发"
    )
    standards = models.ManyToManyField(
        StandardMaterial, related_name="certificate_types", blank=True, verbose_name="可以代替哪些材料"
    )
    made_at = models.DateTimeField("建立时间")
    changed_at = models.DateTimeField("修改时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "证照类型"
        constraints = [
            models.UniqueConstraint(
                fields=["series"], condition=models.Q(ended_at__isnull=True), name="certificates_series_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
