"""Items 事项 themselves, the departments that imported catalogues name, and their codes (R018, R019, R025)."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.service.catalogue.rules.vocabulary import ItemKind, UseLevel


class SourceDepartment(models.Model):
    """A department as an imported catalogue names it, until and after it is matched with one of our departments.

    `reason` says in Chinese why it is not matched, or what it was matched by. An item of an unmatched
    department stays a draft.
    """

    system = models.CharField("来源目录", max_length=20)
    name = models.CharField("来源部门名称", max_length=200)
    code = models.CharField("来源部门代码", max_length=40, blank=True)
    other_codes = ArrayField(models.CharField(max_length=40), verbose_name="其他写法的代码", default=list, blank=True)
    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对应部门"
    )
    reason = models.CharField("对应情况", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "来源部门"
        constraints = [models.UniqueConstraint(fields=["system", "name"], name="catalogue_source_department_once")]

    def __str__(self) -> str:
        return self.name


class ServiceItem(models.Model):
    """A service item 事项: what people can apply for. What it demands and promises stands in its editions.

    `code` is its public code: the national 实施编码 of 31 or 33 characters, else the assigned 12-character
    local base code.
    `code31` is the 31 characters that begin its case numbers; several 业务办理项 (33) share one.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "在用"
        FROZEN = "frozen", "暂停办理"
        CANCELLED = "cancelled", "已取消"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("事项编码", max_length=33, unique=True)
    code31 = models.CharField("实施编码（31 位）", max_length=31, blank=True, db_index=True)
    base_code = models.CharField("基本编码", max_length=12, blank=True)
    national = models.BooleanField("有国家实施编码", default=True)
    name = models.TextField("事项名称")
    kind = models.CharField("事项类型", max_length=20, choices=ItemKind.pairs())
    use_level = models.CharField("行使层级", max_length=1, choices=UseLevel.pairs(), blank=True)
    department = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="实施部门"
    )
    source_department = models.ForeignKey(
        SourceDepartment, on_delete=models.PROTECT, null=True, blank=True, related_name="items", verbose_name="来源部门"
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField("状态原因", max_length=300, blank=True)
    status_basis = models.CharField("依据", max_length=300, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    current = models.OneToOneField(
        "ItemEdition", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现行版本"
    )
    latest_number = models.PositiveIntegerField("最新版本号", default=0)
    source_hash = models.CharField("来源行摘要", max_length=64, blank=True)
    materials_hash = models.CharField("来源材料摘要", max_length=64, blank=True)
    created_at = models.DateTimeField("建立时间")
    changed_at = models.DateTimeField("变更时间")
    version = models.PositiveIntegerField("修改次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        indexes = [
            models.Index(fields=["department", "status"], name="catalogue_item_department"),
            models.Index(fields=["-changed_at", "-id"], name="catalogue_item_changed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalogue_item_published_is_whole",
                condition=Q(current__isnull=True) | (Q(department__isnull=False) & Q(code31__regex=r"^[0-9A-Z]{31}$")),
            ),
            models.CheckConstraint(
                name="catalogue_item_cancelled_has_a_day",
                condition=~Q(status="cancelled") | Q(cancelled_on__isnull=False),
            ),
            models.CheckConstraint(
                name="catalogue_item_status", condition=Q(status__in=["active", "frozen", "cancelled"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ItemCode(models.Model):
    """Another code of an item, exactly as its source writes it: national, provincial, old (R018, law-and-codes §4.5).

    `system` is a key of `rules.code_systems`; `place` the division whose code it is, "" where the system itself says so.
    """

    item = models.ForeignKey(ServiceItem, on_delete=models.CASCADE, related_name="codes", verbose_name="事项")
    system = models.CharField("编码体系", max_length=20)
    code = models.CharField("编码", max_length=120)
    place = models.CharField("行政区划代码", max_length=12, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "来源编码"
        constraints = [
            # An old code may have been split among several items, a base code is shared by those who carry it out;
            # the others are identities.
            models.UniqueConstraint(
                fields=["system", "code"],
                condition=~Q(system__in=["old", "catalog", "other"]),
                name="catalogue_item_code_once",
            )
        ]
        indexes = [models.Index(fields=["code"], name="catalogue_item_code")]

    def __str__(self) -> str:
        return self.code
