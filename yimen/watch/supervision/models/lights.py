"""The colour of every clock, each change written down once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.watch.supervision.models.rules import RuleVersion
from yimen.watch.supervision.rules import LIGHTS


class LightChange(models.Model):
    """A matter's light changed: from which colour to which, by which rule, and how that was derived at the time.

    `since` is the moment from which the rule says so, `at` when the watch wrote it down; they differ where the database was
    down, or the rule new. `previous` is the change before it: a second one after the same change is refused by the database.
    """

    append_only: ClassVar[bool] = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="light_changes")
    previous = models.BigIntegerField(null=True)
    before = models.CharField("原灯", max_length=8, blank=True)
    after = models.CharField("现灯", max_length=8, blank=True)
    since = models.DateTimeField("自")
    at = models.DateTimeField("记录时间")
    version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, db_index=False, null=True, related_name="+", verbose_name="规则"
    )
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    person_name = models.CharField("经办人", max_length=100, blank=True)
    evidence = models.JSONField("当时的推算", default=dict)

    class Meta:
        verbose_name = "信号灯变化"
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "previous"], nulls_distinct=False, name="supervision_light_changed_once"
            )
        ]
        indexes = [
            models.Index(fields=["matter", "-id"], name="supervision_light_of_matter"),
            models.Index(fields=["-at", "-id"], name="supervision_light_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.before or 'green'} → {self.after or 'green'}"

    @property
    def lamp(self) -> str:
        """The chip of `after`: a status of the look."""
        return {"warn": "warning", "": "normal"}.get(self.after, self.after)

    @property
    def light(self) -> str:
        """The name of `after`."""
        return LIGHTS.get(self.after, self.after)
