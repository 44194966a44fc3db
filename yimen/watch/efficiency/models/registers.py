"""Registers of supervision: one table, one shape; the words and fields of each stand in `registers.py`."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.organisations.models import Unit


class Entry(models.Model):
    """One entry of one register (secret visit, incident, key project …). `details` holds what only this register asks."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    register = models.CharField("登记簿", max_length=12)
    number = models.CharField("编号", max_length=60, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    division = models.CharField(max_length=12)
    on_date = models.DateField("日期")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("情况", blank=True)
    details = models.JSONField("其他", default=dict, blank=True)
    stage = models.CharField("进展", max_length=16, blank=True)
    linked_code = models.CharField("相关编号", max_length=60, blank=True)
    due_on = models.DateField("完成期限", null=True, blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    recorded_by = models.CharField("登记人", max_length=200)
    recorded_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_why = models.CharField("撤销原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "监督登记"
        indexes = [models.Index(fields=["register", "-on_date", "-id"], name="efficiency_entry_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class EntryNote(models.Model):
    """What was added to an entry later: progress, a problem, an urging, a dispatch, a notice of supervision."""

    append_only: ClassVar[bool] = True

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField("种类", max_length=12)
    stage = models.CharField("进展", max_length=16, blank=True)
    text = models.TextField("内容")
    letter_code = models.CharField("文书验证码", max_length=20, blank=True)
    author = models.CharField("记录人", max_length=200)
    written_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "监督登记的续记"

    def __str__(self) -> str:
        return self.text[:40]
