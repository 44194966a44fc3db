"""The tables under every module: audit, outbox, serial numbers, rate buckets, idempotency keys.

They are written through `audit`, `outbox`, `numbering`, `ratelimit` and `idempotency`, or in the database by the
functions of `sql/` (`kit_audit`, `kit_publish`, `kit_next_number`, `kit_take_tokens`). No table here has a foreign key,
so that each can be partitioned by time when it grows.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import DateTimeField, Func, Q


def clock_timestamp() -> Func:
    """The database's own clock at the moment of the write, as a column default."""
    return Func(function="clock_timestamp", output_field=DateTimeField())


class AuditEntry(models.Model):
    """One act, done, refused or failed: who, what, on what, from where. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    class Result(models.TextChoices):
        """How the act ended."""

        OK = "ok", "完成"
        REFUSED = "refused", "被拒绝"
        FAILED = "failed", "出错"

    at = models.DateTimeField("时间", db_default=clock_timestamp(), editable=False)
    actor_uid = models.UUIDField("操作人编号", null=True)
    actor_name = models.TextField("操作人", db_default="")
    actor_post = models.TextField("岗位", db_default="")
    action = models.TextField("操作")
    target_kind = models.TextField("对象类型", db_default="")
    target = models.TextField("对象", db_default="")
    result = models.TextField("结果", choices=Result, db_default="ok")
    reason = models.TextField("原因", db_default="")
    request_id = models.TextField("请求编号", db_default="")
    ip = models.GenericIPAddressField("来源地址", null=True)
    facts = models.TextField("情况", db_default="{}")
    before_hash = models.TextField("变更前摘要", db_default="")
    after_hash = models.TextField("变更后摘要", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        constraints = [
            models.CheckConstraint(condition=Q(result__in=["ok", "refused", "failed"]), name="kit_audit_result"),
            models.CheckConstraint(condition=~Q(action=""), name="kit_audit_action"),
        ]
        indexes = [
            models.Index(fields=["target_kind", "target", "-id"], name="kit_audit_target"),
            models.Index(fields=["actor_uid", "-id"], name="kit_audit_actor"),
            models.Index(fields=["-at", "-id"], name="kit_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.target} {self.result}"


class OutboxEvent(models.Model):
    """A fact that other modules may hear, written in the transaction in which it became true."""

    name = models.TextField("事件")
    payload = models.JSONField("内容")
    module = models.TextField("模块")
    at = models.DateTimeField("时间", db_default=clock_timestamp(), editable=False)
    fanned_at = models.DateTimeField("分发时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "事件"
        indexes = [
            models.Index(fields=["id"], condition=Q(fanned_at__isnull=True), name="kit_outbox_new"),
            models.Index(fields=["at"], name="kit_outbox_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(models.Model):
    """One event for one handler. `event_id` is no foreign key: the outbox may be partitioned and pruned."""

    class State(models.TextChoices):
        """Where the delivery stands; a parked one waits for a person on the operations page."""

        WAITING = "waiting", "待处理"
        DONE = "done", "已处理"
        PARKED = "parked", "已搁置"

    event_id = models.BigIntegerField("事件编号")
    event_name = models.TextField("事件")
    handler = models.TextField("处理程序")
    state = models.TextField("状态", choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次时间", db_default=clock_timestamp())
    error = models.TextField("失败原因", default="", blank=True)
    done_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "事件投递"
        constraints = [
            models.UniqueConstraint(fields=["event_id", "handler"], name="kit_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "parked"]), name="kit_delivery_state"),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="kit_delivery_due"),
            models.Index(fields=["id"], condition=Q(state="parked"), name="kit_delivery_parked"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} #{self.event_id} {self.state}"


class Serial(models.Model):
    """The last number given in a series; `kit_next_number` is the only writer."""

    series = models.TextField("序列", primary_key=True)
    last = models.BigIntegerField("最后编号")

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"
        constraints = [models.CheckConstraint(condition=Q(last__gte=0), name="kit_serial_last")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class RateBucket(models.Model):
    """Tokens left for one key at one moment; unlogged, since a crash may well forget it."""

    key = models.TextField("键", primary_key=True)
    tokens = models.FloatField("剩余")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "频率限制"

    def __str__(self) -> str:
        return f"{self.key} {self.tokens:.1f}"


class IdempotencyKey(models.Model):
    """The answer once given to a request, kept so that a replay gets the same one."""

    scope = models.TextField("范围")
    key = models.TextField("键")
    request_hash = models.TextField("请求摘要")
    status = models.PositiveSmallIntegerField("状态码", null=True)
    body = models.TextField("回复", default="", blank=True)
    created_at = models.DateTimeField("时间", db_default=clock_timestamp())
    expires_at = models.DateTimeField("到期")

    class Meta:
        verbose_name = verbose_name_plural = "幂等键"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="kit_idempotency_once")]
        indexes = [models.Index(fields=["expires_at"], name="kit_idempotency_expires")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
