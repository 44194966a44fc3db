"""Every step of a matter, as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yimen.ground.matters import lifecycle
from yimen.ground.matters.models import Matter, Step


@dataclass(frozen=True)
class Shown:
    """A step as the timeline shows it."""

    seq: int
    action: str
    label: str
    public_label: str
    actor: str
    post: str
    window: str
    happened_at: datetime
    recorded_at: datetime
    basis: str
    facts: Mapping[str, Any]
    documents: Sequence[str]
    effect: str
    to_state: str

    @property
    def late_entry(self) -> bool:
        """Was it written down at another time than it happened? Then the timeline says so, and on what basis."""
        return bool(self.basis)

    def said_late(self, moment: str) -> str:
        """When and on what basis it was written down, with the moment in words; empty where that was at once."""
        if not self.basis:
            return ""
        if self.basis == BASES["statutory_effect"]:
            return f"{moment} 由系统记入"
        return f"{moment} 补记，依据：{self.basis}"


def documents_of(matter_id: int, seq: int) -> list[str]:
    """The codes of the letters that a step issued."""
    text = Step.objects.filter(matter=matter_id, seq=seq).values_list("documents", flat=True).first()
    return [str(code) for code in json.loads(text)] if text else []


BASES: dict[str, str] = {
    "postal_receipt": "邮件签收单",
    "offline_journal": "离线日志",
    "statutory_effect": "法定后果",
    "import": "导入",
}
"""What may support a step that is written down later than it happened."""


def timeline(matter: Matter) -> list[Shown]:
    """Every step of a matter, first to last."""
    table = lifecycle.procedure(matter.procedure, matter.procedure_version)
    shown = []
    for step in Step.objects.filter(matter=matter).order_by("seq"):
        rule = table.step(step.action)
        shown.append(
            Shown(
                seq=step.seq,
                action=step.action,
                label=rule.label,
                public_label=rule.public_label,
                actor=step.actor_name,
                post=step.actor_post,
                window=step.window,
                happened_at=step.happened_at,
                recorded_at=step.recorded_at,
                basis=BASES.get(step.basis, step.basis),
                facts=json.loads(step.facts or "{}"),
                documents=json.loads(step.documents or "[]"),
                effect=json.loads(step.clock)["effect"] if step.clock else "",
                to_state=step.to_state,
            )
        )
    return shown
