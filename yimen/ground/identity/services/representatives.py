"""A new legal representative: proposed by the enterprise, or brought to the window; true once the new licence was looked at."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from yimen.ground.identity import id_numbers
from yimen.ground.identity.models import Invitation, Party, RepresentativeChange
from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.services.enterprises import managed, new_invitation
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound


class ChangePending(Conflict):
    """One change is waiting for the window already, or this one was decided."""

    code = "change_pending"


@transaction.atomic
def propose_representative(
    *, actor: Actor, name: str, id_type: str, id_number: str, at: datetime
) -> RepresentativeChange:
    """An owner or administrator names the new representative; nothing changes before the window has seen the licence."""
    return _propose(actor, managed(actor), name, id_type, id_number, at)


@transaction.atomic
def change_representative(
    *, actor: Actor, enterprise: Party, name: str, id_type: str, id_number: str, at: datetime
) -> tuple[Invitation, str]:
    """At the window, with the new licence and the new representative's document on the counter (`identity.verify`).

    The file takes the new name; the new representative gets a code (72 h) and becomes the owner when it is used, which
    ends the former owner's place. Raises `Invalid` for a person's file.
    """
    require_permission(actor, "identity.verify")
    enterprise = Party.objects.select_for_update().get(pk=enterprise.pk)
    if enterprise.kind != "legal":
        raise Invalid("只有单位有法定代表人。", fields={"credit_code": "请填单位的统一社会信用代码。"})
    waiting = enterprise.representative_changes.filter(state="proposed").first()
    change = waiting or _propose(actor, enterprise, name, id_type, id_number, at)
    change.after = tidy(name, "姓名", 100, field="name")
    change.id_type, change.id_number = id_type, id_numbers.checked(id_type, id_number, today=day_of(at))
    change.id_index = keyring.blind_index(change.id_number, kind="id_number")
    change.state, change.decided_at, change.decided_by_name = "verified", at, actor.name
    change.save()
    enterprise.legal_representative, enterprise.assurance = change.after, "window"
    enterprise.save(update_fields=["legal_representative", "assurance"])
    audit.record(
        "identity.change_representative", actor=actor, target_kind="party", target=str(enterprise.uid),
        facts={"change": change.uid, "before_hash": _hash(change.before), "after_hash": _hash(change.after)},
    )  # fmt: skip
    return new_invitation(actor, enterprise, change.after, id_type, id_number, "owner", at)


@transaction.atomic
def drop_change(*, actor: Actor, uid: UUID, at: datetime, reason: str = "") -> RepresentativeChange:
    """The enterprise takes the proposal back, or the window refuses it (with a reason). Raises `NotFound`, `ChangePending`."""
    change = RepresentativeChange.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if change is None:
        raise NotFound("没有这项变更。")
    if actor.kind == "staff":
        require_permission(actor, "identity.verify")
        change.state, change.reason = "refused", tidy(reason, "原因", 200, field="reason")
    elif managed(actor).pk != change.enterprise_id:
        raise NotFound("没有这项变更。")
    elif change.decided_at is not None:
        raise ChangePending("这项变更已经办结。")
    else:
        change.state = "withdrawn"
    change.decided_at, change.decided_by_name = at, actor.name
    change.save(update_fields=["state", "reason", "decided_at", "decided_by_name"])
    audit.record(
        "identity.drop_representative_change", actor=actor, target_kind="party", target=str(change.enterprise.uid),
        reason=change.reason,
    )  # fmt: skip
    return change


def _propose(
    actor: Actor, enterprise: Party, name: str, id_type: str, id_number: str, at: datetime
) -> RepresentativeChange:
    if id_type not in id_numbers.NATURAL_TYPES:
        raise Invalid("法定代表人是自然人，请选个人证件。", fields={"id_type": "请选择个人证件。"})
    number = id_numbers.checked(id_type, id_number, today=day_of(at))
    try:
        with transaction.atomic():
            change = RepresentativeChange.objects.create(
                enterprise=enterprise, before=enterprise.legal_representative, after=tidy(name, "姓名", 100, field="name"),
                id_type=id_type, id_number=number, id_index=keyring.blind_index(number, kind="id_number"), proposed_at=at,
                proposed_by_name=actor.name,
            )  # fmt: skip
    except IntegrityError:
        raise ChangePending("已有一项法定代表人变更在等窗口核验。", next_step="请先办完或收回那一项。") from None
    audit.record(
        "identity.propose_representative", actor=actor, target_kind="party", target=str(enterprise.uid),
        facts={"change": change.uid},
    )  # fmt: skip
    return change


def _hash(name: str) -> str:
    return keyring.blind_index(name[:80], kind="name")[-16:]
