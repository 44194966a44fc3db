"""The numbers of 效能监督: complaints of a period, and what stands on the board. Each has its list (the query beside it)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.models import Complaint, Correction, Entry, EntryCheck, Fault, Ladder
from yimen.watch.efficiency.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS: dict[str, tuple[str, Q, str]] = {
    "received": ("收到", Q(), ""),
    "accepted": ("受理", Q(accepted_at__isnull=False), "accepted=yes"),
    "accepted_late": ("受理超期", Q(accepted_in_time=False), "accepted=late"),
    "declined": ("不予受理", Q(matter__state="declined"), "state=declined"),
    "effective": ("有效", Q(found="effective"), "found=effective"),
    "ineffective": ("无效", Q(found="ineffective"), "found=ineffective"),
    "answered": ("已答复", Q(answered_at__isnull=False), "answered=yes"),
    "answered_late": ("答复超期", Q(answered_at__isnull=False, matter__on_time=False), "answered=late"),
    "satisfied": ("满意", Q(satisfied=True), "satisfied=yes"),
    "unsatisfied": ("不满意", Q(satisfied=False), "satisfied=no"),
}
"""Each number of the complaints lodged in a period: its head, what it counts, the question that opens its list."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one unit, or of all (`unit` None). `hours` are the mean hours from lodging to answer."""

    unit: int | None
    name: str
    numbers: Mapping[str, int]
    hours: float | None

    @property
    def share(self) -> float | None:
        """有效率: effective of those found out, in percent."""
        decided = self.numbers["effective"] + self.numbers["ineffective"]
        return round(100 * self.numbers["effective"] / decided, 1) if decided else None


def _lodged(actor: Actor, span: Period) -> QuerySet[Complaint]:
    begin, end = span.moments
    rows = Complaint.objects.filter(policies.complaints(actor))
    return rows.filter(matter__opened_at__gte=begin, matter__opened_at__lt=end).order_by()


_COUNTS = {f"n_{name}": Count("pk", filter=condition or None) for name, (_, condition, _) in NUMBERS.items()}
_HOURS = {
    "n_hours": Avg(
        ExpressionWrapper(F("answered_at") - F("matter__opened_at"), output_field=DurationField()),
        filter=Q(answered_at__isnull=False),
    )
}


def figures(actor: Actor, span: Period) -> tuple[Figures, list[Figures]]:
    """All complaints of a period that the actor may see, and by accused unit, those with most first: two queries."""
    rows = _lodged(actor, span)
    whole = rows.aggregate(**_COUNTS, **_HOURS)
    names = list(NUMBERS)
    by_unit: QuerySet[Complaint, tuple[Any, ...]] = rows.values_list("accused", "accused__short_name", "accused__name").annotate(
        **_COUNTS, **_HOURS
    )  # fmt: skip
    lines = [
        Figures(unit, short or name, dict(zip(names, numbers, strict=True)), _hours(hours))
        for unit, short, name, *numbers, hours in by_unit
    ]
    lines.sort(key=lambda line: (-line.numbers["received"], line.unit or 0))
    return Figures(None, "合计", {name: whole[f"n_{name}"] for name in NUMBERS}, _hours(whole["n_hours"])), lines


def _hours(span: object) -> float | None:
    return round(span.total_seconds() / 3600, 1) if hasattr(span, "total_seconds") else None


@dataclass(frozen=True, slots=True)
class Stat:
    """One number of the board: its label, its value, the address (name and question) of its list."""

    label: str
    value: int
    to: str
    query: str = ""
    unit: str = "件"


def board(actor: Actor, at: datetime) -> list[tuple[str, str, list[Stat]]]:
    """What stands on the board, in groups, as far as the actor may see it."""
    found = []
    running, late = Q(matter__closed_at__isnull=True), Q(matter__closed_at__isnull=True, matter__due_at__lt=at)
    if actor.holds(policies.COMPLAINTS):
        row = Complaint.objects.filter(policies.complaints(actor)).aggregate(
            received=Count("pk", filter=Q(matter__state="received")),
            investigating=Count("pk", filter=Q(matter__state="investigating")),
            found=Count("pk", filter=Q(matter__state="found")),
            answered=Count("pk", filter=Q(matter__state="answered")), late=Count("pk", filter=late),
        )  # fmt: skip
        heads = ("待受理", "调查中", "待答复", "待回访", "超期")
        stats = [Stat(head, row[key], "complaints", f"box={key}") for head, key in zip(heads, row, strict=True)]
        found.append(("效能投诉", "限时受理，查清有效、无效，答复，回访。", stats))
    rows = Correction.objects.filter(policies.seen(actor)).aggregate(
        rectifying=Count("pk", filter=Q(matter__state="rectifying")),
        reported=Count("pk", filter=Q(matter__state="reported")), late=Count("pk", filter=late),
        verified=Count("pk", filter=Q(matter__state="verified")),
        escalated=Count("pk", filter=Q(matter__state="escalated")),
    )  # fmt: skip
    found.append(("整改通知", "发现问题，通知整改，核验结果。", [
        Stat("待整改", rows["rectifying"], "corrections", "box=all&state=rectifying"),
        Stat("待核验", rows["reported"], "corrections", "box=all&state=reported"),
        Stat("超期", rows["late"], "corrections", "box=late"),
        Stat("已整改", rows["verified"], "corrections", "box=all&state=verified"),
        Stat("转问责", rows["escalated"], "corrections", "box=all&state=escalated"),
    ]))  # fmt: skip
    if actor.holds(policies.VIEW) or actor.holds(policies.DECIDE):
        faults = Fault.objects.filter(policies.faults(actor)).aggregate(
            open=Count("pk", filter=running), appealed=Count("pk", filter=Q(matter__state="appealed")),
            final=Count("pk", filter=Q(matter__state="final")),
        )  # fmt: skip
        ladders = Ladder.objects.filter(policies.ladders(actor), running).count()
        found.append(("责任追究", "有人、有规定、有处理，听过本人，可以申诉。", [
            Stat("在办", faults["open"], "faults", "box=open"),
            Stat("申诉复核", faults["appealed"], "faults", "box=all&state=appealed"),
            Stat("已生效", faults["final"], "faults", "box=all&state=final"),
            Stat("追责中的单位", ladders, "ladders", "box=open", "家"),
        ]))  # fmt: skip
    checks = EntryCheck.objects.filter(policies.seen(actor)).aggregate(
        open=Count("pk", filter=running), late=Count("pk", filter=late),
        concluded=Count("pk", filter=Q(matter__state="concluded")),
    )  # fmt: skip
    found.append(("授权与进驻检查", "作为交办事项，逐个部门检查。", [
        Stat("在办", checks["open"], "entry_checks", "box=open"),
        Stat("超期", checks["late"], "entry_checks", "box=late"),
        Stat("已检查", checks["concluded"], "entry_checks", "box=all&state=concluded"),
    ]))  # fmt: skip
    return found


def register_counts(actor: Actor) -> list[tuple[str, int, int]]:
    """Each register: its key, how many entries are open, how many there are; one query."""
    rows = entries(actor).filter(withdrawn_at__isnull=True).order_by().values("register").annotate(
        open=Count("pk", filter=Q(closed_at__isnull=True)), all=Count("pk")
    )  # fmt: skip
    by_key = {row["register"]: row for row in rows}
    return [
        (key, by_key[key]["open"] if key in by_key else 0, by_key[key]["all"] if key in by_key else 0)
        for key in REGISTERS
    ]


def entries(actor: Actor) -> QuerySet[Entry]:
    """Entries of all registers an actor may see: of the scope; a department sees those about itself."""
    found = Q(pk__in=[])
    for code in (policies.VIEW, policies.MANAGE):
        for held in actor.held(code):
            match held.scope:
                case "all":
                    found |= Q(pk__isnull=False)
                case "division":
                    found |= Q(division__startswith=held.scope_path)
                case "centre":
                    found |= Q(division=actor.division) | Q(unit=actor.department_id)
                case "department":
                    found |= Q(unit=held.scope_id or actor.department_id or 0)
                case _:
                    pass
    return Entry.objects.filter(found)


def published_posts() -> list[Entry]:
    """监督岗 whose telephone the public page shows (R229)."""
    rows = Entry.objects.filter(register="post", closed_at__isnull=True, withdrawn_at__isnull=True)
    return list(rows.order_by("pk")[:20])
