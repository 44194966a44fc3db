"""The calendar's screens, and those of messages."""

from __future__ import annotations

from datetime import date
from typing import Any

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar.models import CalendarChange, HoursException
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import now
from yimen.ground.matters import services as matters
from yimen.ground.matters.tests.notices2027 import TEXT
from yimen.ground.notices import services as notices
from yimen.ground.notices.models import Device, Message, Sending

CEILINGS: dict[str, tuple[str, int]] = {
    "matters:workdays": ("li", 6),
    "matters:calendar": ("manager", 9),
    "matters:register_notice": ("manager", 5),
    "matters:register_closure": ("manager", 8),
    "matters:changes": ("manager", 6),
    "matters:change": ("manager", 18),
    "matters:change_act": ("manager", 6),
    "matters:moved_export": ("manager", 8),
    "matters:hours": ("manager", 10),
    "matters:week": ("manager", 10),
    "matters:add_exception": ("manager", 8),
    "matters:end_exception": ("manager", 5),
    "notices:receipts": ("li", 3),
    "notices:settings": ("li", 8),
    "notices:remove_device": ("li", 5),
    "notices:messages": ("manager", 8),
    "notices:templates": ("manager", 6),
    "notices:template": ("manager", 6),
    "notices:opt_outs": ("manager", 6),
    "notices:opt_in": ("manager", 5),
    "notices:sending": ("manager", 10),
    "notices:again": ("manager", 5),
}
LIST = {"matters:changes", "matters:hours", "notices:messages", "notices:templates", "notices:opt_outs"}
QUESTIONS = {"matters:workdays": "?ask=forward&start=2026-12-21&n=15&unit=workday", "matters:calendar": "?year=2026"}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A draft of a notice with its preview, and a day with other hours."""
    change = CalendarChange.objects.order_by("id").first()
    if change is None:
        change = matters.register_notice(actor=SYSTEM, paper=matters.Paper(TEXT), at=now())
        matters.preview_change(actor=SYSTEM, change=change, at=now())
    centre = world.cast.units["centre"].pk
    exception = HoursException.objects.first() or matters.set_exception(
        actor=SYSTEM, centre_id=centre, day=date(2027, 3, 1), why="系统升级", opens=None, closes=None, at=now()
    )
    sending = _sending(world)
    device = Device.objects.first() or notices.add_device(
        actor=world.cast.actor("li"), token="device-token-0123456789", name="我的手机", at=now()
    )
    opted = notices.opt_out(number="13900001234", how="电话要求", at=now())
    assert calendars.changes().exists()
    uid = {"uid": change.uid}
    return {
        "matters:change": uid,
        "matters:change_act": uid,
        "matters:moved_export": uid,
        "matters:week": {"centre": centre},
        "matters:add_exception": {"centre": centre},
        "matters:end_exception": {"exception": exception.pk},
        "notices:receipts": {"channel": "sms"},
        "notices:remove_device": {"device": device.pk},
        "notices:template": {"code": "cases.accepted"},
        "notices:opt_in": {"number": opted.pk},
        "notices:sending": {"sending": sending.pk},
        "notices:again": {"sending": sending.pk},
    }


def _sending(world: Any) -> Sending:
    """A short message to Li that did not arrive."""
    found = Sending.objects.filter(channel="sms").first()
    if found is None:
        notices.notify_party(
            key="room-sms", party_id=world.cast.parties["li"].pk, subject="申请已受理", body="请查看。"
        )
        message = Message.objects.get(key="room-sms")
        found = Sending.objects.create(
            message=message,
            channel="sms",
            mail_id="sms.room",
            state="failed",
            to="138****2671",
            reason="号码不存在",
            segments=1,
        )
    return found
