"""One step of a matter of this module with what was said, and its opening. Every verb here is built on these two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import numbering
from yimen.ground.kit.outbox import Event
from yimen.ground.kit.text import clean_text
from yimen.ground.matters import services as matters
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import Taken
from yimen.watch.efficiency import rules
from yimen.watch.efficiency.models import Word
from yimen.watch.efficiency.selectors.common import setting

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

PREFIXES = {"correction": "ZG", "complaint": "TS", "fault": "GC", "ladder": "ZZ", "entry_check": "JC"}
"""How the numbers of each procedure begin."""


def next_code(prefix: str, division: str, at: datetime) -> str:
    """The next number of a series, taken in the caller's transaction."""
    return numbering.place_number(f"{prefix}-", division, at)


def clock(name: str, key: str, *, days: int = 0) -> ClockStart:
    """A clock with the limit of a setting, or `days` where the one who orders has said so."""
    row = rules.SETTINGS[key]
    unit = "calendar" if row.unit == "日" else "workday"
    return ClockStart(name=name, limit=days or setting(key), unit=unit, law=f"本地设定：{row.label}")


def open_one(
    *, name: str, action: str, code: str, title: str, actor: Actor, at: datetime, unit: Unit, centre_id: int | None = None,
    clock: ClockStart | None = None, facts: Mapping[str, Any] | None = None, events: Sequence[Event] = (),
    channel: str = "web",
) -> int:  # fmt: skip
    """Open a matter that a unit answers for; nobody stands in it as applicant. Returns its id."""
    opened = matters.open_matter(
        procedure=name, action=action, code=code, title=title[:500], subject="", actor=actor, at=at, applicant_id=None,
        applicant_name="", department_id=unit.pk, centre_id=centre_id, division=unit.division_id, channel=channel,
        clock=clock, facts=facts, events=events,
    )  # fmt: skip
    return opened.matter_id


def take(
    *, matter_id: int, action: str, text: str, actor: Actor, at: datetime, seen: int | None = None, told: bool = False,
    secret: bool = False, files: Sequence[StoredFile] = (), facts: Mapping[str, Any] | None = None, **more: Any,
) -> Taken:  # fmt: skip
    """One step with its words. Of what is `secret` the ledger says only that something was said."""
    text = clean_text(text, label="内容", limit=4000) if text else ""
    asked = matters.ready_to(matter=matter_id, action=action, actor=actor, at=at, seen=seen)
    said = {"reason": "见来往记录" if secret else text} if text else {}
    if action in HANDLED.get(asked.procedure, ()):
        more["change"] = {**more.get("change", {}), **matters.handling_result(asked, at)}
    taken = matters.take_step(
        matter=matter_id, action=action, actor=actor, at=at, seen=seen, ready=asked, facts={**said, **(facts or {})},
        documents=[] if secret else [file.name for file in files], **more,
    )  # fmt: skip
    if text or files:
        write_word(matter_id, taken.seq, action, text, actor, at, files, told=told)
    return taken


HANDLED = {
    "correction": ("report",),
    "complaint": ("answer", "answer_at_once", "decline"),
    "fault": ("decide", "dismiss"),
    "entry_check": ("report",),
}
"""The steps that end what somebody waits for: with them it is known whether it was in time."""


def write_word(
    matter_id: int, seq: int, action: str, text: str, actor: Actor, at: datetime, files: Sequence[StoredFile] = (), *,
    told: bool = False,
) -> None:  # fmt: skip
    """Keep what was said with a step, in the step's transaction."""
    word = Word.objects.create(
        matter_id=matter_id, step_seq=seq, action=action, text=text, told=told, author_uid=actor.uid,
        author=actor.name, author_post=matters.post_of(actor), written_at=at,
    )  # fmt: skip
    if files:
        word.files.set(files)
