"""The window's own work over the interface: pulls, first contacts, which window is for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import public, requires
from yimen.ground.kit.apis import PROBLEMS, Line, Text, actor_of, readable
from yimen.ground.kit.middleware import client_address
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, services
from yimen.service.windows.lifecycle import FIRST_ASK, PULL
from yimen.service.windows.models import FirstAsk, Pull
from yimen.service.windows.selectors.common import words_of
from yimen.service.windows.selectors.kinds import signs, uses_two_plus_two

router = Router()


class PullIn(Schema):
    """What a window asks. `section` is the id of a section; `limit` in working days or opening hours."""

    section: int
    title: Line
    text: Text
    limit: int
    unit: Literal["workday", "hour"] = "workday"
    about: Line = ""
    first_ask: Line = ""


class PullOut(Schema):
    """A pull as lists show it. `answer_by` is set where the limit is in hours."""

    code: str
    title: str
    state: str
    state_label: str
    section: str
    department: str
    asked_by: str
    opened_at: datetime
    due_on: date | None
    answer_by: datetime | None
    clock: str
    in_time: bool | None
    closed_at: datetime | None


class PullList(Schema):
    """A page of them, newest first."""

    pulls: list[PullOut]
    after: str
    before: str


class FirstAskIn(Schema):
    """A first contact; with `answer_text` it is answered at once. Name and telephone may be empty."""

    way: Literal["window", "phone", "agent", "joint", "web", "other"]
    question: Text
    item_code: Line = ""
    name: Line = ""
    phone: Line = ""
    answer_text: str = ""


class RecordedOut(Schema):
    """Number and secret; the secret is told here and nowhere else."""

    code: str
    secret: str
    state: str
    due_on: date | None


class StatusIn(Schema):
    """Number and secret, in the body so that no log keeps them."""

    code: Line
    secret: Line


class FirstAskOut(Schema):
    """How far it is, who is responsible, and the answer; nobody who asked is named."""

    code: str
    state: str
    state_label: str
    responsible: str
    due_on: date | None
    answers: list[str]


class WindowOut(Schema):
    """A window and whom it is for; `kind` is empty where it has none."""

    centre: str
    number: str
    name: str
    kind: str
    label: str
    departments: list[str]


class WindowList(Schema):
    """The open windows; `two_plus_two` names the centres that receive by kind."""

    windows: list[WindowOut]
    two_plus_two: list[str]


@router.get("/pulls", response={200: PullList, **PROBLEMS}, summary="股室协办")
@requires(policies.ASK, policies.ANSWER, policies.VIEW)
def pulls(
    request: HttpRequest,
    state: Annotated[str | None, Query(max_length=20, description="到哪一步")] = None,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """岗位权限内的协办，新的在前。"""
    found = Pull.objects.filter(policies.pulls(actor_of(request, "windows")))
    found = found.select_related("matter__department", "section", "window", "asker_unit")
    if state is not None:
        found = found.filter(matter__state=state)
    page = page_by_key(found, order=["-matter__opened_at", "-pk"], asked={"after": after, "before": before}, size=50)
    at, calendar = now(), work_calendar()
    return {"pulls": [_line(each, at, calendar) for each in page], "after": page.after, "before": page.before}


@router.post("/pulls", response={201: PullOut, **PROBLEMS}, summary="请股室协办")
@requires(policies.ASK)
def ask_pull(request: HttpRequest, given: PullIn) -> Any:
    """窗口请股室办一件事，写明要求和期限。"""
    said = given.dict() | {"section": organisations.unit(given.section)}
    made = services.ask_section(actor=actor_of(request, "windows"), at=now(), **said)
    whole = policies.access_pull(actor_of(request, "windows"), matters.by_code(made.matter.code).code)
    answer = PullOut(**_line(whole, now(), work_calendar()))
    return HttpResponse(answer.model_dump_json(), status=201, content_type="application/json")


@router.get("/pulls/{code}", response={200: PullOut, **PROBLEMS}, summary="一件协办")
@requires(policies.ASK, policies.ANSWER, policies.VIEW)
def pull(request: HttpRequest, code: str) -> dict[str, Any]:
    """到哪一步、期限、是否按时答复。"""
    found = policies.access_pull(actor_of(request, "windows"), readable(code, what="编号"))
    return _line(found, now(), work_calendar())


@router.post("/first-asks", response={201: RecordedOut, **PROBLEMS}, summary="登记首问")
@requires(policies.FIRST)
def record_first_ask(request: HttpRequest, given: FirstAskIn) -> Any:
    """登记人就是首问责任人。返回编号和查询码；查询码只给这一次。"""
    made = services.record_first_ask(actor=actor_of(request, "windows"), at=now(), **given.dict())
    matter = matters.by_code(made.code)
    answer = RecordedOut(code=made.code, secret=made.secret, state=matter.state, due_on=matter.due_on)
    return HttpResponse(answer.model_dump_json(), status=201, content_type="application/json")


@router.post("/first-asks/status", response={200: FirstAskOut, **PROBLEMS}, summary="凭编号和查询码查询首问")
@public
def first_ask_status(request: HttpRequest, given: StatusIn) -> dict[str, Any]:
    """办到哪一步、谁负责、答复了什么；编号不对和查询码不对得到同样的答复。"""
    found: FirstAsk = services.look_up(
        code=readable(given.code, what="编号"), secret=readable(given.secret, what="查询码"),
        address=client_address(request) or "",
    )  # fmt: skip
    matter = found.matter
    return {
        "code": matter.code,
        "state": matter.state,
        "state_label": FIRST_ASK.state(matter.state).public_label,
        "responsible": f"{found.first_window or found.first_unit.name} {found.first_name}",
        "due_on": matter.due_on,
        "answers": [word.text for word in words_of(matter.pk, told=True) if word.action == "answer"],
    }


@router.get("/window-services", response={200: WindowList, **PROBLEMS}, summary="哪个窗口办什么")
@public
def window_services(request: HttpRequest) -> dict[str, Any]:
    """在用的窗口和它们的服务类型。"""
    rows, on = [], []
    for centre in organisations.halls():
        if uses_two_plus_two(centre.pk):
            on.append(centre.name)
        rows += [
            {
                "centre": centre.name, "number": each.window.number, "name": each.window.name, "kind": each.kind,
                "label": each.label, "departments": list(each.departments),
            }
            for each in signs(centre)
        ]  # fmt: skip
    return {"windows": rows, "two_plus_two": on}


def _line(found: Pull, at: datetime, calendar: WorkCalendar) -> dict[str, Any]:
    matter = found.matter
    return {
        "code": matter.code,
        "title": matter.title,
        "state": matter.state,
        "state_label": PULL.state(matter.state).label,
        "section": found.section.name,
        "department": matter.department.name,
        "asked_by": str(found.window or found.asker_unit.name),
        "opened_at": matter.opened_at,
        "due_on": matter.due_on,
        "answer_by": found.answer_by,
        "clock": matters.clock_face(matter, at, calendar).text,
        "in_time": found.in_time,
        "closed_at": matter.closed_at,
    }
