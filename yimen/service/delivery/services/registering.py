"""A decision brings a result to hand over; it is put on a shelf or into a cell; a decision taken back takes it back."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, keyring, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Invalid
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import case_by_code
from yimen.service.delivery import policies
from yimen.service.delivery.events import ResultShelved
from yimen.service.delivery.models import Cabinet, Result
from yimen.service.delivery.rules import OPEN_RESULTS
from yimen.service.delivery.services.common import demand_fit, demand_state, locked, write

KIND = "delivery.pickup"


class CellTaken(Invalid):
    """The cell is taken, or the cabinet has none of this number."""

    code = "cell_taken"


@transaction.atomic
def register(code: str, at: datetime) -> Result | None:
    """The result of a case that was decided; the one there is, where it is registered. None where no centre handles it."""
    case = case_by_code(code)
    matter = case.matter
    centre = organisations.unit(matter.centre_id) if matter.centre_id is not None else organisations.main_centre()
    if centre is None or not case.decision:
        return None
    row, made = Result.objects.get_or_create(
        matter=matter,
        defaults={
            "centre": centre, "department_id": matter.department_id, "decision": case.decision, "registered_at": at,
            "way": case.delivery_method, "mail_name": case.contact_name, "mail_phone": case.contact_phone,
            "mail_address": case.delivery_address,
        },
    )  # fmt: skip
    if not made and row.state == "withdrawn":
        row.state, row.decision, row.registered_at = "waiting", case.decision, at
        row.save(update_fields=["state", "decision", "registered_at"])
        made = True
    if made:
        write("作出决定，等待出件", at, result=row)
    return row


@transaction.atomic
def withdraw(matter_id: int, at: datetime) -> None:
    """The decision was taken back: nothing is to be handed over. May run twice."""
    found = Result.objects.filter(matter=matter_id).first()
    if found is None:
        return
    row = locked(found)
    if row.state in OPEN_RESULTS:
        _clear(row, "withdrawn")
        write("决定已收回，不再交付", at, result=row)


@transaction.atomic
def close_elsewhere(code: str, at: datetime) -> None:
    """The case was delivered on its own page: the result waits no longer. May run twice."""
    made = register(code, at)
    if made is None:
        return
    row = locked(made)
    if row.state not in OPEN_RESULTS:
        return
    case = case_by_code(code)
    row.handed_at, row.by, row.receiver, row.proof = at, "elsewhere", case.receiver, case.delivery_proof
    _clear(row, "handed", "handed_at", "by", "receiver", "proof")
    write("已送达", at, result=row, note=case.receiver)


def _clear(row: Result, state: str, *fields: str) -> None:
    """Into a closed state: code and cell are free again."""
    row.state, row.code_index, row.code_kept, row.version = state, "", "", row.version + 1
    row.trouble = ""
    row.save(update_fields=["state", "code_index", "code_kept", "version", "trouble", *fields])


@transaction.atomic
def shelve(
    *,
    result: Result,
    actor: Actor,
    at: datetime,
    shelf: str = "",
    cabinet: Cabinet | None = None,
    cell: int | None = None,
) -> Result:
    """Put it on a shelf or into a cell of a cabinet; the applicant gets a new pick-up code.
    Raises `ResultMoved`, `NotToHand`, `CellTaken`, `Invalid`, `NotAllowed`."""
    policies.require_hand(actor, result)
    row = locked(result)
    demand_state(row, "waiting", "shelved")
    demand_fit(row, at)
    if cabinet is not None:
        if (
            cabinet.centre_id != row.centre_id
            or cabinet.ended_at is not None
            or not cell
            or not 1 <= cell <= cabinet.cells
        ):
            raise CellTaken("没有这个格口。", fields={"cell": "请核对柜号和格口号。"})
        if Result.objects.filter(cabinet=cabinet, cell=cell, state="shelved").exclude(pk=row.pk).exists():
            raise CellTaken(f"{cabinet} {cell:02d} 号格里有别的结果。", fields={"cell": "请换一个空格口。"})
        row.shelf, row.cabinet, row.cell = "", cabinet, cell
    else:
        row.shelf = tidy(shelf, "架位", 20, field="shelf")
        row.cabinet, row.cell = None, None
    row.state, row.shelved_at, row.version = "shelved", at, row.version + 1
    row.remind_on, row.reminded_at = remind_on(day_of(at), row.centre_id), None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise CellTaken("这个格口刚刚放了别的结果。", fields={"cell": "请换一个空格口。"}) from taken
    new_code(row)
    write("可以领取", at, result=row, note=row.place, by=actor.name)
    audit.record("delivery.shelve", actor=actor, target_kind="case", target=row.matter.code, facts={"place": row.place})
    outbox.publish(ResultShelved(row.pk, row.matter.code, at))
    return row


def remind_on(day: date, centre_id: int) -> date:
    """The day on which somebody who has not come is told again."""
    days = int(getattr(settings, "DELIVERY_REMIND_WORKDAYS", 5) or 5)
    place = organisations.unit(centre_id)
    return work_calendar().at(place.division.code, centre_id).nth_workday_after(day, days)


def new_code(row: Result) -> str:
    """A new pick-up code for a result that is held; the old one is no longer good. Eight digits, found by their keyed index."""
    for _ in range(20):
        code = f"{secrets.randbelow(10**8):08d}"
        index = keyring.blind_index(code, kind=KIND)
        if not Result.objects.filter(centre=row.centre_id, code_index=index).exists():
            row.code_index, row.code_kept = index, code
            row.save(update_fields=["code_index", "code_kept"])
            return code
    raise RuntimeError("no free pick-up code")


@transaction.atomic
def change_code(*, result: Result, actor: Actor, at: datetime) -> Result:
    """A new code, the old one being known to somebody else or lost; the applicant is told. Raises `ResultMoved`, `NotAllowed`."""
    if actor.kind != "citizen":
        policies.require_hand(actor, result)
    row = locked(result)
    demand_state(row, "shelved")
    new_code(row)
    row.version += 1
    row.save(update_fields=["version"])
    write("换发取件码", at, result=row, by=actor.name)
    audit.record("delivery.new_code", actor=actor, target_kind="case", target=row.matter.code)
    outbox.publish(ResultShelved(row.pk, row.matter.code, at))
    return row


def index_of(code: str) -> str:
    """The keyed index under which a pick-up code is kept."""
    return keyring.blind_index(code, kind=KIND)
