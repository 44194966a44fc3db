"""Draw up and issue: a case that was granted gets its certificate; each making is an edition with an identifier of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.documents import rules as documents
from yimen.ground.documents.selectors import check_characters
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import numbering
from yimen.ground.kit.masking import mask_id_number
from yimen.ground.kit.moments import day_of, local, say_date
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations import services as register
from yimen.service.certificates import rules
from yimen.service.certificates.models import Certificate, CertificateType, Edition
from yimen.service.certificates.services.common import WrongState, act_of, demand, locked, words, write

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party
    from yimen.ground.matters.models import Matter

LONGEST_VALUE = 200


class CannotIssue(Conflict):
    """The organ cannot issue: no seal in use, no credit code, the type has ended."""

    code = "cannot_issue"


class NotComplete(Invalid):
    """A field of the certificate is empty."""

    code = "not_complete"


@transaction.atomic
def draw_up(
    *, kind: CertificateType, holder: Party, actor: Actor, at: datetime, matter: Matter | None = None,
    centre_id: int | None = None,
) -> Certificate:  # fmt: skip
    """A draft of a certificate for a holder. Raises `CannotIssue` for a type out of use or not for this kind of holder, and
    where the case has one of this type already."""
    if kind.ended_at is not None:
        raise CannotIssue(f"“{kind.name}”已经停用。", next_step="请选择在用的证照类型。")
    if kind.holder_kind not in ("either", holder.kind):
        raise CannotIssue(f"“{kind.name}”只发给{kind.get_holder_kind_display()}。")
    row = Certificate(
        code=documents.new_code(), type=kind, holder=holder, issuer=kind.issuer, matter=matter, drawn_up_at=at, moved_at=at,
        centre_id=centre_id or organisations.hall_of_department(kind.issuer_id).centre_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            write(row, act_of("draw_up"), actor=actor, at=at, first=True)
    except IntegrityError:
        raise CannotIssue("这件办件的证照已经拟制过。", next_step="请到证照登记簿里接着办。") from None
    return row


@transaction.atomic
def issue(
    *, certificate: Certificate, values: Mapping[str, str], actor: Actor, at: datetime, valid_from: date | None = None,
    seen: int | None = None,
) -> Edition:  # fmt: skip
    """Make the certificate: number, identifier, first edition under the organ's seal; its files are drawn when first wanted.

    `values` are the words of the fields by their keys. Raises `NotComplete`, `CannotIssue`, `WrongState`, `NotAllowed`.
    """
    row, act = locked(certificate), act_of("issue")
    demand(row, act, actor, seen)
    first = valid_from or day_of(at)
    issuer = row.issuer
    if len(issuer.credit_code) != 18:
        raise CannotIssue(
            f"{issuer.name}没有登记统一社会信用代码，不能生成电子证照标识。", next_step="请管理员补登信用代码。"
        )
    words_of_fields = checked(row.type, values)
    year = local(at).year
    number = numbering.next_number(f"certificate:{row.type.code}:{issuer.pk}:{year}")
    row.number = numbering.letter_number(row.type.series, year, number)
    row.serial = rules.serial_of(year, number)
    row.valid_from, row.valid_to = first, rules.valid_until(first, row.type.months)
    row.issued_at, row.lacking = at, ""
    return make(row, act, words_of_fields, notes=[], actor=actor, at=at)


def make(
    row: Certificate, act: Any, values: Mapping[str, str], *, notes: list[str], actor: Actor, at: datetime,
    reason: str = "", document: str = "", changed: str = "",
) -> Edition:  # fmt: skip
    """The next edition of a certificate that the caller holds, sealed, with its row in the log."""
    issuer, kind = row.issuer, row.type
    seal = organisations.seal_of(issuer, "approval", day_of(at))
    if seal is None:
        raise CannotIssue(f"{issuer.name}没有在用的行政审批专用章，不能制证。", next_step="请印章管理人员先登记印章。")
    row.edition += 1
    if row.edition > 999 or row.valid_from is None:
        raise CannotIssue("这张证照的版本已经用完。", next_step="请注销后重新办理。")
    row.identifier = str(rules.Identifier(kind.code, issuer.credit_code, row.serial, row.edition))
    facts = {
        "title": kind.name, "number": row.number, "identifier": row.identifier, "issuer": issuer.name, "seal_text": seal.text,
        "issued_on": say_date(local(at).date(), weekday=False), "validity": rules.say_validity(row.valid_from, row.valid_to),
        "code": row.code, "values": dict(values), "notes": notes,
        "fields": [[field.key, field.label] for field in rules.fields_of(kind.fields) if values.get(field.key)],
    }  # fmt: skip
    check_characters(documents.texts_in(facts))
    hand = actor if actor.kind == "staff" else SYSTEM
    try:
        register.use_seal(
            seal=seal, actor=hand, at=at, document=f"{kind.name}（{act.label}）", document_number=row.number,
            own=actor.department_id == seal.unit_id,
        )  # fmt: skip
    except Conflict as refusal:
        raise CannotIssue(refusal.message, next_step=refusal.next_step) from None
    write(row, act, actor=actor, at=at, reason=reason, document=document, changed=changed)
    return Edition.objects.create(
        certificate=row, version=row.edition, identifier=row.identifier, facts=json.dumps(facts, ensure_ascii=False),
        layout=kind.layout, seal=seal, made_at=at, made_by=actor.name,
    )  # fmt: skip


@transaction.atomic
def discard(*, certificate: Certificate, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> None:
    """A draft that will not be: its number was never given. Raises `WrongState`, `NotAllowed`."""
    row, act = locked(certificate), act_of("discard")
    demand(row, act, actor, seen)
    reason, _ = words(act, reason, "")
    write(row, act, actor=actor, at=at, reason=reason)


def checked(kind: CertificateType, values: Mapping[str, str]) -> dict[str, str]:
    """The words of the fields, clean; raises `NotComplete` naming each that is empty."""
    kept, empty = {}, {}
    for field in rules.fields_of(kind.fields):
        said = tidy(str(values.get(field.key, "") or ""), field.label, LONGEST_VALUE, field=field.key, needed=False)
        if field.required and not said:
            empty[field.key] = f"请填写{field.label}。"
        kept[field.key] = said
    if empty:
        labels = [field.label for field in rules.fields_of(kind.fields) if field.key in empty]
        raise NotComplete(f"证照还缺：{'、'.join(labels)}。", next_step="请补全再制证。", fields=empty)
    return kept


def suggested(kind: CertificateType, holder: Party, known: Mapping[str, Any]) -> dict[str, str]:
    """The words of the fields as far as holder and case say them; `known` has `item`, `case`, `decision` and the `answers`
    (keys with the words they were answered with)."""
    of_holder = {
        "holder": holder.name,
        "holder_number": mask_id_number(holder.id_number),
        "representative": holder.legal_representative or (holder.name if holder.kind == "natural" else ""),
        "address": holder.address,
    }
    answers: Mapping[str, str] = known.get("answers", {})
    found = {}
    for field in rules.fields_of(kind.fields):
        match field.source:
            case "fixed":
                said = field.of[0]
            case "answer":
                said = next((answers[key] for key in field.of if answers.get(key)), "")
            case "item" | "case" | "decision":
                said = str(known.get(field.source, ""))
            case _:
                said = of_holder.get(field.source, "")
        found[field.key] = said[:LONGEST_VALUE]
    return found


__all__ = ["CannotIssue", "NotComplete", "WrongState", "checked", "discard", "draw_up", "issue", "make", "suggested"]
