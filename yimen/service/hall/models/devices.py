"""Devices of the hall (R156–R160): kiosks, screens, callers, evaluators, readers, printers. Each is a page or a small program."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.organisations.models import Window
from yimen.service.hall.models.setup import Hall


class Device(models.Model):
    """A registered device. Its token is kept as a hash; a new one is given by a code that is good once."""

    class Kind(models.TextChoices):
        KIOSK = "kiosk", "取号机"
        SCREEN = "screen", "大厅屏"
        WINDOW_SCREEN = "window_screen", "窗口屏"
        CALLER = "caller", "叫号器"
        EVALUATOR = "evaluator", "评价器"
        READER = "reader", "身份证读卡器"
        PRINTER = "printer", "打印机"
        TERMINAL = "terminal", "自助终端"
        TOUCH = "touch", "触摸查询屏"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="devices")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="queue_devices")
    kind = models.CharField("种类", max_length=14, choices=Kind)
    name = models.CharField("名称", max_length=40)
    place = models.CharField("放在哪里", max_length=60, blank=True)
    code_hash = models.CharField("开通码", max_length=80, blank=True)
    code_until = models.DateTimeField("开通码有效到", null=True, blank=True)
    token_hash = models.CharField("令牌", max_length=80, blank=True, db_index=True)
    enrolled_at = models.DateTimeField("开通时间", null=True, blank=True)
    seen_at = models.DateTimeField("最近在线", null=True, blank=True)
    health = models.JSONField("自检", default=dict, blank=True)
    tested_at = models.DateTimeField("自检时间", null=True, blank=True)
    paper_out = models.BooleanField("缺纸或故障", default=False)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "大厅设备"

    def __str__(self) -> str:
        return self.name
