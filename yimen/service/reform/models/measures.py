"""What reform has done to items: classes with a target, rebuilt courses, tags, simplifications, proofs (R028–R030, R043,
R044).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from yimen.service.catalogue.models import ItemEdition, ServiceItem, StandardMaterial
from yimen.service.reform.rules import ProofKind, Replacement, SimplificationKind


class ItemClass(models.Model):
    """A class of items with a target of its own (R028): promised ≤ statutory × numerator / denominator, by `document`."""

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("类别", max_length=60)
    numerator = models.PositiveSmallIntegerField("承诺不超过法定的几分", default=1)
    denominator = models.PositiveSmallIntegerField("几分之", default=3)
    document = models.CharField("依据文件", max_length=200)
    note = models.CharField("说明", max_length=300, blank=True)
    ended_on = models.DateField("停止执行", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提速类别"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="reform_class_share", condition=Q(numerator__gte=1) & Q(denominator__gte=F("numerator"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class ItemClassMember(models.Model):
    """An item in a class."""

    item_class = models.ForeignKey(ItemClass, on_delete=models.CASCADE, related_name="members", verbose_name="类别")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    added_at = models.DateTimeField("列入时间")
    added_by = models.CharField("列入人", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "提速事项"
        constraints = [models.UniqueConstraint(fields=["item_class", "item"], name="reform_class_member_once")]

    def __str__(self) -> str:
        return f"{self.item_class} {self.item}"


class Rebuilding(models.Model):
    """流程再造 of one item (R029): its internal course before and after, with the reason and the document.

    `before` and `after` are [{name, post, days}]; the numbers beside them are computed when it is recorded and do not
    change when a later edition does.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    edition_before = models.ForeignKey(
        ItemEdition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="再造前版本"
    )
    edition_after = models.ForeignKey(
        ItemEdition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="再造后版本"
    )
    before = models.JSONField("再造前环节", default=list)
    after = models.JSONField("再造后环节", default=list)
    steps_before = models.PositiveSmallIntegerField("环节数（前）")
    steps_after = models.PositiveSmallIntegerField("环节数（后）")
    people_before = models.PositiveSmallIntegerField("经手人数（前）")
    people_after = models.PositiveSmallIntegerField("经手人数（后）")
    days_before = models.DecimalField("工作日（前）", max_digits=6, decimal_places=1)
    days_after = models.DecimalField("工作日（后）", max_digits=6, decimal_places=1)
    materials_before = models.PositiveSmallIntegerField("材料数（前）", null=True, blank=True)
    materials_after = models.PositiveSmallIntegerField("材料数（后）", null=True, blank=True)
    visits_before = models.PositiveSmallIntegerField("跑动次数（前）", null=True, blank=True)
    visits_after = models.PositiveSmallIntegerField("跑动次数（后）", null=True, blank=True)
    document = models.CharField("文件", max_length=200)
    reason = models.CharField("理由", max_length=300)
    on = models.DateField("施行日期")
    author = models.CharField("登记人", max_length=120)
    created_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤销登记", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "流程再造"
        indexes = [models.Index(fields=["item"], name="reform_rebuilding_of_item")]

    def __str__(self) -> str:
        return f"{self.item} {self.on}"


class ItemTags(models.Model):
    """The four handlings of an item (R043). An item without a row has not been tagged; the labels are `Wording` rows."""

    item = models.OneToOneField(
        ServiceItem, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name="事项"
    )
    at_once = models.BooleanField("马上办", default=False)
    online = models.BooleanField("网上办", default=False)
    nearby = models.BooleanField("就近办", default=False)
    once = models.BooleanField("一次办", default=False)
    by = models.CharField("认定人", max_length=120)
    at = models.DateTimeField("认定时间")

    class Meta:
        verbose_name = verbose_name_plural = "四办"

    def __str__(self) -> str:
        return str(self.item)


class Simplification(models.Model):
    """A measure of simplification of an item, with its document (R044)."""

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    kind = models.CharField("举措", max_length=10, choices=SimplificationKind.pairs())
    document = models.CharField("文件", max_length=200)
    note = models.CharField("做法", max_length=300, blank=True)
    since = models.DateField("自")
    until = models.DateField("至（不含）", null=True, blank=True)
    author = models.CharField("登记人", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "简化举措"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind"], condition=Q(until__isnull=True), name="reform_simplification_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.item}"


class Proof(models.Model):
    """A proof, a stamp or a material on the public list 证明事项清单 (R030): kept with its legal basis, or cancelled with what
    takes its place. `standard` ties it to the catalogue, which then refuses to demand what is cancelled.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=ProofKind.pairs())
    name = models.CharField("名称", max_length=300)
    issuer = models.CharField("出具单位", max_length=200, blank=True)
    purpose = models.CharField("用途", max_length=300, blank=True)
    basis = models.CharField("保留依据", max_length=300, blank=True)
    standard = models.OneToOneField(
        StandardMaterial, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="标准材料"
    )
    document = models.CharField("取消文号", max_length=200, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    replacement = models.CharField("以什么代替", max_length=16, choices=Replacement.pairs(), blank=True)
    replacement_note = models.CharField("代替办法", max_length=300, blank=True)
    author = models.CharField("登记人", max_length=120)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "证明事项"
        indexes = [models.Index(fields=["name"], name="reform_proof_name")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name", "issuer"], name="reform_proof_once"),
            # Kept only by law or decree; cancelled only by a document that says what takes its place.
            models.CheckConstraint(
                name="reform_proof_whole",
                condition=(Q(cancelled_on__isnull=True) & ~Q(basis=""))
                | (Q(cancelled_on__isnull=False) & ~Q(document="") & ~Q(replacement="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
