"""Divisions, the open-depth tree of units, and the windows of the halls (R001)."""

from __future__ import annotations

import uuid

from django.db import models


class Division(models.Model):
    """An administrative division; open depth (R001). `code` has 12 digits; a child's path begins with its parent's."""

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField("层级")
    path = models.CharField("路径", max_length=200, unique=True)

    class Meta:
        verbose_name = "行政区划"

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A node of the open-depth organisation tree (R001): government, centre, department, section, town, village.

    `path` is `/id/id/…/` from the root, kept by services, so that a subtree is one prefix match.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "政府"
        OFFICE = "office", "政务服务管理机构"
        CENTRE = "centre", "政务服务中心"
        SUBCENTRE = "subcentre", "分中心"
        DEPARTMENT = "department", "部门"
        SECTION = "section", "科室"
        TOWN = "town", "乡镇（街道）便民服务中心"
        VILLAGE = "village", "村（社区）便民服务站"

    depth: int  # set by selectors.tree for the page that draws it

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField("路径", max_length=200, blank=True, db_index=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="units")
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    use_level = models.CharField("行使层级代码", max_length=1, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    approval_section = models.BooleanField("行政审批服务科", default=False)
    founded_on = models.DateField("设立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=100)

    class Meta:
        verbose_name = "机构"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], condition=models.Q(dissolved_on__isnull=True), name="organisations_unit_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Window(models.Model):
    """A service window in a hall; a comprehensive window serves many departments."""

    class Kind(models.TextChoices):
        COMPREHENSIVE = "comprehensive", "综合窗口"
        DEPARTMENT = "department", "部门窗口"
        ISSUING = "issuing", "统一出件窗口"
        FEE = "fee", "统一收费窗口"
        DUTY = "duty", "总值班窗口"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="windows", verbose_name="所在中心")
    number = models.CharField("窗口号", max_length=10)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=16, choices=Kind)
    departments = models.ManyToManyField(Unit, related_name="served_at", verbose_name="受理部门", blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "窗口"
        constraints = [
            models.CheckConstraint(name="organisations_window_number_given", condition=~models.Q(number="")),
            models.UniqueConstraint(fields=["centre", "number"], name="organisations_window_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number} 号"
