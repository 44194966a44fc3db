"""A window begins, pauses and stops calling."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, live
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict
from yimen.service.hall import policies
from yimen.service.hall.models import Desk, Hall
from yimen.service.hall.services.calling import desk_of


class NoGroup(Conflict):
    """No group of any hall leads to this window."""

    code = "no_group"


class HandsFull(Conflict):
    """The window has a ticket in hand."""

    code = "hands_full"


def hall_of(window_id: int) -> Hall:
    """The hall whose groups lead to a window; raises `NoGroup`."""
    rows = Hall.objects.select_related("centre").filter(
        closed_on__isnull=True, groups__windows=window_id, groups__closed_on__isnull=True
    )
    found = rows.order_by("pk").first()
    if found is None:
        raise NoGroup("这个窗口没有分到业务，叫不了号。", next_step="请中心在“大厅和叫号”里把窗口加到业务分组。")
    return found


@transaction.atomic
def open_desk(*, actor: Actor, at: datetime) -> Desk:
    """The window calls from now on. Raises `NoGroup`, `NotAllowed`."""
    window_id = policies.own_window(actor)
    hall = hall_of(window_id)
    Desk.objects.get_or_create(window_id=window_id, defaults={"hall": hall})
    desk = Desk.objects.select_for_update().get(window=window_id)
    if desk.current_id is None:
        desk.hall = hall
    return _set(desk, actor, at, "open", "", "hall.open_desk")


@transaction.atomic
def pause_desk(*, actor: Actor, at: datetime, reason: str = "") -> Desk:
    """The window calls nobody for a while; its screen says why. Raises `HandsFull`, `NotAllowed`."""
    said = tidy(reason, "暂停说明", 40, field="reason", needed=False)
    return _set(_free(actor), actor, at, "paused", said or "暂停服务，请稍候", "hall.pause_desk")


@transaction.atomic
def close_desk(*, actor: Actor, at: datetime) -> Desk:
    """The window stops calling. Raises `HandsFull`, `NotAllowed`."""
    return _set(_free(actor), actor, at, "closed", "", "hall.close_desk")


def _free(actor: Actor) -> Desk:
    desk = Desk.objects.select_for_update().get(pk=desk_of(actor).pk)
    if desk.current_id is not None:
        raise HandsFull("手上还有一个号没有办完。", next_step="请先办结、挂起或转出。")
    return desk


def _set(desk: Desk, actor: Actor, at: datetime, state: str, says: str, action: str) -> Desk:
    changed = desk.state != state
    desk.state, desk.says, desk.clerk_id, desk.clerk_name = state, says, actor.account_id, actor.name
    if changed:
        desk.since = at
    desk.save(update_fields=["hall", "state", "says", "clerk", "clerk_name", "since"])
    audit.record(action, actor=actor, target_kind="window", target=str(desk.window))
    live.announce(policies.CALLS, desk.hall_id)
    live.announce(policies.QUEUE, desk.hall_id)
    return desk
