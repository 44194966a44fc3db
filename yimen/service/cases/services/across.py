"""Hand a running case to the department or window of another tier that answers to ours (R002): 上报, 下转, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters.services import Taken, lock, place, ready_to, take_step
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseHandedAcross

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter
    from yimen.ground.matters.selectors import Asked


class NoCounterpart(Invalid):
    """Nobody of another tier answers to the department or window that has the case."""

    code = "no_counterpart"


@dataclass(frozen=True, slots=True)
class Across:
    """A department of another tier, at one of its windows or without one, that a case may be handed to."""

    unit_id: int
    window_id: int | None
    up: bool
    unit: str
    window: str = ""

    @property
    def key(self) -> str:
        """What a form sends."""
        return f"{self.unit_id}:{self.window_id or ''}"

    @property
    def label(self) -> str:
        """For people: `上级　安平市市场监督管理局　2 号窗口（登记窗口）`."""
        return "　".join(part for part in ("上级" if self.up else "下级", self.unit, self.window) if part)


def counterparts_of_case(matter: Matter | Asked) -> list[Across]:
    """To whom a case may be handed across tiers: the counterpart departments, each also at the windows matched with ours."""
    unit = organisations.unit(matter.department_id)
    while unit.kind == "section" and unit.parent is not None:
        unit = unit.parent
    window = organisations.window(matter.window_id) if matter.window_id is not None else None
    windows = organisations.counterpart_windows_of(window) if window is not None else []
    found = []
    for other in organisations.counterparts_of(unit):
        up = other.division.level < unit.division.level
        found.append(Across(other.pk, None, up, other.name))
        found += [
            Across(other.pk, each.pk, up, other.name, f"{each.number} 号窗口（{each.name}）")
            for each in windows
            if each.closed_on is None and each.departments.filter(pk=other.pk).exists()
        ]
    return found


def hand_across(*, code: str, to: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Hand a case up or down to a counterpart, which goes on with it under its own letters. `to` is an `Across.key`.

    The clock runs on, the hall where it was applied for stays the same, nobody has it in hands until claimed. It goes back
    by the same step. Raises `NoCounterpart`, and what `take_step` raises.
    """
    with transaction.atomic():
        lock(code)
        ready = ready_to(matter=code, action="hand_across", actor=actor, at=at, seen=seen)
        target = next((each for each in counterparts_of_case(ready) if each.key == to), None)
        if target is None:
            raise NoCounterpart(
                "对方不是这件办件的上下级对口单位或窗口。",
                next_step="请从名单中选择；名单里没有的，请中心管理人员先在“上下级对口”里登记。",
                fields={"to": "请从名单中选择。"},
            )
        source = organisations.unit(ready.department_id)
        change: dict[str, object] = {"person_id": None, "person_name": "", "post_id": None}
        if target.window_id is not None:
            change["window_id"] = target.window_id
        taken = take_step(
            matter=ready.id, action="hand_across", actor=actor, at=at, seen=seen, ready=ready,
            facts={
                "reason": reason, "from": source.name, "to": target.unit, "window": target.window,
                "way": "up" if target.up else "down",
            },
            change=change,
            events=[
                CaseHandedAcross(
                    ready.id, ready.code, source.pk, target.unit_id, target.window_id or 0, actor.account_id or 0, reason, at
                )
            ],
        )  # fmt: skip
        place(matter_id=ready.id, department_id=target.unit_id)
        return taken
