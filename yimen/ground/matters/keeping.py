"""Keeping the calendar: bring in a notice, correct it, close halls in an emergency, set the hours of business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.calendar import selectors as calendars
from yimen.ground.calendar import services as calendar
from yimen.ground.calendar.rules import ChangeKind, DayRow
from yimen.ground.calendar.services import Draft, UnsuitableChange
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.matters.events import HoursChanged
from yimen.ground.matters.policies import demand_calendar
from yimen.ground.organisations import selectors as organisations

if TYPE_CHECKING:
    from yimen.ground.calendar.models import CalendarChange, HoursException

LONGEST_CLOSURE = 60
LATEST_PAPER = 15
"""Days by which the decision of an emergency closure may come after its first day: in a flood the paper comes later."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The document behind a change; `text` is its wording or a table of days (`calendar.selectors.read_notice`)."""

    text: str
    year: int | None = None
    title: str = ""
    document_number: str = ""
    issued_on: date | None = None
    reason: str = ""
    amends: bool = False


@transaction.atomic
def register_notice(*, actor: Actor, paper: Paper, at: datetime) -> CalendarChange:
    """Keep a State Council notice as a draft; nothing changes yet. What the paper says of itself fills what was not typed.

    Raises `UnreadableNotice`, `UnsuitableChange`, `YearConfirmed` (the year has its notice and the paper does not amend
    it), `SameNotice` (nothing would change), `NoPermission`.
    """
    demand_calendar(actor)
    change = calendar.draft_change(_draft(paper), by=actor.name, at=at)
    _record("matters.draft_calendar", actor, change)
    return change


@transaction.atomic
def correct_notice(*, actor: Actor, change: CalendarChange, paper: Paper, at: datetime) -> CalendarChange:
    """Put a draft right: its table of days, its title, number or date. Raises as `register_notice`, and `NotADraft`."""
    demand_calendar(actor, change.division, change.centre_id)
    draft = _draft(paper, change)
    corrected = calendar.redraft_change(change, draft)
    _record("matters.correct_calendar", actor, corrected)
    return corrected


@transaction.atomic
def discard_change(*, actor: Actor, change: CalendarChange, at: datetime) -> None:
    """Put a draft aside. Raises `NotADraft`, `NoPermission`."""
    demand_calendar(actor, change.division, change.centre_id)
    calendar.discard_change(change)
    _record("matters.discard_calendar", actor, change)


@dataclass(frozen=True, slots=True)
class ClosurePaper:
    """An emergency closure: which days, what it is called (抗洪停办), where, and the decision behind it.

    `counts`: the days are no working days there and no limit counts them (the default); without it the doors are shut
    and every limit runs on. `basis` names the rule that says so.
    """

    first: date
    last: date
    name: str
    division: str
    document_number: str
    title: str
    reason: str
    centre_id: int | None = None
    issued_on: date | None = None
    counts: bool = True
    basis: str = ""


@transaction.atomic
def register_closure(*, actor: Actor, paper: ClosurePaper, at: datetime) -> CalendarChange:
    """Keep an emergency closure of a division (or one centre of it) as a draft.

    Raises `UnsuitableChange`, `OutsidePlace`, `NoPermission`, `NotFound`.
    """
    place = organisations.divisions().filter(code=paper.division).first()
    if place is None:
        raise UnsuitableChange("没有这个区划。", fields={"division": "请重新选择区划。"})
    prefix = division_prefix(place.code)
    centre = organisations.unit(paper.centre_id) if paper.centre_id else None
    if centre is not None and not centre.division_id.startswith(prefix):
        raise UnsuitableChange("所选中心不在这个区划内。", fields={"centre": "请选择这个区划内的中心。"})
    demand_calendar(actor, prefix, paper.centre_id)
    days = (paper.last - paper.first).days + 1
    if not 1 <= days <= LONGEST_CLOSURE:
        raise UnsuitableChange(
            f"停办应为 1 至 {LONGEST_CLOSURE} 天。", next_step="请核对起止日期。", fields={"last": "请核对起止日期。"}
        )
    if (at.date() - paper.first).days > LATEST_PAPER:
        raise UnsuitableChange(
            f"停办开始已超过 {LATEST_PAPER} 天，不能再登记：已经办结的事按当时的日历算完了。",
            next_step="请核对日期。", fields={"first": "请核对日期。"},
        )  # fmt: skip
    rows = [DayRow(paper.first + timedelta(days=n), "holiday", paper.name.strip()[:40]) for n in range(days)]
    basis = (
        paper.basis.strip() or "由作出停办决定的人民政府确定；未作规定的，停办日不是工作日（《行政许可法》第八十二条）"
    )
    draft = Draft(
        kind="closure", year=paper.first.year, title=paper.title.strip()[:100], rows=rows, division=prefix,
        document_number=paper.document_number.strip()[:40], issued_on=paper.issued_on, reason=paper.reason.strip()[:300],
        division_name=place.name, centre_id=paper.centre_id, centre_name=centre.name if centre else "",
        counts=paper.counts, basis=basis[:200],
    )  # fmt: skip
    change = calendar.draft_change(draft, by=actor.name, at=at)
    _record("matters.draft_calendar", actor, change)
    return change


@transaction.atomic
def set_week(*, actor: Actor, centre_id: int | None, sessions: Sequence[tuple[int, time, time]], at: datetime) -> None:
    """Set the weekly hours of a centre (of all without their own, for None). Open limits end at the new closing hour.

    Raises `UnsuitableChange`, `OutsidePlace`, `NoPermission`.
    """
    _demand_centre(actor, centre_id)
    calendar.set_hours(centre_id, sessions)
    audit.record("matters.set_hours", actor=actor, target_kind="centre", target=str(centre_id or ""))
    outbox.publish(HoursChanged(after_id=0))


@transaction.atomic
def set_exception(
    *, actor: Actor, centre_id: int | None, day: date, why: str, opens: time | None, closes: time | None, at: datetime
) -> HoursException:
    """Other hours on one day, or a day on which the doors stay shut. Raises `UnsuitableChange`, `OutsidePlace`."""
    _demand_centre(actor, centre_id)
    if not why.strip():
        raise UnsuitableChange("请写明原因。", fields={"why": "请写明原因，办事的人会看到。"})
    made = calendar.set_exception(centre_id, day, why.strip()[:60], opens, closes)
    audit.record("matters.set_exception", actor=actor, target_kind="centre", target=str(centre_id or ""))
    return made


@transaction.atomic
def end_exception(*, actor: Actor, exception: HoursException, at: datetime) -> None:
    """Take other hours back. Raises `OutsidePlace`, `NoPermission`."""
    _demand_centre(actor, exception.centre_id)
    calendar.end_exception(exception.pk)
    audit.record("matters.end_exception", actor=actor, target_kind="centre", target=str(exception.centre_id or ""))


def division_prefix(code: str) -> str:
    """`519911000000` as `519911`: what the codes of everything below it begin with."""
    for length in (2, 4, 6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code


def _demand_centre(actor: Actor, centre_id: int | None) -> None:
    if centre_id is None:
        demand_calendar(actor)
        return
    centre = organisations.unit(centre_id)
    demand_calendar(actor, centre.division_id, centre_id)


def _draft(paper: Paper, change: CalendarChange | None = None) -> Draft:
    year = change.year if change is not None else paper.year
    read = calendars.read_notice(paper.text, year)
    kind: ChangeKind = "amendment" if paper.amends else "notice"
    if change is not None:
        kind = calendars.CHANGE_KINDS[change.kind]
    found = read.year or year or 0
    title = (
        paper.title.strip()
        or read.title
        or (f"国务院办公厅关于{found}年部分节假日安排的通知" if kind == "notice" else "")
    )
    rows = list(read.days)
    if kind == "closure":
        rows = [row._replace(name=row.name.removesuffix("放假") or row.name) for row in rows]
    return Draft(
        kind=kind,
        year=found,
        title=title[:100],
        document_number=(paper.document_number.strip() or read.document_number)[:40],
        issued_on=paper.issued_on or read.issued_on,
        rows=rows,
        reason=paper.reason.strip()[:300] or (change.reason if change is not None else ""),
        source_text=change.source_text if change is not None else paper.text,
    )


def _record(action: str, actor: Actor, change: CalendarChange) -> None:
    audit.record(
        action, actor=actor, target_kind="calendar_change", target=change.document_number,
        facts={"year": change.year, "kind": change.kind, "uid": str(change.uid)},
    )  # fmt: skip


def years_that_matter(today: date) -> list[int]:
    """The years that limits reach from today: this one and the next."""
    return [today.year, today.year + 1]


def unconfirmed_years(today: date) -> list[int]:
    """Which of them have no confirmed notice; for the operations page."""
    return [year for year in years_that_matter(today) if not calendars.year_confirmed(year)]
