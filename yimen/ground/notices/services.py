"""Tell people something: in their inbox on this site, and by e-mail where their file has an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import crypto
from yimen.ground.kit.masking import mask_email
from yimen.ground.kit.moments import now
from yimen.ground.kit.outbox import publish
from yimen.ground.notices import mail, rules, selectors
from yimen.ground.notices.events import SendingDue
from yimen.ground.notices.models import Message, Sending
from yimen.ground.notices.rules import UnsuitableMessage

__all__ = [
    "Telling",
    "UnsuitableMessage",
    "mark_read",
    "notify",
    "notify_account",
    "notify_many",
    "notify_party",
    "send",
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
    sort = rules.template_of(template)
    subject, body = sort.filled(facts)
    return _tell(key, template, party_id, account_id, subject, body, link, email=sort.email)


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
    told = 0
    with transaction.atomic():
        for each in tellings:
            subject, body = sort.filled(each.facts)
            told += _tell(
                each.key, template, each.party_id, each.account_id, subject, body, each.link, email=sort.email
            )
    return told


def notify_party(*, key: str, party_id: int, subject: str, body: str, link: str = "", email: bool = True) -> bool:
    """Tell a party in words composed by the caller; see `notify`."""
    return _tell(key, "", party_id, None, subject, body, link, email=email)


def notify_account(*, key: str, account_id: int, subject: str, body: str, link: str = "") -> bool:
    """Tell one account (usually of staff) in words composed by the caller, in-site only; see `notify`."""
    return _tell(key, "", None, account_id, subject, body, link, email=False)


def mark_read(*, actor: Actor, at: datetime) -> int:
    """Mark everything in the actor's inbox as read; returns how many were unread."""
    return selectors.inbox(actor).filter(read_at__isnull=True).update(read_at=at)


def send(sending_id: int) -> None:
    """Send one e-mail that is due; does nothing when it has gone out already. Never call it inside a transaction.

    Raises what the mail server's trouble raises, so that the outbox tries again later; a final refusal is kept as
    `failed` with its reason.
    """
    sending = Sending.objects.select_related("message").get(pk=sending_id)
    if sending.state != Sending.State.WAITING:
        return
    message = sending.message
    if message.party_id is None:
        raise LookupError("a message to an account goes out by no channel")
    address = people.party(message.party_id).email
    mine = Sending.objects.filter(pk=sending_id, state=Sending.State.WAITING)
    mine.update(attempts=F("attempts") + 1, to=mask_email(address))
    if not address:
        mine.update(state=Sending.State.FAILED, reason="没有登记电子邮箱")
        return
    try:
        mail.send(to=address, subject=message.subject, body=_letter(message), message_id=sending.mail_id)
    except mail.MailRefusedError as refused:
        mine.update(state=Sending.State.FAILED, reason=str(refused)[:300])
        return
    mine.update(state=Sending.State.SENT, sent_at=now(), reason="")


def _tell(
    key: str,
    template: str,
    party_id: int | None,
    account_id: int | None,
    subject: str,
    body: str,
    link: str,
    *,
    email: bool,
) -> bool:
    if (party_id is None) == (account_id is None):
        raise ValueError("a message has exactly one reader: a party or an account")
    if not 1 <= len(key) <= 200:
        raise ValueError("a key has 1 to 200 characters")
    subject, body = rules.checked(subject, body, link)
    with transaction.atomic():
        message, new = Message.objects.get_or_create(
            key=key,
            defaults={
                "template": template,
                "party_id": party_id,
                "account_id": account_id,
                "subject": subject,
                "body": body,
                "link": link,
            },
        )
        if new and email and party_id is not None and mail.is_on() and people.party(party_id).email:
            sending = Sending.objects.create(message=message, mail_id=_message_id(key))
            publish(SendingDue(sending.pk))
    return new


def _message_id(key: str) -> str:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "yimen.invalid"
    return f"{crypto.sm3(key.encode()).hex()[:40]}@{host}"


def _letter(message: Message) -> str:
    lines = [message.body, ""]
    if message.link:
        lines += [f"查看：{settings.ORIGIN.rstrip('/')}{message.link}", ""]
    return "\n".join([*lines, "——", settings.CENTRE_NAME, "本邮件由系统自动发出，请勿直接回复。"])
