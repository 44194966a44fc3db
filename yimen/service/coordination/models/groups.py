"""领导小组: line of work, leader, deputy leaders, member units, office, and its duty to report (R014)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.organisations.models import Unit


class LeadingGroup(models.Model):
    """A leading group. Who belongs to it stands in `GroupMember`, past members too."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    home = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="登记单位")
    name = models.CharField("名称", max_length=100)
    line = models.CharField("工作", max_length=60)
    document = models.CharField("成立文号", max_length=80)
    founded_on = models.DateField("成立日期")
    office = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="办公室设在")
    office_head = models.CharField("办公室主任", max_length=60, blank=True)
    duties = models.TextField("职责", blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    dissolved_by = models.CharField("撤销文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "领导小组"
        constraints = [
            models.UniqueConstraint(
                fields=["home", "name"], condition=models.Q(dissolved_on__isnull=True), name="coordination_group_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A leader, a deputy leader or a member unit of a group, with the document that made it so and the one that ended it."""

    class Role(models.TextChoices):
        LEADER = "leader", "组长"
        DEPUTY = "deputy", "副组长"
        MEMBER = "member", "成员单位"

    group = models.ForeignKey(LeadingGroup, on_delete=models.PROTECT, related_name="members")
    role = models.CharField("身份", max_length=8, choices=Role)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=60, blank=True)
    title = models.CharField("职务", max_length=80, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_on = models.DateField("自")
    basis = models.CharField("依据文号", max_length=80)
    to_on = models.DateField("至", null=True, blank=True)
    ended_basis = models.CharField("调整文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "领导小组成员"
        constraints = [
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(role="leader", to_on__isnull=True),
                name="coordination_one_group_leader",
            ),
            models.UniqueConstraint(
                fields=["group", "unit"],
                condition=models.Q(role="member", to_on__isnull=True),
                name="coordination_member_unit_once",
            ),
            models.CheckConstraint(
                name="coordination_member_named",
                condition=models.Q(role="member", unit__isnull=False) | (~models.Q(role="member") & ~models.Q(name="")),
            ),
            models.CheckConstraint(
                name="coordination_member_term",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The person's name, or the member unit's."""
        return self.name or (self.unit.name if self.unit else "")


class ReportingDuty(models.Model):
    """How often the office reports to the group: the first due day, then every so many months until it is changed."""

    group = models.ForeignKey(LeadingGroup, on_delete=models.PROTECT, related_name="reporting")
    interval_months = models.PositiveSmallIntegerField("间隔（月）")
    first_due_on = models.DateField("首次应报")
    ended_on = models.DateField("止于", null=True, blank=True)

    class Meta:
        verbose_name = "报告义务"
        constraints = [
            models.UniqueConstraint(
                fields=["group"], condition=models.Q(ended_on__isnull=True), name="coordination_one_reporting_duty"
            ),
            models.CheckConstraint(
                name="coordination_interval",
                condition=models.Q(interval_months__gte=1, interval_months__lte=24),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interval_months}"


class GroupReport(models.Model):
    """A report handed in for a due day."""

    group = models.ForeignKey(LeadingGroup, on_delete=models.PROTECT, related_name="reports")
    due_on = models.DateField("应报日期")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("报告摘要", blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handed_in_at = models.DateTimeField("报送时间")
    handed_in_by = models.CharField("报送人", max_length=100)

    class Meta:
        verbose_name = "领导小组报告"
        constraints = [models.UniqueConstraint(fields=["group", "due_on"], name="coordination_group_report_once")]

    def __str__(self) -> str:
        return self.title
