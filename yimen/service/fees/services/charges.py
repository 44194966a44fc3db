"""The catalogue of charges: proposed, checked by the legal office and the price bureau, entered by the network administrator,
approved by a second person (R169–R171). A version is never overwritten: a change is the next version.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.fees import policies, rules
from yimen.service.fees.events import ChargeInForce
from yimen.service.fees.models import Charge, ChargeVersion
from yimen.service.fees.rules import Standard

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

State = ChargeVersion.State


class CannotPropose(Invalid):
    """The proposal lacks what the check needs, or names what cannot be charged."""

    code = "cannot_propose"


class PastThisStep(Conflict):
    """The version is past this step, or not there yet."""

    code = "past_this_step"


class SamePerson(Invalid):
    """Two persons are needed, and it is the same one."""

    code = "same_person"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a department asks to be allowed to charge, with the document it stands on."""

    name: str
    fee_class: str
    revenue: str
    standard: Standard
    basis: str
    basis_number: str
    basis_organ: str
    valid_from: date
    valid_until: date | None = None
    raised_at: str = "accepted"
    quantity_key: str = ""
    reduction_rule: str = ""
    items: Collection[int] = ()
    file: StoredFile | None = None


@transaction.atomic
def propose_charge(
    *, actor: Actor, given: Proposal, at: datetime, department: Unit | None = None, charge: Charge | None = None
) -> ChargeVersion:
    """A new charge of a department, or the next version of one. Raises `CannotPropose`, `PastThisStep`, `NotAllowed`."""
    owner = charge.department if charge is not None else department
    if owner is None:
        raise CannotPropose("请选择收费部门。", fields={"department": "请选择"})
    policies.demand(
        policies.reaches_department(actor, policies.PROPOSE, owner.pk), "您不能替这个部门提出收费科目。",
        "请由该部门负责人或中心提出。",
    )  # fmt: skip
    _sound(given)
    if charge is None:
        charge = Charge.objects.create(code=numbering.place_number("SF", owner.division_id, at), department=owner)
    elif charge.ended_on is not None:
        raise PastThisStep("这个科目已经停收。", next_step="要重新收的，请作为新科目提出。")
    last = charge.versions.aggregate(last=Max("number"))["last"] or 0
    standard = given.standard
    try:
        with transaction.atomic():
            made = ChargeVersion.objects.create(
                charge=charge, number=last + 1, name=tidy(given.name, "名称", 120, field="name"), fee_class=given.fee_class,
                revenue=given.revenue, how=standard.how, amount_fen=standard.amount_fen, low_fen=standard.low_fen,
                high_fen=standard.high_fen, unit=tidy(standard.unit, "计费单位", 20, field="unit", needed=False),
                quantity_key=given.quantity_key[:60], raised_at=given.raised_at,
                basis=tidy(given.basis, "依据文件", 200, field="basis"),
                basis_number=tidy(given.basis_number, "文号", 80, field="basis_number"),
                basis_organ=tidy(given.basis_organ, "发文机关", 120, field="basis_organ"), basis_file=given.file,
                valid_from=given.valid_from, valid_until=given.valid_until,
                reduction_rule=tidy(given.reduction_rule, "减免规定", 300, needed=False), proposed_at=at,
                proposed_by=actor.name,
            )  # fmt: skip
    except IntegrityError:
        raise PastThisStep("这个科目已有一版在审核。", next_step="请等它批准或退回以后再提。") from None
    made.items.set(list(given.items))
    _note("fees.propose_charge", actor, made)
    return made


def _sound(given: Proposal) -> None:
    faults = given.standard.faults()
    if given.fee_class not in rules.CLASSES:
        faults["fee_class"] = "请选择收费类别"
    if given.revenue not in rules.REVENUES:
        faults["revenue"] = "请选择收入类别"
    if given.raised_at not in rules.RAISED_AT:
        faults["raised_at"] = "请选择何时开单"
    if given.valid_until is not None and given.valid_until < given.valid_from:
        faults["valid_until"] = "不能早于起始日"
    if faults:
        raise CannotPropose("有几处要改。", fields=faults)


@transaction.atomic
def check_charge(*, actor: Actor, version: ChargeVersion, body: str, words: str, at: datetime) -> ChargeVersion:
    """The legal office (`legal`) or the price bureau (`price`) has compared it with the document. When both have, it may be
    entered. Raises `PastThisStep`, `NotAllowed`."""
    code = {"legal": policies.CHECK_LAW, "price": policies.CHECK_PRICE}.get(body, "")
    policies.demand(
        bool(code) and actor.holds(code), "这一项不由您审核。", "合法性由法制机构审核，标准由价格主管部门审核。"
    )
    held = _locked(version, State.PROPOSED)
    if getattr(held, f"{body}_at") is not None:
        raise PastThisStep("这一项已经审核过了。", next_step="请看另一方审核了没有。")
    if held.price_by == actor.name or held.legal_by == actor.name:
        raise SamePerson("两方审核不能是同一个人。", next_step="请由另一机构的人审核。")
    setattr(held, f"{body}_at", at)
    setattr(held, f"{body}_by", actor.name)
    setattr(held, f"{body}_words", tidy(words, "审核意见", 300, field="words"))
    if held.legal_at is not None and held.price_at is not None:
        held.state = State.CHECKED
    held.save(update_fields=[f"{body}_at", f"{body}_by", f"{body}_words", "state"])
    _note("fees.check_charge", actor, held, body=body)
    return held


@transaction.atomic
def enter_charge(*, actor: Actor, version: ChargeVersion, at: datetime) -> ChargeVersion:
    """The network administrator enters a checked version into the catalogue (R169). Raises `PastThisStep`, `NotAllowed`."""
    policies.demand(
        policies.enters(actor), "收费科目由政务服务中心网络管理人员录入，其他人不能录入。", "请交系统管理员录入。"
    )
    held = _locked(version, State.CHECKED)
    held.state, held.entered_at, held.entered_by, held.entrant_id = State.ENTERED, at, actor.name, actor.account_id
    held.save(update_fields=["state", "entered_at", "entered_by", "entrant"])
    _note("fees.enter_charge", actor, held)
    return held


@transaction.atomic
def approve_charge(*, actor: Actor, version: ChargeVersion, at: datetime) -> ChargeVersion:
    """A second person approves what was entered; from its first day on it is charged, and the version before no more.
    Raises `SamePerson`, `PastThisStep`, `NotAllowed`."""
    policies.demand(actor.holds(policies.APPROVE), "您不能批准收费科目。", "请由中心负责人批准。")
    charge = Charge.objects.select_for_update().get(pk=version.charge_id)
    held = _locked(version, State.ENTERED)
    if actor.account_id is not None and actor.account_id == held.entrant_id:
        raise SamePerson("录入和批准不能是同一个人。", next_step="请由另一人批准。")
    before = charge.versions.filter(state=State.APPROVED, replaced_on__isnull=True).first()
    if before is not None:
        before.replaced_on = max(held.valid_from, day_of(at))
        before.save(update_fields=["replaced_on"])
    held.state, held.approved_at, held.approved_by, held.approver_id = State.APPROVED, at, actor.name, actor.account_id
    held.save(update_fields=["state", "approved_at", "approved_by", "approver"])
    _note("fees.approve_charge", actor, held)
    outbox.publish(ChargeInForce(held.pk, at))
    return held


@transaction.atomic
def refuse_charge(*, actor: Actor, version: ChargeVersion, words: str, at: datetime) -> ChargeVersion:
    """Whoever has to check or approve it says no: it may not be charged (R170). Raises `PastThisStep`, `NotAllowed`."""
    held = _locked(version, State.PROPOSED, State.CHECKED, State.ENTERED)
    turn = {
        State.PROPOSED: actor.holds(policies.CHECK_LAW) or actor.holds(policies.CHECK_PRICE),
        State.CHECKED: policies.enters(actor),
        State.ENTERED: actor.holds(policies.APPROVE),
    }
    policies.demand(turn[State(held.state)], "这个科目现在不由您办。", "请由现在该办的人退回。")
    held.state, held.refused_at, held.refused_by = State.REFUSED, at, actor.name
    held.refused_words = tidy(words, "退回原因", 300, field="words")
    held.save(update_fields=["state", "refused_at", "refused_by", "refused_words"])
    _note("fees.refuse_charge", actor, held)
    return held


@transaction.atomic
def end_charge(*, actor: Actor, charge: Charge, reason: str, last_day: date, at: datetime) -> Charge:
    """停收: ordered abolished, or without basis any more (R170). Nothing is charged after its last day."""
    policies.demand(
        policies.enters(actor) or actor.holds(policies.APPROVE),
        "您不能停收科目。",
        "请由网络管理人员或中心负责人办理。",
    )
    held = Charge.objects.select_for_update().get(pk=charge.pk)
    if held.ended_on is not None:
        raise PastThisStep("这个科目已经停收。")
    held.ended_on, held.ended_by = last_day, actor.name
    held.end_reason = tidy(reason, "停收原因", 300, field="reason")
    held.save(update_fields=["ended_on", "ended_by", "end_reason"])
    audit.record("fees.end_charge", actor=actor, target_kind="charge", target=held.code, facts={"reason": reason[:300]})
    return held


def _locked(version: ChargeVersion, *states: str) -> ChargeVersion:
    held = ChargeVersion.objects.select_for_update().get(pk=version.pk)
    if held.state not in states:
        raise PastThisStep(
            f"这一版现在是“{held.get_state_display()}”，这一步已经过去或还没有到。", next_step="请刷新页面。"
        )
    return held


def _note(action: str, actor: Actor, version: ChargeVersion, **facts: str) -> None:
    audit.record(
        action, actor=actor, target_kind="charge", target=version.charge.code,
        facts={"version": version.number, "standard": version.standard_words, **facts},
    )  # fmt: skip
