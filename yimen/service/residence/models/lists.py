"""Lists published in batches (R035–R037), and windows for the whole province (R039)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yimen.ground.organisations.models import Window
from yimen.service.catalogue.models import ServiceItem
from yimen.service.residence.rules import ListKind


class ListBatch(models.Model):
    """One batch of a list: 成熟一批、公布一批、推行一批. `moved` counts how often its lines have changed, so that what is
    counted of them is known to be old.
    """

    class State(models.TextChoices):
        MATURING = "maturing", "筹备"
        PUBLISHED = "published", "已公布"
        IN_FORCE = "in_force", "已推行"
        DROPPED = "dropped", "已作废"

    kind = models.CharField("清单", max_length=16, choices=ListKind.pairs())
    number = models.PositiveSmallIntegerField("批次")
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=10, choices=State, default=State.MATURING)
    document_number = models.CharField("文号", max_length=60, blank=True)
    published_on = models.DateField("公布日期", null=True, blank=True)
    in_force_on = models.DateField("推行日期", null=True, blank=True)
    made_by = models.CharField("编制人", max_length=120)
    made_at = models.DateTimeField("编制时间")
    published_by = models.CharField("公布人", max_length=120, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    moved = models.PositiveIntegerField("事项变动次数", default=0)

    class Meta:
        verbose_name = "清单批次"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="residence_batch_number"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state="maturing"), name="residence_one_maturing"),
            models.CheckConstraint(
                name="residence_batch_published_whole",
                condition=Q(state__in=["maturing", "dropped"])
                | (Q(published_on__isnull=False) & Q(published_at__isnull=False) & ~Q(document_number="")),
            ),
            models.CheckConstraint(
                name="residence_batch_in_force_after",
                condition=~Q(state="in_force") | Q(in_force_on__gte=F("published_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ListLine(models.Model):
    """An item in a batch, with why it fits, and when and why it was taken off."""

    batch = models.ForeignKey(ListBatch, on_delete=models.PROTECT, related_name="lines", verbose_name="批次")
    kind = models.CharField("清单", max_length=16, choices=ListKind.pairs())
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="listed", verbose_name="事项")
    reason = models.CharField("列入理由", max_length=300)
    added_by = models.CharField("列入人", max_length=120)
    added_at = models.DateTimeField("列入时间")
    removed_on = models.DateField("移出日期", null=True, blank=True)
    removed_by = models.CharField("移出人", max_length=120, blank=True)
    removed_reason = models.CharField("移出理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "清单事项"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "item"], condition=Q(removed_on__isnull=True), name="residence_listed_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.item)


class ProvinceField(models.Model):
    """A field in which items are handled for the whole province (R039); rows, since places differ."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("领域", max_length=30)
    order = models.PositiveSmallIntegerField("序号", default=100)

    class Meta:
        verbose_name = "全省通办领域"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class ProvinceWindow(models.Model):
    """A window designated for a field from a day to a day."""

    field = models.ForeignKey(ProvinceField, on_delete=models.PROTECT, related_name="windows", verbose_name="领域")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+", verbose_name="窗口")
    from_on = models.DateField("设立日期")
    to_on = models.DateField("撤销日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    by = models.CharField("指定人", max_length=120)

    class Meta:
        verbose_name = "全省通办窗口"
        constraints = [
            models.UniqueConstraint(
                fields=["field", "window"], condition=Q(to_on__isnull=True), name="residence_province_window_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.window}"


class ProvinceItem(models.Model):
    """An item that is handled for applicants of the whole province."""

    field = models.ForeignKey(ProvinceField, on_delete=models.PROTECT, related_name="items", verbose_name="领域")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    from_on = models.DateField("通办自")
    to_on = models.DateField("通办至", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    by = models.CharField("指定人", max_length=120)

    class Meta:
        verbose_name = "全省通办事项"
        constraints = [
            models.UniqueConstraint(
                fields=["field", "item"], condition=Q(to_on__isnull=True), name="residence_province_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.item}"
