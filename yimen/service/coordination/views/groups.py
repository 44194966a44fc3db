"""领导小组: the register, one group with its history, its reports (R014)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_chosen
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.questions import file_url, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import forms as asked
from yimen.service.coordination import policies, selectors, services
from yimen.service.coordination.models import GroupMember, LeadingGroup
from yimen.service.coordination.selectors.groups import GroupStanding
from yimen.service.coordination.selectors.terms import centre_of
from yimen.service.coordination.views.asking import today

LOOKERS = (policies.WATCH, policies.GROUPS)


def _names(members: Sequence[GroupMember]) -> str:
    return "、".join(each.name or (each.unit.short_name or each.unit.name if each.unit else "") for each in members)


COLUMNS: Sequence[exports.Column[GroupStanding]] = (
    exports.Column("名称", lambda row: row.group.name, width=44),
    exports.Column("工作", lambda row: row.group.line, width=20),
    exports.Column("组长", lambda row: row.leader and f"{row.leader.name}（{row.leader.title}）", width=24),
    exports.Column("副组长", lambda row: _names(row.deputies), width=24),
    exports.Column("成员单位", lambda row: _names(row.members), width=60),
    exports.Column("办公室", lambda row: row.group.office.name, width=28),
    exports.Column("办公室主任", lambda row: row.group.office_head),
    exports.Column("成立文号", lambda row: row.group.document, width=24),
    exports.Column("成立日期", lambda row: row.group.founded_on),
    exports.Column("逾期未报", lambda row: len(row.late)),
    exports.Column("下次应报", lambda row: row.next_due and row.next_due.due_on),
    exports.Column("撤销日期", lambda row: row.group.dissolved_on),
)


@requires(*LOOKERS)
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every group with who leads it and how its reports stand."""
    actor, at = actor_of(request), moments.now()
    found = selectors.visible_groups(actor)
    state, text = request.GET.get("state", ""), text_asked(request)
    if state != "all":
        found = found.filter(dissolved_on__isnull=True)
    if text:
        found = found.filter(pk__in=found.filter(name__icontains=text).values("pk")) | found.filter(
            line__icontains=text
        )
    rows = selectors.standings(found, today())
    late = sum(1 for row in rows if row.late)
    if state == "late":
        rows = [row for row in rows if row.late]
    if wants_file(request):
        return workbook("领导小组", COLUMNS, rows, at)
    context = {
        "rows": rows,
        "asked": request.GET,
        "late": late,
        "today": today(),
        "export_url": file_url(request),
        "may_keep": actor.holds(policies.GROUPS),
    }
    return render(request, "coordination/groups.html", context)


@requires(*LOOKERS)
def group(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One group: who is in it, who was, and each report by its due day."""
    actor = actor_of(request)
    found = selectors.access_group(actor, uid)
    standing = selectors.standing(found, today())
    context = {
        "group": found,
        "standing": standing,
        "duty": next((each for each in found.reporting.all() if each.ended_on is None), None),
        "today": today(),
        "may_keep": found.dissolved_on is None
        and policies.reaches(actor, policies.GROUPS, found.home_id, found.home_id, found.home.division_id),
    }
    return render(request, "coordination/group.html", context)


def _units() -> list[Any]:
    kinds = ("government", "office", "centre", "department", "town")
    return [unit for unit in organisations.tree() if unit.kind in kinds]


@requires(policies.GROUPS)
def found(request: HttpRequest) -> HttpResponseBase:
    """A new group."""
    actor = actor_of(request)
    centre = centre_of(actor)
    form = asked.GroupForm(
        request.POST if request.method == "POST" else None, units=asked.unit_choices(_units()),
        initial={"founded_on": today()},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> None:
        office = organisations.unit(given.pop("office"))
        given["interval_months"] = given["interval_months"] or 0
        services.found_group(actor=actor, home=centre, office=office, at=moments.now(), **given)

    return asking.ask(
        request,
        heading="登记领导小组",
        note="登记以后再增补副组长和成员单位；每次调整都写明文号，过去的成员留在历史里。",
        verb="登记",
        form=form,
        act=act,
        back=reverse("coordination:groups"),
        said="已登记。",
    )


@requires(policies.GROUPS)
def change(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Name, office, duties."""
    actor = actor_of(request)
    one = selectors.access_group(actor, uid)
    initial = {"name": one.name, "line": one.line, "office": one.office_id, "office_head": one.office_head,
               "duties": one.duties}  # fmt: skip
    form = asked.GroupChangeForm(
        request.POST if request.method == "POST" else None, units=asked.unit_choices(_units()), initial=initial
    )

    def act(given: dict[str, Any]) -> None:
        office = organisations.unit(given.pop("office"))
        services.change_group(actor=actor, group=one, office=office, at=moments.now(), **given)

    return asking.ask(
        request, heading=f"修改“{one.name}”", verb="保存", form=form, act=act,
        back=reverse("coordination:group", args=[uid]), said="已保存。",
    )  # fmt: skip


@requires(policies.GROUPS)
def add_member(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A leader, deputy leader or member unit by a document."""
    actor = actor_of(request)
    one = selectors.access_group(actor, uid)
    form = asked.MemberForm(
        request.POST if request.method == "POST" else None, units=asked.unit_choices(_units()),
        initial={"from_on": today()},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> None:
        pk = given.pop("unit")
        unit = organisations.unit(pk) if pk else None
        services.add_member(actor=actor, group=one, unit=unit, at=moments.now(), **given)

    return asking.ask(
        request,
        heading=f"增补“{one.name}”的成员",
        note="成员单位选单位；组长、副组长写姓名和职务。",
        verb="增补",
        form=form,
        act=act,
        back=reverse("coordination:group", args=[uid]),
        said="已增补。",
    )


@requires(policies.GROUPS)
def end_member(request: HttpRequest, uid: UUID, member_id: int) -> HttpResponseBase:
    """Out of the group by a document."""
    actor = actor_of(request)
    one = selectors.access_group(actor, uid)
    member = GroupMember.objects.select_related("group", "unit").filter(pk=member_id, group=one).first()
    if member is None:
        raise NotFound("这个领导小组没有这个成员。", next_step="请回到领导小组页面。")
    form = asked.DayAndBasisForm(
        request.POST if request.method == "POST" else None, label="到哪一天为止", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"{_names([member])}不再是“{one.name}”的{member.get_role_display()}",
        verb="调整",
        form=form,
        act=lambda given: services.end_member(actor=actor, member=member, at=moments.now(), **given),
        back=reverse("coordination:group", args=[uid]),
        said="已调整，过去的记录保留。",
    )


@requires(policies.GROUPS)
def reporting(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """How often the office reports."""
    actor = actor_of(request)
    one = selectors.access_group(actor, uid)
    held = next((each for each in one.reporting.all() if each.ended_on is None), None)
    initial = {"interval_months": held.interval_months if held else 3, "first_due_on": today()}
    return asking.ask(
        request,
        heading=f"“{one.name}”多久报告一次",
        note="以前应报的仍按原来的日期；新的间隔从这一天起算。",
        verb="保存",
        form=asked.ReportingForm(request.POST if request.method == "POST" else None, initial=initial),
        act=lambda given: services.set_reporting(actor=actor, group=one, at=moments.now(), **given),
        back=reverse("coordination:group", args=[uid]),
        said="已保存。",
    )


@requires(policies.GROUPS)
def hand_in(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A report was handed in."""
    actor, at = actor_of(request), moments.now()
    one = selectors.access_group(actor, uid)
    standing = selectors.standing(one, today())
    days = [(each.due_on, moments.say_date(each.due_on)) for each in standing.due if each.report is None]
    form = asked.HandInForm(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None,
        days=[(day.isoformat(), said) for day, said in days],
        initial={"title": f"{one.line}工作报告"},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> None:
        given.pop("file")
        files = store_chosen(request.FILES.get("file"), actor=actor, at=at)
        services.hand_in_report(actor=actor, group=one, at=at, file=files[0] if files else None, **given)

    return asking.ask(
        request,
        heading=f"登记“{one.name}”的报告",
        note="" if days else "现在没有应报的报告。",
        verb="登记",
        form=form,
        act=act,
        back=reverse("coordination:group", args=[uid]),
        said="已登记。",
    )


@requires(*LOOKERS)
def report_file(request: HttpRequest, uid: UUID, due_on: str) -> HttpResponseBase:
    """The file of a report."""
    one = selectors.access_group(actor_of(request), uid)
    try:
        day = date.fromisoformat(due_on)
    except ValueError:
        day = date.min
    report = next((each for each in one.reports.all() if each.due_on == day and each.file_id), None)
    if report is None or report.file is None:
        raise NotFound("这一期没有报告文件。", next_step="请回到领导小组页面。")
    return documents.file_response(report.file)


@requires(policies.GROUPS)
def dissolve(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The end."""
    actor = actor_of(request)
    one: LeadingGroup = selectors.access_group(actor, uid)
    form = asked.DayAndBasisForm(
        request.POST if request.method == "POST" else None, label="撤销日期", initial={"to_on": today()}
    )
    return asking.ask(
        request,
        heading=f"撤销“{one.name}”？",
        warning="成员和报告义务同日结束；登记和历史都保留，只供查阅。",
        verb="撤销",
        danger=True,
        form=form,
        act=lambda given: services.dissolve_group(
            actor=actor, group=one, on=given["to_on"], document=given["basis"], at=moments.now()
        ),
        back=reverse("coordination:group", args=[uid]),
        said="已撤销。",
    )
