"""A decided batch takes effect on the catalogue, through the catalogue's own services, and can be taken back as far as the
law allows (R025, R027).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments, outbox
from yimen.ground.kit.refusals import Conflict, Refusal
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue import services as upkeep
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import events, policies
from yimen.service.reform.models import Change, ChangeBatch, Exercise
from yimen.service.reform.rules import ChangeKind, ChangeState, ExerciseMode
from yimen.service.reform.services.changes import lock, move

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem

DATED = (str(ChangeKind.CANCEL), str(ChangeKind.EMPOWER), str(ChangeKind.DELEGATE))
"""Changes whose effect bears a day of its own, so that they may be entered before it has come."""


@transaction.atomic
def apply_batch(*, actor: Actor, batch: ChangeBatch, at: datetime) -> ChangeBatch:
    """Carry a decided batch out, each change for itself: one that cannot be done stands as failed with the reason, and a
    further call tries the failed ones again. Raises `Conflict` before the day where something takes effect at once.
    """
    require_permission(actor, policies.DECIDE)
    batch = lock(batch, "decided", "applied")
    changes = list(
        Change.objects.filter(batch=batch, state__in=[ChangeState.PENDING, ChangeState.FAILED])
        .select_related("department")
        .prefetch_related("units")
        .order_by("order")
    )
    if not changes:
        raise Conflict("这个批次已经全部实施。")
    day = batch.effective_on or moments.day_of(at)
    early = [change for change in changes if change.kind not in DATED]
    if day > moments.day_of(at) and early:
        raise Conflict(
            f"施行日期是 {moments.say_date(day)}，其中 {len(early)} 项要到当天才能实施。",
            next_step="请到施行日期再实施。",
        )
    for change in changes:
        try:
            with transaction.atomic():
                _carry_out(change, batch, day, actor, at)
        except Refusal as refusal:
            change.state, change.outcome = ChangeState.FAILED, refusal.message[:300]
        else:
            change.state, change.applied_at = ChangeState.APPLIED, at
        change.save()
    batch.applier, batch.applied_at = actor.name, batch.applied_at or at
    failed = sum(1 for change in changes if change.state == ChangeState.FAILED)
    batch = move(batch, "apply", actor, applied=len(changes) - failed, failed=failed)
    outbox.publish(events.ListChanged(batch=batch.uid, at=at))
    return batch


def _carry_out(change: Change, batch: ChangeBatch, day: date, actor: Actor, at: datetime) -> None:
    reason, document = f"{batch.title}：{change.reason}"[:300], f"{batch.document} {change.basis}".strip()[:300]
    if change.kind == ChangeKind.UNDERTAKE:
        _undertake(change, document, actor, at)
        return
    item = _item_of(change)
    if change.kind == ChangeKind.CANCEL:
        upkeep.cancel_item(actor=actor, item=item, reason=reason, basis=document, at=at, on=day)
        change.outcome = f"自 {moments.say_date(day, weekday=False)} 起取消"
    elif change.kind == ChangeKind.FREEZE:
        upkeep.freeze_item(actor=actor, item=item, reason=reason, at=at)
        change.outcome = "已冻结，不再受理新申请"
    elif change.kind == ChangeKind.ADJUST:
        edition = upkeep.new_edition(actor=actor, item=item, at=at, change_note=reason)
        if change.values:
            edition = upkeep.save_edition(actor=actor, edition=edition, values=change.values, at=at)
        change.edition, change.outcome = edition, f"已起草第 {edition.number} 版，审查发布后生效"
    else:
        _hand_over(change, day)


def _item_of(change: Change) -> ServiceItem:
    if change.item_id is None:
        raise Conflict("没有写明调整哪个事项。")
    return catalogue.items_of().get(pk=change.item_id)


def _undertake(change: Change, document: str, actor: Actor, at: datetime) -> None:
    code = change.base_code if len(change.base_code) in (31, 33) else ""
    item = upkeep.create_item(
        actor=actor, name=change.name, kind=change.item_kind, department=change.department, task_code=code, at=at
    )
    edition = catalogue.edition_of(item, 1)
    values = {"legal_basis": document, "change_note": change.reason, **change.values}
    change.edition = upkeep.save_edition(actor=actor, edition=edition, values=values, at=at)
    change.item, change.outcome = item, f"已建立事项 {item.code}，编制、审查后发布"


def _hand_over(change: Change, day: date) -> None:
    """The receivers exercise the power from the day on; one that does already keeps what it has."""
    mode = ExerciseMode.EMPOWERED if change.kind == ChangeKind.EMPOWER else ExerciseMode.DELEGATED
    units = list(change.units.all())
    if not units:
        raise Conflict("没有写明承接机关。")
    item = _item_of(change)
    held = set(Exercise.objects.filter(item=item, unit__in=units, until__isnull=True).values_list("unit_id", flat=True))
    Exercise.objects.bulk_create(
        Exercise(item=item, unit=unit, mode=mode, since=day, change=change) for unit in units if unit.pk not in held
    )
    told = "、".join(unit.short_name for unit in units[:4]) + (f" 等 {len(units)} 个机关" if len(units) > 4 else "")
    change.outcome = f"{told} 自 {moments.say_date(day, weekday=False)} 起行使"


@transaction.atomic
def undo_batch(*, actor: Actor, batch: ChangeBatch, reason: str, at: datetime) -> ChangeBatch:
    """Take an applied batch back, the last change first. What can no longer be taken back stays and says why: a
    cancellation in force (R025), an edition that has been published since.
    """
    require_permission(actor, policies.DECIDE)
    batch = lock(batch, "applied")
    batch.undone_reason = tidy(reason, "撤回原因", 300, field="reason")
    changes = list(Change.objects.filter(batch=batch, state=ChangeState.APPLIED).order_by("-order"))
    for change in changes:
        try:
            with transaction.atomic():
                _take_back(change, batch.undone_reason, actor, at)
        except Refusal as refusal:
            change.state, change.outcome = ChangeState.KEPT, refusal.message[:300]
        else:
            change.state, change.outcome = ChangeState.UNDONE, "已撤回"
        change.save()
    if changes and all(change.state == ChangeState.KEPT for change in changes):
        raise Conflict("没有一项能撤回。", next_step=changes[0].outcome)
    batch.undone_by, batch.undone_at = actor.name, at
    kept = sum(1 for change in changes if change.state == ChangeState.KEPT)
    batch = move(batch, "undo", actor, undone=len(changes) - kept, kept=kept)
    outbox.publish(events.ListChangeUndone(batch=batch.uid, at=at))
    return batch


def _take_back(change: Change, reason: str, actor: Actor, at: datetime) -> None:
    item = _item_of(change)
    if change.kind == ChangeKind.CANCEL:
        upkeep.withdraw_cancellation(actor=actor, item=item, reason=reason, at=at)
    elif change.kind == ChangeKind.FREEZE:
        upkeep.thaw_item(actor=actor, item=item, at=at)
    elif change.kind in (ChangeKind.ADJUST, ChangeKind.UNDERTAKE):
        if change.edition is None:
            raise Conflict("草稿已不在，不能撤回。")
        upkeep.discard_draft(actor=actor, edition=change.edition, reason=reason, at=at)
    else:
        day = moments.day_of(at)
        for held in Exercise.objects.select_for_update().filter(change=change, until__isnull=True):
            held.until = max(day, held.since)
            held.save(update_fields=["until"])
