"""A result or parcel held still, its course, and whether a result may leave the house."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.kit import outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import services as matters
from yimen.service.certificates.lifecycle import STATES
from yimen.service.certificates.selectors import certificates_of_case, standing_of
from yimen.service.delivery.models import Course, Parcel, Result
from yimen.service.delivery.rules import RESULT_STATES

_GOOD = ("valid", "discarded")


class ResultMoved(Conflict):
    """Somebody has dealt with this result already."""

    code = "result_moved"


class NotToHand(Conflict):
    """The result may not leave the house now."""

    code = "not_to_hand"


class WrongCode(Invalid):
    """The pick-up code is another, or is no longer good."""

    code = "wrong_pickup_code"


def locked(result: Result) -> Result:
    """The result as it stands now, held until the transaction ends: its case first, in the written order of locks."""
    _inside()
    matters.lock(result.matter_id)
    return Result.objects.select_for_update().get(pk=result.pk)


def locked_parcel(parcel: Parcel) -> Parcel:
    """The parcel as it stands now: its case first, then its result, then itself."""
    _inside()
    matters.lock(parcel.matter_id)
    if parcel.result_id is not None:
        Result.objects.select_for_update().get(pk=parcel.result_id)
    return Parcel.objects.select_for_update().get(pk=parcel.pk)


def _inside() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise outbox.OutsideTransactionError("a result locked outside a transaction")


def demand_state(row: Result, *states: str) -> None:
    """Raise `ResultMoved` where the result is in none of these states."""
    if row.state not in states:
        who = f"，{row.handed_by}经办，{row.receiver}领取" if row.state == "handed" else ""
        raise ResultMoved(f"这份结果{RESULT_STATES[row.state]}{who}。", next_step="请刷新页面。")


def demand_fit(row: Result, at: datetime) -> None:
    """Raise `NotToHand` where a certificate of the case is not made yet, or may not be used."""
    for each in certificates_of_case(row.matter):
        state = standing_of(each, day_of(at))
        if state == "draft":
            raise NotToHand(f"{each.type.name}还没有制证，不能交付。", next_step="请先制证，或注明不制证。")
        if state not in _GOOD:
            raise NotToHand(
                f"{each.type.name}（{each.number}）{STATES[state]}，不能交付。", next_step="请与颁发部门核对后再出件。"
            )


def write(
    what: str, at: datetime, *, result: Result | None = None, parcel: Parcel | None = None, note: str = "", by: str = ""
) -> None:
    """A line of the course."""
    Course.objects.create(result=result, parcel=parcel, at=at, what=what, note=note[:200], by=by[:100])
