"""Rounds of cleaning: opened by the legal office, checked by the departments, decided, turned into a batch (R026)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Q

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, moments, outbox
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.service.catalogue.services.texts import tidy
from yimen.service.reform import events, policies
from yimen.service.reform.models import Change, ChangeBatch, CleanUp, CleanUpDepartment, CleanUpLine
from yimen.service.reform.rules import CleanUpOutcome

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

_LINES = """
insert into reform_cleanupline
    (cleanup_id, department_id, item_id, found, reason, found_by, decided, decided_reason, decided_by)
select %(cleanup)s, department_id, id, '', '', '', '', '', '' from catalogue_serviceitem
where department_id = any(%(departments)s) and status <> 'cancelled' order by department_id, id
"""


@transaction.atomic
def open_cleanup(
    *, actor: Actor, title: str, document: str, due_on: date, departments: Sequence[Unit], at: datetime, note: str = ""
) -> CleanUp:
    """Open a round over all items of these departments that are not cancelled. Raises `NotAllowed`, `Invalid`."""
    require_permission(actor, policies.REVIEW)
    today = moments.day_of(at)
    if due_on < today:
        raise Invalid("截止日期不能在今天之前。", fields={"due_on": "截止日期不能在今天之前。"})
    if not departments:
        raise Invalid("请选择部门。", fields={"departments": "至少选一个部门。"})
    cleanup = CleanUp.objects.create(
        title=tidy(title, "名称", 200, field="title"),
        document=tidy(document, "文号", 100, field="document"),
        note=tidy(note, "要求", 2000, field="note", needed=False, lines=True),
        opened_on=today,
        due_on=due_on,
        opened_by=actor.name,
        opened_uid=actor.uid,
        created_at=at,
    )
    CleanUpDepartment.objects.bulk_create(
        CleanUpDepartment(cleanup=cleanup, department=department) for department in departments
    )
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"cleanup": cleanup.pk, "departments": [unit.pk for unit in departments]})
        lines = cursor.rowcount
    _note("reform.open_cleanup", actor, cleanup, departments=len(departments), items=lines)
    outbox.publish(events.CleanUpOpened(cleanup=cleanup.uid, at=at))
    return cleanup


@transaction.atomic
def check_items(
    *,
    actor: Actor,
    cleanup: CleanUp,
    lines: Sequence[int],
    found: str,
    reason: str,
    at: datetime,
    receiver: Unit | None = None,
) -> int:
    """The department's finding for some of its lines; anything but keeping needs a reason, delegating a receiver.

    Returns how many were written. Lines of a department that has handed in, or of another department, are refused.
    """
    _open(cleanup)
    if found not in CleanUpOutcome.labels():
        raise Invalid("请选择自查意见。", fields={"found": "请选择自查意见。"})
    reason = tidy(reason, "理由", 300, field="reason", needed=found != CleanUpOutcome.KEEP)
    if found == CleanUpOutcome.DELEGATE and receiver is None:
        raise Invalid("下放要写明给谁。", fields={"receiver": "请选择承接机关。"})
    held = list(CleanUpLine.objects.select_for_update().filter(cleanup=cleanup, pk__in=list(lines)))
    if not held:
        raise Invalid("请先选事项。", next_step="在列表左边打勾，再填自查意见。")
    for department in {line.department_id for line in held}:
        policies.must(actor, policies.PROPOSE, department)
        _not_handed_in(cleanup, department)
    CleanUpLine.objects.filter(pk__in=[line.pk for line in held]).update(
        found=found,
        reason=reason,
        receiver=receiver if found == CleanUpOutcome.DELEGATE else None,
        found_by=actor.name,
        found_at=at,
    )
    _note("reform.check_item", actor, cleanup, found=found, lines=len(held))
    return len(held)


@transaction.atomic
def hand_in(*, actor: Actor, cleanup: CleanUp, department: Unit, at: datetime) -> CleanUpDepartment:
    """The department hands its check in; refused with the count while lines are without a finding."""
    _open(cleanup)
    policies.must(actor, policies.PROPOSE, department.pk)
    row = _not_handed_in(cleanup, department.pk)
    missing = CleanUpLine.objects.filter(cleanup=cleanup, department=department, found="").count()
    if missing:
        raise Conflict(f"还有 {missing} 个事项没有填自查意见。", next_step="请填完再报送；没有变化的选“保留”。")
    row.submitted_at, row.submitted_by = at, actor.name
    row.save(update_fields=["submitted_at", "submitted_by"])
    _note("reform.hand_in_cleanup", actor, cleanup, department=department.pk)
    return row


@transaction.atomic
def prompt(*, actor: Actor, cleanup: CleanUp, at: datetime) -> int:
    """Remind the departments that have not handed in; returns how many. Refused where all have."""
    require_permission(actor, policies.REVIEW)
    _open(cleanup)
    waiting = CleanUpDepartment.objects.select_for_update().filter(cleanup=cleanup, submitted_at__isnull=True)
    count = waiting.update(prompted_at=at)
    if not count:
        raise Conflict("各部门都已报送，不用催。")
    _note("reform.prompt_cleanup", actor, cleanup, departments=count)
    outbox.publish(events.CleanUpPrompted(cleanup=cleanup.uid, at=at))
    return count


@transaction.atomic
def decide_lines(
    *, actor: Actor, cleanup: CleanUp, lines: Sequence[int], decided: str, reason: str, at: datetime
) -> int:
    """The legal office's decision on lines that were handed in. `decided` "" adopts what the department found; another
    outcome than the department's needs a reason. Returns how many were decided.
    """
    require_permission(actor, policies.REVIEW)
    _open(cleanup)
    if decided and decided not in CleanUpOutcome.labels():
        raise Invalid("请选择审定结果。", fields={"decided": "请选择审定结果。"})
    handed = CleanUpDepartment.objects.filter(cleanup=cleanup, submitted_at__isnull=False).values("department")
    held = CleanUpLine.objects.select_for_update().filter(cleanup=cleanup, pk__in=list(lines), department__in=handed)
    chosen = list(held)
    if not chosen:
        raise Invalid("选中的事项还没有报送。", next_step="部门报送以后才能审定。")
    other = [line for line in chosen if decided and line.found != decided]
    reason = tidy(reason, "审定理由", 300, field="reason", needed=bool(other))
    if decided == CleanUpOutcome.DELEGATE and any(line.receiver_id is None for line in chosen):
        raise Invalid("有事项没有写明下放给谁，不能审定为下放。", next_step="请由部门补写承接机关后重新报送。")
    values = {"decided_reason": reason, "decided_by": actor.name, "decided_at": at}
    CleanUpLine.objects.filter(pk__in=[line.pk for line in chosen]).update(decided=decided or F("found"), **values)
    _note("reform.decide_cleanup", actor, cleanup, lines=len(chosen), decided=decided or "found")
    return len(chosen)


@transaction.atomic
def close_cleanup(*, actor: Actor, cleanup: CleanUp, at: datetime) -> ChangeBatch | None:
    """End a round whose every line is decided. What is not kept becomes a batch that has passed the review, since the legal
    office has decided each line on the department's finding; None where everything is kept.
    """
    require_permission(actor, policies.REVIEW)
    cleanup = _open(cleanup)
    undecided = CleanUpLine.objects.filter(cleanup=cleanup, decided="").count()
    if undecided:
        raise Conflict(f"还有 {undecided} 个事项没有审定。", next_step="各部门报送并逐项审定后再结束。")
    cleanup.closed_at = at
    lines = CleanUpLine.objects.filter(cleanup=cleanup).exclude(decided=CleanUpOutcome.KEEP).select_related("item")
    found = list(lines.exclude(item__status="cancelled").order_by("department_id", "id"))
    if found:
        cleanup.batch = _batch_of(cleanup, found, actor, at)
    cleanup.save(update_fields=["closed_at", "batch"])
    _note("reform.close_cleanup", actor, cleanup, changes=len(found))
    return cleanup.batch


def _batch_of(cleanup: CleanUp, lines: Sequence[CleanUpLine], actor: Actor, at: datetime) -> ChangeBatch:
    batch = ChangeBatch.objects.create(
        title=f"{cleanup.title}的清理结果"[:200], source="cleanup", state="reviewed", author_uid=actor.uid, author=actor.name,
        created_at=at, submitted_at=at, reviewer=actor.name, reviewed_at=at, opinion=f"{cleanup.document}，逐项审定。",
    )  # fmt: skip
    changes = Change.objects.bulk_create(
        Change(
            batch=batch, order=order, kind=line.decided, item=line.item, name=line.item.name, item_kind=line.item.kind,
            base_code=line.item.base_code, department_id=line.department_id,
            reason=(line.decided_reason or line.reason or "定期清理")[:300], basis=cleanup.document,
        )
        for order, line in enumerate(lines, 1)
    )  # fmt: skip
    through = Change.units.through
    through.objects.bulk_create(
        through(change_id=change.pk, unit_id=line.receiver_id)
        for change, line in zip(changes, lines, strict=True)
        if line.receiver_id and change.kind == CleanUpOutcome.DELEGATE
    )
    return batch


def _open(cleanup: CleanUp) -> CleanUp:
    found = CleanUp.objects.select_for_update().get(pk=cleanup.pk)
    if found.closed_at is not None:
        raise Conflict("这次清理已经结束。")
    return found


def _not_handed_in(cleanup: CleanUp, department_id: int) -> CleanUpDepartment:
    row = CleanUpDepartment.objects.select_for_update().filter(Q(cleanup=cleanup) & Q(department=department_id)).first()
    if row is None:
        raise Invalid("这次清理没有布置给这个部门。")
    if row.submitted_at is not None:
        raise Conflict("自查已经报送，不能再改。", next_step="要改请联系法制机构。")
    return row


def _note(action: str, actor: Actor, cleanup: CleanUp, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="cleanup", target=str(cleanup.uid), facts=facts)
