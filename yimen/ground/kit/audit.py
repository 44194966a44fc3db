"""One audit row for each act, done or refused (who, what, on what, from where).

A service that changes something calls `record` in its transaction (or lets its SQL function call `kit_audit`). An act
that is refused is rolled back whole, so its row is written afterwards: by `act` here, or by the edge's middleware with
`record_refusal`, which writes one row however often it is called.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import DatabaseError, transaction

from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.refusals import Refusal

Result = Literal["ok", "refused", "failed"]
MAX_REASON = 500


class Who(Protocol):
    """As much of an actor as the audit needs; `identity.rules.Actor` fits."""

    @property
    def uid(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def post(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where an act came from: the request's id and the client's address (None for workers and commands).

    `refused` gathers what was refused and shown in a form again, for the row that the edge writes at the request's end.
    """

    request_id: str = ""
    ip: str | None = None
    refused: list[Refusal] = field(default_factory=list, compare=False)


_context: ContextVar[RequestContext | None] = ContextVar("yimen_request_context", default=None)
NOWHERE = RequestContext()


def current() -> RequestContext:
    """The context of the running request or command; empty when there is none."""
    return _context.get() or NOWHERE


@contextmanager
def request_context(request_id: str, ip: str | None = None) -> Iterator[RequestContext]:
    """Everything recorded inside the block bears this request id and address."""
    context = RequestContext(request_id[:64], ip)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def notice(refusal: Refusal) -> None:
    """Have the running request write the row of this refusal, which a view catches to show it in a form."""
    where = _context.get()
    if where is not None:
        where.refused.append(refusal)


def record(
    action: str,
    *,
    actor: Who | None,
    target_kind: str = "",
    target: str = "",
    result: Result = "ok",
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    before_hash: str = "",
    after_hash: str = "",
) -> int:
    """Write one audit row in the open transaction; returns its id.

    `action` is `module.verb`; `target` a code or uid; `facts` holds ids, codes and times, never sensitive values: what
    changed is shown by `before_hash` and `after_hash`. `actor` is None only for a visitor who is not signed in.
    """
    where = current()
    entry = AuditEntry.objects.create(
        actor_uid=actor.uid if actor else None,
        actor_name=safe_text(actor.name if actor else ""),
        actor_post=safe_text(actor.post if actor else ""),
        action=action,
        target_kind=target_kind,
        target=safe_text(target),
        result=result,
        reason=safe_text(reason),
        request_id=safe_text(where.request_id),
        ip=where.ip,
        facts=facts_text(facts or {}),
        before_hash=before_hash,
        after_hash=after_hash,
    )
    return int(entry.pk)


def record_refusal(
    refusal: Refusal, *, action: str, actor: Who | None, target_kind: str = "", target: str = ""
) -> int | None:
    """Write the audit row of a refused act, after its rollback; None when this refusal has its row already."""
    if refusal.audited:
        return None
    entry = record(
        action,
        actor=actor,
        target_kind=target_kind,
        target=target,
        result="refused",
        reason=refusal.message,
        facts={"code": refusal.code, "status": refusal.status},
    )
    refusal.audited = True
    for write in refusal.afterwards:
        write()
    return entry


@dataclass(slots=True)
class Act:
    """What the row will say; the block may fill in what it learns."""

    action: str
    target_kind: str = ""
    target: str = ""
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    before_hash: str = ""
    after_hash: str = ""


@contextmanager
def act(action: str, *, actor: Who | None, target_kind: str = "", target: str = "") -> Iterator[Act]:
    """One act as one transaction with one audit row: `ok` inside it, `refused` or `failed` after its rollback.

    It is the outermost transaction (Django raises RuntimeError otherwise), since a row written inside another one would
    be rolled back with it.
    """
    note = Act(action, target_kind, target)
    try:
        with transaction.atomic(durable=True):
            yield note
            record(
                note.action,
                actor=actor,
                target_kind=note.target_kind,
                target=note.target,
                reason=note.reason,
                facts=note.facts,
                before_hash=note.before_hash,
                after_hash=note.after_hash,
            )
    except Refusal as refusal:
        record_refusal(refusal, action=note.action, actor=actor, target_kind=note.target_kind, target=note.target)
        raise
    except Exception as failure:
        with suppress(DatabaseError):
            record(
                note.action,
                actor=actor,
                target_kind=note.target_kind,
                target=note.target,
                result="failed",
                reason=type(failure).__name__,
            )
        raise


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as the JSON text that is stored: sorted keys, ids and moments as text, always valid for the database."""
    text = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("utf-8", "backslashreplace").decode()


def safe_text(text: str) -> str:
    """Text from outside in a form that every database takes: no NUL, no half characters, at most 500 long."""
    return text.replace("\x00", "").encode("utf-8", "backslashreplace").decode()[:MAX_REASON]
