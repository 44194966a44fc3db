"""What was said with a step, which limits were told, and what a centre has set."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit


class Word(models.Model):
    """What was said in a matter of this module with one step. Closed at rest: what somebody asked may name people.

    `told` says that whoever asked first reads it on the query page.
    """

    append_only: ClassVar[bool] = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="window_words")
    step_seq = models.PositiveIntegerField("步骤序号")
    action = models.CharField("动作", max_length=40)
    text = EncryptedText("内容", blank=True)
    told = models.BooleanField("询问人可见", default=False)
    author_uid = models.UUIDField()
    author = models.CharField("作者", max_length=200)
    author_post = models.CharField("岗位", max_length=120, blank=True)
    written_at = models.DateTimeField("时间")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "窗口工作中的意见"
        constraints = [models.UniqueConstraint(fields=["matter", "step_seq"], name="windows_word_of_step")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.step_seq}"


class LimitTold(models.Model):
    """That somebody was told of a limit, so that it is done once for each due moment and level."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField("期限")
    level = models.PositiveSmallIntegerField("层级")
    told_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "窗口工作期限提醒"
        constraints = [models.UniqueConstraint(fields=["matter", "due_at", "level"], name="windows_told_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.level}"


class SettingRow(models.Model):
    """A number that a centre has set; where there is no row the default of `rules.SETTINGS` holds."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=20)
    value = models.PositiveIntegerField("值")
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "窗口工作设定"
        constraints = [models.UniqueConstraint(fields=["centre", "key"], name="windows_setting_once")]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
