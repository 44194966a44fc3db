"""Who hands results over, who posts them, who sees them; and in whose name a courier's proof or a cabinet acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import SYSTEM, Actor, Permission
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.delivery.models import Cabinet, CourierNotice, Parcel, Result

if TYPE_CHECKING:
    from uuid import UUID

HAND = "delivery.hand_over"
VIEW = "delivery.view"
SET_UP = "delivery.set_up"
LOOKS = (HAND, VIEW)

register_permission(
    HAND,
    "在统一出件窗口交付、邮寄结果",
    scopes=("department", "centre"),
    usual={"issuer": "centre", "chief": "department"},
)
register_permission(
    VIEW, "查看出件和邮寄", scopes=("department", "centre", "division", "all"),
    usual={"head": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(SET_UP, "设置自助取件柜", scopes=("centre", "all"), usual={"manager": "centre"})

name_actions(
    {
        "delivery.shelve": "结果上架、入柜",
        "delivery.new_code": "换发取件码",
        "delivery.hand_over": "交付结果",
        "delivery.open_cell": "凭码打开取件柜",
        "delivery.choose_way": "选择领取方式",
        "delivery.post": "登记邮件",
        "delivery.order": "向快递公司下单",
        "delivery.move_parcel": "登记邮件情况",
        "delivery.take_notice": "收到快递回执",
        "delivery.close_notice": "处理快递回执",
        "delivery.add_cabinet": "登记取件柜",
        "delivery.end_cabinet": "停用取件柜",
    }
)


def machine(name: str, department_id: int) -> Actor:
    """Who takes the step of delivery where no person stands by: a courier's proof of receipt, a cabinet opened by code. It acts
    for the department whose decision it is, so that the receipt bears that department's seal, and for nothing else."""
    reach = frozenset({Permission("cases.deliver", "all")})
    return replace(SYSTEM, name=name, kind="staff", post="", department_id=department_id, permissions=reach)


def results(actor: Actor, *permissions: str) -> Q:
    """The results (or parcels' results) that an actor reaches by any of the permissions."""
    return _within(actor, permissions or LOOKS, "department")


def parcels(actor: Actor, *permissions: str) -> Q:
    """The parcels that an actor reaches."""
    return _within(actor, permissions or LOOKS, "matter__department")


def of_centre(actor: Actor, *permissions: str) -> Q:
    """Rows with a `centre` and no department."""
    return _within(actor, permissions or LOOKS, "")


def _within(actor: Actor, permissions: tuple[str, ...], department: str) -> Q:
    found = Q(pk__in=())
    for code in permissions:
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "department" if department:
                    found |= Q(**{department: held.scope_id or actor.department_id or 0})
                case "centre":
                    found |= Q(centre=held.scope_id or actor.centre_id or 0)
                case "division":
                    found |= Q(centre__division__code__startswith=held.scope_path)
                case _:
                    pass
    return found


def may_hand(actor: Actor, row: Result) -> bool:
    """Whether the actor handles this result."""
    return Result.objects.filter(results(actor, HAND), pk=row.pk).exists()


def require_hand(actor: Actor, row: Result) -> None:
    """Raise `NotAllowed` where the actor does not handle this result."""
    if not may_hand(actor, row):
        raise NotAllowed("这份结果不由您出件。", next_step="请由统一出件窗口办理。")


def require_parcel(actor: Actor, row: Parcel) -> None:
    """Raise `NotAllowed` where the actor does not handle this parcel."""
    if not Parcel.objects.filter(parcels(actor, HAND), pk=row.pk).exists():
        raise NotAllowed("这个邮件不由您处理。", next_step="请由统一出件窗口办理。")


_RESULTS = ("matter__applicant", "centre", "department", "cabinet", "window", "signature")


def access_result(actor: Actor, uid: UUID) -> Result:
    """The result with this uid; to a stranger there is none (`NotFound`)."""
    rows = Result.objects.select_related(*_RESULTS)
    allowed = Q(matter__applicant=actor.party_id or 0) if actor.kind == "citizen" else results(actor)
    found = rows.filter(allowed, uid=uid).first()
    if found is None:
        raise NotFound("没有这份结果，或者它不由您的窗口、部门经办。", next_step="请从出件清单进入。")
    return found


def access_parcel(actor: Actor, uid: UUID) -> Parcel:
    """The parcel with this uid; to a stranger there is none (`NotFound`)."""
    rows = Parcel.objects.select_related("matter__applicant", "matter__department", "centre", "result", "replaces")
    allowed = Q(matter__applicant=actor.party_id or 0) if actor.kind == "citizen" else parcels(actor)
    found = rows.filter(allowed, uid=uid).first()
    if found is None:
        raise NotFound("没有这个邮件，或者它不由您经办。", next_step="请从邮件清单进入。")
    return found


def access_notice(actor: Actor, number: int) -> CourierNotice:
    """A courier's notice that waits for a person, for whoever handles parcels in a whole centre."""
    found = CourierNotice.objects.filter(pk=number).first() if sees_notices(actor) else None
    if found is None:
        raise NotFound("没有这条快递回执。", next_step="请从清单进入。")
    return found


def sees_notices(actor: Actor) -> bool:
    """Whether the actor handles or watches parcels of a whole centre: what fits no parcel has no department."""
    return any(held.scope != "department" for code in LOOKS for held in actor.held(code))


def access_cabinet(actor: Actor, uid: UUID) -> Cabinet:
    """The cabinet with this uid, for whoever sets cabinets up."""
    found = Cabinet.objects.filter(of_centre(actor, SET_UP), uid=uid).select_related("centre").first()
    if found is None:
        raise NotFound("没有这个取件柜。", next_step="请从清单进入。")
    return found
