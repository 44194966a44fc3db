"""Enrol a browser at a window, retire or revoke it, set the numbers of a centre."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.service.offline import policies, rules
from yimen.service.offline.events import DeviceChanged
from yimen.service.offline.models import Block, Device, SettingRow
from yimen.service.offline.selectors.common import setting

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class CannotEnrol(Invalid):
    """This browser cannot be enrolled: no window, a key that is none, or too many at the window."""

    code = "cannot_enrol"


class DeviceEnded(Conflict):
    """The device is retired or revoked already."""

    code = "device_ended"


class SettingOutOfRange(Invalid):
    """No such setting, or a value beyond its bounds."""

    code = "setting_out_of_range"


@transaction.atomic
def enrol(*, actor: Actor, name: str, key: str, at: datetime) -> Device:
    """Enrol the browser whose public key (base64 SPKI, P-256) this is at the actor's window. Raises `CannotEnrol`, `NotAllowed`."""
    if actor.window_id is None:
        raise CannotEnrol("您现在不在窗口岗位，不能登记。", next_step="请切换到窗口岗位再登记。")
    window = organisations.window(actor.window_id)
    policies.demand(
        policies.reaches(actor, policies.RECEIVE, window), "您没有断网收件的权限。", "请由本窗口的人员登记。"
    )
    try:
        rules.public_key(key[:400])
    except ValueError:
        raise CannotEnrol("浏览器给的公钥读不出来。", next_step="请刷新页面再登记一次，或换一台浏览器。") from None
    most = setting("devices", window.centre_id)
    lock_window(window.pk)
    if Device.objects.filter(window=window, state=Device.State.ACTIVE).count() >= most:
        raise CannotEnrol(
            f"{window}已经登记了 {most} 台浏览器，不能再登记。",
            next_step="请先注销不用的那台，或请中心放宽台数。",
        )
    device = Device(
        window=window, name=tidy(name, "名称", 60, field="name"), key=key, enrolled_at=at, enrolled_by=actor.name,
        enroller_id=actor.account_id, seen_at=at, seen_by=actor.name,
    )  # fmt: skip
    device.last_link = rules.first_link(device.uid)
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError:
        raise CannotEnrol("这台浏览器已经登记过。", next_step="请刷新页面。") from None
    _note("offline.enrol_device", actor, device)
    outbox.publish(DeviceChanged(device.pk, device.state, at))
    return device


@transaction.atomic
def end_device(*, actor: Actor, device: Device, revoke: bool, reason: str, at: datetime) -> Device:
    """注销 (the window gives it up, everything sent) or 停用 (stolen, lost: what comes afterwards needs a second person).

    Its blocks are closed, what is unused in them is void for good. Raises `DeviceEnded`, `NotAllowed`.
    """
    held = Device.objects.select_for_update().get(pk=device.pk)
    permission = policies.MANAGE if revoke else policies.RECEIVE
    may = policies.reaches(actor, permission, held.window) or policies.reaches(actor, policies.MANAGE, held.window)
    policies.demand(may, "这台设备不由您处理。", "请由登记它的窗口或中心处理。")
    if held.state == Device.State.REVOKED or (held.state == Device.State.RETIRED and not revoke):
        raise DeviceEnded(f"这台设备{held.get_state_display()}。", next_step="请刷新页面。")
    if not revoke and held.unsent:
        raise DeviceEnded(
            f"这台设备还有 {held.unsent} 件没有传回，不能注销。",
            next_step="请先在这台设备上联网传回；找不到设备的，请中心停用它。",
        )
    reason = tidy(reason, "原因", 300, field="reason")
    held.state = Device.State.REVOKED if revoke else Device.State.RETIRED
    held.ended_at, held.ended_by, held.ended_why = at, actor.name, reason
    held.save(update_fields=["state", "ended_at", "ended_by", "ended_why"])
    Block.objects.filter(device=held, closed_at__isnull=True).update(
        closed_at=at, closed_by=actor.name, closed_why=f"设备{held.get_state_display()}，没有用的编号作废"
    )
    _note("offline.revoke_device" if revoke else "offline.retire_device", actor, held, reason)
    outbox.publish(DeviceChanged(held.pk, held.state, at))
    return held


@transaction.atomic
def set_setting(*, actor: Actor, centre: Unit, key: str, value: int, at: datetime) -> bool:
    """Set a number of a centre; False where it stood so already. Raises `SettingOutOfRange`, `NotAllowed`."""
    known = rules.SETTINGS.get(key)
    if known is None or not known.least <= value <= known.most:
        said = f"应在 {known.least} 到 {known.most} 之间" if known else "没有这一项"
        raise SettingOutOfRange("设定的值不合要求。", fields={key: said})
    may = any(
        held.scope == "all"
        or (held.scope == "centre" and centre.pk == (held.scope_id or actor.centre_id))
        or held.reaches_division(centre.division_id)
        for held in actor.held(policies.MANAGE)
    )
    policies.demand(may, "这个中心不由您设定。", "请由本中心设定。")
    if setting(key, centre.pk) == value:
        return False
    SettingRow.objects.update_or_create(
        centre=centre, key=key, defaults={"value": value, "changed_at": at, "changed_by": actor.name}
    )
    audit.record(
        "offline.set_setting", actor=actor, target_kind="centre", target=centre.name, facts={"key": key, "value": value}
    )
    return True


def lock_window(window_id: int) -> None:
    """One enrolment at a window at a time, to the end of the transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('offline.window'), %s)", [window_id])


def _note(action: str, actor: Actor, device: Device, reason: str = "") -> None:
    audit.record(
        action, actor=actor, target_kind="offline_device", target=str(device.uid), reason=reason,
        facts={"window": device.window_id, "name": device.name},
    )  # fmt: skip
