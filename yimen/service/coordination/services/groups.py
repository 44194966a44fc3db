"""The register of leading groups (R014). Membership changes by document; what was, stays readable."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.coordination import policies, rules
from yimen.service.coordination.models import GroupMember, GroupReport, LeadingGroup, ReportingDuty
from yimen.service.coordination.selectors.groups import due_days_of

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit


class GroupTwice(Conflict):
    """The group, its leader, or the member is registered already."""

    code = "group_twice"


class GroupOver(Conflict):
    """The group is dissolved, or the membership has ended."""

    code = "group_over"


class NotDue(Invalid):
    """No report is due for that day."""

    code = "not_due"


@transaction.atomic
def found_group(
    *, actor: Actor, home: Unit, name: str, line: str, document: str, founded_on: date, office: Unit, at: datetime,
    office_head: str = "", duties: str = "", leader: str = "", leader_title: str = "", interval_months: int = 0,
    first_due_on: date | None = None,
) -> LeadingGroup:  # fmt: skip
    """Register a group with its leader and, where it has one, its duty to report. Raises `GroupTwice`, `Invalid`."""
    _keeper(actor, home)
    try:
        with transaction.atomic():
            group = LeadingGroup.objects.create(
                home=home, name=name, line=line, document=document, founded_on=founded_on, office=office,
                office_head=office_head, duties=duties,
            )  # fmt: skip
    except IntegrityError:
        raise GroupTwice(f"“{name}”已经登记过。", fields={"name": "已经登记过"}) from None
    if leader:
        GroupMember.objects.create(
            group=group, role="leader", name=leader, title=leader_title, from_on=founded_on, basis=document
        )
    if interval_months:
        _duty(group, interval_months, first_due_on or rules.months_after(founded_on, interval_months))
    _note("coordination.found_group", actor, group, {"document": document})
    return group


@transaction.atomic
def change_group(
    *, actor: Actor, group: LeadingGroup, name: str, line: str, office: Unit, office_head: str, duties: str, at: datetime
) -> None:  # fmt: skip
    """Correct name, line of work, office or duties. Raises `GroupOver`, `GroupTwice`."""
    group = _held(actor, group)
    before = {"name": group.name, "office": group.office_id}
    group.name, group.line, group.office, group.office_head, group.duties = name, line, office, office_head, duties
    try:
        with transaction.atomic():
            group.save(update_fields=["name", "line", "office", "office_head", "duties"])
    except IntegrityError:
        raise GroupTwice(f"已有一个“{name}”。", fields={"name": "已经登记过"}) from None
    _note("coordination.change_group", actor, group, {"before": before})


@transaction.atomic
def add_member(
    *, actor: Actor, group: LeadingGroup, role: str, from_on: date, basis: str, at: datetime, unit: Unit | None = None,
    name: str = "", title: str = "",
) -> GroupMember:  # fmt: skip
    """Add a leader, deputy leader or member unit by a document. A new leader ends the former one with the day before.

    Raises `GroupTwice`, `GroupOver`, `Invalid` where the person or the unit is missing.
    """
    group = _held(actor, group)
    if role == "member" and unit is None:
        raise Invalid("成员单位要选单位。", fields={"unit": "请选择单位"})
    if role != "member" and not name.strip():
        raise Invalid("组长、副组长要写姓名。", fields={"name": "请填写姓名"})
    if from_on < group.founded_on:
        raise Invalid("日期早于领导小组成立。", fields={"from_on": "早于成立日期"})
    if role == "leader":
        for former in group.members.filter(role="leader", to_on__isnull=True):
            _end(former, max(former.from_on, date.fromordinal(from_on.toordinal() - 1)), basis)
    try:
        with transaction.atomic():
            member = GroupMember.objects.create(
                group=group, role=role, unit=unit, name=name.strip(), title=title, from_on=from_on, basis=basis
            )
    except IntegrityError:
        raise GroupTwice("这个成员已经在领导小组里。", fields={"unit": "已经是成员单位"}) from None
    _note("coordination.add_member", actor, group, {"member": member.pk, "basis": basis})
    return member


@transaction.atomic
def end_member(*, actor: Actor, member: GroupMember, to_on: date, basis: str, at: datetime) -> None:
    """A membership ends by a document; it stays in the history. Raises `GroupOver`, `Invalid`."""
    group = _held(actor, member.group)
    member = GroupMember.objects.select_for_update().get(pk=member.pk)
    if member.to_on is not None:
        raise GroupOver("这个成员已经调整过。", next_step="请刷新页面。")
    if to_on < member.from_on:
        raise Invalid("调整日期早于任职日期。", fields={"to_on": "早于任职日期"})
    if not basis.strip():
        raise Invalid("请填写调整文号。", fields={"basis": "请填写文号"})
    _end(member, to_on, basis.strip())
    _note("coordination.end_member", actor, group, {"member": member.pk, "basis": basis})


@transaction.atomic
def set_reporting(
    *, actor: Actor, group: LeadingGroup, interval_months: int, first_due_on: date, at: datetime
) -> ReportingDuty | None:
    """From `first_due_on` the office reports every so many months; 0 ends the duty. What was due before stays due."""
    group = _held(actor, group)
    if not 0 <= interval_months <= 24:
        raise Invalid("间隔在 0 到 24 个月之间。", fields={"interval_months": "0 到 24 个月"})
    held = group.reporting.filter(ended_on__isnull=True).first()
    if held is not None:
        held.ended_on = date.fromordinal(first_due_on.toordinal() - 1)
        held.save(update_fields=["ended_on"])
    duty = _duty(group, interval_months, first_due_on) if interval_months else None
    _note("coordination.set_reporting", actor, group, {"months": interval_months, "first": first_due_on})
    return duty


@transaction.atomic
def hand_in_report(
    *, actor: Actor, group: LeadingGroup, due_on: date, title: str, at: datetime, text: str = "",
    file: StoredFile | None = None,
) -> GroupReport:  # fmt: skip
    """Write down that the report for a due day was handed in to the group. Raises `NotDue`, `GroupTwice`."""
    group = _held(actor, group)
    if due_on not in due_days_of(group, due_on):
        raise NotDue("这一天没有应报的报告。", fields={"due_on": "请从应报日期里选"})
    try:
        with transaction.atomic():
            report = GroupReport.objects.create(
                group=group, due_on=due_on, title=title, text=text, file=file, handed_in_at=at, handed_in_by=actor.name
            )
    except IntegrityError:
        raise GroupTwice("这一期的报告已经登记过。", fields={"due_on": "已经报过"}) from None
    _note("coordination.hand_in_report", actor, group, {"due": due_on})
    return report


@transaction.atomic
def dissolve_group(*, actor: Actor, group: LeadingGroup, on: date, document: str, at: datetime) -> None:
    """The group is dissolved by a document; memberships and the duty to report end with it."""
    group = _held(actor, group)
    if on < group.founded_on:
        raise Invalid("撤销日期早于成立日期。", fields={"on": "早于成立日期"})
    group.dissolved_on, group.dissolved_by = on, document
    group.save(update_fields=["dissolved_on", "dissolved_by"])
    for member in group.members.filter(to_on__isnull=True):
        _end(member, max(on, member.from_on), document)
    group.reporting.filter(ended_on__isnull=True).update(ended_on=on)
    _note("coordination.dissolve_group", actor, group, {"document": document})


def _duty(group: LeadingGroup, months: int, first: date) -> ReportingDuty:
    if not 1 <= months <= 24:
        raise Invalid("间隔在 1 到 24 个月之间。", fields={"interval_months": "1 到 24 个月"})
    return ReportingDuty.objects.create(group=group, interval_months=months, first_due_on=first)


def _end(member: GroupMember, to_on: date, basis: str) -> None:
    member.to_on, member.ended_basis = to_on, basis
    member.save(update_fields=["to_on", "ended_basis"])


def _held(actor: Actor, group: LeadingGroup) -> LeadingGroup:
    """The group, locked, if the actor keeps it and it is not dissolved."""
    found = LeadingGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    _keeper(actor, found.home)
    if found.dissolved_on is not None:
        raise GroupOver(f"“{found.name}”已经撤销。", next_step="撤销的领导小组只供查阅。")
    return found


def _keeper(actor: Actor, home: Unit) -> None:
    policies.require(actor, policies.GROUPS, home.pk, home.pk, home.division_id)


def _note(action: str, actor: Actor, group: LeadingGroup, facts: dict[str, object]) -> None:
    audit.record(action, actor=actor, target_kind="leading_group", target=group.name, facts=facts)
