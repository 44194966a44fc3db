"""联络协办员: appoint and end (R012)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.coordination import policies
from yimen.service.coordination.models import Liaison
from yimen.service.coordination.services.leaders import require_keeper

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


class LiaisonMoved(Conflict):
    """Somebody else has appointed or ended meanwhile."""

    code = "liaison_moved"


@transaction.atomic
def appoint_liaison(
    *, actor: Actor, unit: Unit, account_id: int, from_on: date, at: datetime, substitute_id: int | None = None,
    to_on: date | None = None, phone: str = "",
) -> Liaison:  # fmt: skip
    """Appoint the liaison of a unit, with substitute and term; whoever was it before is ended with the day before.

    Raises `Invalid` for accounts out of use, the same person twice, a term that ends before it begins; `LiaisonMoved`.
    """
    require_keeper(actor, unit, policies.LIAISONS)
    wanted = {account_id, *([substitute_id] if substitute_id is not None else [])}
    if people.accounts(active=True).filter(pk__in=wanted).count() != len(wanted):
        raise Invalid("有的账号已停用或没有这个账号。", fields={"account": "请重新选择人员"})
    if substitute_id == account_id:
        raise Invalid("替补要另选一人。", fields={"substitute": "请另选一人"})
    if to_on is not None and to_on < from_on:
        raise Invalid("任期结束早于开始。", fields={"to_on": "早于开始日期"})
    held = Liaison.objects.select_for_update().filter(unit=unit, ended_reason="").first()
    if held is not None:
        if held.account_id == account_id and held.substitute_id == substitute_id and held.to_on == to_on:
            raise LiaisonMoved("现任就是这位联络协办员，没有变化。", fields={"account": "与现任相同"})
        _end(held, max(held.from_on, date.fromordinal(from_on.toordinal() - 1)), "换任")
    try:
        with transaction.atomic():
            liaison = Liaison.objects.create(
                unit=unit, account_id=account_id, substitute_id=substitute_id, phone=phone, from_on=from_on, to_on=to_on
            )
    except IntegrityError:
        raise LiaisonMoved(f"{unit.name}的联络协办员刚被别人登记过。", next_step="请刷新名单，看过后再改。") from None
    _note("coordination.appoint_liaison", actor, unit, {"liaison": liaison.pk, "from": from_on})
    return liaison


@transaction.atomic
def end_liaison(*, actor: Actor, liaison: Liaison, to_on: date, reason: str, at: datetime) -> None:
    """The unit is without a liaison from the day after; with the reason. Raises `LiaisonMoved`, `Invalid`."""
    liaison = Liaison.objects.select_for_update(of=("self",)).get(pk=liaison.pk)
    require_keeper(actor, liaison.unit, policies.LIAISONS)
    if liaison.ended_reason:
        raise LiaisonMoved("这位联络协办员已经免去。", next_step="请刷新名单。")
    if to_on < liaison.from_on:
        raise Invalid("免去日期早于指定日期。", fields={"to_on": "早于指定日期"})
    if not reason.strip():
        raise Invalid("请写明原因。", fields={"reason": "请写明原因"})
    _end(liaison, to_on, reason.strip()[:200])
    _note("coordination.end_liaison", actor, liaison.unit, {"liaison": liaison.pk, "to": to_on})


def _end(liaison: Liaison, to_on: date, reason: str) -> None:
    liaison.to_on, liaison.ended_reason = to_on, reason
    liaison.save(update_fields=["to_on", "ended_reason"])


def _note(action: str, actor: Actor, unit: Unit, facts: dict[str, object]) -> None:
    audit.record(action, actor=actor, target_kind="unit", target=unit.name, facts=facts)
