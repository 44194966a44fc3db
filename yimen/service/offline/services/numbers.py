"""Blocks of offline numbers: one statement gives a range that nobody else gets; what is not used is void."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Sum

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict
from yimen.service.offline import policies, rules
from yimen.service.offline.models import Block, Device
from yimen.service.offline.selectors.common import setting


class SeriesFull(Conflict):
    """The series has no number left."""

    code = "series_full"


class BlockClosed(Conflict):
    """The block is closed already."""

    code = "block_closed"


@transaction.atomic
def top_up(*, actor: Actor, device: Device, at: datetime) -> Block | None:
    """Reserve one more block where the device holds fewer unused numbers than the centre's least; None where it has enough.

    What the device has used but not sent yet counts as unused here; it says how many (`Device.unsent`). Raises `NotAllowed`.
    """
    held = Device.objects.select_for_update().get(pk=device.pk)
    policies.demand(policies.may_receive(actor, held), "这台设备不在您的窗口。", "请在登记它的窗口使用。")
    if held.state != Device.State.ACTIVE:
        return None
    centre = held.window.centre_id
    free = unused(held.pk) - held.unsent
    if free >= setting("low", centre):
        return None
    size = setting("block", centre)
    mark = rules.window_mark(held.window.number, held.window_id)
    first = reserve(mark, size)
    block = Block.objects.create(
        device=held, mark=mark, first=first, last=first + size - 1, reserved_at=at, reserved_by=actor.name
    )
    audit.record(
        "offline.reserve_block", actor=actor, target_kind="offline_device", target=str(held.uid),
        facts={"mark": mark, "first": first, "last": block.last},
    )  # fmt: skip
    return block


def reserve(mark: str, size: int) -> int:
    """The first of `size` numbers of a series, given to nobody else. Raises `SeriesFull`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into offline_series as s (mark, next) values (%s, %s) on conflict (mark) do update"
            " set next = s.next + %s returning next",
            [mark, size + 1, size],
        )
        (after,) = cursor.fetchone()
    if after - 1 > rules.LAST_SERIAL:
        raise SeriesFull("这个窗口的离线编号用完了。", next_step="请联系系统管理员为窗口换一个编号。")
    return int(after) - size


def unused(device_id: int) -> int:
    """How many numbers a device holds and the server has not seen used."""
    found = Block.objects.filter(device=device_id, closed_at__isnull=True)
    total = found.aggregate(left=Sum(F("last") - F("first") + 1 - F("used")))["left"]
    return int(total or 0)


@transaction.atomic
def close_block(*, actor: Actor, block: Block, reason: str, at: datetime) -> Block:
    """收回: what is unused is void for good. A receipt already printed on a number of it is still taken in. Raises `BlockClosed`."""
    held = Block.objects.select_for_update().get(pk=block.pk)
    policies.demand(
        policies.reaches(actor, policies.MANAGE, held.device.window), "这个号段不由您收回。", "请由中心收回。"
    )
    if held.closed_at is not None:
        raise BlockClosed("这个号段已经收回。", next_step="请刷新页面。")
    held.closed_at, held.closed_by = at, actor.name
    held.closed_why = tidy(reason, "原因", 300, field="reason")
    held.save(update_fields=["closed_at", "closed_by", "closed_why"])
    audit.record(
        "offline.close_block", actor=actor, target_kind="offline_device", target=str(held.device.uid),
        reason=held.closed_why, facts={"mark": held.mark, "first": held.first, "last": held.last, "used": held.used},
    )  # fmt: skip
    return held
