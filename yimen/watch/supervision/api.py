"""Alerts, cards and rules over the interface. Reading alone; acts are taken on the desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, Line, Paged, actor_of, readable
from yimen.ground.kit.moments import now
from yimen.ground.kit.paging import page_by_key
from yimen.ground.organisations import selectors as organisations
from yimen.watch.supervision import policies, selectors, services
from yimen.watch.supervision.lifecycle import ALERT
from yimen.watch.supervision.models import Alert, Card

router = Router()
SCOPE = "supervision"

StateCode = Literal[
    "open", "raised", "explained", "carded", "appealed", "accepted", "noted", "confirmed", "softened", "withdrawn"
]


class AlertLine(Schema):
    """An alert in a list. `level` is what the rule suggests: notice, yellow or red; `card` what was given, null for none."""

    code: str
    text: str
    rule: str
    version: int | None
    level: str
    violation: str
    department: str
    person: str
    about: str
    state: str
    state_label: str
    found_at: datetime
    card: str | None
    card_standing: str | None


class AlertList(Paged):
    """Alerts, newest first."""

    alerts: list[AlertLine]


class AlertOut(AlertLine):
    """One alert with its evidence as it was found, and what was said."""

    evidence: dict[str, Any]
    explanation: str
    since: datetime


class CardOut(Schema):
    """A card: what was given, what it says now, on which version of which rule."""

    number: str
    alert: str
    level: str
    given_level: str
    standing: str
    whose: str
    department: str
    violation: str
    reason: str
    rule: str
    version: int | None
    given_at: datetime
    withdrawn_at: datetime | None


class CardList(Paged):
    """Cards, newest first."""

    cards: list[CardOut]


class RuleOut(Schema):
    """A rule in a version that holds now; `place` is empty where it holds everywhere."""

    code: str
    kind: str
    label: str
    level: str
    version: int
    in_use: bool
    params: dict[str, Any]
    valid_from: datetime
    place: str = ""


class RuleList(Schema):
    """Every rule."""

    rules: list[RuleOut]


@router.get("/alerts", response={200: AlertList, **PROBLEMS}, summary="监察预警列表")
@requires(policies.WATCH)
def alerts(
    request: HttpRequest,
    state: Annotated[StateCode | None, Query(description="到哪一步；open 为在办")] = None,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """监察范围内的预警，新的在前。"""
    found = selectors.alerts(actor_of(request, SCOPE), selectors.AlertFilters(state=state or ""))
    page = page_by_key(found, order=["-found_at", "-pk"], asked={"after": after, "before": before}, size=50)
    return {"alerts": [_line(each) for each in page], "after": page.after, "before": page.before}


@router.get("/alerts/{code}", response={200: AlertOut, **PROBLEMS}, summary="一条监察预警")
@requires(policies.WATCH)
def alert(request: HttpRequest, code: str) -> dict[str, Any]:
    """发现、证据（发现时固定）、说明、牌。"""
    found = policies.access_alert(actor_of(request, SCOPE), readable(code, what="编号"))
    return _line(found) | {"evidence": found.evidence, "explanation": found.explanation, "since": found.since}


@router.get("/cards", response={200: CardList, **PROBLEMS}, summary="红黄牌列表")
@requires(policies.WATCH)
def cards(
    request: HttpRequest,
    level: Annotated[Literal["yellow", "red"] | None, Query(description="现在是什么牌")] = None,
    after: Annotated[str, Query(max_length=500)] = "",
    before: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """监察范围内的红黄牌，新的在前；撤销的也在。"""
    found = selectors.cards(actor_of(request, SCOPE), level=level or "")
    page = page_by_key(found, order=["-given_at", "-pk"], asked={"after": after, "before": before}, size=50)
    return {"cards": [_card(each) for each in page], "after": page.after, "before": page.before}


@router.get("/supervision/rules", response={200: RuleList, **PROBLEMS}, summary="监察规则")
@requires(policies.WATCH)
def supervision_rules(request: HttpRequest) -> dict[str, Any]:
    """每条规则的现行版本和阈值。"""
    actor_of(request, SCOPE)
    return {
        "rules": [
            {
                "code": each.rule.code, "kind": each.kind, "label": each.label, "level": each.level,
                "version": each.number, "in_use": each.in_use, "params": each.params, "valid_from": each.valid_from,
                "place": each.place.name if each.place is not None else "",
            }
            for each in selectors.rule_list(now())
        ]
    }  # fmt: skip


class ResultIn(Schema):
    """A result that was given out, with `item_code` or `item_name`.

    `department` is a name or credit code; empty for the unit of the caller's post.
    """

    number: Line
    applicant: Line
    item_name: Line = ""
    item_code: Line = ""
    decided_on: date
    department: Line = ""


class ResultsIn(Schema):
    """Results of one source, 1 to 1000."""

    source: Line
    results: list[ResultIn] = Field(min_length=1, max_length=1000)


class ResultsOut(Schema):
    """What became of them: how many are new, and how many of those are in each state."""

    new: int
    states: dict[str, int]


class ResultOut(Schema):
    """A result with its case, or without: `state` is waiting, matched, missing, late or ahead."""

    number: str
    applicant: str
    item_name: str
    item_code: str
    department: str
    decided_on: date
    state: str
    state_label: str
    case: str
    alert: str
    source: str


class ResultList(Paged):
    """Results, newest first."""

    results: list[ResultOut]


@router.post("/results", response={201: ResultsOut, **PROBLEMS}, summary="登记部门已出具的结果")
@requires(policies.RESULTS)
def register_results(request: HttpRequest, given: ResultsIn) -> Any:
    """登记并立刻和办件核对。有一行读不懂就一行都不登记，按行说明；登记过的不重复。"""
    actor = actor_of(request, SCOPE)
    rows = [{**each.dict(), "decided_on": each.decided_on.isoformat()} for each in given.results]
    unit = organisations.unit(actor.department_id) if actor.department_id else None
    unit = unit if unit is not None and policies.reaches_results(actor, unit) else None
    done = services.register_results(actor=actor, rows=rows, source=given.source, at=now(), unit=unit)
    counts = selectors.result_counts(actor, selectors.ResultFilters(batch=done.pk))
    answer = ResultsOut(new=done.count, states=counts)
    return HttpResponse(answer.model_dump_json(), status=201, content_type="application/json")


@router.get("/results", response={200: ResultList, **PROBLEMS}, summary="部门结果核对清单")
@requires(policies.WATCH, policies.RESULTS)
def list_results(
    request: HttpRequest,
    state: Annotated[
        Literal["wrong", "waiting", "matched", "missing", "late", "ahead"] | None,
        Query(description="核对结果；wrong 为三种要查的"),
    ] = None,
    after: Annotated[str, Query(max_length=500)] = "",
) -> dict[str, Any]:
    """监察或登记范围内的结果，新的在前。"""
    found = selectors.results(actor_of(request, SCOPE), selectors.ResultFilters(state=state or ""))
    page = page_by_key(found, order=["-decided_on", "-pk"], asked={"after": after}, size=50)
    rows = [
        {
            "number": each.number, "applicant": each.applicant, "item_name": each.item_name, "item_code": each.item_code,
            "department": each.department.name, "decided_on": each.decided_on, "state": each.state,
            "state_label": each.get_state_display(), "case": each.matter.code if each.matter else "",
            "alert": each.alert.matter.code if each.alert else "", "source": each.batch.source,
        }
        for each in page
    ]  # fmt: skip
    return {"results": rows, "after": page.after, "before": page.before}


def _line(found: Alert) -> dict[str, Any]:
    card: Card | None = getattr(found, "card", None)
    return {
        "code": found.matter.code,
        "text": found.text,
        "rule": found.version.rule.code if found.version else "",
        "version": found.version.number if found.version else None,
        "level": found.level,
        "violation": found.violation.name,
        "department": found.department.name,
        "person": found.person_name,
        "about": found.about.code if found.about else "",
        "state": found.matter.state,
        "state_label": ALERT.state(found.matter.state).label,
        "found_at": found.found_at,
        "card": card.level if card else None,
        "card_standing": card.standing if card else None,
    }


def _card(found: Card) -> dict[str, Any]:
    return {
        "number": found.number,
        "alert": found.alert.matter.code,
        "level": found.level,
        "given_level": found.given_level,
        "standing": found.standing,
        "whose": found.alert.whose,
        "department": found.alert.department.name,
        "violation": found.alert.violation.name,
        "reason": found.reason,
        "rule": found.version.rule.code if found.version else "",
        "version": found.version.number if found.version else None,
        "given_at": found.given_at,
        "withdrawn_at": found.withdrawn_at,
    }
