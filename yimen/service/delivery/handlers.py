"""And afterwards? A decision brings a result to hand over; the applicant is told where it is. Each may run twice."""

from __future__ import annotations

from yimen.ground.kit.moments import day_of
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.events import CaseDecided, CaseDelivered, DecisionUndone
from yimen.service.delivery import rules, services
from yimen.service.delivery.events import ParcelMoved, ResultShelved
from yimen.service.delivery.models import Parcel, Result

TOLD = ("ordered", "delivered", "refused", "returned", "lost")


@handles(CaseDecided)
def register_result(event: CaseDecided) -> None:
    """What was decided has to reach the applicant."""
    services.register(event.code, event.at)


@handles(DecisionUndone)
def withdraw_result(event: DecisionUndone) -> None:
    """Nothing is to be handed over any more."""
    services.withdraw(event.matter_id, event.at)


@handles(CaseDelivered)
def close_result(event: CaseDelivered) -> None:
    """Delivered on the case's own page, or here already."""
    services.close_elsewhere(event.code, event.at)


@handles(ResultShelved)
def tell_where(event: ResultShelved) -> None:
    """The applicant gets the pick-up code and hears where to go."""
    row = Result.objects.select_related("matter", "centre", "cabinet").get(pk=event.result)
    if row.state != "shelved" or row.matter.applicant_id is None:
        return
    where = f"自助取件柜“{row.cabinet}”" if row.cabinet is not None else "统一出件窗口"
    notify_party(
        key=f"delivery:{row.pk}:shelved:{event.at:%Y%m%d%H%M%S%f}", party_id=row.matter.applicant_id, subject="结果可以领取了",
        body=f"“{row.matter.title}”的结果在{row.centre.name}{where}，取件码 {rules.shown_code(row.code_kept)}。也可以免费邮寄。",
        link=f"/my/results/{row.uid}/",
    )  # fmt: skip


@handles(ParcelMoved)
def tell_parcel(event: ParcelMoved) -> None:
    """The applicant hears of the parcel; what came back or was lost, the centre's managers too."""
    row = Parcel.objects.select_related("matter", "centre").get(pk=event.parcel)
    if event.state not in TOLD:
        return
    key = f"delivery:parcel:{row.pk}:{event.state}"
    what = rules.PARCEL_STATES[event.state]
    if row.matter.applicant_id is not None:
        notify_party(
            key=key, party_id=row.matter.applicant_id, subject=f"邮件{what}", link=f"/my/parcels/{row.uid}/",
            body=f"“{row.matter.title}”的邮件{what}。{row.courier} {row.tracking}".strip(),
        )  # fmt: skip
    if event.state in ("returned", "lost"):
        from yimen.service.delivery import policies

        place = organisations.Place(row.centre.pk, None, row.centre.pk, row.centre.division_id)
        for each in organisations.holders({policies.VIEW, policies.HAND}, place, day_of(event.at)):
            notify_account(
                key=f"{key}:{each.account_id}", account_id=each.account_id, subject=f"邮件{what}：{row.matter.title}",
                body=f"{row.courier} {row.tracking}，收件人{row.name}。请联系申请人，重寄或改窗口领取。"
                + ("证照要补制的，到证照登记簿挂失、补发。" if event.state == "lost" else ""),
                link=f"/desk/parcels/{row.uid}/",
            )  # fmt: skip
