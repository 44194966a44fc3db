"""The ledger: steps that nobody changes, and the seals over them."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.matters.models.thread import Matter


class LedgerHead(models.Model):
    """One row: what ledger this is. `synthetic` marks a database of demo, simulation or drill, for good."""

    installation = models.UUIDField(default=uuid.uuid4)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "账本首页"

    def __str__(self) -> str:
        return str(self.installation)


class Step(models.Model):
    """One act in the append-only ledger.

    `happened_at` is the moment that counts, said by people; `recorded_at` is when it was written down, said by the
    database alone. `clock`, `facts` and `documents` are JSON text kept exactly as given, because the link covers them.
    """

    append_only = True
    only_by_function = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="steps")
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=40)
    from_state = models.CharField("原状态", max_length=30, blank=True)
    to_state = models.CharField("新状态", max_length=30, blank=True)
    actor_uid = models.UUIDField("办理人标识")
    actor_name = models.CharField("办理人", max_length=200)
    actor_post = models.CharField("岗位", max_length=120, blank=True)
    window = models.CharField("窗口", max_length=80, blank=True)
    happened_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间")
    basis = models.CharField("补记依据", max_length=40, blank=True)
    clock = models.TextField("时钟作用", blank=True)
    facts = models.TextField("事实", blank=True)
    documents = models.TextField("文书", blank=True)
    procedure = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    link = models.BinaryField("链值")

    class Meta:
        verbose_name = "步骤"
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="matters_step_seq")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Unsealed(models.Model):
    """Queue of steps that wait for their seal; a row is written in the step's own transaction."""

    only_by_function = True

    step_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = "待封步骤"

    def __str__(self) -> str:
        return str(self.step_id)


class Seal(models.Model):
    """A seal over a batch of steps: the running SM3 and the SM2 signature of its head."""

    append_only = True

    sealed_at = models.DateTimeField("封存时间")
    count = models.PositiveIntegerField("步数")
    previous_head = models.BinaryField("前一封首")
    head = models.BinaryField("封首")
    mac_key = models.CharField("消息鉴别密钥", max_length=40)
    signature = models.BinaryField("签名")
    signature_key = models.CharField("签名密钥", max_length=40)
    algorithm = models.CharField("算法", max_length=60)

    class Meta:
        verbose_name = "封存"

    def __str__(self) -> str:
        return f"第 {self.pk} 封"


class SealEntry(models.Model):
    """A step's place in a seal and its HMAC-SM3; the step itself is never touched."""

    append_only = True

    step_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, db_index=False, related_name="entries")
    position = models.PositiveIntegerField()
    mac = models.BinaryField()

    class Meta:
        verbose_name = "封存条目"
        constraints = [models.UniqueConstraint(fields=["seal", "position"], name="matters_seal_position")]

    def __str__(self) -> str:
        return str(self.step_id)
