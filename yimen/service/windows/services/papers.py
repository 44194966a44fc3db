"""Workflows and contingency plans of windows (R079): draft, submit, approve, read; start a plan and end it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.kit.text import clean_text
from yimen.service.windows import policies, rules
from yimen.service.windows.events import ContingencyMoved, PaperApproved
from yimen.service.windows.models import Activation, Paper, Reading
from yimen.service.windows.selectors.common import centre_of
from yimen.service.windows.selectors.papers import in_force

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit, Window


class CannotWrite(Invalid):
    """The paper is not complete, or not of one window or department."""

    code = "cannot_write"


class WrongState(Conflict):
    """The version is past this step."""

    code = "wrong_state"


class PlanRunning(Conflict):
    """A plan runs at this window already, or none runs."""

    code = "plan_running"


@transaction.atomic
def draft_paper(
    *, actor: Actor, kind: str, title: str, text: str, at: datetime, window: Window | None = None,
    department: Unit | None = None, changes: str = "", file: StoredFile | None = None,
) -> Paper:  # fmt: skip
    """A new version of a workflow or plan, of a window or a department, numbered after the last. Raises `CannotWrite`,
    `WrongState` where a draft is open already, `NotAllowed`.
    """
    if kind not in rules.PAPERS or (window is None) == (department is None):
        raise CannotWrite("请选择种类，以及是哪个窗口或部门的。", fields={"of": "请选择"})
    centre = window.centre if window is not None else centre_of(actor)
    paper = Paper(kind=kind, centre=centre, window=window, department=department)
    _may(actor, policies.DRAFT, paper)
    owner = Paper.objects.filter(kind=kind, window=window, department=department)
    paper.version = (owner.aggregate(last=Max("version"))["last"] or 0) + 1
    _write(paper, title, text, changes, file)
    paper.drafted_at, paper.drafted_by, paper.drafter_id = at, actor.name, actor.account_id
    try:
        with transaction.atomic():
            paper.save()
    except IntegrityError:
        raise WrongState("这里已经有一份还没有批准的草稿。", next_step="请接着改那一份，或先作废它。") from None
    _note("windows.draft_paper", actor, paper)
    return paper


@transaction.atomic
def change_paper(
    *, actor: Actor, paper: Paper, title: str, text: str, at: datetime, changes: str = "",
    file: StoredFile | None = None,
) -> Paper:  # fmt: skip
    """Another wording of a draft. Raises `WrongState`, `CannotWrite`, `NotAllowed`."""
    paper = _locked(paper, Paper.State.DRAFT)
    _may(actor, policies.DRAFT, paper)
    _write(paper, title, text, changes, file or paper.file)
    paper.save()
    _note("windows.change_paper", actor, paper)
    return paper


@transaction.atomic
def submit_paper(*, actor: Actor, paper: Paper, at: datetime) -> Paper:
    """送批 to the centre's manager."""
    paper = _locked(paper, Paper.State.DRAFT)
    _may(actor, policies.DRAFT, paper)
    paper.state, paper.sent_back = Paper.State.SUBMITTED, ""
    paper.save(update_fields=["state", "sent_back"])
    _note("windows.submit_paper", actor, paper)
    return paper


@transaction.atomic
def send_back_paper(*, actor: Actor, paper: Paper, reason: str, at: datetime) -> Paper:
    """退回修改, with what is to be changed."""
    paper = _locked(paper, Paper.State.SUBMITTED)
    _may(actor, policies.APPROVE, paper)
    paper.state, paper.sent_back = Paper.State.DRAFT, tidy(reason, "退回意见", 300, field="reason")
    paper.save(update_fields=["state", "sent_back"])
    _note("windows.send_back_paper", actor, paper)
    return paper


@transaction.atomic
def approve_paper(*, actor: Actor, paper: Paper, in_force_from: date, at: datetime) -> Paper:
    """批准: in force from a day on, which is not before today; the version before holds until then."""
    paper = _locked(paper, Paper.State.SUBMITTED)
    _may(actor, policies.APPROVE, paper)
    if in_force_from < day_of(at):
        raise CannotWrite("施行日期不能早于今天。", fields={"in_force_from": "今天或以后"})
    paper.state, paper.in_force_from = Paper.State.APPROVED, in_force_from
    paper.approved_at, paper.approved_by = at, actor.name
    paper.save(update_fields=["state", "in_force_from", "approved_at", "approved_by"])
    _note("windows.approve_paper", actor, paper)
    outbox.publish(PaperApproved(paper.pk, at))
    return paper


@transaction.atomic
def discard_paper(*, actor: Actor, paper: Paper, at: datetime) -> Paper:
    """A draft that will not be; its number is not used again."""
    paper = _locked(paper, Paper.State.DRAFT, Paper.State.SUBMITTED)
    _may(actor, policies.DRAFT, paper)
    paper.state = Paper.State.DISCARDED
    paper.save(update_fields=["state"])
    _note("windows.discard_paper", actor, paper)
    return paper


@transaction.atomic
def read_paper(*, actor: Actor, paper: Paper, at: datetime) -> Reading:
    """阅知 by somebody whom the paper concerns; once. Raises `WrongState`."""
    if paper.state != Paper.State.APPROVED or actor.account_id is None:
        raise WrongState("还没有批准，不用阅知。", next_step="批准以后再阅知。")
    made, new = Reading.objects.get_or_create(
        paper=paper, account_id=actor.account_id, defaults={"name": actor.name, "read_at": at}
    )
    if new:
        _note("windows.read_paper", actor, paper)
    return made


# --- Contingencies


@transaction.atomic
def start_contingency(*, actor: Actor, window: Window, reason: str, at: datetime) -> Activation:
    """启动预案 at a window: the plan in force for it, its own before its department's. Raises `PlanRunning`, `CannotWrite`."""
    policies.demand(
        policies.reaches_window(actor, policies.START, window), "这个窗口不由您启动预案。", "请由本窗口或中心启动。"
    )
    reason = tidy(reason, "启动原因", 500, field="reason")
    plan = in_force("contingency", window, day_of(at))
    if plan is None:
        raise CannotWrite(f"{window}没有生效的预案。", next_step="请先起草预案，送中心批准。")
    try:
        with transaction.atomic():
            made = Activation.objects.create(
                paper=plan, window=window, reason=reason, started_at=at, started_by=actor.name
            )
    except IntegrityError:
        raise PlanRunning(f"{window}的预案已经启动。", next_step="处置完以后先结束，再启动新的。") from None
    audit.record(
        "windows.start_contingency", actor=actor, target_kind="window", target=str(window), reason=reason,
        facts={"paper": str(plan.uid)},
    )  # fmt: skip
    outbox.publish(ContingencyMoved(made.pk, window.pk, False, at))
    return made


@transaction.atomic
def end_contingency(*, actor: Actor, activation: Activation, done: str, at: datetime) -> Activation:
    """结束, with what was done. Raises `PlanRunning` where it has ended, `CannotWrite`."""
    held = Activation.objects.select_for_update().get(pk=activation.pk)
    policies.demand(
        policies.reaches_window(actor, policies.START, held.window),
        "这个窗口不由您结束预案。",
        "请由本窗口或中心结束。",
    )
    if held.ended_at is not None:
        raise PlanRunning("已经结束了。")
    done = clean_text(done, label="处置情况", limit=4000)
    if not done:
        raise CannotWrite("请写明做了什么。", fields={"done": "请填写"})
    held.ended_at, held.ended_by, held.done = at, actor.name, done
    held.save(update_fields=["ended_at", "ended_by", "done"])
    audit.record(
        "windows.end_contingency", actor=actor, target_kind="window", target=str(held.window), reason=done[:200]
    )
    outbox.publish(ContingencyMoved(held.pk, held.window_id, True, at))
    return held


# --- What they share


def _write(paper: Paper, title: str, text: str, changes: str, file: StoredFile | None) -> None:
    paper.title = tidy(title, "标题", 120, field="title")
    paper.text = clean_text(text, label="内容", limit=20_000)
    if not paper.text:
        raise CannotWrite("请写明内容。", fields={"text": "请填写"})
    paper.changes = tidy(changes, "这一版改了什么", 300, field="changes", needed=paper.version > 1)
    paper.file = file


def _locked(paper: Paper, *states: str) -> Paper:
    held = Paper.objects.select_for_update().get(pk=paper.pk)
    if held.state not in states:
        raise WrongState(f"这一版现在是“{held.get_state_display()}”，不能这样办。", next_step="请刷新页面。")
    return held


def _may(actor: Actor, permission: str, paper: Paper) -> None:
    policies.demand(
        policies.may_write(actor, permission, paper), "这个窗口或部门不由您办理。", "请由本窗口、本部门或中心办理。"
    )


def _note(action: str, actor: Actor, paper: Paper) -> None:
    facts = {"kind": paper.kind, "version": paper.version}
    audit.record(action, actor=actor, target_kind="window_paper", target=str(paper.uid), facts=facts)
