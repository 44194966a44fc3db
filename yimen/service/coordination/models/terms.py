"""How long and how often, as a centre has set it."""

from __future__ import annotations

from django.db import models

from yimen.ground.organisations.models import Unit


class Terms(models.Model):
    """The limits and intervals of one centre. A centre without a row has the defaults, which are these fields' own.

    R010 and R015 demand regularity and name no number ("定期", "不定期"), so every number here is the centre's to set.
    Zero means that nothing is reckoned.
    """

    centre = models.OneToOneField(
        Unit, on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name="中心"
    )
    assign_workdays = models.PositiveSmallIntegerField("交办时限（工作日）", default=1)
    answer_workdays = models.PositiveSmallIntegerField("答复时限（工作日）", default=5)
    confirm_workdays = models.PositiveSmallIntegerField("确认时限（工作日）", default=2)
    escalate_workdays = models.PositiveSmallIntegerField("超期几个工作日后提醒上一级", default=3)
    visit_days = models.PositiveSmallIntegerField("现场办公间隔（日）", default=30)
    return_visit_days = models.PositiveSmallIntegerField("部门回访间隔（日）", default=90)
    reply_workdays = models.PositiveSmallIntegerField("上下传递回复时限（工作日）", default=5)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "协调督促的时限"

    def __str__(self) -> str:
        return str(self.centre)
