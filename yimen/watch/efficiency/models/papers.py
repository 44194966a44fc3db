"""The published texts of the four rules of electronic supervision (R221); a new text is a new version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.watch.efficiency.papers import SUBJECTS


class SupervisionPaper(models.Model):
    """One version of one rule, as it was published: never changed, outdone by the next one from its day on."""

    append_only: ClassVar[bool] = True

    subject = models.CharField(
        "哪项制度", max_length=16, choices=tuple((key, each.name) for key, each in SUBJECTS.items())
    )
    version = models.PositiveSmallIntegerField("版本")
    title = models.CharField("标题", max_length=200)
    number = models.CharField("文号", max_length=100)
    in_force_from = models.DateField("施行日期")
    text = models.TextField("正文")
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    published_at = models.DateTimeField("公布时间")
    published_by = models.CharField("公布人", max_length=100)

    class Meta:
        verbose_name = "电子监察制度"
        constraints = [models.UniqueConstraint(fields=["subject", "version"], name="efficiency_paper_version")]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"
