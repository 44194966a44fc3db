"""应进驻事项目录: what must be in the hall, edition by edition (R020, R021)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from yimen.ground.organisations.models import Unit
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence.rules import WideClass


class Directory(models.Model):
    """One edition of the directory of a centre: worked on, published under a document, superseded by the next."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        PUBLISHED = "published", "现行"
        SUPERSEDED = "superseded", "已被取代"

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    number = models.PositiveIntegerField("版次")
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    document_number = models.CharField("文号", max_length=60, blank=True)
    document_on = models.DateField("印发日期", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.CharField("公布人", max_length=120, blank=True)
    superseded_on = models.DateField("取代日期", null=True, blank=True)
    made_by = models.CharField("编制人", max_length=120)
    made_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "应进驻事项目录"
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="residence_directory_number"),
            models.UniqueConstraint(fields=["centre"], condition=Q(state="draft"), name="residence_one_draft"),
            models.UniqueConstraint(fields=["centre"], condition=Q(state="published"), name="residence_one_directory"),
            models.CheckConstraint(
                name="residence_directory_published_whole",
                condition=Q(state="draft")
                | (Q(document_on__isnull=False) & Q(published_at__isnull=False) & ~Q(document_number="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"


class DirectoryLine(models.Model):
    """One line: an item, a department's base code (all its items where the code is empty), or a class of R021."""

    class Kind(models.TextChoices):
        ITEM = "item", "一个事项"
        BASE = "base", "部门或基本编码"
        CLASS = "class", "其他纳入的类别"

    class Place(models.TextChoices):
        CENTRE = "centre", "中心"
        SUBCENTRE = "subcentre", "分中心"
        EITHER = "either", "中心或分中心"

    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="lines", verbose_name="目录")
    key = models.CharField("识别码", max_length=120)
    kind = models.CharField("方式", max_length=6, choices=Kind)
    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    base_code = models.CharField("基本编码", max_length=12, blank=True)
    wide_class = models.CharField("类别", max_length=24, choices=WideClass.pairs(), blank=True)
    name = models.CharField("名称", max_length=500)
    place = models.CharField("进驻方式", max_length=10, choices=Place, default=Place.CENTRE)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = "目录行"
        indexes = [models.Index(fields=["directory", "kind", "name", "id"], name="residence_line_order")]
        constraints = [
            models.UniqueConstraint(fields=["directory", "key"], name="residence_line_once"),
            models.CheckConstraint(
                name="residence_line_names_its_thing",
                condition=Q(kind="item", item__isnull=False, wide_class="")
                | Q(kind="base", item__isnull=True, department__isnull=False, wide_class="")
                | (Q(kind="class", item__isnull=True) & ~Q(wide_class="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LineMove(models.Model):
    """What a reorganisation changed in a line: `was` are its columns before ({} where the line is new), then its key and name.

    With `merged` the edition had such a line of the successor's already, and this one went into it.
    """

    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="moves", verbose_name="目录")
    plan = models.UUIDField("机构改革方案")
    document = models.CharField("文号", max_length=60, blank=True)
    was = models.JSONField("改动前", default=dict)
    key = models.CharField("识别码", max_length=120)
    name = models.CharField("名称", max_length=500)
    merged = models.BooleanField("并入已有的行", default=False)
    moved_at = models.DateTimeField("改动时间")
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "目录行随机构改革的改动"
        indexes = [models.Index(fields=["plan", "-id"], name="residence_line_move_plan")]

    def __str__(self) -> str:
        return f"{self.was.get('name', '')} → {self.name}"

    @property
    def before(self) -> str:
        """What the line named before; empty for a line that is new."""
        return str(self.was.get("name", ""))


class DirectoryUpload(models.Model):
    """A file read for a draft: what it would add, change and take out, until somebody applies or leaves it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="uploads", verbose_name="目录")
    file_name = models.CharField("文件名", max_length=255)
    lines = models.JSONField("读到的行")
    problems = models.JSONField("读不懂的行")
    messages = models.JSONField("文件说明", default=list)
    made_by = models.CharField("上传人", max_length=120)
    made_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("写入时间", null=True, blank=True)

    class Meta:
        verbose_name = "目录导入"

    def __str__(self) -> str:
        return self.file_name
