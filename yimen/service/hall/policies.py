"""Who gives numbers, who calls, who sets the hall up; who may hear the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.live import register_topic
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations.policies import reaches_centre as reaches_centre
from yimen.service.hall.models import Booking, Hall, Ticket

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Window

CALL = "hall.call"
RECEIVE = "hall.receive"
SET_UP = "hall.set_up"
VIEW = "hall.view"
CALLS = "hall.calls"
"""The topic of the screens. An id is `hall` (look again) or `hall:act:number:window`, a call that screens show at once; one string
a call, since the live process gathers ids. All of it hangs on a wall for everybody to read."""
QUEUE = "hall.queue"
"""The topic of the callers: the hall in which somebody came to an empty queue, or was transferred."""

register_permission(
    CALL, "在窗口叫号", scopes=("window",), usual={"clerk": "window", "issuer": "window"},
)  # fmt: skip
register_permission(
    RECEIVE, "导办：代取号、补打、过号重排", scopes=("window", "centre"),
    usual={"clerk": "window", "issuer": "window", "manager": "centre"},
)  # fmt: skip
register_permission(
    SET_UP, "设定大厅、业务分组和设备", scopes=("centre", "division", "all"), usual={"manager": "centre"}
)
register_permission(
    VIEW, "查看排队统计", scopes=("centre", "division", "all"),
    usual={"manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip

register_topic(CALLS, lambda actor: True)
register_topic(QUEUE, lambda actor: actor.holds(CALL) or actor.holds(RECEIVE) or actor.holds(VIEW))

name_actions(
    {
        "hall.issue": "取号", "hall.call": "叫号", "hall.recall": "重呼", "hall.begin": "开始办理排队号", "hall.finish": "办结排队号",
        "hall.pass": "过号", "hall.no_show": "排队号没有来", "hall.hold": "挂起排队号", "hall.resume": "接着办排队号",
        "hall.transfer": "转出排队号", "hall.back": "排队号退回队列", "hall.requeue": "过号重排", "hall.withdraw": "退号",
        "hall.expire": "排队号作废", "hall.print": "排队号打印", "hall.link": "排队号关联办件", "hall.open_desk": "窗口开始叫号",
        "hall.pause_desk": "窗口暂停叫号", "hall.close_desk": "窗口停止叫号", "hall.set_hall": "设定大厅", "hall.set_group": "设定业务分组",
        "hall.register_device": "登记大厅设备", "hall.renew_device": "重发设备开通码", "hall.retire_device": "停用大厅设备",
        "hall.enrol_device": "开通大厅设备", "hall.book": "预约", "hall.test_device": "设备自检",
        "hall.cancel_booking": "取消预约", "hall.arrive": "预约签到",
        "hall.shut_booking": "停办取消预约", "hall.miss_booking": "预约没有来", "hall.ban": "暂停预约", "hall.appeal_ban": "申诉暂停预约",
        "hall.lift_ban": "恢复预约", "hall.keep_ban": "维持暂停预约", "hall.set_plan": "设定预约计划", "hall.black_out": "设定停约日期",
        "hall.end_blackout": "取消停约日期",
    }
)  # fmt: skip


def demand(granted: bool, message: str, next_step: str) -> None:
    """Raise `NotAllowed` unless granted."""
    if not granted:
        raise NotAllowed(message, next_step=next_step)


def halls(actor: Actor, *permissions: str) -> Q:
    """The halls an actor may work in by one of these permissions."""
    found = Q(pk__in=[])
    if actor.kind == "system":
        return Q()
    for code in permissions:
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "window":
                    found |= Q(centre=actor.centre_id or 0)
                case "centre":
                    found |= Q(centre=held.scope_id or actor.centre_id or 0)
                case "division":
                    found |= Q(centre__division__code__startswith=held.scope_path)
                case _:
                    pass
    return found


def access_hall(actor: Actor, hall_id: int, *permissions: str) -> Hall:
    """The hall; to a stranger there is none (`NotFound`)."""
    rows = Hall.objects.select_related("centre__division").filter(halls(actor, *(permissions or (SET_UP,))), pk=hall_id)
    found = rows.first()
    if found is None:
        raise NotFound("没有这个大厅，或者不归您管理。", next_step="请从大厅清单进入。")
    return found


def access_ticket(actor: Actor, uid: UUID) -> Ticket:
    """The ticket, for staff of its hall; to a stranger there is none (`NotFound`)."""
    rows = Ticket.objects.select_related("hall__centre__division", "group", "window", "only_window")
    mine = halls(actor, CALL, RECEIVE, VIEW, SET_UP)
    found = rows.filter(hall__in=Hall.objects.filter(mine), uid=uid).first()
    if found is None:
        raise NotFound("没有这个排队号，或者不在您的大厅。", next_step="请核对号码和大厅。")
    return found


def access_booking(actor: Actor, uid: UUID) -> Booking:
    """The booking, for staff of its hall; to a stranger there is none (`NotFound`)."""
    rows = Booking.objects.select_related("hall__centre__division", "group")
    mine = halls(actor, CALL, RECEIVE, VIEW, SET_UP)
    found = rows.filter(hall__in=Hall.objects.filter(mine), uid=uid).first()
    if found is None:
        raise NotFound("没有这个预约，或者不在您的大厅。", next_step="请从预约清单进入。")
    return found


def own_window(actor: Actor) -> int:
    """The window at which the actor sits and may call. Raises `NotAllowed`."""
    if actor.window_id is None or not any(
        (held.scope_id or actor.window_id) == actor.window_id for held in actor.held(CALL)
    ):
        raise NotAllowed("您现在不在窗口岗位，不能叫号。", next_step="请切换到窗口岗位，或请窗口人员叫号。")
    return actor.window_id


def may_receive(actor: Actor | None, hall: Hall) -> bool:
    """Whether the actor gives numbers and reprints for others in this hall."""
    return actor is not None and reaches_centre(actor, RECEIVE, hall.centre_id, hall.centre.division_id)


def reaches_window(actor: Actor, window: Window) -> bool:
    """Whether the actor sits at this window."""
    return actor.kind == "system" or actor.window_id == window.pk
