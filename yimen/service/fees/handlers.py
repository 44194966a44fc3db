"""And afterwards? Bills follow the steps of cases; whoever has to act is told. Each may run twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import events as cases
from yimen.service.fees import events, policies, services
from yimen.service.fees.models import Bill, ChargeVersion, Reduction
from yimen.service.fees.selectors.bills import bill_by_code

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit


@handles(cases.CaseAccepted)
def raise_on_acceptance(event: cases.CaseAccepted) -> None:
    """What is charged after acceptance."""
    services.raise_by_rule(code=event.code, occasion="accepted", at=now(), on=day_of(event.at))


@handles(cases.CaseDecided)
def raise_on_grant(event: cases.CaseDecided) -> None:
    """What is charged after a grant; a refusal costs nothing more."""
    if event.decision == "granted":
        services.raise_by_rule(code=event.code, occasion="granted", at=now(), on=day_of(event.at))


@handles(cases.CaseWithdrawn)
def cancel_withdrawn(event: cases.CaseWithdrawn) -> None:
    """Nobody pays for what was taken back."""
    services.bills.cancel_of_case(event.matter_id, "申请已撤回", now())


@handles(cases.CaseAbandoned)
def cancel_abandoned(event: cases.CaseAbandoned) -> None:
    """Nobody pays for what was given up."""
    services.bills.cancel_of_case(event.matter_id, "视为放弃申请", now())


@handles(events.BillRaised)
def tell_payer(event: events.BillRaised) -> None:
    """The applicant hears what is to be paid and how."""
    bill = bill_by_code(event.code)
    if bill.payer_id is None or bill.state != Bill.State.UNPAID:
        return
    words = f"{bill.subject}应缴 {say_yuan(Fen(bill.due_fen))}。可以扫码缴，也可以到统一收费窗口缴；缴清以后领取结果。"
    notify_party(
        key=f"fees:{bill.code}:raised", party_id=bill.payer_id, subject="有一张缴费单", body=words,
        link=f"/my/bills/{bill.code}/",
    )  # fmt: skip


@handles(events.BillSettled)
def tell_paid(event: events.BillSettled) -> None:
    """The payer hears that it came."""
    bill = bill_by_code(event.code)
    if bill.payer_id is None:
        return
    said = "已经免缴" if bill.state == Bill.State.EXEMPT else f"已收到 {say_yuan(Fen(bill.paid_fen))}"
    notify_party(
        key=f"fees:{bill.code}:settled", party_id=bill.payer_id, subject="缴费完成", body=f"{bill.subject}：{said}。",
        link=f"/my/bills/{bill.code}/",
    )  # fmt: skip


@handles(events.ReductionMoved)
def tell_reduction(event: events.ReductionMoved) -> None:
    """Who decides of an application; who carries it out of an approval; who asked of the decision."""
    found = Reduction.objects.select_related("bill__centre").get(code=event.code)
    on, link = day_of(event.at), f"/desk/fee-reductions/{event.code}/"
    words = f"{found.bill.subject}，减免 {say_yuan(Fen(found.amount_fen))}。"
    if event.state == "asked":
        _tell(_leaders(found, on), event, "收费减免待批准", words, link)
    elif event.state == "approved":
        _tell(_cashiers(found.bill.centre, on), event, "收费减免已批准，请执行", words, link)


@handles(events.ChargeInForce)
def tell_in_force(event: events.ChargeInForce) -> None:
    """The fee windows hear of a new standard before its first day."""
    version = ChargeVersion.objects.select_related("charge__department").get(pk=event.version)
    centre = organisations.main_centre()
    if centre is None:
        return
    words = (
        f"{version.charge.department.name}“{version.name}”自 {version.valid_from} 起按 {version.standard_words} 收取。"
    )
    for account in _cashiers(centre, day_of(event.at)):
        notify_account(
            key=f"fees:charge:{version.pk}:{account}",
            account_id=account,
            subject="收费标准变动",
            body=words,
            link="/fees/",
        )


def _leaders(found: Reduction, on: date) -> list[int]:
    centre = found.bill.centre
    place = organisations.Place(found.bill.department_id, None, centre.pk, centre.division_id)
    return [each.account_id for each in organisations.holders({policies.DECIDE_REDUCTION}, place, on)]


def _cashiers(centre: Unit, on: date) -> list[int]:
    """Whoever sits at a fee window of the centre."""
    windows = organisations.open_windows(centre).filter(kind="fee").values_list("pk", flat=True)
    places = [organisations.Place(0, window, centre.pk) for window in windows]
    return sorted(
        {each.account_id for place in places for each in organisations.holders({policies.COLLECT}, place, on)}
    )


def _tell(accounts: list[int], event: events.ReductionMoved, subject: str, words: str, link: str) -> None:
    for account in sorted(set(accounts)):
        notify_account(
            key=f"fees:{event.code}:{event.state}:{account}", account_id=account, subject=subject, body=words, link=link
        )
