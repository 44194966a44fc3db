"""Reorganisation 机构改革: the plan, its parts, who succeeded whom, and what a unit used to be called."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yimen.ground.organisations.models.posts import Post
from yimen.ground.organisations.models.tree import Unit


class Reorganisation(models.Model):
    """A plan with the document that orders it. What it does stands in its parts; `record` is what undoing needs.

    `preview` is the list of sections as it was seen last, each with the digest by which staleness shows; `progress` says how
    far the worker has come; `record` holds, for the organisation and for each participant by name, what was changed.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", "合并"
        SPLIT = "split", "分设"
        RENAME = "rename", "更名"
        DISSOLVE = "dissolve", "撤销"
        MOVE_ITEMS = "move_items", "职能划转"

    class State(models.TextChoices):
        DRAFT = "draft", "拟定中"
        PREVIEWED = "previewed", "已预览，待批准"
        APPROVED = "approved", "已批准，待实施"
        APPLYING = "applying", "实施中"
        APPLIED = "applied", "已实施"
        UNDOING = "undoing", "撤回中"
        UNDONE = "undone", "已撤回"
        DROPPED = "dropped", "已作废"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=12, choices=Kind)
    document = models.CharField("批准文号", max_length=60)
    document_title = models.CharField("文件名称", max_length=200)
    effective_on = models.DateField("生效日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    new_name = models.CharField("新名称", max_length=100, blank=True)
    new_short_name = models.CharField("新简称", max_length=40, blank=True)
    drafted_by = models.UUIDField("拟定人标识")
    drafted_by_name = models.CharField("拟定人", max_length=100)
    drafted_at = models.DateTimeField("拟定时间")
    preview: Any = models.JSONField("预览", default=list)
    previewed_at = models.DateTimeField("预览时间", null=True, blank=True)
    approved_by = models.UUIDField("批准人标识", null=True, blank=True)
    approved_by_name = models.CharField("批准人", max_length=100, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    started_at = models.DateTimeField("开始实施", null=True, blank=True)
    applied_at = models.DateTimeField("实施完成", null=True, blank=True)
    undone_at = models.DateTimeField("撤回完成", null=True, blank=True)
    undo_reason = models.CharField("撤回原因", max_length=200, blank=True)
    last_actor: Any = models.JSONField("最近操作人", default=dict)
    progress: Any = models.JSONField("进度", default=dict)
    record: Any = models.JSONField("改动记录", default=dict)

    class Meta:
        verbose_name = "机构改革方案"
        indexes = [
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["applying", "undoing"]),
                name="organisations_reform_running",
            )
        ]
        constraints = [
            # Who thought it out does not approve it.
            models.CheckConstraint(
                name="organisations_reform_second_person",
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("drafted_by")),
            ),
            models.CheckConstraint(
                name="organisations_reform_state",
                condition=models.Q(state__in=["draft", "previewed", "dropped"], started_at__isnull=True)
                | models.Q(state="approved", approved_at__isnull=False, started_at__isnull=True)
                | models.Q(state__in=["applying", "undoing"], approved_at__isnull=False, started_at__isnull=False)
                | models.Q(state="applied", approved_at__isnull=False, applied_at__isnull=False)
                | models.Q(state="undone", undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.get_kind_display()}"

    @property
    def is_whole(self) -> bool:
        """Whether its sources end: everything they had goes to the successor."""
        return self.kind in (self.Kind.MERGE, self.Kind.DISSOLVE)


class ReorganisationPart(models.Model):
    """One line of a plan: what goes from where to where. `items` None means everything; `posts` go along (split, move)."""

    plan = models.ForeignKey(Reorganisation, on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField(default=1)
    source = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="划出机构")
    target = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="划入机构"
    )
    items = ArrayField(models.CharField(max_length=40), null=True, blank=True, verbose_name="事项编码")
    posts = models.ManyToManyField(Post, related_name="+", blank=True, verbose_name="随转岗位")

    class Meta:
        verbose_name = "机构改革方案的一项"
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                name="organisations_reform_part_moves",
                condition=models.Q(target__isnull=True) | ~models.Q(target=models.F("source")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class UnitSuccession(models.Model):
    """Who goes on with what a unit did (沿革). A whole succession lets the successor see and end what the old unit left.

    While `moved_at` is empty the move is still running: then the old letters still hold for what has been moved already.
    """

    old = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successors")
    new = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessors")
    plan = models.ForeignKey(Reorganisation, on_delete=models.PROTECT, related_name="successions")
    kind = models.CharField("种类", max_length=12, choices=Reorganisation.Kind)
    document = models.CharField("文号", max_length=60)
    on = models.DateField("自")
    whole = models.BooleanField("整体")
    moved_at = models.DateTimeField("移交完成", null=True, blank=True)
    undone_at = models.DateTimeField("撤回", null=True, blank=True)

    class Meta:
        verbose_name = "机构沿革"
        constraints = [
            models.CheckConstraint(name="organisations_succession_not_self", condition=~models.Q(old=models.F("new"))),
            # What was wholly taken over is taken over once.
            models.UniqueConstraint(
                fields=["old"],
                condition=models.Q(whole=True, undone_at__isnull=True),
                name="organisations_one_successor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class FormerName(models.Model):
    """A name that a unit bore until a day (inclusive). The present name stands in the unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField("曾用名", max_length=100)
    short_name = models.CharField("曾用简称", max_length=40)
    until = models.DateField("用至")
    document = models.CharField("文号", max_length=60, blank=True)
    plan = models.ForeignKey(
        Reorganisation, on_delete=models.PROTECT, null=True, blank=True, related_name="former_names"
    )

    class Meta:
        verbose_name = "机构曾用名"
        indexes = [models.Index(fields=["unit", "until", "id"], name="organisations_former_name")]

    def __str__(self) -> str:
        return self.name
