"""Leaders of the departments, what they are in charge of, and who leads the shift in the hall on which day (R009)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.organisations.models import Unit


class Leader(models.Model):
    """A principal or deputy leader of a department. The register is the department's; an account is not needed."""

    class Rank(models.TextChoices):
        PRINCIPAL = "principal", "主要负责人"
        DEPUTY = "deputy", "副职"

    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    name = models.CharField("姓名", max_length=60)
    rank = models.CharField("职级", max_length=10, choices=Rank)
    title = models.CharField("职务", max_length=60)
    phone = models.CharField("电话", max_length=40, blank=True)
    from_on = models.DateField("任职自")
    to_on = models.DateField("任职至", null=True, blank=True)

    class Meta:
        verbose_name = "部门领导"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                condition=models.Q(to_on__isnull=True),
                name="coordination_leader_once",
            ),
            models.UniqueConstraint(
                fields=["department"],
                condition=models.Q(to_on__isnull=True, rank="principal"),
                name="coordination_one_principal",
            ),
            models.CheckConstraint(
                name="coordination_leader_term",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Charge(models.Model):
    """One area that a leader is in charge of (分管). Only the window and no business makes a nominal leader (挂名领导)."""

    class Kind(models.TextChoices):
        WINDOW = "window", "窗口（带班）"
        BUSINESS = "business", "业务"
        OTHER = "other", "其他工作"

    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    area = models.CharField("分管内容", max_length=200)
    basis = models.CharField("分工文件", max_length=100, blank=True)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "分管业务"
        constraints = [
            models.UniqueConstraint(
                fields=["leader", "area"], condition=models.Q(to_on__isnull=True), name="coordination_charge_once"
            ),
            models.CheckConstraint(
                name="coordination_charge_term",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.area


class Stationing(models.Model):
    """常驻: a leader is stationed in the hall for good, so no day of the department stands empty."""

    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="stationings")
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "常驻"
        constraints = [
            models.UniqueConstraint(
                fields=["leader"], condition=models.Q(to_on__isnull=True), name="coordination_stationed_once"
            ),
            models.CheckConstraint(
                name="coordination_stationing_term",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.leader_id)


class Shift(models.Model):
    """带班: who leads the shift of a department on a day. One leader a department and day."""

    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    day = models.DateField("日期")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="shifts", verbose_name="带班领导")

    class Meta:
        verbose_name = "带班"
        constraints = [models.UniqueConstraint(fields=["department", "day"], name="coordination_shift_once")]
        indexes = [models.Index(fields=["day", "department"], name="coordination_shift_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.leader_id}"


class ShiftChange(models.Model):
    """A shift that was swapped, taken over or given up, with the reason."""

    append_only: ClassVar[bool] = True

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("日期")
    before = models.CharField("原带班领导", max_length=60)
    after = models.CharField("现带班领导", max_length=60, blank=True)
    reason = models.CharField("原因", max_length=200)
    changed_at = models.DateTimeField("时间")
    changed_by = models.CharField("办理人", max_length=100)

    class Meta:
        verbose_name = "调班记录"
        indexes = [models.Index(fields=["department", "day"], name="coordination_shift_changes")]

    def __str__(self) -> str:
        return f"{self.day} {self.before}→{self.after}"
