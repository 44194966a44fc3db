"""委托: one person lets another act for him; and in whose place a session acts just now."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models

from yimen.ground.identity.models.enterprises import Membership
from yimen.ground.identity.models.people import Party
from yimen.ground.identity.models.signing_in import Session
from yimen.ground.identity.standing import POWERS
from yimen.ground.kit.fields import EncryptedText


class Mandate(models.Model):
    """A power of attorney (民法典 arts. 161–165) or the place of a guardian (art. 23).

    The agent is named by document number, not by account, so that somebody without an account can be mandated, and nobody
    opens a file of another by naming him. `agent_index` is the keyed blind index of that number, the same as
    `Party.id_index`. In force: accepted, neither revoked nor given up, and today between both days.
    """

    class Kind(models.TextChoices):
        ENTRUSTED = "entrusted", "委托代理"
        GUARDIAN = "guardian", "法定代理（监护）"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("委托编号", max_length=40, unique=True)
    kind = models.CharField("代理种类", max_length=10, choices=Kind, default=Kind.ENTRUSTED)
    principal = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="mandates_given", verbose_name="委托人（被代理人）"
    )
    agent_name = models.CharField("代理人", max_length=100)
    agent_id_type = models.CharField("代理人证件类型", max_length=12, choices=Party.IdType)
    agent_number = EncryptedText("代理人证件号码")
    agent_index = models.CharField("代理人证件号码盲索引", max_length=80, db_index=True)
    powers = models.JSONField("代理权限", default=list)
    # [{"code": implementation code, "name": as it was called then}]; empty means every item.
    items = models.JSONField("事项范围", default=list)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至")
    note = models.CharField("说明", max_length=200, blank=True)
    # The scanned paper; files stand above this module, so there is no foreign key.
    paper = models.UUIDField("委托书扫描件", null=True, blank=True)
    given_at = models.DateTimeField("出具时间")
    given_by = models.UUIDField("出具的账号")
    given_by_name = models.CharField("出具人", max_length=200)
    at_window = models.BooleanField("窗口核验", default=False)
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_by_name = models.CharField("终止人", max_length=200, blank=True)
    end_kind = models.CharField(
        "终止原因",
        max_length=10,
        blank=True,
        choices=[
            ("revoked", "委托人撤销"),
            ("resigned", "代理人辞去"),
            ("declined", "代理人没有接受"),
            ("closed", "主体注销"),
        ],
    )
    end_reason = models.CharField("终止说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "委托"
        indexes = [models.Index(fields=["principal", "-given_at"], name="identity_mandate_of")]
        constraints = [
            models.CheckConstraint(
                name="identity_mandate_days", condition=models.Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(name="identity_mandate_has_powers", condition=~models.Q(powers=[])),
            models.CheckConstraint(
                name="identity_mandate_end_has_kind",
                condition=models.Q(ended_at__isnull=True, end_kind="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_kind="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def state(self, on: date) -> str:
        """`offered`, `waiting` (begins later), `in_force`, `expired`, `revoked`, `resigned`, `declined` or `closed`."""
        if self.ended_at is not None:
            return self.end_kind
        if on > self.valid_to:
            return "expired"
        if self.accepted_at is None:
            return "offered"
        return "in_force" if on >= self.valid_from else "waiting"

    def power_labels(self) -> list[str]:
        """The powers in Chinese, in their usual order."""
        return [label for power, label in POWERS.items() if power in self.powers]

    def covers(self, power: str, item: str, on: date) -> bool:
        """Whether this mandate gives the power for the item on that day."""
        codes = {each["code"] for each in self.items}
        return self.state(on) == "in_force" and power in self.powers and (not codes or item in codes)


class Acting(models.Model):
    """In whose place a session acts; without a row, in the person's own. Ends with the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, related_name="acting")
    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    since = models.DateTimeField("自")

    class Meta:
        verbose_name = "办事身份"
        constraints = [
            models.CheckConstraint(
                name="identity_acting_for_one",
                condition=models.Q(mandate__isnull=False, membership__isnull=True)
                | models.Q(mandate__isnull=True, membership__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id or self.membership_id}"
