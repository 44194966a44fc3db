"""The five figures of each item and its place among items of its type (R046)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yimen.ground.kit.keeping import Kept
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.vocabulary import LimitUnit
from yimen.service.reform.selectors.figures import FACTS, Reach, behind, rows


@dataclass(frozen=True, slots=True)
class Place:
    """The how-manieth of how many; None where the item has no such figure."""

    rank: int
    of: int


@dataclass(slots=True)
class Five:
    """An item's five figures with its place among the items of its type (1 is best). There are no ratings yet."""

    item: dict[str, Any]
    flow: Place | None
    steps: Place | None
    cases: int = 0
    days: float | None = None

    @property
    def flow_said(self) -> str:
        """Its place by promised time."""
        return f"同类第 {self.flow.rank}，共 {self.flow.of}" if self.flow else "单位不是工作日，不排名"

    @property
    def steps_said(self) -> str:
        """Its place by steps."""
        return f"同类第 {self.steps.rank}，共 {self.steps.of}" if self.steps else ""

    @property
    def cases_said(self) -> str:
        """How many cases the average is of."""
        return f"{self.cases:,} 件的平均"

    @property
    def promise_unit(self) -> str:
        """The unit of the promise as people read it."""
        return LimitUnit.labels().get(self.item["promise_unit"], "")


Ladders = dict[tuple[str, str], list[int]]
_kept: Kept[Ladders] = Kept(most=4)


def five_of(
    reach: Reach,
    *,
    text: str = "",
    kind: str = "",
    after: int = 0,
    before: int = 0,
    most: int | None = 50,
    only: int | None = None,
) -> list[Five]:
    """Items in force with their figures, by id. One scan of the figures ranks them all: it counts how often each value
    occurs in each type; kept until the catalogue moves.
    """
    among = f"i.id = {int(only)}" if only is not None else "true"
    items = behind(reach, "in_force", text=text, kind=kind, after=after, before=before, most=most, among=among)
    if not items:
        return []
    # Kinds, promises and steps stand in the catalogue alone, so its version says whether the ladders are still true.
    ladders = _kept.get((reach.day, catalogue.version()), lambda: _ladders(Reach(reach.day)))
    took = _took([row["id"] for row in items], reach.day)
    found = []
    for row in items:
        promise = row["promise_limit"] if row["promise_limit"] == 0 or row["promise_unit"] == "working_day" else None
        found.append(
            Five(
                row,
                _place(ladders.get(("promise", row["kind"]), []), promise),
                _place(ladders.get(("steps", row["kind"]), []), row["steps"]),
                *took.get(row["id"], (0, None)),
            )
        )
    return found


def _ladders(reach: Reach) -> Ladders:
    """Per figure and type every value in order."""
    found = rows(
        f"""with facts as ({FACTS}) select kind,
            array_agg(promise_limit order by promise_limit)
                filter (where promise_limit = 0 or promise_unit = 'working_day') as promise,
            array_agg(steps order by steps) filter (where steps is not null) as steps
            from facts where published group by kind""",  # noqa: S608 - ours
        reach.values(),
    )
    ladders: Ladders = {}
    for row in found:
        ladders["promise", row["kind"]] = row["promise"] or []
        ladders["steps", row["kind"]] = row["steps"] or []
    return ladders


def _place(ladder: Sequence[int], value: int | None) -> Place | None:
    return None if value is None else Place(bisect_left(ladder, value) + 1, len(ladder))


def _took(items: Sequence[int], day: date) -> dict[int, tuple[int, float | None]]:
    """Decided cases and their average working days in the year before a day, by item."""
    found = rows(
        """
        select e.item_id, count(*) as cases, round(avg(m.work_days), 1)::float as days
        from catalogue_itemedition e join cases_case c on c.edition_id = e.id join matters_matter m on m.id = c.matter_id
        where e.item_id = any(%(items)s) and m.work_days is not null
          and coalesce(nullif(e.promise_unit, ''), e.legal_unit) = 'working_day'
          and c.decided_at >= (%(day)s::date - 365)::timestamp at time zone 'Asia/Shanghai'
          and c.decided_at < (%(day)s::date + 1)::timestamp at time zone 'Asia/Shanghai'
        group by 1
        """,
        {"items": list(items), "day": day},
    )
    return {row["item_id"]: (row["cases"], row["days"]) for row in found}
