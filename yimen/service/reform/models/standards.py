"""政务服务中心标准化建设 (R047): standards by field, their carrying out, and the words that vary by place."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Unit, Window
from yimen.service.reform.rules import CheckResult, StandardField


class Standard(models.Model):
    """A standard that is to be issued or stands. A new edition is a new row that names the one before."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    field = models.CharField("领域", max_length=12, choices=StandardField.pairs())
    title = models.CharField("标准名称", max_length=200)
    edition = models.PositiveSmallIntegerField("版次", default=1)
    before = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next", verbose_name="上一版"
    )
    responsible = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位")
    due_on = models.DateField("应完成日期")
    document = models.CharField("发布文号", max_length=100, blank=True)
    issued_on = models.DateField("发布日期", null=True, blank=True)
    ended_on = models.DateField("废止日期", null=True, blank=True)
    content = models.TextField("主要内容", blank=True)
    author = models.CharField("登记人", max_length=120)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "标准"
        constraints = [
            models.UniqueConstraint(fields=["title", "edition"], name="reform_standard_edition"),
            models.CheckConstraint(
                name="reform_standard_issued_by_document", condition=Q(issued_on__isnull=True) | ~Q(document="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.edition} 版）"


class StandardCheck(models.Model):
    """How a window or a unit keeps a standard, on a day; what was found, by when it is mended, when it was."""

    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="checks", verbose_name="标准")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="窗口"
    )
    checked_on = models.DateField("检查日期")
    result = models.CharField("结果", max_length=8, choices=CheckResult.pairs())
    finding = models.CharField("发现的问题", max_length=300, blank=True)
    due_on = models.DateField("整改期限", null=True, blank=True)
    mended_on = models.DateField("整改完成", null=True, blank=True)
    mended_note = models.CharField("整改情况", max_length=300, blank=True)
    author = models.CharField("检查人", max_length=120)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "标准实施检查"
        constraints = [
            models.CheckConstraint(
                name="reform_check_finding_given",
                condition=Q(result="met") | (~Q(finding="") & Q(due_on__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.standard} {self.checked_on}"


class Wording(models.Model):
    """A word or number that varies by place: the labels of the four handlings, the name of the programme, targets.

    What is not here has the default of `rules.WORDINGS`, which names its source.
    """

    key = models.CharField("项目", max_length=40, primary_key=True)
    text = models.CharField("内容", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "改革用语与指标"

    def __str__(self) -> str:
        return self.text
