"""The verbs of an issue (R015): raise, assign, answer, return, confirm … Each is one step of its matter with one remark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import numbering
from yimen.ground.kit.outbox import Event
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters import services as matters
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import Taken
from yimen.ground.organisations import selectors as organisations
from yimen.service.coordination import policies
from yimen.service.coordination.events import IssueAnswered, IssueAssigned, IssueClosed, IssueRaised, IssueUrged
from yimen.service.coordination.lifecycle import COORDINATION, RAISE
from yimen.service.coordination.models import Dispatch, Issue, Remark, ReturnVisit, SiteVisit, Terms
from yimen.service.coordination.selectors.terms import office_of, own_unit, terms_of

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

MAY_ANSWER = ("department", "town", "centre", "subcentre", "office", "village")
"""Kinds of units to which an issue may be assigned: those in which somebody holds the power to answer."""


class CannotAnswer(Invalid):
    """The unit is no place where an issue could be answered."""

    code = "cannot_answer"


class NotHere(Invalid):
    """The visit or paper that an issue is said to come from belongs to somebody else."""

    code = "not_here"


# --- Raising


@transaction.atomic
def raise_issue(
    *, actor: Actor, title: str, text: str, source: str, at: datetime, about: str = "", files: Sequence[StoredFile] = (),
    visit: SiteVisit | None = None, return_visit: ReturnVisit | None = None, dispatch: Dispatch | None = None,
) -> Issue:  # fmt: skip
    """Raise an issue for the management office to assign. Raises `NoCentre`, `NotAllowed`, `Invalid`.

    `source` is a value of `Issue.Source`; `visit`, `return_visit` and `dispatch` are where it was heard of.
    """
    unit = own_unit(actor)
    centre = office_of(unit)
    _may_raise(actor)
    terms = terms_of(centre.pk)
    event = IssueRaised(code="", at=at)
    return _open(
        actor, "raise", title, text, source, at, unit=unit, centre=centre, department=centre,
        clock=_clock("assigning", terms), event=event, about=about, files=files, visit=visit,
        return_visit=return_visit, dispatch=dispatch,
    )  # fmt: skip


@transaction.atomic
def send_across(
    *, actor: Actor, counterpart: Unit, title: str, text: str, source: str, at: datetime, about: str = "",
    files: Sequence[StoredFile] = (), dispatch: Dispatch | None = None,
) -> Issue:  # fmt: skip
    """Put a question of one's own work straight to the counterpart of another tier, which then has to answer (R002).

    The raiser's management office confirms the answer. Raises `CannotAnswer`, `NoCentre`, `NotAllowed`.
    """
    unit = own_unit(actor)
    centre = office_of(unit)
    _may_raise(actor)
    _can_answer(counterpart)
    if counterpart.pk == unit.pk:
        raise CannotAnswer("不能直送给本单位自己。", fields={"unit": "请选择对应单位"})
    event = IssueAssigned(code="", unit=counterpart.pk, why="send_across", at=at)
    issue = _open(
        actor, "send_across", title, text, source, at, unit=unit, centre=centre, department=counterpart,
        clock=_clock("answering", terms_of(centre.pk)), event=event, about=about, files=files, dispatch=dispatch,
    )  # fmt: skip
    issue.assigned_at = at
    issue.save(update_fields=["assigned_at"])
    return issue


def _may_raise(actor: Actor) -> None:
    if actor.kind != "system" and not actor.holds(RAISE):
        raise NotAllowed("您的岗位没有提出协调事项的权限。", next_step="请由本单位负责人、首席代表或窗口提出。")


def _open(
    actor: Actor, action: str, title: str, text: str, source: str, at: datetime, *, unit: Unit, centre: Unit,
    department: Unit, clock: ClockStart, event: IssueRaised | IssueAssigned, about: str, files: Sequence[StoredFile],
    visit: SiteVisit | None = None, return_visit: ReturnVisit | None = None, dispatch: Dispatch | None = None,
) -> Issue:  # fmt: skip
    if source not in Issue.Source.values:
        raise Invalid("没有这个来源。", fields={"source": "请重新选择来源"})
    if return_visit is not None and return_visit.centre_id != centre.pk:
        raise NotHere("这次回访不是本中心的。")
    code = numbering.place_number("XT", centre.division_id, at)
    opened = matters.open_matter(
        procedure=COORDINATION.name, action=action, code=code, title=title, subject="", actor=actor, at=at,
        applicant_id=None, applicant_name=unit.name, department_id=department.pk, centre_id=centre.pk,
        division=centre.division_id, channel="window" if actor.window_id else "web", window_id=actor.window_id,
        clock=clock, facts={"source": source, "unit": department.name},
        documents=[file.name for file in files], events=[replace(event, code=code)],
    )  # fmt: skip
    issue = Issue.objects.create(
        matter_id=opened.matter_id, source=source, text=text, about=about, raised_by=unit,
        raised_window_id=actor.window_id, raiser_id=actor.account_id, raiser_name=actor.name, visit=visit,
        return_visit=return_visit, dispatch=dispatch,
    )  # fmt: skip
    write_remark(issue, 1, Remark.Kind.QUESTION, text, actor, at, files)
    return issue


# --- Assigning and answering


@transaction.atomic
def assign(
    *, issue: Issue, actor: Actor, unit: Unit, reason: str, at: datetime, seen: int | None = None, days: int = 0
) -> Taken:
    """交办: a unit has to answer within the centre's limit (`days` working days where given). Raises `CannotAnswer`."""
    return _give(issue, actor, "assign", unit, reason, at, seen, days, Remark.Kind.INSTRUCTION)


@transaction.atomic
def redirect(
    *, issue: Issue, actor: Actor, unit: Unit, reason: str, at: datetime, seen: int | None = None, days: int = 0
) -> Taken:
    """Another unit has to answer, with a fresh limit; the reason is told to both. Raises `CannotAnswer`."""
    if issue.assigned_at is not None and issue.matter.department_id == unit.pk:
        raise CannotAnswer(f"本来就由{unit.name}承办。", fields={"unit": "请另选一个单位"})
    return _give(issue, actor, "redirect", unit, reason, at, seen, days, Remark.Kind.INSTRUCTION)


@transaction.atomic
def return_answer(
    *, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None, days: int = 0
) -> Taken:
    """The answer does not do: the same unit answers again, with a fresh limit."""
    unit = _responsible(issue)
    taken = _give(issue, actor, "return_answer", unit, reason, at, seen, days, Remark.Kind.RETURN)
    issue.returned += 1
    issue.save(update_fields=["returned"])
    return taken


@transaction.atomic
def instruct(
    *, issue: Issue, actor: Actor, unit: Unit, reason: str, at: datetime, seen: int | None = None, days: int = 0
) -> Taken:
    """The government has spoken: `reason` is what it said, and this unit carries it out."""
    return _give(issue, actor, "instruct", unit, reason, at, seen, days, Remark.Kind.GOVERNMENT)


@transaction.atomic
def answer(
    *, issue: Issue, actor: Actor, text: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """The responsible unit says what it has done. The office then has to confirm."""
    centre_id = issue.matter.centre_id or 0
    taken = _take(
        issue, actor, "answer", text, at, seen, Remark.Kind.ANSWER, clock=_clock("confirming", terms_of(centre_id)),
        files=files, events=[IssueAnswered(issue.matter_id, issue.matter.code, at)],
    )  # fmt: skip
    issue.answered_at = at
    issue.save(update_fields=["answered_at"])
    return taken


@transaction.atomic
def urge(*, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """催办: ask the responsible unit for its answer; the limit stays as it is."""
    unit = _responsible(issue)
    return _take(
        issue, actor, "urge", reason, at, seen, Remark.Kind.OTHER, facts={"unit": unit.name},
        events=[IssueUrged(issue.matter_id, issue.matter.code, unit.pk, at)],
    )  # fmt: skip


@transaction.atomic
def extend_answer(
    *, issue: Issue, actor: Actor, days: int, reason: str, at: datetime, seen: int | None = None
) -> Taken:
    """Give the unit so many working days more, while the limit has not run out. Raises `Invalid`, `ImpossibleScript`."""
    if not 1 <= days <= 60:
        raise Invalid("延长的天数要在 1 到 60 个工作日之间。", fields={"days": "1 到 60 个工作日"})
    return _take(
        issue, actor, "extend_answer", reason, at, seen, Remark.Kind.OTHER, facts={"days": days}, extend_by=days
    )


# --- Ends


@transaction.atomic
def solve_on_spot(*, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """Solved at once, as on a leader's visit: nobody need be assigned (R010)."""
    return _end(issue, actor, "solve_on_spot", reason, at, seen)


@transaction.atomic
def confirm(*, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The office confirms that the question is solved; `reason` is the result that the raiser reads."""
    return _end(issue, actor, "confirm", reason, at, seen)


@transaction.atomic
def close_unsolved(*, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """Nothing more can be done: closed with the reason, and counted as not solved."""
    return _end(issue, actor, "close_unsolved", reason, at, seen)


@transaction.atomic
def withdraw(*, issue: Issue, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """Whoever raised it takes it back before it is assigned."""
    return _end(issue, policies.as_raiser(actor, issue), "withdraw", reason, at, seen)


# --- One step


def _give(
    issue: Issue, actor: Actor, action: str, unit: Unit, reason: str, at: datetime, seen: int | None, days: int,
    kind: str,
) -> Taken:  # fmt: skip
    _can_answer(unit)
    terms = terms_of(issue.matter.centre_id or 0)
    if days and not 1 <= days <= 60:
        raise Invalid("答复时限要在 1 到 60 个工作日之间。", fields={"days": "1 到 60 个工作日"})
    clock = _clock("answering", terms, days)
    taken = _take(
        issue, actor, action, reason, at, seen, kind, clock=clock, facts={"unit": unit.name, "days": clock.limit},
        change={"person_id": None, "person_name": "", "post_id": None},
        events=[IssueAssigned(issue.matter.code, unit.pk, action, at, issue.matter_id)],
    )  # fmt: skip
    matters.place(matter_id=issue.matter_id, department_id=unit.pk)
    issue.assigned_at = at
    issue.save(update_fields=["assigned_at"])
    return taken


def _end(issue: Issue, actor: Actor, action: str, reason: str, at: datetime, seen: int | None) -> Taken:
    to = COORDINATION.step(action).to or ""
    taken = _take(
        issue, actor, action, reason, at, seen, Remark.Kind.CONCLUSION, change={"outcome": to},
        events=[IssueClosed(issue.matter_id, issue.matter.code, to, at)],
    )  # fmt: skip
    issue.result = reason
    issue.save(update_fields=["result"])
    return taken


def _take(
    issue: Issue, actor: Actor, action: str, text: str, at: datetime, seen: int | None, kind: str, *,
    facts: dict[str, Any] | None = None, files: Sequence[StoredFile] = (), events: Sequence[Event] = (), **more: Any,
) -> Taken:  # fmt: skip
    asked = matters.ready_to(matter=issue.matter_id, action=action, actor=actor, at=at, seen=seen)
    if action in ("answer", "solve_on_spot"):
        # Whether the handling was in time is said by the clock that this step ends, not by the one of confirming.
        more["change"] = {**more.get("change", {}), **matters.handling_result(asked, at)}
    taken = matters.take_step(
        matter=issue.matter_id, action=action, actor=actor, at=at, seen=seen, ready=asked,
        facts={"reason": text, **(facts or {})}, documents=[file.name for file in files], events=events, **more,
    )  # fmt: skip
    write_remark(issue, taken.seq, kind, text, actor, at, files)
    return taken


def write_remark(
    issue: Issue, seq: int, kind: str, text: str, actor: Actor, at: datetime, files: Sequence[StoredFile]
) -> None:
    """Keep what was said with a step, in the step's transaction."""
    remark = Remark.objects.create(
        issue=issue, step_seq=seq, kind=kind, text=text, author_uid=actor.uid, author=actor.name,
        author_post=matters.post_of(actor), written_at=at,
    )  # fmt: skip
    if files:
        remark.files.set(files)


def _clock(name: str, terms: Terms, days: int = 0) -> ClockStart:
    limit = {
        "assigning": terms.assign_workdays,
        "answering": days or terms.answer_workdays,
        "confirming": terms.confirm_workdays,
    }[name]
    return ClockStart(name=name, limit=limit, law="本中心协调督促的时限设定")


def _can_answer(unit: Unit) -> None:
    if unit.kind not in MAY_ANSWER or unit.dissolved_on is not None:
        raise CannotAnswer(
            f"{unit.name}不能承办协调事项。", next_step="请选择部门、乡镇或中心。", fields={"unit": "请另选一个单位"}
        )


def _responsible(issue: Issue) -> Unit:
    if issue.assigned_at is None:
        raise CannotAnswer("这件事还没有交办。", next_step="请先交办。")
    return organisations.unit(issue.matter.department_id)
