"""Who may take in while cut off, send it back, settle what waits, look after the browsers and see the centre's outages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations import policies as places
from yimen.service.offline import rules
from yimen.service.offline.models import Device, Entry, Fault

if TYPE_CHECKING:
    pass

RECEIVE = "offline.receive"
SETTLE = "offline.settle"
CONFIRM = "offline.confirm"
MANAGE = "offline.manage"
VIEW = "offline.view"

register_permission(
    RECEIVE, "断网收件：登记本窗口的浏览器、预留编号、传回日志", scopes=("window",), usual={"clerk": "window"}
)
register_permission(
    SETTLE, "处理待处理的离线收件", scopes=("window", "centre"), usual={"clerk": "window", "manager": "centre"}
)
register_permission(CONFIRM, "第二人核对离线收件", scopes=("centre", "division", "all"), usual={"manager": "centre"})
register_permission(
    MANAGE, "停用离线设备、收回号段、处理日志问题、设定断网办件", scopes=("centre", "division", "all"),
    usual={"manager": "centre"},
)  # fmt: skip
register_permission(
    VIEW, "查看断网和离线收件", scopes=("centre", "division", "all"),
    usual={"manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip

name_actions(
    {
        "offline.enrol_device": "登记离线设备",
        "offline.retire_device": "注销离线设备",
        "offline.revoke_device": "停用离线设备",
        "offline.reserve_block": "预留离线编号",
        "offline.close_block": "收回离线号段",
        "offline.merge_entry": "传回离线收件",
        "offline.refuse_journal": "拒收离线日志",
        "offline.settle_fault": "处理离线日志问题",
        "offline.correct_entry": "更正离线收件并开办件",
        "offline.confirm_entry": "第二人核对离线收件",
        "offline.decline_entry": "离线收件不予收件",
        "offline.void_entry": "作废离线收件",
        "offline.set_setting": "设定断网办件",
    }
)


reaches, within = places.reaches_window, places.at_windows
SEERS = (RECEIVE, SETTLE, CONFIRM, MANAGE, VIEW)


def access_device(actor: Actor, uid: UUID) -> Device:
    """The device with this uid; to a stranger there is none."""
    found = Device.objects.select_related("window__centre").filter(within(actor, *SEERS), uid=uid).first()
    if found is None:
        raise NotFound("没有这台离线设备，或者它登记在别的窗口。", next_step="请在登记它的窗口使用，或请中心处理。")
    return found


def access_entry(actor: Actor, number: str) -> Entry:
    """The offline receipt with this number; to a stranger there is none."""
    rows = Entry.objects.select_related("device", "block", "outage", "window__centre", "case__matter")
    known = rules.read_number(number)
    found = rows.filter(within(actor, *SEERS), number=known).first() if known else None
    if found is None:
        raise NotFound("没有这个离线编号，或者不是您的窗口收的。", next_step="请核对编号，连同末位校验字符一起填。")
    return found


def access_fault(actor: Actor, uid: UUID) -> Fault:
    """The fault with this uid."""
    rows = Fault.objects.select_related("device__window__centre")
    found = rows.filter(within(actor, MANAGE, VIEW, window="device__window"), uid=uid).first()
    if found is None:
        raise NotFound("没有这条日志问题。", next_step="请从清单进入。")
    return found


def demand(allowed: bool, words: str, next_step: str) -> None:
    """Raise `NotAllowed` where it is not."""
    if not allowed:
        raise NotAllowed(words, next_step=next_step)


def may_receive(actor: Actor, device: Device) -> bool:
    """Whether the actor is a clerk of the window where the device is enrolled."""
    return device.window_id == actor.window_id and reaches(actor, RECEIVE, device.window)


def second_person(actor: Actor, entry: Entry) -> bool:
    """Whether the actor may let through what needs a second person: not who gave the receipt, not who sent it back."""
    return reaches(actor, CONFIRM, entry.window) and actor.uid not in (entry.clerk_uid, entry.received_uid)
