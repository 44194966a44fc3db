"""What was said with a step, which limits were told, and what a place has set."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter


class Word(models.Model):
    """What was said in a matter of this module with one step. Closed at rest: notes of an investigation may name people.

    `told` says that the complainant reads it on the query page; nothing else of a complaint's words leaves the investigators.
    """

    append_only: ClassVar[bool] = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="efficiency_words")
    step_seq = models.PositiveIntegerField("步骤序号")
    action = models.CharField("动作", max_length=40)
    text = EncryptedText("内容")
    told = models.BooleanField("投诉人可见", default=False)
    author_uid = models.UUIDField()
    author = models.CharField("作者", max_length=200)
    author_post = models.CharField("岗位", max_length=120, blank=True)
    written_at = models.DateTimeField("时间")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "效能监督中的意见"
        constraints = [models.UniqueConstraint(fields=["matter", "step_seq"], name="efficiency_word_of_step")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.step_seq}"


class LimitTold(models.Model):
    """That somebody was told of a due day, so that it is done once for each day and level."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("期限")
    level = models.PositiveSmallIntegerField("层级")
    told_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "效能监督期限提醒"
        constraints = [models.UniqueConstraint(fields=["matter", "due_on", "level"], name="efficiency_told_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.level}"


class SettingRow(models.Model):
    """A number that the place has set; where there is no row the default of `rules.SETTINGS` holds."""

    key = models.CharField(max_length=20, primary_key=True)
    value = models.BigIntegerField("值")
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "效能监督设定"

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
