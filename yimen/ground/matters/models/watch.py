"""What the watch keeps: how far it looked ahead, and the sums by department and day."""

from __future__ import annotations

from django.db import models

from yimen.ground.organisations.models import Division, Unit


class WatchAhead(models.Model):
    """How many calendar days before a limit ends somebody above wants the watch to look first; the largest counts."""

    name = models.CharField("谁", max_length=40, primary_key=True)
    days = models.PositiveSmallIntegerField("提前天数")

    class Meta:
        verbose_name = "巡查提前量"

    def __str__(self) -> str:
        return f"{self.name} {self.days}"


class Tally(models.Model):
    """Counts for the board, as sums over these rows: what is open now by light, and what was opened and closed on a day.

    Triggers on `matters_matter` append differences in the transaction that makes them; `tallies.fold` adds them up into the
    `folded` row of each group. Without foreign keys: they would be asked again at every difference.
    """

    class What(models.TextChoices):
        OPEN = "open", "在办"
        OPENED = "opened", "收件"
        CLOSED = "closed", "办结"
        LATE = "late", "超期办结"

    what = models.CharField("项目", max_length=8, choices=What)
    light = models.CharField("信号灯", max_length=8, blank=True)
    procedure = models.CharField("办理程序", max_length=40)
    department = models.ForeignKey(
        Unit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    centre = models.ForeignKey(
        Unit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, null=True, related_name="+"
    )
    division = models.ForeignKey(
        Division, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    day = models.DateField("日期", null=True)
    count = models.BigIntegerField("件数")
    folded = models.BooleanField("已合计", default=False)

    class Meta:
        verbose_name = "件数"
        constraints = [
            models.UniqueConstraint(
                fields=["what", "day", "light", "procedure", "department", "centre", "division"],
                condition=models.Q(folded=True),
                nulls_distinct=False,
                name="matters_tally_group",
            )
        ]
        indexes = [
            models.Index(fields=["what", "day"], name="matters_tally_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
