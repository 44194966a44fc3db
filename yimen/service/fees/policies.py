"""Who proposes and checks charges, who raises bills, who alone collects, who sees which money.

The catalogue of charges is entered by the network administrator (三员: the system administrator) and by nobody else (R169).
Money is collected at the fee window and nowhere else (R168).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.fees.models import Bill, ChargeVersion, Reduction

if TYPE_CHECKING:
    from uuid import UUID

    from yimen.ground.organisations.models import Window

PROPOSE = "fees.propose"
CHECK_LAW = "fees.check_law"
CHECK_PRICE = "fees.check_price"
APPROVE = "fees.approve"
RAISE = "fees.raise_bill"
COLLECT = "fees.collect"
ASK_REDUCTION = "fees.ask_reduction"
DECIDE_REDUCTION = "fees.decide_reduction"
CONFIRM = "fees.confirm"
TICKETS = "fees.manage_tickets"
VIEW = "fees.view"

register_permission(
    PROPOSE, "提出收费科目", scopes=("department", "centre"),
    usual={"head": "department", "chief": "department", "manager": "centre"},
)  # fmt: skip
register_permission(CHECK_LAW, "审核收费科目的合法性", scopes=("all",), usual={"legal": "all"})
register_permission(CHECK_PRICE, "审核收费科目的标准（价格主管部门）", scopes=("all",))
register_permission(APPROVE, "批准录入的收费科目", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(
    RAISE, "开缴费单", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "cashier": "centre"},
)  # fmt: skip
register_permission(COLLECT, "在统一收费窗口收款", scopes=("window",), usual={"cashier": "window"})
register_permission(
    ASK_REDUCTION, "申请收费减免", scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "head": "department", "cashier": "centre"},
)  # fmt: skip
register_permission(DECIDE_REDUCTION, "批准收费减免（政府）", scopes=("division",), usual={"leader": "division"})
register_permission(CONFIRM, "复核退款、作废、差异", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(TICKETS, "管理财政票据号段", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(
    VIEW, "查看收费", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "chief": "department", "cashier": "centre", "manager": "centre", "supervisor": "all",
           "leader": "division"},
)  # fmt: skip

name_actions(
    {
        "fees.propose_charge": "提出收费科目",
        "fees.check_charge": "审核收费科目",
        "fees.enter_charge": "录入收费科目",
        "fees.approve_charge": "批准收费科目",
        "fees.refuse_charge": "退回收费科目",
        "fees.end_charge": "停收科目",
        "fees.raise_bill": "开缴费单",
        "fees.cancel_bill": "作废缴费单",
        "fees.collect": "收款",
        "fees.ask_reduction": "申请收费减免",
        "fees.decide_reduction": "决定收费减免",
        "fees.apply_reduction": "执行收费减免",
        "fees.withdraw_reduction": "撤回收费减免申请",
        "fees.enter_range": "登记票据号段",
        "fees.issue_ticket": "开具财政票据",
        "fees.void_ticket": "作废财政票据",
        "fees.start_attempt": "发起扫码缴费",
        "fees.hold_money": "到账款待处理",
        "fees.close_held": "处理待处理款",
        "fees.ask_refund": "申请退款",
        "fees.confirm_refund": "复核退款",
        "fees.take_bank_file": "读入银行对账单",
        "fees.close_day": "日结",
        "fees.close_difference": "处理对账差异",
    }
)


def demand(allowed: bool, words: str, next_step: str) -> None:
    """Raise `NotAllowed` where it is not."""
    if not allowed:
        raise NotAllowed(words, next_step=next_step)


def fee_window(actor: Actor) -> Window:
    """The fee window at which the actor sits; raises `NotAllowed` with words for anybody else (R168)."""
    window = organisations.window(actor.window_id) if actor.window_id is not None else None
    if window is None or window.kind != "fee" or window.closed_on is not None:
        raise NotAllowed(
            f"{window or '您的岗位'}不能收款：收费一律由统一收费窗口集中收取，部门窗口不允许收款。",
            next_step="请把缴费单号给缴款人，请他到统一收费窗口缴，或扫单上的码缴。",
        )
    demand(actor.holds(COLLECT), "您没有收款的权限。", "请由安全管理员授权。")
    return window


def enters(actor: Actor) -> bool:
    """Whether the actor is the network administrator, who alone enters charges (R169)."""
    return actor.admin_role == "system"


# --- What of the money one may see


def _within(actor: Actor, code: str, *, centre: str, department: str) -> Q:
    found = Q(pk__in=[])
    for held in actor.held(code):
        match held.scope:
            case "all":
                return Q()
            case "department":
                found |= Q(**{department: held.scope_id or actor.department_id or 0})
            case "centre":
                found |= Q(**{centre: held.scope_id or actor.centre_id or 0})
            case "division":
                found |= Q(**{f"{centre}__division__code__startswith": held.scope_path})
            case _:
                pass
    return found


def bills(actor: Actor) -> Q:
    """The bills an actor may see: those of the scope of viewing, those of the fee window's centre, those of the own window."""
    if actor.kind == "system":
        return Q()
    found = _within(actor, VIEW, centre="centre", department="department")
    if actor.window_id is not None and actor.holds(RAISE):
        found |= Q(window=actor.window_id) | Q(case__matter__window=actor.window_id)
    if actor.holds(COLLECT) and actor.centre_id is not None:
        found |= Q(centre=actor.centre_id)
    if actor.holds(DECIDE_REDUCTION):
        found |= _within(actor, DECIDE_REDUCTION, centre="centre", department="department")
    return found


def entries(actor: Actor) -> Q:
    """The entries of the ledger that an actor may see."""
    return _within(actor, VIEW, centre="centre", department="department")


def reductions(actor: Actor) -> Q:
    """The applications for reduction that an actor may see: those of the bills, and the own."""
    return Q(bill__in=Bill.objects.filter(bills(actor))) | Q(asker_uid=actor.uid)


def refunds(actor: Actor) -> Q:
    """The refunds an actor may see: those of the bills, and for who confirms those of the centre."""
    found = Q(payment__bill__in=Bill.objects.filter(bills(actor)))
    return found | _within(actor, CONFIRM, centre="payment__centre", department="payment__centre")


def held(actor: Actor) -> Q:
    """The held money an actor may see."""
    found = of_centre(actor, CONFIRM) | of_centre(actor, VIEW)
    return found | Q(centre=actor.centre_id) if actor.holds(COLLECT) and actor.centre_id is not None else found


def of_centre(actor: Actor, code: str) -> Q:
    """Rows with a `centre` that a permission reaches."""
    return _within(actor, code, centre="centre", department="centre")


def access_bill(actor: Actor, code: str) -> Bill:
    """The bill with this number; to a stranger there is none (`NotFound`)."""
    rows = Bill.objects.select_related("case__matter", "department", "centre__division", "window")
    mine = Q(payer=actor.party_id) if actor.party_id is not None else Q(pk__in=[])
    allowed = mine if actor.kind == "citizen" else bills(actor)
    found = rows.filter(allowed, code=str(code)[:40]).first()
    if found is None:
        raise NotFound("没有这张缴费单，或者不在您的权限范围内。", next_step="请核对缴费单号，或从清单进入。")
    return found


def access_reduction(actor: Actor, code: str) -> Reduction:
    """The application with this number; to a stranger there is none (`NotFound`)."""
    rows = Reduction.objects.select_related("bill__case__matter", "bill__department", "bill__centre", "file")
    found = rows.filter(reductions(actor), code=str(code)[:40]).first()
    if found is None:
        raise NotFound("没有这份减免申请，或者不在您的权限范围内。", next_step="请核对编号，或从清单进入。")
    return found


def may_look(actor: Actor) -> bool:
    """Whether the actor has to do with the catalogue of charges."""
    return enters(actor) or any(actor.holds(code) for code in (PROPOSE, CHECK_LAW, CHECK_PRICE, APPROVE, VIEW, COLLECT))


def versions(actor: Actor) -> Q:
    """The versions of charges that an actor may see: those in force are public, the others are for who deals with them."""
    if enters(actor) or any(actor.holds(code) for code in (CHECK_LAW, CHECK_PRICE)):
        return Q()
    found = Q(state=ChargeVersion.State.APPROVED)
    for code in (PROPOSE, APPROVE, VIEW):
        for held in actor.held(code):
            match held.scope:
                case "department":
                    found |= Q(charge__department=held.scope_id or actor.department_id or 0)
                case _:
                    return Q()
    return found


def access_version(actor: Actor, uid: UUID) -> ChargeVersion:
    """The version with this uid; to a stranger there is none (`NotFound`)."""
    rows = ChargeVersion.objects.select_related("charge__department", "basis_file")
    found = rows.filter(versions(actor), uid=uid).first() if may_look(actor) else None
    if found is None:
        raise NotFound("没有这个收费科目，或者不归您办。", next_step="请从收费目录进入。")
    return found


def reaches_department(actor: Actor, code: str, department_id: int, centre_id: int | None = None) -> bool:
    """Whether a permission reaches a department: the own one, one served at the own window, any of the own centre."""
    if actor.kind == "system":
        return True
    for held in actor.held(code):
        match held.scope:
            case "all":
                return True
            case "department":
                if department_id == (held.scope_id or actor.department_id):
                    return True
            case "window":
                window_id = held.scope_id or actor.window_id
                if window_id is not None and _serves(window_id, department_id):
                    return True
            case "centre":
                own = held.scope_id or actor.centre_id
                if centre_id is None or own == centre_id:
                    return True
            case _:
                pass
    return False


def _serves(window_id: int, department_id: int) -> bool:
    served: Any = organisations.window(window_id).departments
    return bool(served.filter(pk=department_id).exists())


__all__ = [
    "APPROVE",
    "ASK_REDUCTION",
    "CHECK_LAW",
    "CHECK_PRICE",
    "COLLECT",
    "CONFIRM",
    "DECIDE_REDUCTION",
    "PROPOSE",
    "RAISE",
    "TICKETS",
    "VIEW",
    "access_bill",
    "access_reduction",
    "access_version",
    "bills",
    "demand",
    "enters",
    "entries",
    "fee_window",
    "held",
    "may_look",
    "of_centre",
    "reaches_department",
    "reductions",
    "refunds",
    "versions",
]
