"""出件: the result of a case that waits for its applicant, where it lies, who took it. And the cells of the self-service cabinet."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit, Window
from yimen.service.delivery.rules import BY, OPEN_RESULTS, RESULT_STATES, WAYS


class Cabinet(models.Model):
    """自助取件柜: a cabinet whose cells open by code. `uid` is the address of its own screen."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    name = models.CharField("名称", max_length=40)
    cells = models.PositiveSmallIntegerField("格口数")
    added_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "自助取件柜"
        constraints = [
            models.UniqueConstraint(fields=["centre", "name"], name="delivery_cabinet_name"),
            models.CheckConstraint(condition=models.Q(cells__gte=1, cells__lte=200), name="delivery_cabinet_cells"),
        ]

    def __str__(self) -> str:
        return self.name


class Result(models.Model):
    """The result of one case on its way into the applicant's hands.

    The pick-up code is found by its keyed index; it is kept closed beside it, since the applicant may look at it again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+", verbose_name="办件")
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="中心")
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="部门"
    )
    decision = models.CharField("决定", max_length=12)
    state = models.CharField("状态", max_length=10, choices=tuple(RESULT_STATES.items()), default="waiting")
    way = models.CharField("领取方式", max_length=8, choices=tuple(WAYS.items()), default="window")
    mail_name = models.CharField("收件人", max_length=100, blank=True)
    mail_phone = EncryptedText("收件电话", blank=True)
    mail_address = EncryptedText("邮寄地址", blank=True)
    registered_at = models.DateTimeField("登记时间")
    shelf = models.CharField("架位", max_length=20, blank=True)
    cabinet = models.ForeignKey(Cabinet, on_delete=models.PROTECT, null=True, blank=True, related_name="results")
    cell = models.PositiveSmallIntegerField("格口", null=True, blank=True)
    shelved_at = models.DateTimeField("上架时间", null=True, blank=True)
    code_index = models.CharField("取件码盲索引", max_length=80, blank=True)
    code_kept = EncryptedText("取件码", blank=True)
    remind_on = models.DateField("催领日", null=True, blank=True)
    reminded_at = models.DateTimeField("催领时间", null=True, blank=True)
    handed_at = models.DateTimeField("交付时间", null=True, blank=True)
    handed_by = models.CharField("经办人", max_length=100, blank=True)
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    by = models.CharField("交付方式", max_length=10, choices=tuple(BY.items()), blank=True)
    receiver = models.CharField("领取人", max_length=100, blank=True)
    proof = models.CharField("凭证", max_length=200, blank=True)
    signature = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trouble = models.CharField("要处理", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "出件"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "code_index"], condition=~models.Q(code_index=""), name="delivery_code_once"
            ),
            models.UniqueConstraint(
                fields=["cabinet", "cell"], condition=models.Q(state="shelved", cell__isnull=False), name="delivery_cell_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="handed", handed_at__isnull=False) | (~models.Q(state="handed") & models.Q(handed_at=None)),
                name="delivery_handed_has_day",
            ),
            models.CheckConstraint(
                condition=models.Q(cabinet__isnull=True, cell__isnull=True) | models.Q(cabinet__isnull=False, cell__isnull=False),
                name="delivery_cell_of_cabinet",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["centre", "state", "-registered_at", "-id"], name="delivery_register"),
            models.Index(fields=["remind_on"], condition=models.Q(state="shelved"), name="delivery_to_remind"),
            models.Index(fields=["centre", "handed_at"], condition=models.Q(state="handed"), name="delivery_handed"),
        ]

    def __str__(self) -> str:
        return str(self.matter)

    @property
    def is_open(self) -> bool:
        """Whether it has still to reach its applicant."""
        return self.state in OPEN_RESULTS

    @property
    def place(self) -> str:
        """Where it lies, in words; "" where nobody has said."""
        return f"{self.cabinet} {self.cell:02d} 号格" if self.cabinet is not None and self.cell else self.shelf


class Course(models.Model):
    """What happened to a result or a parcel, for the applicant and for staff. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    result = models.ForeignKey(Result, on_delete=models.PROTECT, null=True, related_name="course")
    parcel = models.ForeignKey("Parcel", on_delete=models.PROTECT, null=True, related_name="course")
    at = models.DateTimeField("时间")
    what = models.CharField("事", max_length=80)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.CharField("经手人", max_length=100, blank=True)

    class Meta:
        verbose_name = "出件经过"

    def __str__(self) -> str:
        return self.what
