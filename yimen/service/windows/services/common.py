"""One step of a matter of this module with what was said, and its number. Every verb here is built on these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import numbering
from yimen.ground.kit.text import clean_text
from yimen.ground.matters import services as matters
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import Taken
from yimen.service.windows import rules
from yimen.service.windows.models import Word
from yimen.service.windows.selectors.common import setting

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile


def next_code(prefix: str, division: str, at: datetime) -> str:
    """The next number of a series, taken in the caller's transaction."""
    return numbering.place_number(prefix, division, at)


def clock(name: str, key: str, centre_id: int | None, *, days: int | None = None) -> ClockStart:
    """A clock with the limit a centre has set, or `days` where the one who asks has said so."""
    limit = setting(key, centre_id) if days is None else days
    return ClockStart(name=name, limit=limit, law=f"本中心设定：{rules.SETTINGS[key].label}")


HANDLED = {"pull": ("answer", "decline"), "first_ask": ("answer",)}
"""The steps that end what somebody waits for: with them it is known whether it was in time."""


def take(
    *, matter_id: int, action: str, text: str, actor: Actor, at: datetime, seen: int | None = None, told: bool = False,
    secret: bool = False, files: Sequence[StoredFile] = (), facts: Mapping[str, Any] | None = None,
    change: Mapping[str, Any] | None = None, **more: Any,
) -> Taken:  # fmt: skip
    """One step with its words. Of what is `secret` the ledger says only that something was said."""
    text = clean_text(text, label="内容", limit=4000) if text else ""
    asked = matters.ready_to(matter=matter_id, action=action, actor=actor, at=at, seen=seen)
    said = {"reason": "见来往记录" if secret else text} if text else {}
    result = matters.handling_result(asked, at) if action in HANDLED.get(asked.procedure, ()) else {}
    taken = matters.take_step(
        matter=matter_id, action=action, actor=actor, at=at, seen=seen, ready=asked, facts={**said, **(facts or {})},
        documents=[file.name for file in files], change={**result, **(change or {})} or None, **more,
    )  # fmt: skip
    if text or files:
        write_word(matter_id, taken.seq, action, text, actor, at, files, told=told)
    return taken


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
