"""Tell people something: in their inbox on this site, and outside it by the ways they have chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import crypto
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import publish
from yimen.ground.notices import delivering, rules, selectors
from yimen.ground.notices.choosing import (
    add_device,
    choose,
    opt_out,
    opt_out_again,
    register_with_operator,
    remove_device,
    send_again,
    set_quiet,
)
from yimen.ground.notices.delivering import send, take_receipt
from yimen.ground.notices.events import SendingDue
from yimen.ground.notices.models import Message, Sending
from yimen.ground.notices.rules import UnsuitableMessage

__all__ = [
    "Telling",
    "UnsuitableMessage",
    "add_device",
    "choose",
    "mark_read",
    "notify",
    "notify_account",
    "notify_many",
    "notify_party",
    "opt_out",
    "opt_out_again",
    "register_with_operator",
    "remove_device",
    "send",
    "send_again",
    "set_quiet",
    "take_receipt",
]


def notify(
    *,
    key: str,
    template: str,
    facts: Mapping[str, str | int],
    party_id: int | None = None,
    account_id: int | None = None,
    link: str = "",
) -> bool:
    """Tell a party or an account (exactly one) by a registered template; False when `key` was used before.

    May be called any number of times with the same `key`: the news is told once. `link` is a path of this site.
    Raises `TemplateError` (facts do not fit the gaps), `UnsuitableMessage`.
    """
    return bool(notify_many(template, [Telling(key, facts, party_id, account_id, link)]))


@dataclass(frozen=True, slots=True)
class Telling:
    """One message of many: its key, the facts of its template, its reader (exactly one), a path of this site."""

    key: str
    facts: Mapping[str, str | int]
    party_id: int | None = None
    account_id: int | None = None
    link: str = ""


def notify_many(template: str, tellings: Sequence[Telling]) -> int:
    """Tell many people by one template; those whose key was used before are passed over. Returns how many were told."""
    sort = rules.template_of(template)
    told = []
    for each in tellings:
        subject, body = sort.filled(each.facts)
        told.append(_message(each.key, template, sort.kind, each.party_id, each.account_id, subject, body, each.link))
    facts = {each.key: each.facts for each in tellings}
    return _tell(told, sort, facts, email=sort.email)


def notify_party(
    *, key: str, party_id: int, subject: str, body: str, link: str = "", email: bool = True, template: str = "",
    facts: Mapping[str, str | int] | None = None, kind: str = "",
) -> bool:  # fmt: skip
    """Tell a party in words composed by the caller; see `notify`.

    With `template` and `facts` a short message may go out too: its words are the template's alone.
    """
    sort = rules.template_of(template) if template else None
    kind = kind or (sort.kind if sort else "progress")
    message = _message(key, template, kind, party_id, None, subject, body, link)
    return bool(_tell([message], sort, {key: facts or {}}, email=email))


def notify_account(*, key: str, account_id: int, subject: str, body: str, link: str = "") -> bool:
    """Tell one account (usually of staff) in words composed by the caller, in-site only; see `notify`."""
    return bool(_tell([_message(key, "", "work", None, account_id, subject, body, link)], None, {}, email=False))


def mark_read(*, actor: Actor, at: datetime) -> int:
    """Mark everything in the actor's inbox as read; returns how many were unread."""
    return selectors.inbox(actor).filter(read_at__isnull=True).update(read_at=at)


def _message(
    key: str, template: str, kind: str, party_id: int | None, account_id: int | None, subject: str, body: str, link: str
) -> Message:
    if (party_id is None) == (account_id is None):
        raise ValueError("a message has exactly one reader: a party or an account")
    if not 1 <= len(key) <= 200:
        raise ValueError("a key has 1 to 200 characters")
    subject, body = rules.checked(subject, body, link)
    return Message(
        key=key,
        template=template,
        kind=kind,
        party_id=party_id,
        account_id=account_id,
        subject=subject,
        body=body,
        link=link,
    )


def _tell(
    messages: Sequence[Message],
    sort: rules.Template | None,
    facts: Mapping[str, Mapping[str, str | int]],
    *,
    email: bool,
) -> int:
    """Keep the messages whose key is new, and put each on its ways; the outbox brings them there after the commit."""
    at = now()
    with transaction.atomic():
        keys = [message.key for message in messages]
        known = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
        wanted = {message.key: message for message in messages if message.key not in known}
        # Two who tell the same at once: the database keeps one, and what is read back is what was kept.
        Message.objects.bulk_create(wanted.values(), ignore_conflicts=True, batch_size=1000)
        uids = [message.uid for message in wanted.values()]
        kept = list(Message.objects.filter(uid__in=uids).order_by("id")) if uids else []
        sendings: list[Sending] = []
        for message in kept:
            if message.party_id is not None:
                sendings += _sendings(message, sort, facts.get(message.key, {}), at, email=email)
        for sending in Sending.objects.bulk_create(sendings, batch_size=1000):
            if sending.not_before is None:
                publish(SendingDue(sending.pk))
    return len(kept)


def _sendings(
    message: Message, sort: rules.Template | None, facts: Mapping[str, str | int], at: datetime, *, email: bool
) -> list[Sending]:
    found = delivering.ways(message.party_id or 0, message.kind, sort, facts, at, email=email)
    return [
        Sending(
            message=message,
            channel=way.channel,
            mail_id=_message_id(f"{message.key}" if way.channel == "email" else f"{way.channel}:{message.key}"),
            not_before=way.not_before,
            text=way.text,
            variables=dict(way.variables or {}),
            segments=rules.segments(way.text, settings.SMS_SIGN) if way.text else 0,
        )
        for way in found
    ]


def _message_id(key: str) -> str:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "yimen.invalid"
    return f"{crypto.sm3(key.encode()).hex()[:40]}@{host}"
