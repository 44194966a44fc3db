"""What is known of the quality of editions: findings kept, their history, what must be disclosed, and what a place has set."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yimen.service.catalogue.models.editions import ItemEdition


class EditionCheck(models.Model):
    """What the linter said of an edition when it was last asked; counted by department without judging again.

    `rules` are those of the findings, once each; `missing` the elements that are not disclosed (`rules.disclosures`).
    """

    edition = models.OneToOneField(ItemEdition, on_delete=models.CASCADE, primary_key=True, related_name="kept_check")
    item_id = models.BigIntegerField("事项")
    department = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="实施部门"
    )
    standing = models.BooleanField("现行", default=False)
    errors = models.PositiveSmallIntegerField("要改", default=0)
    warnings = models.PositiveSmallIntegerField("提醒", default=0)
    rules = ArrayField(models.CharField(max_length=40), verbose_name="规则", default=list)
    missing = ArrayField(models.CharField(max_length=40), verbose_name="没有公开的要素", default=list)
    findings = models.JSONField("发现", default=list)
    checked_at = models.DateTimeField("质检时间")

    class Meta:
        verbose_name = verbose_name_plural = "质检结果"
        indexes = [
            models.Index(fields=["-errors", "-warnings", "edition"], name="catalogue_check_worst"),
            models.Index(fields=["department", "-errors", "-warnings", "edition"], name="catalogue_check_department"),
        ]

    def __str__(self) -> str:
        return f"{self.errors} 处要改，{self.warnings} 处提醒"


class CheckTally(models.Model):
    """How a department's items stood on a day, for the trend; `department` None is items of no department of ours."""

    day = models.DateField("日期")
    department = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="实施部门"
    )
    editions = models.PositiveIntegerField("事项数")
    flawless = models.PositiveIntegerField("没有问题")
    with_errors = models.PositiveIntegerField("有要改的")
    errors = models.PositiveIntegerField("要改")
    warnings = models.PositiveIntegerField("提醒")

    class Meta:
        verbose_name = verbose_name_plural = "质检日计"
        constraints = [
            models.UniqueConstraint(fields=["day", "department"], name="catalogue_tally_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day}：{self.editions}"


class DisclosureSet(models.Model):
    """What each item must disclose: six, eight or nine entries (R032, R033), as a place has them.

    `entries` [{label, elements}]: the label people read, and the elements (`rules.disclosures`) that stand under it.
    """

    key = models.SlugField("编号", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    source = models.CharField("依据", max_length=200, blank=True)
    entries = models.JSONField("公开内容", default=list)
    standing = models.BooleanField("在用", default=True)
    usual = models.BooleanField("通用", default=False)
    changed_by = models.CharField("修改人", max_length=120, blank=True)
    changed_at = models.DateTimeField("修改时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开制度"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["usual"], condition=models.Q(usual=True), name="catalogue_one_usual_disclosure"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CentreDisclosure(models.Model):
    """Which set a centre works by, where it is not the usual one."""

    centre = models.OneToOneField("organisations.Unit", on_delete=models.CASCADE, related_name="+", verbose_name="中心")
    disclosure = models.ForeignKey(
        DisclosureSet, on_delete=models.PROTECT, related_name="centres", verbose_name="公开制度"
    )

    class Meta:
        verbose_name = verbose_name_plural = "中心的公开制度"

    def __str__(self) -> str:
        return f"{self.centre}：{self.disclosure}"


class CatalogueSetting(models.Model):
    """A value that a place has set in place of the usual one of `rules.settings`."""

    key = models.CharField("设置", max_length=60, unique=True)
    value = models.JSONField("值")
    basis = models.CharField("依据", max_length=200, blank=True)
    changed_by = models.CharField("修改人", max_length=120)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "目录设置"

    def __str__(self) -> str:
        return self.key
