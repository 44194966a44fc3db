"""Where each step of a case was taken (R064), and what an item asks for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem
from yimen.watch.supervision.rules.places import GROUPS, HOW


class StepPlace(models.Model):
    """A staff step of a case and its place, read once out of the ledger; `step_id` is the step's number there.

    `hall` is the centre in which it was taken, empty outside of one; `how` says how that is known. `required` is what the
    item and the rule said on the day it was read.
    """

    append_only: ClassVar[bool] = True

    step_id = models.BigIntegerField("步骤", primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="+")
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=40)
    group = models.CharField("环节", max_length=8, choices=tuple(GROUPS.items()))
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, db_index=False, related_name="+")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    hall = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    place = models.CharField("在哪里办的", max_length=200, blank=True)
    how = models.CharField("依据", max_length=8, choices=tuple(HOW.items()))
    inside = models.BooleanField("在中心", null=True)
    required = models.BooleanField("应在中心", default=True)
    actor_name = models.CharField("办理人", max_length=200)
    at = models.DateTimeField("发生时间")

    class Meta:
        verbose_name = "步骤办理地点"
        indexes = [
            models.Index(fields=["-at", "-step_id"], name="supervision_place_newest"),
            models.Index(fields=["matter"], name="supervision_place_of_matter"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.seq} {self.place}"


class ItemPlaces(models.Model):
    """What an item asks for where it is not what the rule says: which groups of steps belong in the centre."""

    item = models.OneToOneField(ServiceItem, on_delete=models.PROTECT, primary_key=True, related_name="+")
    groups = models.JSONField("应在中心办理的环节", default=list)
    why = models.CharField("依据", max_length=200)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "事项应在中心办理的环节"

    def __str__(self) -> str:
        return "、".join(GROUPS.get(each, each) for each in self.groups) or "都不要求"
