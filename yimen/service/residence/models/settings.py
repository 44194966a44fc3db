"""What a place may set for itself; `rules.SETTINGS` holds the defaults and their sources."""

from __future__ import annotations

from django.db import models


class Setting(models.Model):
    """One value that differs from its default."""

    key = models.CharField("参数", max_length=40, primary_key=True)
    value = models.CharField("取值", max_length=200)
    changed_by = models.CharField("修改人", max_length=120)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = "进驻管理参数"

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
