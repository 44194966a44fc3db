"""What kind of service a window gives, from when to when (R067)."""

from __future__ import annotations

from django.db import models

from yimen.ground.organisations.models import Window
from yimen.service.windows.rules import KINDS


class WindowService(models.Model):
    """A window's kind of service. One row in force a window; what was before stays as history."""

    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="services")
    kind = models.CharField(
        "服务类型", max_length=10, choices=tuple((key, label) for key, (label, _, _) in KINDS.items())
    )
    set_at = models.DateTimeField("设定时间")
    set_by = models.CharField("设定人", max_length=100)
    reason = models.CharField("说明", max_length=200, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.CharField("结束人", max_length=100, blank=True)

    class Meta:
        verbose_name = "窗口服务类型"
        constraints = [
            models.UniqueConstraint(
                fields=["window"], condition=models.Q(ended_at__isnull=True), name="windows_one_kind_a_window"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="windows_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.kind}"
