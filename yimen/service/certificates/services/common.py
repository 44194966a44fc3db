"""One act on a certificate, with its row in the log. Every verb here is built on these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.certificates import policies
from yimen.service.certificates.events import CertificateMoved
from yimen.service.certificates.lifecycle import ACTS, STATES, Act
from yimen.service.certificates.models import Certificate, CertificateEvent


class WrongState(Conflict):
    """The certificate is past this act, or somebody else was quicker."""

    code = "wrong_state"


class UnknownAct(Invalid):
    """There is no such act."""

    code = "unknown_act"


def act_of(action: str) -> Act:
    """The act by its name; raises `UnknownAct`."""
    if action not in ACTS:
        raise UnknownAct("没有这个动作。", next_step="请回到证照页面，按上面的按钮办理。")
    return ACTS[action]


def locked(certificate: Certificate) -> Certificate:
    """The certificate as it stands, held until the transaction ends."""
    return Certificate.objects.select_for_update().get(pk=certificate.pk)


def demand(certificate: Certificate, act: Act, actor: Actor, seen: int | None = None) -> None:
    """Raise unless the act is open, the actor may, and (`seen`: rows of the log) nothing happened meanwhile."""
    policies.require(actor, act.permission, certificate)
    if certificate.state not in act.origins:
        raise WrongState(
            f"证照现在是“{STATES[certificate.state]}”，不能{act.label}。", next_step="请刷新页面，看现在可以办什么。"
        )
    if seen is not None and seen != last_seq(certificate):
        raise WrongState("您打开页面以后，这张证照有了新的变动。", next_step="请刷新页面，看过变动再办。")


def last_seq(certificate: Certificate) -> int:
    """How many rows the log has."""
    last = CertificateEvent.objects.filter(certificate=certificate).order_by("-seq").values_list("seq", flat=True)
    return last.first() or 0


def words(act: Act, reason: str, document: str) -> tuple[str, str]:
    """Reason and document, clean; raises `Invalid` where one is lacking that the act needs."""
    return (
        tidy(reason, "原因", 300, field="reason", needed=act.reason_needed),
        tidy(document, "文号", 80, field="document", needed=act.document_needed),
    )


def write(
    certificate: Certificate, act: Act, *, actor: Actor, at: datetime, reason: str = "", document: str = "",
    changed: str = "", first: bool = False,
) -> CertificateEvent:  # fmt: skip
    """Move the certificate by an act and write it down; only this function writes a state. The caller holds the lock."""
    before = "" if first else certificate.state
    certificate.state = act.target or certificate.state
    certificate.moved_at = at
    certificate.save()
    event = CertificateEvent.objects.create(
        certificate=certificate, seq=1 if first else last_seq(certificate) + 1, action=act.action, from_state=before,
        to_state=certificate.state, version=certificate.edition, happened_at=at, actor_uid=actor.uid, actor_name=actor.name,
        actor_post=(actor.post or "")[:100], reason=reason, document=document, changed=changed[:300],
    )  # fmt: skip
    facts: dict[str, Any] = {"state": certificate.state, "edition": certificate.edition}
    audit.record(
        f"certificates.{act.action}", actor=actor, target_kind="certificate", target=certificate.number or certificate.code,
        reason=reason, facts=facts | ({"document": document} if document else {}),
    )  # fmt: skip
    outbox.publish(
        CertificateMoved(
            certificate.pk, certificate.code, act.action, certificate.state, at, certificate.matter_id or 0
        )
    )
    return event
