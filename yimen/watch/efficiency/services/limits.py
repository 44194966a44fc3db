"""Tell whoever has to act before a limit ends, and those above them once it has. A watcher of the thread (ADR 0032)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.matters import services as matters
from yimen.watch.efficiency.events import EfficiencyLimit
from yimen.watch.efficiency.lifecycle import PROCEDURES
from yimen.watch.efficiency.models import LimitTold

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

OURS = {table.name for table in PROCEDURES}
SAID = ("期限快到，提醒承办人", "已经超期，提醒负责人")


def look(found: Sequence[Matter], at: datetime) -> dict[int, datetime | None]:
    """Each level once for each due day: near at the warning, past after the limit. Returns when to look next."""
    wishes: dict[int, datetime | None] = {}
    for matter in found:
        if matter.procedure not in OURS or matter.closed_at is not None:
            continue
        if matter.due_at is None or matter.due_on is None or matter.warn_at is None or matter.stopped_since is not None:
            continue
        if at < matter.warn_at:
            wishes[matter.pk] = matter.warn_at
            continue
        level = 0 if at <= matter.due_at else 1
        _, new = LimitTold.objects.get_or_create(
            matter=matter, due_on=matter.due_on, level=level, defaults={"told_at": at}
        )
        if new:
            matters.take_step(
                matter=matter.pk, action="remind", actor=SYSTEM, at=at, facts={"reason": SAID[level], "level": level},
                events=[EfficiencyLimit(matter.pk, matter.code, matter.due_on, level, at)],
            )  # fmt: skip
        wishes[matter.pk] = matter.due_at + timedelta(microseconds=1) if level == 0 else None
    return wishes
