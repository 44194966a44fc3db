"""Coordination: issues, leaders, papers, liaisons, groups, each of the market department's."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from yimen.ground.documents.services import store_file
from yimen.ground.kit.moments import day_of, now
from yimen.service.coordination import services
from yimen.service.coordination.models import GroupMember, Liaison
from yimen.service.coordination.tests import stage

LIST = {
    f"coordination:{name}"
    for name in (
        "inbox", "log", "reports", "return_visits", "roster", "leaders", "nominal", "site_visits", "channel", "liaisons", "groups",
    )
}  # fmt: skip

_BY_MANAGER = {
    "inbox": 12, "raise": 13, "issue": 16, "issue_clock": 12, "issue_file": 9, "act": 18, "channel": 11, "send": 18, "paper": 18,
    "withdraw_paper": 12, "paper_file": 12, "overview": 25, "log": 14, "numbers": 25, "brief": 12, "terms": 10, "reports": 12,
    "new_report": 13, "report": 11, "return_visits": 14, "new_return_visit": 12, "return_visit": 12, "conclude_return_visit": 10,
    "withdraw_return_visit": 10, "roster": 14, "roster_department": 18, "copy_roster": 12, "set_shift": 13,
    "take_over_shift": 14, "swap_shift": 14, "clear_shift": 13, "leaders": 14, "register_leader": 13, "leader": 18,
    "add_charge": 13, "station": 13, "end_stationing": 13, "end_leader": 13, "plan_visit": 13, "end_charge": 14, "nominal": 14,
    "site_visits": 17, "plan_visits": 11, "site_visit": 15, "record_visit": 12, "move_visit": 12, "cancel_visit": 12,
    "liaisons": 12, "liaison_notice": 12, "liaison": 14, "appoint_liaison": 13, "end_liaison": 13, "groups": 14,
    "found_group": 11, "group": 14, "change_group": 14, "add_member": 14, "end_member": 14, "set_reporting": 13,
    "hand_in_report": 13, "group_report_file": 12, "dissolve_group": 13,
}  # fmt: skip
CEILINGS: dict[str, tuple[str, int]] = {
    **{f"coordination:{name}": ("manager", ceiling) for name, ceiling in _BY_MANAGER.items()},
    "coordination:answer_paper": ("he", 13),
    "coordination:sign": ("he", 8),
    "coordination:urge_paper": ("manager", 8),
    "api:issues": ("manager", 8),
    "api:issue": ("manager", 8),
    "api:issue_steps": ("manager", 8),
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One of each, made on first asking, all of the market department and its hall."""
    cast = world.cast
    held = getattr(world, "_coordination", None) or _build(cast)
    world._coordination = held
    code, uid = {"code": held["code"]}, {"uid": held["paper"].uid}
    market = cast.units["market"].pk
    leader, visit = {"leader_id": held["leader"].pk}, {"uid": held["visit"].uid}
    group = {"uid": held["group"].uid}
    found: dict[str, dict[str, Any]] = {
        "issue": code,
        "issue_clock": code,
        "issue_file": {**code, "uid": held["file"].uid},
        "act": {**code, "action": "answer"},
        "paper": uid,
        "sign": uid,
        "answer_paper": uid,
        "withdraw_paper": uid,
        "urge_paper": {**uid, "unit_id": market},
        "paper_file": {**uid, "file_uid": held["file"].uid},
        "report": {"uid": held["report"].uid},
        **{
            key: {"uid": held["back"].uid} for key in ("return_visit", "conclude_return_visit", "withdraw_return_visit")
        },
        **{key: {"department_id": market} for key in ("roster_department", "copy_roster")},
        "set_shift": {"department_id": market, "day": stage.next_workday(9).isoformat()},
        **{key: {"shift_id": held["shift"].pk} for key in ("take_over_shift", "swap_shift", "clear_shift")},
        **dict.fromkeys(("leader", "add_charge", "station", "end_leader", "plan_visit"), leader),
        "end_stationing": {"leader_id": held["stationed"].pk},
        "end_charge": {"charge_id": held["charge"].pk},
        **dict.fromkeys(("site_visit", "record_visit", "move_visit", "cancel_visit"), visit),
        **{key: {"unit_id": market} for key in ("liaison", "appoint_liaison")},
        "end_liaison": {"liaison_id": held["liaison"].pk},
        **dict.fromkeys(
            ("group", "change_group", "add_member", "set_reporting", "hand_in_report", "dissolve_group"), group
        ),
        "end_member": {**group, "member_id": held["member"].pk},
        "group_report_file": {**group, "due_on": held["due"].isoformat()},
    }
    return {
        **{f"coordination:{name}": given for name, given in found.items()},
        "api:issue": code,
        "api:issue_steps": code,
    }


def _build(cast: Any) -> dict[str, Any]:
    manager, at = cast.actor("manager"), now()
    market, today = cast.units["market"], day_of(now())
    file = store_file(picture(), actor=manager, at=at)
    deputy = stage.leader(cast, "何志")
    other = stage.leader(cast, "许青")
    stationed = stage.leader(cast, "常在")
    services.station(actor=manager, leader=stationed, from_on=today - timedelta(days=30), at=at)
    charge = services.add_charge(
        actor=manager, leader=deputy, kind="window", area="行政审批窗口", from_on=stage.SINCE, at=at
    )
    shift = services.set_shift(actor=manager, department=market, day=stage.next_workday(2), leader=deputy, at=at)
    services.set_shift(actor=manager, department=market, day=stage.next_workday(3), leader=other, at=at)
    visit = services.plan_visit(actor=manager, leader=deputy, planned_on=stage.next_workday(4), at=at)
    back = services.record_return_visit(
        actor=manager,
        department=market,
        visited_on=today,
        visitors="马成",
        received_by="何伟",
        opinions="没有意见",
        at=at,
    )
    liaison: Liaison = services.appoint_liaison(
        actor=manager, unit=market, account_id=cast.accounts["zhou"].pk, from_on=today, at=at
    )
    group = stage.group(cast)
    due = services_due(group)
    services.hand_in_report(actor=manager, group=group, due_on=due, title="一季度报告", at=at, file=file)
    member = GroupMember.objects.get(group=group, role="member")
    paper = stage.sent(cast, files=[file], receivers=[market], answer_by=stage.next_workday(5))
    reported = stage.assigned(cast)
    report = services.report_issues(
        actor=manager, centre=cast.units["centre"], addressed_to=cast.units["government"], issues=[reported],
        title="关于协调事项的报告", preface="现将有关事项报告如下。", at=now(),
    )  # fmt: skip
    issue = stage.raised(cast, files=[file])
    services.assign(issue=issue, actor=manager, unit=market, reason="请答复。", at=now())
    return {
        "code": stage.again(issue).matter.code, "file": file, "leader": other, "stationed": stationed, "charge": charge,
        "shift": shift, "visit": visit, "back": back, "liaison": liaison, "group": group, "due": due, "member": member,
        "paper": paper, "report": report,
    }  # fmt: skip


def services_due(group: Any) -> Any:
    """The first due day of a group's reports."""
    from yimen.service.coordination.selectors import due_days_of

    return due_days_of(group, day_of(now()))[0]


def picture() -> SimpleUploadedFile:
    """A small real PNG."""
    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return SimpleUploadedFile("现场照片.png", data.getvalue(), "image/png")


__all__ = ["CEILINGS", "LIST", "arguments"]
