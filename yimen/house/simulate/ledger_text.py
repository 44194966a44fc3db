"""The canonical text and the link of a step, as `matters_step_text` and `matters_link` compute them in the database.

A test holds the two equal; whoever changes one changes the other.
"""

from __future__ import annotations

from hashlib import sha256


def field(text: str) -> str:
    """One field: its length in octets, a colon, the text, a comma."""
    return f"{len(text) if text.isascii() else len(text.encode())}:{text},"


def step_text(
    *, matter_id: int, seq: int, action: str, from_state: str, to_state: str, actor_uid: str, actor_name: str,
    actor_post: str, window: str, happened_us: int, recorded_us: int, basis: str, clock: str, facts: str,
    documents: str, procedure: str, division: str,
) -> str:  # fmt: skip
    """What a step says. Moments are microseconds since 1970; `clock`, `facts` and `documents` are JSON text as stored."""
    parts = (
        str(matter_id), str(seq), action, from_state, to_state, actor_uid, actor_name, actor_post, window,
        str(happened_us), str(recorded_us), basis, clock, facts, documents, procedure, division,
    )  # fmt: skip
    return "".join(map(field, parts))


def fields(*texts: str) -> str:
    """Several fields in a row: what many steps have in common is put into this form once."""
    return "".join(map(field, texts))


def link(previous: bytes, text: str) -> bytes:
    """sha256 over the previous link of the matter (empty before the first step) and the canonical text."""
    return sha256(previous + text.encode()).digest()
