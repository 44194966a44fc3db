"""The list of proofs 证明事项清单: kept with their legal basis, or cancelled with what takes their place (R030)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue import services as upkeep
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import policies
from yimen.service.reform.models import Proof
from yimen.service.reform.rules import ProofKind, Replacement


@transaction.atomic
def save_proof(
    *,
    actor: Actor,
    kind: str,
    name: str,
    basis: str,
    at: datetime,
    issuer: str = "",
    purpose: str = "",
    proof: Proof | None = None,
) -> Proof:
    """Enter a proof, stamp or material that is kept, with the law that asks for it, or change what is said of it. A proof or
    material is tied to a standard material of the catalogue, so that cancelling it stops every demand.
    """
    policies.must(actor, policies.RECORD, None)
    if kind not in ProofKind.labels():
        raise Invalid("请选择种类。", fields={"kind": "请选择种类。"})
    values = {
        "kind": kind,
        "name": tidy(name, "名称", 300, field="name"),
        "issuer": tidy(issuer, "出具单位", 200, field="issuer", needed=False),
        "purpose": tidy(purpose, "用途", 300, field="purpose", needed=False),
        "basis": tidy(basis, "保留依据", 300, field="basis"),
    }
    try:
        with transaction.atomic():
            if proof is None:
                held = Proof.objects.create(author=actor.name, created_at=at, **values)
            else:
                held = _kept(proof)
                for field, value in values.items():
                    setattr(held, field, value)
                held.save()
    except IntegrityError:
        problem = "清单里已经有同名、同出具单位的一条。"
        raise Conflict(problem, fields={"name": problem}) from None
    if kind != ProofKind.STAMP:
        standard = upkeep.save_standard_material(
            actor=actor, code=held.standard.code if held.standard else f"ZM-{held.pk:05}", name=held.name,
            issuer=held.issuer, proof=kind == ProofKind.PROOF, at=at,
        )  # fmt: skip
        if held.standard_id is None:
            held.standard = standard
            held.save(update_fields=["standard"])
    audit.record("reform.save_proof", actor=actor, target_kind="proof", target=str(held.uid))
    return held


@transaction.atomic
def cancel_proof(
    *,
    actor: Actor,
    proof: Proof,
    document: str,
    replacement: str,
    at: datetime,
    on: date | None = None,
    replacement_note: str = "",
) -> Proof:
    """Cancel a proof by a document, saying what takes its place; from the day on nobody may demand it (R030)."""
    policies.must(actor, policies.RECORD, None)
    held = _kept(proof)
    if replacement not in Replacement.labels():
        raise Invalid("请选择以什么代替。", fields={"replacement": "请选择以什么代替。"})
    held.document = tidy(document, "取消文号", 200, field="document")
    held.replacement = replacement
    held.replacement_note = tidy(replacement_note, "代替办法", 300, field="replacement_note", needed=False)
    held.cancelled_on = on or moments.day_of(at)
    held.save()
    if held.standard is not None:
        upkeep.cancel_standard_material(
            actor=actor, material=held.standard, basis=held.document, at=at, on=held.cancelled_on
        )
    audit.record("reform.cancel_proof", actor=actor, target_kind="proof", target=str(held.uid), reason=held.document)
    return held


@transaction.atomic
def stop_demand(*, actor: Actor, proof: Proof, at: datetime) -> int:
    """Cancel the proof in every edition that still asks for it under its name without being tied to it. Returns how many."""
    require_permission(actor, policies.DECIDE)
    proof = Proof.objects.get(pk=proof.pk)
    if proof.cancelled_on is None:
        raise Conflict("这一项没有取消。")
    count = upkeep.cancel_materials_named(
        actor=actor, name=proof.name, basis=proof.document, at=at, on=proof.cancelled_on
    )
    if not count:
        raise Conflict("没有事项再索要它。")
    audit.record(
        "reform.stop_demand", actor=actor, target_kind="proof", target=str(proof.uid), facts={"materials": count}
    )
    return count


def _kept(proof: Proof) -> Proof:
    held = Proof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
    if held.cancelled_on is not None:
        raise Conflict("这一项已经取消。")
    return held
