"""The hall over the interface: lines, tickets, calls. For kiosks, callers and screens of other makers, with a token of a person or
of reception; the place of a ticket is told to whoever knows its long number."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import public, requires
from yimen.ground.kit.apis import PROBLEMS, Line, actor_of, once, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotFound
from yimen.service.hall import policies, rules, services
from yimen.service.hall.lifecycle import STATES
from yimen.service.hall.models import Ticket
from yimen.service.hall.selectors import queue
from yimen.service.hall.services import acts

router = Router()


class LineOut(Schema):
    """A business group and its line. `wait` is an interval in words; `low` and `high` are its minutes."""

    group: int
    prefix: str
    name: str
    tickets: int
    people: int
    windows: int
    wait: str
    low: int | None
    high: int | None


class HallOut(Schema):
    """A hall with its lines."""

    hall: str
    name: str
    open: bool
    lines: list[LineOut]


class TicketIn(Schema):
    """Who comes for what. `id_number` is used for the age and against a second ticket, and is not kept."""

    hall: Line
    group: int
    way: Literal["kiosk", "phone", "web", "staff"] = "kiosk"
    party: int = Field(1, ge=1, le=rules.MOST_PARTY)
    priority: Line = ""
    reason: Line = ""
    id_number: Line = ""
    paper: bool = False


class TicketOut(Schema):
    """A ticket: its number, where it stands, how many are called before, how long that takes."""

    uid: UUID
    code: str
    hall: str
    group: str
    state: str
    state_label: str
    priority: str
    printing: str
    ahead: int | None
    wait: str
    window: str
    issued_at: datetime


class NextIn(Schema):
    """The id of the ticket in hand as the caller shows it; 0 for none."""

    seen: int = 0


class CalledOut(Schema):
    """What a press brought: the number, "" where nobody waits; `seen` is for the next press."""

    code: str
    seen: int


class ActIn(Schema):
    """One act at the window; `group` or `window` for a transfer, a reason where one is needed."""

    act: Literal["recall", "begin", "finish", "pass", "no_show", "hold", "resume", "transfer", "back", "requeue"]
    reason: Line = ""
    group: int | None = None
    window: int | None = None


class PrintIn(Schema):
    """What a printer's program reports."""

    result: Literal["asked", "printed", "failed"]
    reason: Line = ""


@router.get("/queue/{slug}", response={200: HallOut, **PROBLEMS}, summary="大厅的排队")
@public
def queue_of(request: HttpRequest, slug: str) -> dict[str, Any]:
    """各业务分组等候多少、开几个窗口、大约多久。"""
    hall, at = queue.hall_by_slug(readable(slug, what="大厅")), now()
    lines = queue.lines_of(hall, at)
    rows = []
    for each in queue.groups_of(hall):
        line = lines.get(each.pk)
        low, high = (line.wait or (None, None)) if line else (None, None)
        rows.append({
            "group": each.pk, "prefix": each.prefix, "name": each.name, "tickets": line.tickets if line else 0,
            "people": line.people if line else 0, "windows": len(line.windows) if line else 0,
            "wait": line.says if line else "", "low": low, "high": high,
        })  # fmt: skip
    return {"hall": hall.slug, "name": hall.name, "open": bool(rows), "lines": rows}


@router.post("/queue-tickets", response={201: TicketOut, **PROBLEMS}, summary="取号")
@requires(policies.RECEIVE)
def issue_ticket(request: HttpRequest, given: TicketIn) -> HttpResponse:
    """取一个号。带 Idempotency-Key 时重发不会多取。"""
    actor, at = actor_of(request, "hall"), now()
    hall = policies_hall(actor, given.hall)
    group = queue.groups_of(hall).filter(pk=given.group).first()
    if group is None:
        raise NotFound("没有这个业务分组。", next_step="请用 /queue/{大厅} 查业务分组的编号。")

    def act() -> tuple[int, dict[str, Any]]:
        made = services.issue(
            hall=hall, group=group, way=given.way, at=at, actor=actor, party=given.party, priority=given.priority,
            reason=given.reason, id_number=given.id_number, paper=given.paper,
        )  # fmt: skip
        return 201, TicketOut(**_said(queue.ticket_by_uid(made.uid), at)).model_dump(mode="json")

    return once(request, act, module="hall")


def policies_hall(actor: Any, slug: str) -> Any:
    """The hall in which the actor receives; raises `NotFound`, `NotAllowed`."""
    hall = queue.hall_by_slug(readable(slug, what="大厅"))
    policies.demand(policies.may_receive(actor, hall), "您不能在这个大厅取号。", "请用本大厅导办的令牌。")
    return hall


@router.get("/queue-tickets/{uid}", response={200: TicketOut, **PROBLEMS}, summary="一个号排到哪里")
@public
def ticket_place(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """凭号条上的长编号查询。"""
    return _said(queue.ticket_by_uid(uid), now())


@router.post("/queue-tickets/{uid}/print", response={200: TicketOut, **PROBLEMS}, summary="打印结果")
@requires(policies.RECEIVE)
def ticket_printed(request: HttpRequest, uid: UUID, given: PrintIn) -> dict[str, Any]:
    """没有打出来的号不会被叫到，补打以后按原来的位置叫。"""
    actor, at = actor_of(request, "hall"), now()
    found = policies.access_ticket(actor, uid)
    policies.demand(policies.may_receive(actor, found.hall), "您不能在这个大厅打印。", "请用本大厅导办的令牌。")
    return _said(services.report_print(uid=uid, result=given.result, at=at, actor=actor, reason=given.reason), at)


@router.post("/queue-calls/next", response={200: CalledOut, **PROBLEMS}, summary="叫下一个")
@requires(policies.CALL)
def press_next(request: HttpRequest, given: NextIn) -> dict[str, Any]:
    """办结手上的号，叫下一个。两个叫号器同时按，只叫一个号。"""
    called = services.call_next(actor=actor_of(request, "hall"), at=now(), seen=given.seen)
    return {"code": called.code, "seen": called.id}


@router.post("/queue-tickets/{uid}/acts", response={200: TicketOut, **PROBLEMS}, summary="窗口对一个号的操作")
@requires(policies.CALL)
def ticket_acts(request: HttpRequest, uid: UUID, given: ActIn) -> dict[str, Any]:
    """重呼、开始、办结、过号、挂起、转出、退回队列、过号重排。"""
    actor, at = actor_of(request, "hall"), now()
    found = policies.access_ticket(actor, uid)
    common: dict[str, Any] = {"actor": actor, "uid": uid, "at": at}
    match given.act:
        case "transfer":
            group = queue.groups_of(found.hall).filter(pk=given.group).first() if given.group else None
            ticket = acts.transfer(**common, reason=given.reason, group=group, window_id=given.window)
        case "hold":
            ticket = acts.hold(**common, reason=given.reason)
        case "back":
            ticket = acts.send_back(**common, reason=given.reason)
        case "recall":
            ticket = acts.recall(**common)
        case "begin":
            ticket = acts.begin(**common)
        case "finish":
            ticket = acts.finish(**common)
        case "pass":
            ticket = acts.pass_over(**common)
        case "no_show":
            ticket = acts.no_show(**common)
        case "resume":
            ticket = acts.resume(**common)
        case _:
            ticket = acts.requeue(**common)
    return _said(queue.ticket_by_uid(ticket.uid), at)


def _said(found: Ticket, at: datetime) -> dict[str, Any]:
    place = queue.place_of(found, at) if found.state == "waiting" and not queue.is_expired(found, at) else None
    return {
        "uid": found.uid, "code": found.code, "hall": found.hall.slug, "group": found.group.name, "state": found.state,
        "state_label": STATES[found.state], "priority": found.priority, "printing": found.printing,
        "ahead": place.ahead if place else None, "wait": place.says if place else "",
        "window": found.window.number if found.window else "", "issued_at": found.issued_at,
    }  # fmt: skip
