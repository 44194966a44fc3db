"""Who was told when that a case is near its limit or past it, and how far up the chain a centre lets that go (R011)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit


class ReminderTerms(models.Model):
    """After how many working days late the next rung is told. A centre without a row has the defaults.

    000 L79 says who answers (一把手负总责、分管领导具体抓) and names no day, so every number here is the centre's to set.
    """

    centre = models.OneToOneField(
        Unit, on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name="中心"
    )
    before_due = models.BooleanField("到期前提醒经办人", default=True)
    deputy_after = models.PositiveSmallIntegerField("超期满几个工作日告知分管领导", default=1)
    principal_after = models.PositiveSmallIntegerField("超期满几个工作日告知主要负责人", default=3)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "办件催办设置"
        constraints = [
            models.CheckConstraint(
                name="cases_reminder_up_the_chain", condition=models.Q(deputy_after__lte=models.F("principal_after"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy_after}/{self.principal_after}"


class Reminder(models.Model):
    """One reminder of one case; what came of itself is unique for a due day and a level. Append-only by trigger.

    `level`: 0 near the limit, 1 late, 2 the deputy in charge, 3 the principal. `by_name` is empty for what came of itself.
    """

    append_only: ClassVar[bool] = True

    class Kind(models.TextChoices):
        DUE = "due", "期限提醒"
        URGED = "urged", "催办"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=6, choices=Kind)
    level = models.PositiveSmallIntegerField("层级")
    due_on = models.DateField("期限", null=True, blank=True)
    late_workdays = models.PositiveSmallIntegerField("超期工作日", default=0)
    reminded_at = models.DateTimeField("时间")
    by_uid = models.UUIDField("催办人标识", null=True, blank=True)
    by_name = models.CharField("催办人", max_length=100, blank=True)
    on_day = models.DateField("日期")
    reason = models.CharField("催办理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "办件提醒"
        indexes = [models.Index(fields=["matter", "-id"], name="cases_reminder_of_matter")]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "due_on", "level"], condition=models.Q(kind="due"), name="cases_reminder_once"
            ),
            # One person urges a case once a day.
            models.UniqueConstraint(
                fields=["matter", "by_uid", "on_day"], condition=models.Q(kind="urged"), name="cases_urged_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.level}"

    @property
    def said(self) -> str:
        """What it was, for people."""
        if self.kind == self.Kind.URGED:
            return f"{self.by_name}催办"
        return f"超期 {self.late_workdays} 个工作日" if self.late_workdays else ("已超期" if self.level else "期限快到")

    @property
    def rungs(self) -> list[tuple[str, str]]:
        """Who was told, a line for each rung in the order told: `("经办人（待认领）", "甲、乙")`; no names where nobody stands."""
        rungs: dict[str, list[str]] = {}
        for told in self.reached:
            label, name = told.get_rung_display(), told.name
            if told.rung == ReminderTold.Rung.WORKER and told.title:
                label = f"{label}（{told.title}）"
            elif told.title:
                name = f"{name}（{told.title}）"
            rungs.setdefault(label, []).extend([name] if told.account_id else [])
        return [(label, "、".join(names)) for label, names in rungs.items()]

    @cached_property
    def reached(self) -> list[ReminderTold]:
        """Those who were told, and the rungs where nobody could be."""
        return list(self.told.all())


class ReminderTold(models.Model):
    """Who was told by a reminder, in which place on the chain; without an account a rung that nobody stands on."""

    append_only: ClassVar[bool] = True

    class Rung(models.TextChoices):
        WORKER = "worker", "经办人"
        TEAM = "team", "工作班子"
        DEPUTY = "deputy", "分管领导"
        PRINCIPAL = "principal", "主要负责人"

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="told")
    rung = models.CharField("层次", max_length=10, choices=Rung)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    name = models.CharField("姓名", max_length=100, blank=True)
    title = models.CharField("岗位", max_length=120, blank=True)

    class Meta:
        verbose_name = "被提醒的人"
        constraints = [
            models.UniqueConstraint(fields=["reminder", "account"], name="cases_reminder_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rung_display()} {self.name}"
