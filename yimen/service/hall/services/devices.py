"""Devices come in by a code that is good once, and are known by a token afterwards (R156–R160)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.hall import policies, rules
from yimen.service.hall.models import Device, Hall

CODE_GOOD_FOR = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)


class BadCode(Invalid):
    """The code is wrong, used, or older than a day."""

    code = "bad_code"


class BadDevice(Invalid):
    """A device that cannot be so."""

    code = "bad_device"


class DeviceUnknown(NotAllowed):
    """No device, or one that was retired or got another token since: a stolen one is shut out this way."""

    code = "device_unknown"


def token_hash(token: str) -> str:
    """How a token is kept: it is random enough for a plain hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def register(
    *, actor: Actor, hall: Hall, kind: str, name: str, at: datetime, place: str = "", window_id: int | None = None
) -> tuple[Device, str]:
    """Enter a device; returns it with the code to type at it, shown once. Raises `BadDevice`, `NotAllowed`."""
    _may(actor, hall)
    if kind not in Device.Kind.values:
        raise BadDevice("没有这种设备。", fields={"kind": "请重新选择"})
    if kind in (Device.Kind.WINDOW_SCREEN, Device.Kind.CALLER, Device.Kind.EVALUATOR) and window_id is None:
        raise BadDevice("这种设备要写明哪个窗口。", fields={"window": "请选择窗口"})
    made = Device(hall=hall, kind=kind, name=tidy(name, "名称", 40, field="name"), window_id=window_id)
    made.place = tidy(place, "放在哪里", 60, field="place", needed=False)
    code = _new_code(made, at)
    made.save()
    audit.record("hall.register_device", actor=actor, target_kind="device", target=str(made.uid), facts={"kind": kind})
    return made, code


@transaction.atomic
def renew_code(*, actor: Actor, device: Device, at: datetime) -> str:
    """A new code, and the old token is worth nothing from now on: for a device that was lost or changed."""
    _may(actor, device.hall)
    code = _new_code(device, at)
    device.token_hash, device.retired_at = "", None
    device.save()
    audit.record("hall.renew_device", actor=actor, target_kind="device", target=str(device.uid))
    return code


@transaction.atomic
def retire(*, actor: Actor, device: Device, at: datetime) -> None:
    """The device works no more."""
    _may(actor, device.hall)
    device.token_hash, device.code_hash, device.retired_at = "", "", at
    device.save()
    audit.record("hall.retire_device", actor=actor, target_kind="device", target=str(device.uid))


@transaction.atomic
def enrol(*, code: str, at: datetime) -> tuple[Device, str]:
    """Turn a code into a token: one conditional UPDATE, so a code works once. Raises `BadCode`."""
    held = keyring.blind_index("".join(code.split())[:20], kind="hall.device")
    token = secrets.token_urlsafe(24)
    rows = (
        Device.objects.filter(code_hash=held, code_until__gte=at, retired_at__isnull=True)
        if held
        else Device.objects.none()
    )
    device = rows.select_for_update().first()
    if device is None:
        raise BadCode(
            "开通码不对，或者已经用过、过期。", next_step="请到“大厅设备”重新取得开通码。", fields={"code": "请核对"}
        )
    device.code_hash, device.token_hash, device.enrolled_at, device.seen_at = "", token_hash(token), at, at
    device.save()
    audit.record("hall.enrol_device", actor=None, target_kind="device", target=str(device.uid))
    return device, token


def known(token: str, at: datetime) -> Device:
    """The device with this token. Raises `DeviceUnknown`."""
    found = None
    if token:
        rows = Device.objects.select_related("hall__centre", "window").filter(token_hash=token_hash(token[:100]))
        found = rows.filter(retired_at__isnull=True).first()
    if found is None:
        raise DeviceUnknown(
            "这台设备没有开通，或者已经停用。", next_step="请在“大厅设备”取得开通码，在设备上重新开通。"
        )
    if found.seen_at is None or at - found.seen_at > SEEN_EVERY:
        Device.objects.filter(pk=found.pk).update(seen_at=at)
    return found


@transaction.atomic
def report_health(*, device: Device, health: Mapping[str, Any], at: datetime) -> None:
    """Keep what a device found out about itself, by the names of `rules.SELF_TEST`."""
    kept = {key: bool(health.get(key)) for key in rules.SELF_TEST if key in health}
    Device.objects.filter(pk=device.pk).update(
        health=kept, tested_at=at, seen_at=at, paper_out=not kept.get("printer", not device.paper_out)
    )
    audit.record("hall.test_device", actor=None, target_kind="device", target=str(device.uid), facts=kept)


def _new_code(device: Device, at: datetime) -> str:
    code = f"{secrets.randbelow(10**8):08d}"
    device.code_hash, device.code_until = keyring.blind_index(code, kind="hall.device"), at + CODE_GOOD_FOR
    return code


def _may(actor: Actor, hall: Hall) -> None:
    policies.demand(
        policies.reaches_centre(actor, policies.SET_UP, hall.centre_id, hall.centre.division_id),
        "这个大厅的设备不归您管理。", "请由本中心负责人办理。",
    )  # fmt: skip
