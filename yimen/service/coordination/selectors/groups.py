"""Leading groups and how they stand with their reports (R014)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import NotFound
from yimen.service.coordination import policies, rules
from yimen.service.coordination.models import GroupMember, GroupReport, LeadingGroup


def visible(actor: Actor) -> QuerySet[LeadingGroup]:
    """The groups an actor may read: those of the own centre, and those in which the own unit is a member or the office."""
    found = Q(pk__in=[])
    for code in (policies.GROUPS, policies.WATCH):
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return _whole(LeadingGroup.objects.all())
                case "centre":
                    found |= Q(home=held.scope_id or actor.centre_id or 0)
                case "division":
                    found |= Q(home__division__code__startswith=held.scope_path)
                case "department":
                    unit = held.scope_id or actor.department_id or 0
                    member = GroupMember.objects.filter(unit=unit).values("group")
                    found |= Q(office=unit) | Q(pk__in=member)
                case _:
                    pass
    return _whole(LeadingGroup.objects.filter(found))


def _whole(found: QuerySet[LeadingGroup]) -> QuerySet[LeadingGroup]:
    members = GroupMember.objects.select_related("unit").order_by("role", "from_on", "id")
    return found.select_related("home", "office").prefetch_related(Prefetch("members", members), "reporting", "reports")


def access_group(actor: Actor, uid: UUID) -> LeadingGroup:
    """A group that the actor may read; to others there is none (`NotFound`)."""
    found = visible(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个领导小组，或者不在您的管理范围内。", next_step="请从领导小组清单进入。")
    return found


def due_days_of(group: LeadingGroup, upto: date) -> list[date]:
    """Every day on which a report was or is due, up to a day, in order. Reads the prefetched `reporting` where there is one."""
    days: set[date] = set()
    for duty in group.reporting.all():
        last = min(upto, duty.ended_on) if duty.ended_on else upto
        days |= set(rules.due_days(duty.first_due_on, duty.interval_months, last))
    return sorted(days)


def late_groups(actor: Actor, today: date) -> int:
    """How many groups that the actor may read have a report past due and not handed in."""
    groups = visible(actor).filter(dissolved_on__isnull=True).prefetch_related(None)
    found = 0
    for group in groups.prefetch_related("reporting", "reports"):
        handed_in = {each.due_on for each in group.reports.all()}
        found += any(day < today and day not in handed_in for day in due_days_of(group, today))
    return found


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report by its due day: handed in (in time or late), late, or still to come."""

    due_on: date
    report: GroupReport | None
    late: bool


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """A group with who leads it now and how its reports stand."""

    group: LeadingGroup
    leader: GroupMember | None
    deputies: list[GroupMember]
    members: list[GroupMember]
    past: list[GroupMember]
    due: list[DueReport]

    @property
    def late(self) -> list[DueReport]:
        """Reports that are past due and were not handed in."""
        return [each for each in self.due if each.late and each.report is None]

    @property
    def next_due(self) -> DueReport | None:
        """The earliest report that is not handed in."""
        return next((each for each in self.due if each.report is None), None)


AHEAD_DAYS = 400


def standing(group: LeadingGroup, today: date) -> GroupStanding:
    """How a group stands, from what was prefetched."""
    members = list(group.members.all())
    now = [each for each in members if each.to_on is None or each.to_on >= today]
    reports = {each.due_on: each for each in group.reports.all()}
    days = due_days_of(group, date.fromordinal(today.toordinal() + AHEAD_DAYS))
    shown = [day for day in days if day <= today or day in reports]
    ahead = next((day for day in days if day > today and day not in reports), None)
    if ahead is not None:
        shown.append(ahead)
    due = []
    for day in sorted(set(shown)):
        report = reports.get(day)
        late = day < (day_of(report.handed_in_at) if report else today)
        due.append(DueReport(day, report, late))
    return GroupStanding(
        group,
        next((each for each in now if each.role == "leader"), None),
        [each for each in now if each.role == "deputy"],
        [each for each in now if each.role == "member"],
        [each for each in members if each not in now],
        due,
    )


def standings(groups: QuerySet[LeadingGroup], today: date) -> list[GroupStanding]:
    """The same for many, with no query of its own."""
    return [standing(each, today) for each in groups.order_by("dissolved_on", "id")]
