"""Handing over: by pick-up code or by document, signed for, and the case's own step of delivery with it. Once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.documents.services import keep_drawn
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import mandates_given, party
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.masking import mask_id_number
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid
from yimen.service.cases.services import deliver
from yimen.service.delivery import policies, rules
from yimen.service.delivery.models import Cabinet, Result
from yimen.service.delivery.services.common import WrongCode, demand_fit, demand_state, locked, write
from yimen.service.delivery.services.registering import _clear, index_of

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party


class WrongTaker(Invalid):
    """Whoever stands at the window may not take this result."""

    code = "wrong_taker"


class NotSignedFor(Invalid):
    """Nobody has signed for it."""

    code = "not_signed_for"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a result and by what right; `method` is one of the case's ways of delivery."""

    name: str
    method: str
    by: str
    proof: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What was said and shown at the window: a pick-up code, or the number of a document; the name where it is another's."""

    code: str = ""
    number: str = ""
    receiver: str = ""
    paper: str = ""


@transaction.atomic
def hand_over(
    *, result: Result, shown: Shown, actor: Actor, at: datetime, drawn: str = "", paper_signed: bool = False
) -> Result:  # fmt: skip
    """Hand it over at the window, and record the delivery of the case. Raises `ResultMoved`, `NotToHand`, `WrongCode`, `WrongTaker`,
    `NotSignedFor`, `NoSignature`, `NotAllowed`, and what holds the case's delivery (an unpaid bill)."""
    policies.require_hand(actor, result)
    row = locked(result)
    demand_state(row, "waiting", "shelved")
    demand_fit(row, at)
    taker = who_takes(row, shown, at)
    if not drawn and not paper_signed:
        raise NotSignedFor(
            "还没有签收。", fields={"paper_signed": "请领取人在框里签名，或在纸质送达回证上签字后勾选。"}
        )
    deliver(code=row.matter.code, method=taker.method, receiver=taker.name, proof=taker.proof, actor=actor, at=at)
    if drawn:
        row.signature = keep_drawn(drawn, name=taker.name, actor=actor, at=at)
    row.window_id = actor.window_id
    return close(row, taker, actor, at, "delivery.hand_over")


def who_takes(row: Result, shown: Shown, at: datetime) -> Taker:
    """Who it is that stands there; raises `WrongCode`, `WrongTaker`."""
    assert row.matter.applicant_id is not None  # noqa: S101 -- a case without an applicant is not delivered
    applicant, named = party(row.matter.applicant_id), shown.receiver.strip()
    if shown.code:
        if not row.code_index or index_of(rules.read_code(shown.code)) != row.code_index:
            raise WrongCode(
                "取件码不对。", next_step="请核对 8 位取件码，或查验证件。", fields={"code": "取件码不对。"}
            )
        if not named and applicant.kind != "natural":
            raise WrongTaker("请写明是谁来领。", fields={"receiver": "单位的结果请填经办人姓名。"})
        return Taker(named or applicant.name, "signature", "code", "取件码")
    if not shown.number:
        raise WrongTaker("请输取件码，或查验领取人的证件。", fields={"code": "取件码和证件号码填一个。"})
    return _by_document(row, applicant, named, shown, at)


def _by_document(row: Result, applicant: Party, named: str, shown: Shown, at: datetime) -> Taker:
    number = "".join(shown.number.split()).upper()
    index, hidden = keyring.blind_index(number, kind="id_number"), mask_id_number(number)
    if index == applicant.id_index:
        if applicant.kind == "natural":
            return Taker(applicant.name, "signature", "holder", hidden)
        if not named:
            raise WrongTaker("请写明是谁来领。", fields={"receiver": "单位的结果请填经办人姓名。"})
        return Taker(named, "document", "holder", hidden)
    held = [each for each in mandates_given(applicant.pk)[:50] if each.agent_index == index]
    for mandate in held:
        if mandate.covers("collect", row.matter.subject, day_of(at)):
            return Taker(mandate.agent_name, "document", "agent", hidden)
    if shown.paper and named and not held:
        paper = tidy(shown.paper, "委托书", 60, field="paper")
        return Taker(named, "document", "paper", f"{hidden}，纸质委托书 {paper}")
    why = "他的委托不包括领取这件结果，或者已经终止" if held else "这个证件号码不是申请人的，也没有申请人的委托"
    raise WrongTaker(
        f"不能交给他：{why}。", next_step="请申请人本人来领，或交来纸质委托书。", fields={"number": f"{why}。"}
    )


def close(row: Result, taker: Taker, actor: Actor, at: datetime, action: str) -> Result:
    """Write down that it was handed over; the case's step is the caller's."""
    row.handed_at, row.handed_by, row.by, row.receiver, row.proof = (
        at,
        actor.name,
        taker.by,
        taker.name,
        taker.proof[:200],
    )
    _clear(row, "handed", "handed_at", "handed_by", "by", "receiver", "proof", "signature", "window")
    write("已交付", at, result=row, note=f"{taker.name}，{rules.BY[taker.by]}", by=actor.name)
    audit.record(
        action,
        actor=actor,
        target_kind="case",
        target=row.matter.code,
        facts={"by": taker.by, "signed": bool(row.signature_id)},
    )
    return row


@transaction.atomic
def open_cell(*, cabinet: Cabinet, code: str, at: datetime) -> Result:
    """A code typed at the cabinet opens its cell once; the case is delivered by it. Guessing is slowed by the caller.
    Raises `WrongCode`, and what holds the delivery."""
    typed = rules.read_code(code)
    found = (
        Result.objects.filter(cabinet=cabinet, state="shelved", code_index=index_of(typed)).first() if typed else None
    )
    if found is None or cabinet.ended_at is not None:
        raise WrongCode("取件码不对，或者已经用过。", next_step="请核对消息里的 8 位取件码；结果不在柜里的，请到出件窗口。",
                        fields={"code": "取件码不对。"})  # fmt: skip
    row = locked(found)
    if row.code_index != index_of(typed):
        raise WrongCode(
            "取件码已经用过。", next_step="柜门只开一次；没有取出的，请找导办员。", fields={"code": "已经用过。"}
        )
    demand_state(row, "shelved")
    demand_fit(row, at)
    assert row.matter.applicant_id is not None  # noqa: S101 -- as above
    actor = policies.machine(str(cabinet), row.matter.department_id)
    name = party(row.matter.applicant_id).name
    deliver(code=row.matter.code, method="signature", receiver=name, proof="取件码", actor=actor, at=at)
    return close(row, Taker(name, "signature", "cabinet", f"取件码，{row.place}"), actor, at, "delivery.open_cell")
