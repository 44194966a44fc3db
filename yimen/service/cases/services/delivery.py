"""Delivery of the result (art. 44, R073) and the archive."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import mandates_to
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.refusals import Invalid
from yimen.ground.matters.services import Taken, take_step
from yimen.service.cases.events import CaseDelivered
from yimen.service.cases.models import Case
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case


class CollectorRefused(Invalid):
    """The mandate on file does not let this person fetch the result."""

    code = "collector_refused"


METHODS: dict[str, str] = {"signature": "本人签收", "document": "凭证件代领", "post": "邮寄送达", "online": "网上送达"}


def deliver(
    *, code: str, method: str, receiver: str, actor: Actor, at: datetime, proof: str = "", seen: int | None = None,
    basis: str = "", recorded_at: datetime | None = None,
) -> Taken:  # fmt: skip
    """Hand the result over: `method` is one of `METHODS`, `receiver` who took it, `proof` the document or parcel number."""
    if method not in METHODS:
        raise Invalid("请选择送达方式。", fields={"method": "请选择本人签收、凭证件代领、邮寄送达或网上送达。"})
    if not receiver.strip():
        raise Invalid("请写明领取人。", fields={"receiver": "请填写领取人姓名。"})
    if method in ("document", "post") and not proof.strip():
        raise Invalid("请写明凭证。", fields={"proof": "请填写领取人的证件号码后四位或邮件号。"})
    with transaction.atomic():
        found = open_case(code)
        found.admit("deliver", actor, at, seen)
        if method == "document":
            proof = checked_collector(found, receiver.strip(), proof.strip(), at)
        letter = issue(
            "delivery_receipt", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, method=METHODS[method], receiver=receiver.strip(),
            decision=found.case.decision_number,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="deliver", actor=actor, at=at, seen=seen, ready=found.ready, basis=basis,
            facts={"method": METHODS[method], "letter": letter.number}, documents=[letter.code],
            events=[CaseDelivered(matter_id=found.matter_id, code=found.code, at=at)], recorded_at=recorded_at,
        )  # fmt: skip
        Case.objects.filter(pk=found.matter_id).update(
            delivered_at=at, receiver=receiver.strip()[:100], delivery_proof=proof.strip()[:200]
        )
        return taken


def checked_collector(found: OpenCase, receiver: str, proof: str, at: datetime) -> str:
    """The proof with the mandate's number, where one lets this receiver fetch results; raises `CollectorRefused` where there
    is one that does not (民法典 arts. 165, 173). Without any on file the paper shown at the counter stands as the proof."""
    subject, day = found.case.matter.subject, day_of(at)
    known = list(mandates_to(found.party.pk, receiver)[:20])
    for mandate in known:
        if mandate.covers("collect", subject, day):
            return f"{proof}；委托 {mandate.number}"[:200]
    if known:
        latest = known[0]
        if latest.ended_at is not None:
            why = f"委托 {latest.number} 已于 {say_moment(latest.ended_at)} 终止"
        elif latest.state(day) == "in_force":
            why = f"委托 {latest.number} 没有包括“领取结果”，或不包括这个事项"
        else:
            why = f"委托 {latest.number} 现在不生效"
        raise CollectorRefused(
            f"{receiver}不能代领：{why}。", next_step="请申请人本人领取，或另立包括“领取结果”的委托。",
            fields={"receiver": f"{why}。"},
        )  # fmt: skip
    return proof


def archive(*, code: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Put a concluded case into the archive."""
    return take_step(matter=code, action="archive", actor=actor, at=at, seen=seen)
