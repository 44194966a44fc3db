"""进驻调整: proposed, put to the department, decided, carried out; the one-time taking over of what stands (R020–R024)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import Adjustment, AdjustmentLine, Entry, Function

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window

Kind, State = Adjustment.Kind, Adjustment.State
MOST_LINES = 5000
EARLIEST_BACK = timedelta(days=366)


class NotPlaceable(Invalid):
    """Something cannot be placed at these windows."""

    code = "not_placeable"


class NotOpen(Conflict):
    """The adjustment has been decided or taken back in the meantime."""

    code = "adjustment_not_open"


@transaction.atomic
def take_over(*, actor: Actor, at: datetime) -> int:
    """Take what stands over as the first entries, once: each published item at every open window that serves its department.

    Returns how many entries began. Raises `Conflict` the second time.
    """
    policies.must(actor, policies.DECIDE, None)
    day = day_of(at)
    try:
        with transaction.atomic():
            made = Adjustment.objects.create(
                kind=Kind.TAKEOVER, state=State.DECIDED, by_centre=True, reason="接收现行的窗口与事项安排",
                proposed_uid=actor.uid, proposed_by=actor.name[:120], proposed_at=at, decided_by=actor.name[:120],
                decided_at=at, decision_text="按现行窗口的受理部门一次性接收", effective_on=day,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("现状已经接收过。", next_step="以后的变化请办理进驻调整。") from None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into residence_entry (item_id, window_id, from_on, entered_by_id)
            select i.id, w.id, %s, %s
            from catalogue_serviceitem i
            join organisations_window_departments s on s.unit_id = i.department_id
            join organisations_window w on w.id = s.window_id
            where i.status <> 'cancelled' and i.current_id is not null and w.closed_on is null
              and w.kind in ('comprehensive', 'department')
            on conflict do nothing
            """,
            [day, made.pk],
        )
        entries = int(cursor.rowcount)
    audit.record(
        "residence.take_over", actor=actor, target_kind="adjustment", target=str(made.uid), facts={"entries": entries}
    )
    return entries


@transaction.atomic
def propose(
    *,
    actor: Actor,
    kind: str,
    department: Unit,
    reason: str,
    at: datetime,
    item_ids: Iterable[int] = (),
    functions: Iterable[Function] = (),
    windows: Sequence[Window] = (),
    facts: Mapping[str, Any] | None = None,
    volumes: Mapping[int, int] | None = None,
) -> Adjustment:
    """Propose that items and functions enter, move or leave. Who holds `residence.decide` proposes for the centre, and the
    department is then asked for its opinion; a department proposes for itself. `volumes` are cases by item id.

    Raises `Invalid`, `NotPlaceable` (things of another department, already in the hall, not in it).
    """
    by_centre = policies.may(actor, policies.DECIDE, department)
    if not by_centre:
        policies.must(actor, policies.APPLY, department)
    if kind not in (Kind.ENTER, Kind.MOVE, Kind.LEAVE):
        raise Invalid("请选择调整的种类。", fields={"kind": "请选择进驻、调整窗口或调出。"})
    if kind == Kind.LEAVE and not by_centre:
        raise NotAllowed(
            "调出大厅只能由政务服务管理机构提出。",
            next_step="确因业务较少需要调出的，请与政务服务管理机构协商。",
        )
    wanted = sorted(set(item_ids))
    chosen = list(functions)
    if not wanted and not chosen:
        raise Invalid("请至少选一个事项或职能。", fields={"items": "请至少选一个事项或职能。"})
    if len(wanted) > MOST_LINES:
        raise Invalid(f"一次最多 {MOST_LINES} 个事项。", fields={"items": f"一次最多 {MOST_LINES} 个，请分几次办。"})
    if kind != Kind.LEAVE:
        _must_fit(department, windows)
    day = day_of(at)
    _must_be_adjustable(kind, department, wanted, chosen, day)
    musts = selectors.must_ids(wanted, day)
    made = Adjustment.objects.create(
        kind=kind, department=department, by_centre=by_centre, reason=tidy(reason, "理由", 500, field="reason"),
        facts=dict(facts or {}), proposed_uid=actor.uid, proposed_by=actor.name[:120], proposed_at=at,
        opinion_due_on=work_calendar().nth_workday_after(day, selectors.number("opinion_days")) if by_centre else None,
    )  # fmt: skip
    made.windows.set([] if kind == Kind.LEAVE else windows)
    counted = volumes or {}
    AdjustmentLine.objects.bulk_create(
        [
            *(AdjustmentLine(adjustment=made, item_id=pk, must=pk in musts, cases=counted.get(pk)) for pk in wanted),
            *(AdjustmentLine(adjustment=made, function=each) for each in chosen),
        ],
        batch_size=1000,
    )
    _note("residence.propose", actor, made, kind=kind, lines=len(wanted) + len(chosen))
    if by_centre:
        outbox.publish(events.AdjustmentProposed(adjustment=made.uid, at=at))
    return made


@transaction.atomic
def give_opinion(*, actor: Actor, adjustment: Adjustment, agree: bool, text: str, at: datetime) -> Adjustment:
    """The department's word on what the centre proposes (coordination, R024); it may be changed until the decision."""
    found = _open(adjustment)
    policies.must(actor, policies.APPLY, found.department)
    if not found.by_centre:
        raise NotOpen("这是本部门自己提出的申请，不用再表态。")
    found.opinion = Adjustment.Opinion.AGREE if agree else Adjustment.Opinion.DISAGREE
    found.opinion_text = tidy(text, "意见说明", 500, field="text", needed=not agree)
    found.opinion_by, found.opinion_at = actor.name[:120], at
    found.save(update_fields=["opinion", "opinion_text", "opinion_by", "opinion_at"])
    _note("residence.give_opinion", actor, found, agree=agree)
    return found


@transaction.atomic
def decide_adjustment(
    *, actor: Actor, adjustment: Adjustment, number: str, text: str, effective_on: date, at: datetime
) -> Adjustment:
    """Decide and carry out: entries begin or end with `effective_on`.

    Nobody decides what they applied for on behalf of their own department; the centre's own proposals wait for the
    department's opinion or the end of its term. Raises `NotPlaceable`, `NotOpen`, `Conflict` when somebody was faster.
    """
    found = _open(adjustment)
    policies.must(actor, policies.DECIDE, found.department)
    day = day_of(at)
    if found.by_centre and not found.opinion and found.opinion_due_on and day <= found.opinion_due_on:
        raise Conflict("还在征求部门意见。", next_step=f"部门表态后，或 {say_date(found.opinion_due_on)} 过后再审定。")
    if effective_on < day - EARLIEST_BACK or effective_on > day + EARLIEST_BACK:
        raise Invalid("生效日期不对。", fields={"effective_on": "生效日期要在前后一年之内。"})
    found.decision_number = tidy(number, "决定文号", 60, field="number", needed=found.kind == Kind.LEAVE)
    found.decision_text = tidy(text, "决定说明", 500, field="text")
    found.state, found.effective_on = State.DECIDED, effective_on
    found.decided_by, found.decided_at = actor.name[:120], at
    found.save(update_fields=["decision_number", "decision_text", "state", "effective_on", "decided_by", "decided_at"])
    _carry_out(found, effective_on)
    _note("residence.decide", actor, found, kind=found.kind, effective_on=effective_on)
    outbox.publish(events.AdjustmentDecided(adjustment=found.uid, kind=found.kind, effective_on=effective_on, at=at))
    return found


@transaction.atomic
def decline_adjustment(*, actor: Actor, adjustment: Adjustment, text: str, at: datetime) -> Adjustment:
    """Say no, with the reason."""
    found = _open(adjustment)
    policies.must(actor, policies.DECIDE, found.department)
    found.state, found.decided_by, found.decided_at = State.DECLINED, actor.name[:120], at
    found.decision_text = tidy(text, "不同意的理由", 500, field="text")
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_text"])
    _note("residence.decline", actor, found)
    return found


@transaction.atomic
def take_back(*, actor: Actor, adjustment: Adjustment, at: datetime) -> Adjustment:
    """Take a proposal back before it is decided; by those who could have made it."""
    found = _open(adjustment)
    code = policies.DECIDE if found.by_centre else policies.APPLY
    policies.must(actor, code, found.department)
    found.state = State.TAKEN_BACK
    found.save(update_fields=["state"])
    _note("residence.take_back", actor, found)
    return found


def _open(adjustment: Adjustment) -> Adjustment:
    found = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
    if found.state != State.PROPOSED:
        raise NotOpen(f"这项调整已经是“{found.get_state_display()}”。", next_step="请刷新页面再看。")
    return found


def _must_fit(department: Unit, windows: Sequence[Window]) -> None:
    if not windows:
        raise Invalid("请选择进驻的窗口。", fields={"windows": "请至少选一个窗口。"})
    closed = [window for window in windows if window.closed_on is not None]
    if closed:
        raise NotPlaceable(f"{closed[0]}已经停用。", fields={"windows": "请选择在用的窗口。"})
    strange = [window for window in windows if not window.departments.filter(pk=department.pk).exists()]
    if strange:
        raise NotPlaceable(
            f"{'、'.join(str(window) for window in strange)}还没有受理“{department.name}”。",
            next_step="请先在窗口设置里加上这个部门。",
            fields={"windows": "请先让这个窗口受理该部门。"},
        )


def _must_be_adjustable(kind: str, department: Unit, items: list[int], functions: list[Function], day: date) -> None:
    known = dict(selectors.catalogue_items(items).filter(department=department).values_list("pk", "status"))
    strange = [pk for pk in items if pk not in known]
    if strange or any(each.department_id != department.pk or each.ended_on for each in functions):
        raise NotPlaceable("选中的有的不属于这个部门。", fields={"items": "请重新选择本部门的事项和职能。"})
    cancelled = [pk for pk, status in known.items() if status == "cancelled"]
    if kind == Kind.ENTER and cancelled:
        raise NotPlaceable(f"选中的有 {len(cancelled)} 个事项已经取消。", fields={"items": "取消的事项不能进驻。"})
    standing = set(
        Entry.objects.filter(to_on__isnull=True, item__in=items).values_list("item_id", flat=True).distinct()
    )
    here = set(Entry.objects.filter(to_on__isnull=True, function__in=functions).values_list("function_id", flat=True))
    if kind == Kind.ENTER and (standing or here):
        raise NotPlaceable(
            f"选中的有 {len(standing) + len(here)} 个已经在大厅。", fields={"items": "已经进驻的，请办“调整窗口”。"}
        )
    if kind != Kind.ENTER and (len(standing) < len(items) or len(here) < len(functions)):
        raise NotPlaceable("选中的有的还没有进驻。", fields={"items": "没有进驻的，请办“进驻”。"})
    busy = AdjustmentLine.objects.filter(adjustment__state=State.PROPOSED).filter(
        Q(item__in=items) | Q(function__in=functions)
    )
    if taken := busy.select_related("adjustment").first():
        raise Conflict(
            f"选中的有的正在另一项调整里（{taken.adjustment}，{say_date(day_of(taken.adjustment.proposed_at))}提出）。",
            next_step="请先等那一项办完，或撤回它。",
        )


def _carry_out(adjustment: Adjustment, effective_on: date) -> None:
    lines = list(adjustment.lines.all())
    items = [line.item_id for line in lines if line.item_id]
    functions = [line.function_id for line in lines if line.function_id]
    # Locked in the order of their keys, so that a window cannot be closed while something is placed at it.
    windows = list(adjustment.windows.select_for_update().order_by("pk"))
    department = adjustment.department
    if adjustment.kind != Kind.LEAVE and department is not None:
        _must_fit(department, windows)
    open_entries = Entry.objects.filter(to_on__isnull=True).filter(Q(item__in=items) | Q(function__in=functions))
    if adjustment.kind == Kind.ENTER:
        if open_entries.exists():
            raise NotPlaceable("其中有的已经在大厅。", next_step="请退回，按“调整窗口”重新提出。")
    else:
        last = effective_on - timedelta(days=1)
        ending = open_entries
        if adjustment.kind == Kind.MOVE:
            ending = open_entries.exclude(window__in=windows)
        ending.update(to_on=Greatest(last, F("from_on") - 1), left_by=adjustment)
    if adjustment.kind == Kind.LEAVE:
        return
    standing = set(open_entries.values_list("item_id", "function_id", "window_id"))
    wanted = [(pk, None) for pk in items] + [(None, pk) for pk in functions]
    try:
        with transaction.atomic():
            Entry.objects.bulk_create(
                (
                    Entry(
                        item_id=item, function_id=function, window=window, from_on=effective_on, entered_by=adjustment
                    )
                    for item, function in wanted
                    for window in windows
                    if (item, function, window.pk) not in standing
                ),
                batch_size=1000,
            )
    except IntegrityError:
        raise Conflict("其中有的刚刚被另一项决定安排了。", next_step="请刷新页面再看。") from None


def _note(action: str, actor: Actor, adjustment: Adjustment, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="adjustment", target=str(adjustment.uid), facts=facts)
