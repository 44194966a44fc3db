"""On return: the journal entry by entry, each in one transaction, each once, in the order in which it was written."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, masking, outbox
from yimen.service.cases.selectors import case_by_code
from yimen.service.offline import policies, rules
from yimen.service.offline.events import JournalRefused, OfflineMerged, OfflineWaits
from yimen.service.offline.models import Block, Device, Entry, Fault, Outage
from yimen.service.offline.rules import Broken, Content
from yimen.service.offline.services.opening import Stopped, try_to_open

MOST = 200
"""Entries of one sending."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An entry as it was signed."""

    seq: int
    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry: `state` merged, waiting, declined, voided, or refused with `said`."""

    seq: int
    state: str
    number: str = ""
    code: str = ""
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the page and the interface."""
        return asdict(self)


def merge(
    *, device: Device, entries: Sequence[Envelope], actor: Actor, at: datetime, head: tuple[str, str] | None = None
) -> list[Outcome]:
    """Take in what a device sends, in its order. The first entry that the chain refuses stops the rest, which stay with the
    device. `head` (text, signature) is what the device says its journal ends with. Sent again, it is answered the same.

    Raises `NotAllowed` for anybody but a clerk of the window.
    """
    policies.demand(policies.may_receive(actor, device), "这台设备不在您的窗口。", "请在登记它的窗口传回。")
    found: list[Outcome] = []
    for envelope in sorted(entries[:MOST], key=lambda each: each.seq):
        outcome = _one(device.pk, envelope, actor, at)
        found.append(outcome)
        if outcome.state == "refused" and not device.doubted:
            break
    else:
        if head is not None and len(entries) <= MOST:
            cut = _head(device.pk, head, actor, at)
            found += [cut] if cut is not None else []
    return found


@transaction.atomic
def _one(device_id: int, envelope: Envelope, actor: Actor, at: datetime) -> Outcome:
    held = Device.objects.select_for_update().get(pk=device_id)
    link = rules.link_of(envelope.text)
    if 1 <= envelope.seq <= held.last_seq:
        known = Entry.objects.select_related("case__matter").filter(device=held, seq=envelope.seq).first()
        if known is not None and known.link == link:
            return answer(known)  # replayed: nothing double
        broken = Broken("other", f"第 {envelope.seq} 条已经传回过，这次的内容不一样。")
        return _refused(held, envelope.seq, broken, actor, at)
    try:
        said = _read(held, envelope)
        block = _block_of(held, said)
    except Broken as broken:
        return _refused(held, envelope.seq, broken, actor, at)
    entry = _entry(held, block, said, envelope, link, actor, at)
    entry.save(force_insert=True)
    Block.objects.filter(pk=block.pk).update(used=F("used") + 1)
    Device.objects.filter(pk=held.pk).update(last_seq=entry.seq, last_link=link, seen_at=at, seen_by=actor.name)
    audit.record(
        "offline.merge_entry", actor=actor, target_kind="offline_entry", target=entry.number,
        facts={"seq": entry.seq, "state": entry.state, "why": entry.why, "happened_at": entry.happened_at},
    )  # fmt: skip
    if entry.case is not None:
        outbox.publish(OfflineMerged(entry.pk, entry.number, entry.case.matter.code, at))
    else:
        outbox.publish(OfflineWaits(entry.pk, entry.number, entry.why, at))
    return answer(entry)


def _read(held: Device, envelope: Envelope) -> Content:
    """The entry as the chain has it. Of a device in doubt also what the chain refuses, if it can be read at all: a second
    person holds it against the receipt. Raises `Broken`.
    """
    try:
        return rules.read_entry(
            device=held.uid, spki=held.key, seq=envelope.seq, text=envelope.text, signature=envelope.signature,
            last_seq=held.last_seq, last_link=held.last_link,
        )  # fmt: skip
    except Broken:
        said = rules.unsigned(envelope.text) if held.doubted else None
        if said is None or said.device != held.uid:
            raise
        return said


def answer(entry: Entry) -> Outcome:
    """What the page is told of an entry the server has."""
    code = entry.case.matter.code if entry.case is not None else ""
    return Outcome(entry.seq, entry.state, entry.number, code, entry.said if entry.state == "waiting" else "")


def _block_of(device: Device, said: Content) -> Block:
    """The block of the entry's number; a closed one counts, since the receipt may have been given before. Raises `Broken`."""
    number = rules.read_number(said.number)
    if number is None or number != said.number:
        raise Broken("number", f"第 {said.seq} 条的编号“{said.number}”校验不对。")
    mark, serial = rules.serial_of(number)
    block = Block.objects.filter(device=device, mark=mark, first__lte=serial, last__gte=serial).first()
    if block is None:
        raise Broken("number", f"第 {said.seq} 条的编号 {number} 不在这台设备的号段里。")
    if Entry.objects.filter(number=number).exists():  # only this device gives it, and the device is locked
        raise Broken("number", f"第 {said.seq} 条的编号 {number} 已经用过。")
    return block


def _entry(
    device: Device, block: Block, said: Content, envelope: Envelope, link: str, actor: Actor, at: datetime
) -> Entry:
    last = Entry.objects.filter(device=device).aggregate(last=Max("happened_at"))["last"]
    moment = rules.moment_of(said, not_before=last, received_at=at)
    outage, _ = Outage.objects.get_or_create(
        device=device, from_at=min(said.synced_at, moment.at), defaults={"to_at": at}
    )
    entry = Entry(
        device=device, block=block, outage=outage, window_id=device.window_id, seq=envelope.seq, number=said.number,
        link=link, signature=envelope.signature, text=envelope.text, item_code=said.item.code, item_name=said.item.name,
        applicant=masking.mask_name(said.applicant.name), clerk_uid=said.clerk.uid, clerk=said.clerk.name,
        happened_at=moment.at, received_at=at, received_by=actor.name, received_uid=actor.uid,
    )  # fmt: skip
    if device.state == Device.State.REVOKED:
        _waits(entry, Stopped("revoked", "设备停用以后传回的，要由第二人核对以后才能开办件。"))
    elif device.doubted:
        _waits(entry, Stopped("doubted", "日志出过问题，要由第二人对照凭证存根核对。"))
    elif moment.doubt:
        _waits(entry, Stopped("clock", f"{moment.doubt}，要由第二人核对收件时间。"))
    else:
        opened = try_to_open(said, actor=actor, at=moment.at, now=at)
        if isinstance(opened, Stopped):
            _waits(entry, opened)
        else:
            became(entry, opened)
    return entry


def _waits(entry: Entry, stopped: Stopped) -> None:
    entry.state, entry.why, entry.said = Entry.State.WAITING, stopped.why, stopped.said
    entry.fields = dict(stopped.fields)


def became(entry: Entry, code: str) -> None:
    """The entry is this case from now on."""
    entry.state, entry.why, entry.said, entry.fields = Entry.State.MERGED, "", "", {}
    entry.case = case_by_code(code)


def _head(device_id: int, head: tuple[str, str], actor: Actor, at: datetime) -> Outcome | None:
    """A tail that was cut off, or a journal put back to what it was."""
    with transaction.atomic():
        held = Device.objects.select_for_update().get(pk=device_id)
        try:
            rules.read_head(
                device=held.uid, spki=held.key, text=head[0], signature=head[1], last_seq=held.last_seq,
                last_link=held.last_link,
            )  # fmt: skip
        except Broken as broken:
            return _refused(held, held.last_seq + 1, broken, actor, at)
    return None


def _refused(device: Device, seq: int, broken: Broken, actor: Actor, at: datetime) -> Outcome:
    """Kept and told once, however often the page tries again."""
    with contextlib.suppress(IntegrityError), transaction.atomic():
        fault = Fault.objects.create(
            device=device, seq=max(seq, 0), kind=broken.kind, said=broken.said[:300], found_at=at, sent_by=actor.name
        )
        audit.record(
            "offline.refuse_journal", actor=actor, target_kind="offline_device", target=str(device.uid),
            result="refused", reason=broken.said, facts={"seq": seq, "kind": broken.kind},
        )  # fmt: skip
        outbox.publish(JournalRefused(fault.pk, device.pk, fault.seq, broken.kind, at))
    return Outcome(seq, "refused", said=broken.said)
