"""What waits, settled: set right and opened, looked at by a second person, declined, void. Nothing of it is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.offline import policies, rules
from yimen.service.offline.events import OfflineMerged, OfflineSettled
from yimen.service.offline.models import Device, Entry, Fault
from yimen.service.offline.rules import Applicant, Content
from yimen.service.offline.services.merging import became
from yimen.service.offline.services.opening import Stopped, try_to_open


class NotWaiting(Conflict):
    """The receipt does not wait (any more), or waits for somebody else's word."""

    code = "not_waiting"


class CannotOpen(Invalid):
    """Even so it cannot become a case; `fields` says where."""

    code = "cannot_open"


def content_of(entry: Entry) -> Content:
    """What the entry says, with what was set right afterwards."""
    return Content.model_validate_json(entry.corrected or entry.text)


@transaction.atomic
def correct(
    *, entry: Entry, actor: Actor, at: datetime, reason: str, applicant: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None, name_changed: bool = False,
) -> Entry:  # fmt: skip
    """Set right what was wrong and open the case; the limits still count from the receipt. The signed text stays as it is.

    Raises `CannotOpen` where it still cannot be one (nothing changes then), `NotWaiting`, `NotAllowed`.
    """
    held = _waiting(entry, actor, policies.SETTLE)
    if held.why in rules.SECOND_PERSON:
        raise NotWaiting(f"这一件{rules.WAITING[held.why]}，不能直接开办件。", next_step="请中心的第二人核对以后再办。")
    reason = tidy(reason, "说明", 500, field="reason")
    said = content_of(held)
    if applicant:
        said = said.model_copy(update={"applicant": Applicant(**{**said.applicant.model_dump(), **applicant})})
    if answers:
        said = said.model_copy(update={"answers": {**said.answers, **answers}})
    opened = try_to_open(said, actor=actor, at=held.happened_at, now=at, name_changed=name_changed)
    if isinstance(opened, Stopped):
        raise CannotOpen(f"还不能开办件：{opened.said}", fields=dict(opened.fields))
    became(held, opened)
    if applicant or answers:
        held.corrected = said.model_dump_json()
    _settled(held, actor, at, reason)
    audit.record(
        "offline.correct_entry", actor=actor, target_kind="offline_entry", target=held.number, reason=reason,
        facts={"changed": sorted([*(applicant or {}), *(answers or {})])[:40], "case": opened},
    )  # fmt: skip
    outbox.publish(OfflineMerged(held.pk, held.number, opened, at))
    return held


@transaction.atomic
def confirm(
    *, entry: Entry, actor: Actor, at: datetime, reason: str, happened_at: datetime | None = None
) -> Entry:  # fmt: skip
    """A second person has held it against the receipt and lets it through; the window then opens the case.

    `happened_at` sets the moment right where the device's clock was doubted. Raises `NotWaiting`, `NotAllowed`, `CannotOpen`.
    """
    held = _waiting(entry, actor, policies.CONFIRM)
    if held.why not in rules.SECOND_PERSON:
        raise NotWaiting("这一件不用第二人核对。", next_step="请窗口按说明处理。")
    policies.demand(
        policies.second_person(actor, held), "您收过或传回过这一件，不能由您核对。", "请由另一位有核对权限的人员核对。"
    )
    if happened_at is not None:
        if not held.outage.from_at <= happened_at <= held.received_at:
            raise CannotOpen(
                "收件时间不在断网期间。", fields={"happened_at": "应在断网以后、传回以前"},
                next_step="请对照凭证存根填写。",
            )  # fmt: skip
        held.happened_at = happened_at
    held.why, held.said, held.fields = "open", f"{actor.name}已核对，请窗口开办件。", {}
    _settled(held, actor, at, tidy(reason, "核对说明", 500, field="reason"))
    audit.record(
        "offline.confirm_entry", actor=actor, target_kind="offline_entry", target=held.number, reason=held.settled_why,
        facts={"happened_at": held.happened_at},
    )  # fmt: skip
    outbox.publish(OfflineSettled(held.pk, held.number, held.state, at))
    return held


def decline(*, entry: Entry, actor: Actor, at: datetime, reason: str) -> Entry:
    """不予收件: the item cannot be taken in, and the applicant has been told why. Raises `NotWaiting`, `NotAllowed`."""
    return _end(entry, actor, at, reason, Entry.State.DECLINED, "offline.decline_entry")


def void(*, entry: Entry, actor: Actor, at: datetime, reason: str) -> Entry:
    """作废: the receipt was taken back, or given twice. Raises `NotWaiting`, `NotAllowed`."""
    return _end(entry, actor, at, reason, Entry.State.VOIDED, "offline.void_entry")


@transaction.atomic
def settle_fault(*, fault: Fault, actor: Actor, at: datetime, take: bool, reason: str) -> Fault:
    """Close a fault of a journal. With `take` the rest is let in, every entry to be held against its receipt by a second person;
    the device stays in doubt until it is enrolled anew. Raises `NotWaiting`, `NotAllowed`.
    """
    held = Fault.objects.select_for_update().get(pk=fault.pk)
    policies.demand(
        policies.reaches(actor, policies.MANAGE, held.device.window), "这条问题不由您处理。", "请由本中心处理。"
    )
    if held.settled_at is not None:
        raise NotWaiting("这条问题已经处理。", next_step="请刷新页面。")
    held.settled_at, held.settled_by = at, actor.name
    held.settled_why = tidy(reason, "处理说明", 500, field="reason")
    held.save(update_fields=["settled_at", "settled_by", "settled_why"])
    if take:
        Device.objects.filter(pk=held.device_id).update(doubted=True)
    audit.record(
        "offline.settle_fault", actor=actor, target_kind="offline_device", target=str(held.device.uid),
        reason=held.settled_why, facts={"seq": held.seq, "kind": held.kind, "take": take},
    )  # fmt: skip
    return held


def _waiting(entry: Entry, actor: Actor, permission: str) -> Entry:
    held = Entry.objects.select_for_update().get(pk=entry.pk)
    policies.demand(
        policies.reaches(actor, permission, held.window), "这一件不由您处理。", "请由收件的窗口或中心处理。"
    )
    if held.state != Entry.State.WAITING:
        raise NotWaiting(f"这一件现在是“{held.get_state_display()}”。", next_step="请刷新页面。")
    return held


@transaction.atomic
def _end(entry: Entry, actor: Actor, at: datetime, reason: str, state: Entry.State, action: str) -> Entry:
    held = _waiting(entry, actor, policies.SETTLE)
    reason = tidy(reason, "说明", 500, field="reason")
    held.state = state
    _settled(held, actor, at, reason)
    audit.record(action, actor=actor, target_kind="offline_entry", target=held.number, reason=reason)
    outbox.publish(OfflineSettled(held.pk, held.number, held.state, at))
    return held


def _settled(held: Entry, actor: Actor, at: datetime, reason: str) -> None:
    held.settled_at, held.settled_by, held.settled_why = at, actor.name, reason
    held.save()
