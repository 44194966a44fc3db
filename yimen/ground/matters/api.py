"""Deadlines over the interface: the working-day calculator and the explanation of a matter's date."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.calendar.rules import parse_day
from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.policies import public, signed_in
from yimen.ground.kit import moments
from yimen.ground.kit.apis import NOT_READ, PROBLEMS, actor_of
from yimen.ground.kit.moments import now
from yimen.ground.matters import rules, scripts, selectors
from yimen.ground.matters.deadlines import deadline_history
from yimen.ground.matters.models import LedgerDigest
from yimen.ground.matters.proof import publishing
from yimen.ground.matters.proof.history import history_of

router = Router()


class DayLine(Schema):
    """One day of the ledger."""

    day: date
    counted: bool
    why: str


class Derived(Schema):
    """A limit with its derivation; `due_on` is null while the clock is stopped."""

    due_on: date | None
    state: str
    limit: int
    counted: int
    remaining: int | None
    provisional: bool
    derivation: list[DayLine]


class ClockOut(Schema):
    """One clock of a matter: the promised and the legal limit, each derived."""

    clock: str
    label: str
    law: str
    source: str
    current: bool
    promised: Derived | None
    legal: Derived | None


class DurationsOut(Schema):
    """Working days by whose hands they passed in; `calendar_days` are all days of the calendar."""

    since: date
    until: date
    office: int
    applicant: int
    special: int
    others: int
    delivery: int
    workdays: int
    calendar_days: int


class Explained(Schema):
    """Why the date is the date, and whose hands the matter was in."""

    code: str
    title: str
    clocks: list[ClockOut]
    durations: DurationsOut | None = None


class DateChangeOut(Schema):
    """A step that set, stopped or moved the date; `by_calendar`: the holidays changed later, the day is as reckoned now."""

    seq: int
    at: datetime
    recorded_at: datetime
    what: str
    why: str
    law: str
    clock: str
    before: date | None
    due_on: date | None
    legal_due_on: date | None
    by_calendar: bool


class DeadlinesOut(Schema):
    """Every date that ever applied, in order."""

    code: str
    title: str
    due_on: date | None
    changes: list[DateChangeOut]


@router.get("/workdays/due", response={200: Derived, **NOT_READ}, summary="工作日计算器")
@public
def due(
    request: HttpRequest,
    start: Annotated[str, Query(max_length=10, description="起算日，如 2026-09-24；当日不计")],
    n: Annotated[int, Query(ge=0, le=3660, description="期限")],
    unit: Annotated[Literal["workday", "calendar"], Query(description="workday 工作日，calendar 自然日")] = "workday",
) -> dict[str, Any]:
    """起算日之后第 N 日是哪一天，逐日说明。"""
    return scripts.as_json(rules.answer(parse_day(start), n, unit, work_calendar()))


class DigestOut(Schema):
    """One published digest; `text` is signed to the octet, `signature` and `public_key` are r‖s and x‖y in hex."""

    number: int
    day: date
    matters: int
    steps: int
    root: str
    sha256: str
    text: str
    signature: str
    public_key: str


class DigestPage(Schema):
    """Digests, the newest first; `next` is the number to ask for with `before`."""

    digests: list[DigestOut]
    next: int | None


def _digest_out(each: LedgerDigest) -> dict[str, Any]:
    return {
        "number": each.number, "day": each.day, "matters": each.matters, "steps": each.steps, "root": each.root_hex,
        "sha256": publishing.hash_of(each.text), "text": each.text, "signature": each.signature.rsplit(":", 1)[-1],
        "public_key": each.public_key,
    }  # fmt: skip


@router.get("/ledger/digests", response={200: DigestPage, **NOT_READ}, summary="公布的账本摘要")
@public
def digests(
    request: HttpRequest,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="只要这一号以前的")] = None,
) -> dict[str, Any]:
    """截至每一天的账本凝成的签名摘要，新的在前，每次 100 号；供存档单位逐日留存。"""
    rows = publishing.published().order_by("-number")
    found = list((rows.filter(number__lt=before) if before else rows)[:101])
    return {
        "digests": [_digest_out(each) for each in found[:100]],
        "next": found[99].number if len(found) > 100 else None,
    }


@router.get("/applications/{code}/history", response={200: dict[str, Any], **PROBLEMS}, summary="办件历史文件")
@signed_in
def history(request: HttpRequest, code: str) -> dict[str, Any]:
    """供离线核对的办件历史：每一步的规范文本与链值、到公布摘要的路径。内部审议的内容不在其中。"""
    return history_of(selectors.access_matter(actor_of(request), code), moments.now())


@router.get("/applications/{code}/deadline", response={200: Explained, **PROBLEMS}, summary="期限是怎样算出来的")
@signed_in
def deadline(request: HttpRequest, code: str) -> dict[str, Any]:
    """一件办件的每个时钟，逐日计入或不计的理由。"""
    matter = selectors.access_matter(actor_of(request), code)
    return explained(selectors.explain(matter), now())


@router.get("/applications/{code}/deadlines", response={200: DeadlinesOut, **PROBLEMS}, summary="期限的全部变动")
@signed_in
def deadlines(request: HttpRequest, code: str) -> dict[str, Any]:
    """曾经适用的每一个日期，和是什么改变了它。"""
    matter = selectors.access_matter(actor_of(request), code)
    changes = [asdict(each) for each in deadline_history(matter)]
    return {"code": matter.code, "title": matter.title, "due_on": matter.due_on, "changes": changes}


def durations_json(found: selectors.Durations | None) -> dict[str, Any] | None:
    """Durations as the interface gives them."""
    if found is None:
        return None
    return asdict(found) | {"workdays": found.workdays, "calendar_days": found.calendar_days}


def explained(explanation: selectors.Explanation, at: datetime) -> dict[str, Any]:
    """An explanation as the interface gives it."""
    return {
        "code": explanation.code,
        "title": explanation.title,
        "durations": durations_json(explanation.durations(at)),
        "clocks": [
            {
                "clock": account.name,
                "label": account.label,
                "law": account.law,
                "source": account.source,
                "current": account.current,
                "promised": scripts.as_json(account.promised) if account.promised else None,
                "legal": scripts.as_json(account.legal) if account.legal else None,
            }
            for account in explanation.clocks
        ],
    }
