"""Free mailing both ways (R137): chosen by the applicant, ordered at the courier, lost and sent again. Postage is the centre's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, numbering, outbox
from yimen.ground.kit.particulars import checked_phone, tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound, Refusal
from yimen.ground.matters.services import ready_to
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import access_case
from yimen.service.cases.services import deliver
from yimen.service.delivery import courier, policies, rules
from yimen.service.delivery.events import ParcelMoved
from yimen.service.delivery.models import Parcel, Result
from yimen.service.delivery.services.common import demand_fit, demand_state, locked, locked_parcel, write
from yimen.service.delivery.services.handing import Taker, close
from yimen.service.delivery.services.registering import _clear

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

COLLECTING = ("received", "correction_requested", "correcting")
"""The states of a case whose materials may be fetched from home."""


class ParcelPast(Conflict):
    """The parcel is under way already, or has ended."""

    code = "parcel_past"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to, or where from."""

    name: str
    phone: str
    address: str

    def tidied(self) -> Address:
        """As it is kept; raises `Invalid` with words at the fields."""
        where = tidy(self.address, "地址", 200, field="address")
        if len(where) < 6:
            raise Invalid("地址不完整。", fields={"address": "请写到门牌号，例如：清河县城关镇东街 12 号。"})
        return Address(tidy(self.name, "姓名", 100, field="name"), checked_phone(self.phone), where)


@transaction.atomic
def choose_way(*, result: Result, way: str, actor: Actor, at: datetime, address: Address | None = None) -> Result:
    """By mail to an address, or at the window; for the applicant and the issuing window, while nothing is under way.
    Raises `ResultMoved`, `Invalid`, `NotAllowed`."""
    if actor.kind != "citizen":
        policies.require_hand(actor, result)
    row = locked(result)
    demand_state(row, "waiting", "shelved")
    if way == "post":
        if address is None:
            raise Invalid("请填邮寄地址。", fields={"address": "请填邮寄地址。"})
        given = address.tidied()
        row.mail_name, row.mail_phone, row.mail_address = given.name, given.phone, given.address
    elif way != "window":
        raise Invalid("请选择邮寄或窗口领取。", fields={"way": "请选择。"})
    row.way, row.version = way, row.version + 1
    row.save(update_fields=["way", "version", "mail_name", "mail_phone", "mail_address"])
    write(f"改为{rules.WAYS[way]}", at, result=row, by=actor.name)
    audit.record("delivery.choose_way", actor=actor, target_kind="case", target=row.matter.code, facts={"way": way})
    return row


@transaction.atomic
def post(*, result: Result, actor: Actor, at: datetime, contents: str) -> Parcel:
    """A parcel for a result that goes by mail; from here on it is not on the shelf. What holds the case's delivery (an unpaid
    bill) holds the parcel. Raises `ResultMoved`, `NotToHand`, `Invalid`, `NotAllowed`."""
    policies.require_hand(actor, result)
    row = locked(result)
    demand_state(row, "waiting", "shelved")
    demand_fit(row, at)
    ready_to(matter=row.matter_id, action="deliver", actor=actor, at=at)
    address = Address(row.mail_name, row.mail_phone, row.mail_address).tidied()
    made = _parcel(row.matter, "out", address, tidy(contents, "内件", 200, field="contents"), actor, at, result=row)
    row.cabinet, row.cell, row.shelf = None, None, ""
    _clear(row, "mailing", "cabinet", "cell", "shelf")
    return made


@transaction.atomic
def collect(*, code: str, address: Address, contents: str, actor: Actor, at: datetime) -> Parcel:
    """Materials fetched from home, ordered by the applicant. Raises `NotFound`, `Conflict`, `Invalid`."""
    case = access_case(actor, code)
    if actor.party_id is None or case.matter.applicant_id != actor.party_id:
        raise NotFound("没有找到这件办件。", next_step="请到“我的办件”里找。")
    if case.matter.state not in COLLECTING:
        raise ParcelPast("这件事现在不收材料，不用上门取。", next_step="请在办件页看进度。")
    if Parcel.objects.filter(matter=case.matter, direction="in", state__in=rules.UNDER_WAY).exists():
        raise ParcelPast("已经约了上门取材料。", next_step="请等快递员联系。")
    return _parcel(case.matter, "in", address.tidied(), tidy(contents, "内件", 200, field="contents"), actor, at)


def _parcel(
    matter: Matter, direction: str, address: Address, contents: str, actor: Actor, at: datetime, *,
    result: Result | None = None, replaces: Parcel | None = None,
) -> Parcel:  # fmt: skip
    centre = organisations.unit(matter.centre_id) if matter.centre_id is not None else organisations.main_centre()
    if centre is None:
        raise NotFound("还没有登记政务服务中心。", next_step="请先在机构里登记中心。")
    made = Parcel.objects.create(
        code=numbering.place_number("YZ", matter.division.code, at), direction=direction, matter=matter, result=result,
        centre=centre, name=address.name, phone=address.phone, address=address.address, contents=contents,
        courier=courier.courier_name(), asked_at=at, asked_by=actor.name, replaces=replaces,
    )  # fmt: skip
    said = "登记寄出" if direction == "out" else "约了上门取材料"
    write(said, at, result=result, parcel=made, by=actor.name)
    audit.record(
        "delivery.post",
        actor=actor,
        target_kind="case",
        target=matter.code,
        facts={"parcel": made.code, "direction": direction},
    )
    return made


def order(*, parcel: Parcel, actor: Actor, at: datetime, notify: str) -> Parcel:
    """Order it at the courier. The courier is asked outside of any transaction, under a number that makes asking twice one order.
    Raises `ParcelPast`, `courier.NoCourier`, `courier.CourierSaidNo`, `outbound.Unreachable`, `NotAllowed`."""
    policies.require_parcel(actor, parcel)
    parcel.refresh_from_db()
    if parcel.state != "asked":
        raise ParcelPast(f"这个邮件{parcel.get_state_display()}，不用再下单。", next_step="请刷新页面。")
    said = courier.courier().order(
        courier.Order(parcel.code, parcel.direction, parcel.name, parcel.phone, parcel.address, parcel.centre.name,
                      parcel.contents, notify)
    )  # fmt: skip
    return record_order(parcel=parcel, tracking=said.tracking, cost_fen=said.cost_fen, actor=actor, at=at)


@transaction.atomic
def record_order(
    *, parcel: Parcel, tracking: str, cost_fen: int, actor: Actor, at: datetime, company: str = ""
) -> Parcel:
    """The courier's number, from the line or from a paper form. Raises `ParcelPast`, `Invalid`, `NotAllowed`."""
    policies.require_parcel(actor, parcel)
    row = locked_parcel(parcel)
    if row.state not in ("asked", "accepted", "transit") or row.tracking:
        if row.tracking == tracking:
            return row
        raise ParcelPast(f"这个邮件{row.get_state_display()}。", next_step="请刷新页面。")
    if not courier.is_tracking(tracking):
        raise Invalid("快递单号看不懂。", fields={"tracking": "只含字母和数字，4 到 40 位。"})
    name = tidy(company, "快递公司", 40, field="company", needed=False) or row.courier
    if Parcel.objects.filter(courier=name, tracking=tracking).exclude(pk=row.pk).exists():
        raise Invalid("这个快递单号已经用过。", fields={"tracking": "请核对面单。"})
    row.courier, row.tracking, row.cost_fen, row.ordered_at = name, tracking, cost_fen, at
    if row.state == "asked":
        row.state = "ordered"
    row.save(update_fields=["courier", "tracking", "cost_fen", "ordered_at", "state"])
    write("已下单", at, parcel=row, note=f"{name} {tracking}", by=actor.name)
    audit.record(
        "delivery.order",
        actor=actor,
        target_kind="parcel",
        target=row.code,
        facts={"tracking": tracking, "cost_fen": cost_fen},
    )
    _told(row, at)
    return row


@transaction.atomic
def move(*, parcel: Parcel, kind: str, actor: Actor, at: datetime, words: str = "", signed_by: str = "") -> Parcel:
    """What happened to a parcel, entered by hand where no line brings it, or to close one that the courier contradicted.
    Raises `ParcelPast`, `Invalid`, `NotAllowed`, and what holds the case's delivery."""
    policies.require_parcel(actor, parcel)
    row = locked_parcel(parcel)
    if row.state in rules.ENDED or (kind == "cancelled" and row.state not in ("asked", "ordered")):
        raise ParcelPast(f"这个邮件{row.get_state_display()}，不能再改。", next_step="请刷新页面。")
    if kind not in (*rules.NOTICES, "cancelled"):
        raise Invalid("请选择邮件情况。", fields={"kind": "请选择。"})
    note = tidy(words, "说明", 200, field="words")
    row.trouble = ""
    apply(row, kind, at, at, note=note, by=actor.name, signed_by=signed_by)
    audit.record(
        "delivery.move_parcel", actor=actor, target_kind="parcel", target=row.code, facts={"kind": kind}, reason=note
    )
    return row


def apply(
    row: Parcel, state: str, happened_at: datetime, at: datetime, *, note: str = "", by: str = "", signed_by: str = ""
) -> None:
    """Bring a parcel that is held to a state, and its result with it: delivered is the delivery of the case, on that day."""
    row.state = state
    if state in rules.ENDED:
        row.ended_at = happened_at
        row.signed_by = signed_by[:100]
    row.save(update_fields=["state", "ended_at", "signed_by", "trouble"])
    said = {**rules.NOTICES, "cancelled": "已取消"}[state]
    write(said, happened_at, parcel=row, note=note or signed_by, by=by)
    if row.result is not None:
        if state == "delivered":
            _delivered(row, row.result, happened_at, at)
        elif state in ("returned", "lost", "cancelled"):
            held = Result.objects.get(pk=row.result.pk)
            held.trouble = {"returned": "邮件退回，请联系申请人", "lost": "邮件丢失，请核对要不要补制"}.get(state, "")
            held.state, held.version = "waiting", held.version + 1
            held.save(update_fields=["state", "version", "trouble"])
            write(f"邮件{rules.PARCEL_STATES[state]}，待重新出件", at, result=held)
    _told(row, at)


def _delivered(row: Parcel, result: Result, happened_at: datetime, at: datetime) -> None:
    """The case is delivered on the day of the courier's proof of receipt; where it may not be, a person is told why."""
    name, proof = row.signed_by or row.name, f"{row.courier} {row.tracking}".strip()
    actor = policies.machine(f"{row.courier}签收回执", row.matter.department_id)
    held = Result.objects.get(pk=result.pk)
    try:
        with transaction.atomic():
            deliver(
                code=row.matter.code, method="post", receiver=name, proof=proof or row.code, actor=actor, at=happened_at,
                basis=f"{proof or row.code}签收回执",
            )  # fmt: skip
    except Refusal as refusal:
        held.trouble = f"邮件已签收，但送达没有记上：{refusal.message}"[:200]
        held.save(update_fields=["trouble"])
        return
    close(held, Taker(name, "post", "post", proof), actor, happened_at, "delivery.hand_over")


@transaction.atomic
def send_again(*, parcel: Parcel, actor: Actor, at: datetime, address: Address, contents: str) -> Parcel:
    """Another parcel in the place of one that came back or was lost. Raises `ParcelPast`, `ResultMoved`, `NotToHand`, `Invalid`."""
    policies.require_parcel(actor, parcel)
    row = locked_parcel(parcel)
    if row.state not in ("returned", "lost") or row.result is None:
        raise ParcelPast("只有退回、丢失的邮件才要重寄。", next_step="请刷新页面。")
    if Parcel.objects.filter(replaces=row).exists():
        raise ParcelPast("已经重寄了。", next_step="请刷新页面。")
    held = Result.objects.get(pk=row.result.pk)
    demand_state(held, "waiting", "shelved")
    demand_fit(held, at)
    ready_to(matter=row.matter_id, action="deliver", actor=actor, at=at)
    given = address.tidied()
    held.mail_name, held.mail_phone, held.mail_address, held.way = given.name, given.phone, given.address, "post"
    made = _parcel(
        row.matter, "out", given, tidy(contents, "内件", 200, field="contents"), actor, at, result=held, replaces=row
    )
    _clear(held, "mailing", "mail_name", "mail_phone", "mail_address", "way")
    return made


def _told(row: Parcel, at: datetime) -> None:
    outbox.publish(ParcelMoved(row.pk, row.matter.code, row.state, at))
