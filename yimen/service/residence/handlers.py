"""And afterwards? Supervisors hear of attempts, departments of proposals, askers of answers; changed fees are noticed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.events import EditionPublished, EditionsPublished
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import Adjustment, DemandAnswer, WithdrawalAttempt
from yimen.service.residence.services.attempts import record_attempt

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit
    from yimen.service.catalogue.models import ItemEdition


@handles(events.WithdrawalTried)
def tell_supervisors(event: events.WithdrawalTried) -> None:
    """Whoever watches over this department hears of it."""
    attempt = WithdrawalAttempt.objects.select_related("department").get(pk=event.attempt)
    for account_id in _holders(policies.WATCH, attempt.department, event.at):
        notify_account(
            key=f"residence-attempt:{attempt.pk}:{account_id}", account_id=account_id,
            subject="有人未经调整就撤回进驻事项" if attempt.kind != "fee_changed" else "进驻事项的收费自行变更",
            body=attempt.text, link="/manage/residence/attempts/",
        )  # fmt: skip


@handles(events.AdjustmentProposed)
def ask_department(event: events.AdjustmentProposed) -> None:
    """The department is asked for its opinion."""
    found = Adjustment.objects.select_related("department").get(uid=event.adjustment)
    for account_id in _holders(policies.APPLY, found.department, event.at):
        notify_account(
            key=f"residence-opinion:{found.uid}:{account_id}", account_id=account_id,
            subject=f"请对“{found.get_kind_display()}”的提议表态",
            body=f"政务服务管理机构提议：{found}。理由：{found.reason}。请在 {found.opinion_due_on} 前表态。",
            link=f"/manage/residence/adjustments/{found.uid}/",
        )  # fmt: skip


@handles(events.DemandAnswered)
def tell_askers(event: events.DemandAnswered) -> None:
    """Everybody who asked is answered."""
    answer = DemandAnswer.objects.get(uid=event.answer)
    for demand in answer.demands.all():
        notify_party(
            key=f"residence-demand:{demand.uid}", party_id=demand.party_id,
            subject=f"您提的进驻需求有了答复：{answer.get_outcome_display()}",
            body=f"您提出“{demand.wanted}”能在大厅办。答复：{answer.text}", link="/lists/demands/",
        )  # fmt: skip


@handles(EditionPublished)
def notice_changed_fee(event: EditionPublished) -> None:
    """An entered item's fee that changes with a new edition is written down (R023: 不得擅自变更收费)."""
    _compare_fees(catalogue.editions_by_uid([event.edition]), event.at)


@handles(EditionsPublished)
def notice_changed_fees(event: EditionsPublished) -> None:
    """The same for an imported batch."""
    _compare_fees(catalogue.editions_of_batch(event.batch), event.at)


def _compare_fees(editions: Iterable[ItemEdition], at: datetime) -> None:
    for edition in editions:
        before = catalogue.edition_before(edition)
        if before is None or _fees(before) == _fees(edition):
            continue
        if not selectors.places_of(edition.item_id, day_of(at)):
            continue
        record_attempt(
            key=f"fee_changed:{edition.uid}", kind="fee_changed", at=at, actor_uid=edition.author_uid,
            actor_name=edition.published_by or edition.author, refused=False, item_id=edition.item_id,
            department_id=edition.item.department_id,
            text=f"“{edition.name}”第 {edition.number} 版的收费与第 {before.number} 版不同："
            f"{_said(before)} → {_said(edition)}。"[:500],
        )  # fmt: skip


def _fees(edition: ItemEdition) -> tuple[object, ...]:
    return (edition.fee, edition.fee_standard.strip(), edition.fees)


def _said(edition: ItemEdition) -> str:
    if not edition.fee:
        return "不收费" if edition.fee is False else "未载明"
    return edition.fee_standard.strip()[:120] or "收费"


def _holders(code: str, department: Unit | None, at: datetime) -> set[int]:
    main = organisations.main_centre()
    division = department.division_id if department is not None else main.division_id if main is not None else ""
    place = organisations.Place(department.pk if department is not None else 0, division=division)
    return {holder.account_id for holder in organisations.holders([code], place, day_of(at))}
