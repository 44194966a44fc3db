"""Materials that follow (容缺, R068), promises instead of proof (告知承诺, R069): what is allowed, promised, and came of it."""

from __future__ import annotations

from django.db import models

from yimen.service.cases.models.case import Case
from yimen.service.cases.models.paths import PriorityProject
from yimen.service.catalogue.models import ServiceItem


class ItemPathTerms(models.Model):
    """Which materials of an item may follow later or be replaced by a promise, by name as its editions call them.

    The sources (004 L10, 002 L12) name neither materials nor days: both are set here. No row: nothing may be lacking.
    """

    item = models.OneToOneField(ServiceItem, on_delete=models.PROTECT, primary_key=True, related_name="path_terms")
    may_follow = models.JSONField("可以容缺的材料", default=list, blank=True)
    follow_workdays = models.PositiveSmallIntegerField("容缺后补工作日", default=15)
    by_promise = models.JSONField("可以承诺代替的材料", default=list, blank=True)
    promise_text = models.TextField("承诺内容", blank=True)
    check_workdays = models.PositiveSmallIntegerField("决定后多少个工作日内核查", default=30)
    changed_by = models.CharField("修改人", max_length=100)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = "容缺和承诺设置"

    def __str__(self) -> str:
        return str(self.item)


class Tolerance(models.Model):
    """One acceptance with materials that follow: which, who promised them, until when, and how it ended.

    `materials` are [order, name] pairs.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="tolerance")
    project = models.ForeignKey(
        PriorityProject, on_delete=models.PROTECT, related_name="tolerances", verbose_name="项目"
    )
    materials = models.JSONField("后补材料")
    promised_by = models.CharField("承诺人", max_length=100)
    due_on = models.DateField("补齐期限")
    granted_by = models.CharField("同意容缺", max_length=200)
    granted_at = models.DateTimeField("容缺时间")
    supplied_at = models.DateTimeField("补交时间", null=True, blank=True)
    confirmed_at = models.DateTimeField("核收时间", null=True, blank=True)
    confirmed_by = models.CharField("核收人", max_length=200, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    lapsed_at = models.DateTimeField("期满未补", null=True, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    class Meta:
        verbose_name = "容缺"
        indexes = [
            models.Index(
                fields=["due_on"], name="cases_tolerance_open",
                condition=models.Q(confirmed_at__isnull=True, ended_at__isnull=True),
            ),
            models.Index(fields=["-granted_at", "-id"], name="cases_tolerance_new"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case} {self.due_on}"

    @property
    def names(self) -> str:
        """The materials, for people."""
        return "、".join(name for _, name in self.materials)

    @property
    def orders(self) -> list[int]:
        """The materials' orders in the case."""
        return [order for order, _ in self.materials]


class SignedPromise(models.Model):
    """A promise that stands for materials, in the words that were signed; checked after the decision (R069)."""

    class Outcome(models.TextChoices):
        KEPT = "kept", "属实"
        BROKEN = "broken", "不属实"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="signed_promise")
    materials = models.JSONField("代替的材料")
    text = models.TextField("承诺内容")
    signer = models.CharField("签署人", max_length=100)
    signed_at = models.DateTimeField("签署时间")
    check_due_on = models.DateField("核查期限", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    checked_at = models.DateTimeField("核查时间", null=True, blank=True)
    checked_by = models.CharField("核查人", max_length=200, blank=True)
    outcome = models.CharField("核查结论", max_length=8, choices=Outcome, blank=True)
    found = models.TextField("核查情况", blank=True)
    proposal = models.TextField("处理建议", blank=True)

    class Meta:
        verbose_name = "告知承诺"
        constraints = [
            models.CheckConstraint(
                name="cases_broken_promise_has_proposal", condition=~models.Q(outcome="broken") | ~models.Q(proposal="")
            )
        ]
        indexes = [
            models.Index(
                fields=["check_due_on"], name="cases_promise_to_check", condition=models.Q(checked_at__isnull=True)
            ),
            models.Index(fields=["-signed_at", "-id"], name="cases_promise_new"),
        ]

    def __str__(self) -> str:
        return f"{self.signer} {self.signed_at:%Y-%m-%d}"

    @property
    def names(self) -> str:
        """The materials, for people."""
        return "、".join(name for _, name in self.materials)
