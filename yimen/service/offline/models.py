"""Browsers enrolled at windows, the numbers they hold, what they took in while cut off, and what was wrong with it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.kit.fields import EncryptedText
from yimen.ground.organisations.models import Unit, Window
from yimen.service.cases.models import Case
from yimen.service.offline.rules import FAULTS, WAITING


class Series(models.Model):
    """How far the offline numbers of a window mark are given out; windows of one number share it, so none meets twice."""

    mark = models.CharField(max_length=8, unique=True)
    next = models.PositiveIntegerField("下一个号")

    class Meta:
        verbose_name = "离线编号序列"

    def __str__(self) -> str:
        return f"{self.mark} {self.next}"


class Device(models.Model):
    """A browser that a clerk enrolled at a window. Its private key never leaves it; here stands the public one.

    `last_seq` and `last_link` are the end of its journal as far as the server has it; only a merge moves them, under a lock.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "在用"
        RETIRED = "retired", "已注销"
        REVOKED = "revoked", "已停用"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="offline_devices", verbose_name="窗口")
    name = models.CharField("名称", max_length=60)
    key = models.TextField("公钥")
    state = models.CharField("状态", max_length=8, choices=State, default=State.ACTIVE)
    enrolled_at = models.DateTimeField("登记时间")
    enrolled_by = models.CharField("登记人", max_length=100)
    enroller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_by = models.CharField("停用人", max_length=100, blank=True)
    ended_why = models.CharField("停用原因", max_length=300, blank=True)
    last_seq = models.PositiveIntegerField("已收到第几条", default=0)
    last_link = models.CharField("末条摘要", max_length=64)
    seen_at = models.DateTimeField("最近联网", null=True, blank=True)
    seen_by = models.CharField("最近使用人", max_length=100, blank=True)
    unsent = models.PositiveIntegerField("还没传回", default=0)
    doubted = models.BooleanField("日志存疑", default=False)

    class Meta:
        verbose_name = "离线设备"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="offline_one_key"),
            models.CheckConstraint(
                condition=models.Q(state="active") | models.Q(ended_at__isnull=False), name="offline_ended_device"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """Numbers `first` to `last` of a series, held by one device. What is not used when it is closed is void for good."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="blocks")
    mark = models.CharField(max_length=8)
    first = models.PositiveIntegerField("起")
    last = models.PositiveIntegerField("止")
    used = models.PositiveIntegerField("已用", default=0)
    reserved_at = models.DateTimeField("预留时间")
    reserved_by = models.CharField("预留人", max_length=100)
    closed_at = models.DateTimeField("收回时间", null=True, blank=True)
    closed_by = models.CharField("收回人", max_length=100, blank=True)
    closed_why = models.CharField("收回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "离线号段"
        constraints = [
            models.UniqueConstraint(fields=["mark", "first"], name="offline_block_once"),
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last"), used__lte=models.F("last") - models.F("first") + 1),
                name="offline_block_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.first}-{self.last}"

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.last - self.first + 1


class Outage(models.Model):
    """A time in which a device was cut off and took something in: from its last sync to the first entry that came back."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="outages")
    from_at = models.DateTimeField("断网时间")
    to_at = models.DateTimeField("恢复时间")

    class Meta:
        verbose_name = "断网"
        constraints = [models.UniqueConstraint(fields=["device", "from_at"], name="offline_outage_once")]
        indexes = [models.Index(fields=["-from_at", "-id"], name="offline_outage_newest")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.from_at:%Y-%m-%d %H:%M}"


class Entry(models.Model):
    """One receipt given while cut off, as the journal has it, and what became of it.

    `text` is exactly what the device signed; `corrected` what was set right afterwards, which never changes `text`.
    """

    class State(models.TextChoices):
        MERGED = "merged", "已换正式编号"
        WAITING = "waiting", "待处理"
        DECLINED = "declined", "不予收件"
        VOIDED = "voided", "已作废"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="entries")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="entries")
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="entries")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+", verbose_name="窗口")
    seq = models.PositiveIntegerField("第几条")
    number = models.CharField("离线编号", max_length=30, unique=True)
    link = models.CharField("摘要", max_length=64)
    signature = models.CharField("签名", max_length=120)
    text = EncryptedText("内容")
    corrected = EncryptedText("更正后的内容", blank=True)
    item_code = models.CharField("事项编码", max_length=40)
    item_name = models.CharField("事项", max_length=1000)
    applicant = models.CharField("申请人（遮住的）", max_length=200)
    clerk_uid = models.UUIDField("收件人")
    clerk = models.CharField("收件人姓名", max_length=100)
    happened_at = models.DateTimeField("收件时间")
    received_at = models.DateTimeField("传回时间")
    received_by = models.CharField("传回人", max_length=100)
    received_uid = models.UUIDField("传回人编号")
    state = models.CharField("状态", max_length=10, choices=State)
    why = models.CharField("为什么待处理", max_length=12, choices=tuple(WAITING.items()), blank=True)
    said = models.CharField("说明", max_length=500, blank=True)
    fields = models.JSONField("哪里不对", default=dict, blank=True)
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="offline_entry", verbose_name="办件"
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=100, blank=True)
    settled_why = models.CharField("处理说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "离线收件"
        constraints = [
            models.UniqueConstraint(fields=["device", "seq"], name="offline_entry_once"),
            models.CheckConstraint(
                condition=models.Q(state="merged", case__isnull=False) | (~models.Q(state="merged") & models.Q(case__isnull=True)),
                name="offline_merged_has_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | ~models.Q(why=""), name="offline_waiting_says_why"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["window", "-happened_at", "-id"], name="offline_entry_window"),
            models.Index(fields=["-happened_at", "-id"], name="offline_entry_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class Fault(models.Model):
    """That a journal was refused: which entry, what about it. Kept for good; settling says what was done."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="faults")
    seq = models.PositiveIntegerField("第几条")
    kind = models.CharField("问题", max_length=12, choices=tuple(FAULTS.items()))
    said = models.CharField("说明", max_length=300)
    found_at = models.DateTimeField("发现时间")
    sent_by = models.CharField("传回人", max_length=100)
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=100, blank=True)
    settled_why = models.CharField("处理说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "离线日志问题"
        constraints = [
            models.UniqueConstraint(
                fields=["device", "seq", "kind"], condition=models.Q(settled_at__isnull=True), name="offline_fault_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.seq} {self.kind}"


class SettingRow(models.Model):
    """A number that a centre has set; where there is no row the default of `rules.SETTINGS` holds."""

    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=20)
    value = models.PositiveIntegerField("值")
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "断网办件设定"
        constraints = [models.UniqueConstraint(fields=["centre", "key"], name="offline_setting_once")]

    def __str__(self) -> str:
        return self.key
