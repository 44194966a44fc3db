"""The board: how many clocks run in which colour, and what is red now, why, whose, since when (R215).

For whoever draws it (a page, the wall, a live stream):

* `board(actor, at)` reads sums that cost what there are groups, never what there are matters; two questions.
* `what_is_red(actor, filters)` is a queryset to page by `sort_at`, `id` (longest overdue first); give a page's matters to
  `shining(matters)` for the rule, the moment since when, and the derivation as it was: one question a page.
* The live stream hears `events.LightsChanged`; after it, ask `board` again. Counts are true at every commit.
* A light is a value of `Matter.light`: "" green (or nothing to measure), `warn`, `yellow`, `red` (`rules.LIGHTS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.matters import lifecycle
from yimen.ground.matters import selectors as reading
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import rules
from yimen.watch.supervision.models import LightChange
from yimen.watch.supervision.policies import WATCH

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


@dataclass(slots=True)
class Group:
    """The counts of one group; `lights` are open matters by colour. Names are empty where the board does not split by them.

    `led_from` names the department of another tier that manages this one vertically.
    """

    department_id: int | None = None
    department: str = ""
    centre_id: int | None = None
    centre: str = ""
    procedure: str = ""
    label: str = ""
    lights: dict[str, int] = field(default_factory=lambda: dict.fromkeys(rules.LIGHTS, 0))
    received: int = 0
    closed: int = 0
    late: int = 0
    led_from: str = ""

    @property
    def open(self) -> int:
        """Everything open, whatever its colour."""
        return sum(self.lights.values())


@dataclass(frozen=True, slots=True)
class Board:
    """What the actor may see of the whole: the sums, and the same by department, by centre and by procedure.

    `received`, `closed` and `late` are today's (closed late among closed).
    """

    at: datetime
    whole: Group
    departments: Sequence[Group]
    centres: Sequence[Group]
    procedures: Sequence[Group]


_TODAY = {"opened": "received", "closed": "closed", "late": "late"}


def board(actor: Actor, at: datetime, asked: RedFilters | None = None) -> Board:
    """Everything the board shows at one moment; those with the most red first.

    `asked` narrows it to a department, centre or procedure; of its lights, person and text it knows nothing.
    """
    rows = (
        narrowed(reading.counted(actor, WATCH), asked)
        .filter(Q(what="open", day__isnull=True) | Q(what__in=_TODAY, day=day_of(at)))
        .values_list("what", "light", "procedure", "department_id", "centre_id")
        .annotate(all=Sum("count"))
    )
    whole = Group()
    splits: tuple[dict[Any, Group], ...] = ({}, {}, {})
    for what, light, procedure, department_id, centre_id, count in rows:
        groups = [whole, splits[0].setdefault(department_id, Group(department_id=department_id))]
        if centre_id is not None:
            groups.append(splits[1].setdefault(centre_id, Group(centre_id=centre_id)))
        groups.append(splits[2].setdefault(procedure, Group(procedure=procedure, label=procedure_label(procedure))))
        for group in groups:
            if what == "open":
                group.lights[light] = group.lights.get(light, 0) + int(count)
            else:
                setattr(group, _TODAY[what], getattr(group, _TODAY[what]) + int(count))
    names = organisations.short_names({*splits[0], *splits[1]})
    led = organisations.led_from(set(splits[0]))
    for group in splits[0].values():
        group.department = names.get(group.department_id or 0, "")
        group.led_from = led.get(group.department_id or 0, "")
    for group in splits[1].values():
        group.centre = names.get(group.centre_id or 0, "")
    return Board(at, whole, *(_sorted(split.values()) for split in splits))


def narrowed(rows: QuerySet[Any], asked: RedFilters | None) -> QuerySet[Any]:
    """Matters, or sums over them, of one department, centre and procedure as asked."""
    if asked is None:
        return rows
    wanted = {"department": asked.department, "centre": asked.centre, "procedure": asked.procedure or None}
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


def _sorted(groups: Iterable[Group]) -> list[Group]:
    shown = [each for each in groups if each.open or each.received or each.closed]
    return sorted(
        shown,
        key=lambda each: (-each.lights["red"], -each.lights["yellow"], -each.open, each.department, each.procedure),
    )


def procedure_label(name: str) -> str:
    """What a procedure is called; its own name where no module here knows it."""
    try:
        return lifecycle.procedure(name).label
    except KeyError:
        return name


@dataclass(frozen=True, slots=True)
class RedFilters:
    """Narrow what is red: `lights` some of warn, yellow, red; the others as they are named; `text` number or title."""

    lights: tuple[str, ...] = ("red", "yellow")
    department: int | None = None
    centre: int | None = None
    procedure: str = ""
    person: int | None = None
    text: str = ""


def what_is_red(actor: Actor, filters: RedFilters | None = None) -> QuerySet[Matter]:
    """The open matters that shine, within the actor's scope; page by `sort_at`, `id`. With department and centre joined."""
    asked = filters or RedFilters()
    lights = [each for each in asked.lights if each in rules.LIGHTS and each] or ["red", "yellow"]
    found = reading.visible(actor, WATCH).filter(closed_at__isnull=True, light__in=lights)
    found = narrowed(found, asked)
    if asked.person is not None:
        found = found.filter(person=asked.person)
    if text := asked.text.strip()[:60]:
        found = found.filter(Q(code__startswith=text) | Q(title__contains=text) | Q(person_name=text))
    return found.select_related("department", "centre", "window").order_by("sort_at", "id")


@dataclass(frozen=True, slots=True)
class Shining:
    """One line of what is red: the matter, since when it has this colour, by which rule, and how it was derived."""

    matter: Matter
    light: str
    light_label: str
    since: datetime | None
    rule: str
    version_id: int | None
    evidence: dict[str, Any]


def shining(found: Sequence[Matter]) -> list[Shining]:
    """The same matters with what is known of their light; one question."""
    changes = {
        each.matter_id: each
        for each in LightChange.objects.filter(matter__in=[matter.pk for matter in found])
        .order_by("matter", "-id")
        .distinct("matter")
        .select_related("version")
    }
    return [_shining(matter, changes.get(matter.pk)) for matter in found]


def _shining(matter: Matter, change: LightChange | None) -> Shining:
    known = change is not None and change.after == matter.light
    return Shining(
        matter, matter.light, rules.LIGHTS.get(matter.light, matter.light), change.since if known and change else None,
        change.version.label if known and change and change.version else "",
        change.version_id if known and change else None, change.evidence if known and change else {},
    )  # fmt: skip


def colour_history(matter: Matter) -> list[LightChange]:
    """Every change of a matter's light, first to last."""
    return list(LightChange.objects.filter(matter=matter).select_related("version__rule", "department").order_by("id"))
