"""What may be told to a drill: ask for one, cancel it, remove it; and, for the runner, how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.watch.drills.events import DrillEnded
from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.policies import demand_hold
from yimen.watch.drills.rules import Parameters

State = DrillRun.State
MOST_WAITING = 5


class AnotherDrill(Conflict):
    """A drill takes what the machine has: one runs at a time."""

    code = "another_drill"


class NotUnfinished(Conflict):
    """It is over already, or not over yet."""

    code = "drill_not_unfinished"


@transaction.atomic
def ask_drill(*, actor: Actor, parameters: Parameters, at: datetime, title: str = "") -> DrillRun:
    """Write down a drill that is to be run; whoever asks starts it (a job, or the command itself).

    Raises `NotAllowed`, `AnotherDrill` where too many wait, `Invalid`.
    """
    demand_hold(actor)
    said = title.strip()
    if len(said) > 80:
        raise Invalid("名称太长。", fields={"title": "最多 80 个字。"})
    if DrillRun.objects.filter(state=State.WAITING).count() >= MOST_WAITING:
        raise AnotherDrill(f"已有 {MOST_WAITING} 次演练在等待。", next_step="请等它们完成，或先取消。")
    made = DrillRun.objects.create(
        title=said or f"{parameters.days} 天演练", parameters=parameters.as_data(), asked_at=at, asked_by=actor.name
    )
    audit.record(
        "drills.ask", actor=actor, target_kind="drill", target=made.title, facts={"parameters": made.parameters}
    )  # fmt: skip
    return made


@transaction.atomic
def cancel_drill(*, actor: Actor, drill: DrillRun, at: datetime) -> DrillRun:
    """Cancel: one that waits is over at once, one that runs ends within seconds. Raises `NotAllowed`, `NotUnfinished`."""
    demand_hold(actor)
    held = DrillRun.objects.select_for_update().get(pk=drill.pk)
    if not held.unfinished:
        raise NotUnfinished(f"这次演练{held.get_state_display()}，不用取消。", next_step="请刷新页面。")
    if held.cancel_asked_at is None:
        held.cancel_asked_at, held.cancelled_by = at, actor.name[:100]
        if held.state == State.WAITING:
            held.state, held.finished_at, held.doing = State.CANCELLED, at, ""
        held.save(update_fields=["cancel_asked_at", "cancelled_by", "state", "finished_at", "doing"])
        audit.record("drills.cancel", actor=actor, target_kind="drill", target=held.title)
    return held


@transaction.atomic
def remove_drill(*, actor: Actor, drill: DrillRun, at: datetime) -> None:
    """Remove the record of a drill that is over. Raises `NotAllowed`, `NotUnfinished`."""
    demand_hold(actor)
    held = DrillRun.objects.select_for_update().get(pk=drill.pk)
    if held.unfinished:
        raise NotUnfinished("这次演练还没有结束，不能删除。", next_step="请先取消它。")
    audit.record(
        "drills.remove", actor=actor, target_kind="drill", target=held.title,
        facts={"totals": held.totals, "parameters": held.parameters},
    )  # fmt: skip
    held.delete()


# --- For the runner

JOB = "house.drill"
"""The job that carries a drill out; it is the house's, for it needs the whole house."""


def start_drill(drill: DrillRun) -> None:
    """Let the worker carry it out; drills wait for one another."""
    from procrastinate.contrib.django import app

    app.configure_task(JOB, lock=JOB).defer(run=str(drill.uid))


def waiting_drill(uid: str) -> DrillRun | None:
    """The drill of this id if it still waits."""
    return DrillRun.objects.filter(uid=uid, state=State.WAITING).first()


def begin_drill(drill: DrillRun, *, scratch: str, at: datetime) -> DrillRun:
    """It runs now, in the copy of this name. Raises `AnotherDrill`, `NotUnfinished` where it no longer waits."""
    try:
        with transaction.atomic():
            begun = DrillRun.objects.filter(pk=drill.pk, state=State.WAITING).update(
                state=State.RUNNING, started_at=at, scratch=scratch, doing="正在准备"
            )
    except IntegrityError:
        raise AnotherDrill("另一次演练正在进行。", next_step="请等它完成，或先取消它。") from None
    drill.refresh_from_db()
    if not begun:
        raise NotUnfinished(f"这次演练{drill.get_state_display()}，不再开始。")
    return drill


def note_progress(
    drill: DrillRun, *, progress: int | None = None, doing: str = "", days: tuple[date, date] | None = None
) -> bool:
    """How far it is; False where somebody asked to cancel."""
    changed: dict[str, Any] = {"doing": doing[:120]} if doing else {}
    if progress is not None:
        changed["progress"] = progress
    if days is not None:
        changed["first_day"], changed["last_day"] = days
    if changed:
        DrillRun.objects.filter(pk=drill.pk).update(**changed)
    return not DrillRun.objects.filter(pk=drill.pk, cancel_asked_at__isnull=False).exists()


@transaction.atomic
def end_drill(
    drill: DrillRun, *, at: datetime, seconds: float | None = None, results: Mapping[str, Any] | None = None,
    failure: str = "", kept: bool = False,
) -> DrillRun:  # fmt: skip
    """It is over: with results done, without them cancelled or failed. Told once; a second telling changes nothing."""
    held = DrillRun.objects.select_for_update().get(pk=drill.pk)
    if not held.unfinished:
        return held
    held.finished_at, held.seconds, held.doing = at, seconds, ""
    if not kept:
        held.scratch = ""
    if results is not None:
        held.state, held.results, held.totals, held.progress = State.DONE, dict(results), results["totals"], 100
        held.first_day = date.fromisoformat(results["first_day"])
        held.last_day = date.fromisoformat(results["last_day"])
    elif held.cancel_asked_at is not None and not failure:
        held.state = State.CANCELLED
    else:
        held.state, held.failure = State.FAILED, (failure or "演练的进程中途结束。")[:500]
    held.save()
    if held.state != State.CANCELLED:
        audit.record(
            "drills.finish" if held.state == State.DONE else "drills.fail", actor=SYSTEM, target_kind="drill",
            target=held.title, facts={"totals": held.totals} if held.totals else {"failure": held.failure},
        )  # fmt: skip
    outbox.publish(DrillEnded(held.uid, held.state, at))
    return held
