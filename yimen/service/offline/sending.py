"""What a browser and the server say to each other: the shapes, and the one way in for page and interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from yimen.ground.identity.rules import Actor
from yimen.service.offline import policies, rules, services
from yimen.service.offline.models import Block, Device, Entry


class Enrolment(BaseModel):
    """What the page sends to enrol its browser."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    key: str = Field(max_length=400)


class Sent(BaseModel):
    """One entry as it was signed."""

    model_config = ConfigDict(extra="forbid")
    seq: int = Field(ge=1, le=10_000_000)
    text: str = Field(max_length=rules.LONGEST_TEXT)
    signature: str = Field(max_length=120)


class Signed(BaseModel):
    """The signed end of the journal."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=1000)
    signature: str = Field(max_length=120)


class Journal(BaseModel):
    """What the page sends back: `unsent` is how many entries it holds beyond these."""

    model_config = ConfigDict(extra="forbid")
    device: UUID
    entries: list[Sent] = Field(default_factory=list, max_length=200)
    head: Signed | None = None
    unsent: int = Field(default=0, ge=0, le=100_000)


def take_in(asked: Journal, actor: Actor, at: datetime) -> dict[str, Any]:
    """The one way in for page and interface."""
    device = policies.access_device(actor, asked.device)
    outcomes = services.merge(
        device=device, actor=actor, at=at,
        entries=[services.Envelope(each.seq, each.text, each.signature) for each in asked.entries],
        head=(asked.head.text, asked.head.signature) if asked.head is not None else None,
    )  # fmt: skip
    Device.objects.filter(pk=device.pk).update(unsent=asked.unsent, seen_at=at, seen_by=actor.name)
    services.top_up(actor=actor, device=device, at=at)
    device.refresh_from_db()
    return {
        "outcomes": [each.as_json() for each in outcomes],
        "device": say_device(device, actor),
        "now": at.isoformat(),
    }


def say_device(device: Device, actor: Actor) -> dict[str, Any]:
    """The device as its page sees it; of a device of another window only that it is one."""
    ours = policies.may_receive(actor, device)
    said: dict[str, Any] = {
        "uid": str(device.uid), "ours": ours, "window": str(device.window), "state": device.state,
        "state_label": device.get_state_display(), "name": device.name,
    }  # fmt: skip
    if ours:
        said |= {
            "last_seq": device.last_seq,
            "doubted": device.doubted,
            "blocks": [
                {"id": each.pk, "numbers": _numbers(each)}
                for each in Block.objects.filter(device=device, closed_at__isnull=True).order_by("pk")
            ],
            "waiting": Entry.objects.filter(device=device, state="waiting").count(),
        }
    return said


def _numbers(block: Block) -> list[str]:
    """The numbers of a block that the server has not seen used."""
    seen = set(Entry.objects.filter(block=block).values_list("number", flat=True))
    given = [rules.offline_number(block.mark, serial) for serial in range(block.first, block.last + 1)]
    return [number for number in given if number not in seen]
