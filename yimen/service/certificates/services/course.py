"""What happens to a certificate afterwards: changed, renewed, annotated, lost and replaced, suspended, revoked, expired."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.kit.text import clean_text
from yimen.service.certificates import rules
from yimen.service.certificates.models import Certificate, Edition
from yimen.service.certificates.services.common import WrongState, act_of, demand, locked, words, write
from yimen.service.certificates.services.issuing import checked, make

PLAIN = ("report_lost", "find", "suspend", "resume", "revoke", "strip", "cancel")
EXPIRE_AT_ONCE = 500


class NothingChanged(Invalid):
    """A change that changes nothing."""

    code = "nothing_changed"


class TooEarly(Conflict):
    """A renewal long before the term ends."""

    code = "too_early"


RENEW_DAYS = 180
"""So many days before the last day a certificate may be renewed."""


def standing_words(certificate: Certificate) -> tuple[dict[str, str], list[str]]:
    """The words of the fields and the notes as the last edition has them."""
    last = Edition.objects.filter(certificate=certificate, version=certificate.edition).get()
    facts = json.loads(last.facts)
    return dict(facts["values"]), list(facts["notes"])


@transaction.atomic
def change(
    *, certificate: Certificate, values: Mapping[str, str], reason: str, actor: Actor, at: datetime, document: str = "",
    seen: int | None = None,
) -> Edition:  # fmt: skip
    """变更 (art. 49): other words, a new edition; the old one is no longer true. Raises `NothingChanged`, `WrongState`."""
    row, act = locked(certificate), act_of("change")
    demand(row, act, actor, seen)
    reason, document = words(act, reason, document)
    before, notes = standing_words(row)
    after = checked(row.type, {**before, **values})
    labels = [
        field.label for field in rules.fields_of(row.type.fields) if before.get(field.key, "") != after[field.key]
    ]
    if not labels:
        raise NothingChanged("没有改动任何内容。", next_step="请改好要变更的字段再保存。")
    said = f"变更了{'、'.join(labels)}"
    return make(row, act, after, notes=notes, actor=actor, at=at, reason=reason, document=document, changed=said)


@transaction.atomic
def renew(
    *, certificate: Certificate, reason: str, actor: Actor, at: datetime, document: str = "", seen: int | None = None
) -> Edition:
    """延续 (art. 50): another term after the old one. Raises `TooEarly`, and `Conflict` for one that is 长期."""
    row, act = locked(certificate), act_of("renew")
    demand(row, act, actor, seen)
    reason, document = words(act, reason, document)
    today, until = day_of(at), row.valid_to
    if until is None:
        raise Conflict("这张证照长期有效，不用延续。")
    if until < today:
        raise WrongState("有效期已经届满，不能延续。", next_step="请重新申请（《行政许可法》第七十条）。")
    if until - timedelta(days=RENEW_DAYS) > today:
        raise TooEarly(f"离有效期届满还早，届满前 {RENEW_DAYS} 天内才能延续。")
    values, notes = standing_words(row)
    row.valid_to = rules.renewed_until(today, until, row.type.months)
    said = f"有效期延至{say_date(row.valid_to, weekday=False) if row.valid_to else rules.LONG_TERM}"
    return make(row, act, values, notes=notes, actor=actor, at=at, reason=reason, document=document, changed=said)


@transaction.atomic
def annotate(
    *, certificate: Certificate, note: str, actor: Actor, at: datetime, document: str = "", seen: int | None = None
) -> Edition:
    """注记: a sentence that stands on the certificate from now on."""
    row, act = locked(certificate), act_of("annotate")
    demand(row, act, actor, seen)
    note, document = words(act, clean_text(note, label="注记", limit=80) if note else "", document)
    values, notes = standing_words(row)
    dated = f"{say_date(day_of(at), weekday=False)}，{note}"
    return make(
        row, act, values, notes=[*notes, dated], actor=actor, at=at, reason=note, document=document, changed="加了注记"
    )


@transaction.atomic
def replace(
    *, certificate: Certificate, reason: str, actor: Actor, at: datetime, document: str = "", seen: int | None = None
) -> Edition:
    """遗失补发: a new edition for one reported lost; whoever scans the lost paper is told so."""
    row, act = locked(certificate), act_of("replace")
    demand(row, act, actor, seen)
    reason, document = words(act, reason, document)
    values, notes = standing_words(row)
    return make(row, act, values, notes=notes, actor=actor, at=at, reason=reason, document=document, changed="补发")


@transaction.atomic
def move(
    *, certificate: Certificate, action: str, reason: str, actor: Actor, at: datetime, document: str = "",
    seen: int | None = None,
) -> None:  # fmt: skip
    """One of the acts that leave the words as they are: `PLAIN`. Raises `WrongState`, `NotAllowed`, `Invalid`."""
    row, act = locked(certificate), act_of(action)
    if action not in PLAIN:
        raise WrongState("这个动作要另外办理。", next_step="请按证照页面上的按钮办理。")
    demand(row, act, actor, seen)
    reason, document = words(act, reason, document)
    write(row, act, actor=actor, at=at, reason=reason, document=document)


@transaction.atomic
def restore(
    *, certificate: Certificate, reason: str, document: str, actor: Actor, at: datetime, seen: int | None = None
) -> None:
    """更正: what ended it was wrong. Where its term is over meanwhile it comes back as expired."""
    row, act = locked(certificate), act_of("restore")
    demand(row, act, actor, seen)
    reason, document = words(act, reason, document)
    write(row, act, actor=actor, at=at, reason=reason, document=document)
    if row.valid_to is not None and row.valid_to < day_of(at):
        write(row, act_of("expire"), actor=SYSTEM, at=at)


def expire_due(at: datetime) -> int:
    """Write down the end of every certificate whose last day is past; returns how many. Each is a short transaction."""
    day: date = day_of(at)
    done = 0
    while True:
        with transaction.atomic():
            due = Certificate.objects.select_for_update(skip_locked=True).filter(
                state__in=act_of("expire").origins, valid_to__lt=day
            )
            rows = list(due.order_by("valid_to", "pk")[:EXPIRE_AT_ONCE])
            for row in rows:
                write(row, act_of("expire"), actor=SYSTEM, at=at)
        done += len(rows)
        if len(rows) < EXPIRE_AT_ONCE:
            return done
