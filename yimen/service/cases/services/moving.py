"""移动在办件: preview the fate of each running case, move them in batches, take them back.

In the manner of `matters.recalculating`: a plan goes through states; a batch is one transaction that announces the next one;
what somebody has in hand is passed over and then waited for; a worker that dies loses nothing and doubles nothing. What was
shown before the confirmation is what happens: a case whose fate is another by then stays, and its line says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import MOVE
from yimen.ground.matters.services import Told, take_many
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.events import CasesMoved, MovePlanDue
from yimen.service.cases.lifecycle import NEWEST
from yimen.service.cases.models import Case, CaseMaterial, MovedCase, MovePlan
from yimen.service.cases.policies import scope_to_move
from yimen.service.cases.rules_moving import LONGEST_WHY
from yimen.service.cases.selectors_moving import GOING, population
from yimen.service.cases.services import fates
from yimen.service.cases.services.moving_back import take_back
from yimen.service.cases.services.renewing import WITH_LIFE, watch_expiry
from yimen.service.cases.services.telling_moved import tell_people
from yimen.service.catalogue import selectors as catalogue

State, Item, Fates = MovePlan.State, MovedCase.State, MovedCase.Fate
LOOK_AT = 2000
"""Cases looked at in one batch of a preview: about a second of a worker."""
STEPS = 200
"""Cases moved in one transaction: their matters are held for less than half a second."""


class NowhereToGo(Invalid):
    """The plan names no edition in force and no newer procedure."""

    code = "nowhere_to_go"


class PlanNotReady(Conflict):
    """The plan is in another state than the act needs."""

    code = "plan_not_ready"


class TargetNotInForce(Conflict):
    """Another edition has been published since the preview."""

    code = "target_not_in_force"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants moved: where to, and which part. Days are inclusive; None and "" filter nothing."""

    item_id: int | None = None
    edition_id: int | None = None
    procedure_version: int | None = None
    from_edition_id: int | None = None
    department_id: int | None = None
    only_state: str = ""
    opened_from: date | None = None
    opened_to: date | None = None
    lengthen_law: str = ""


def wish_for(
    *,
    what: str,
    item_code: str = "",
    procedure_version: int | None = None,
    from_edition: int | None = None,
    **part: Any,
) -> Wish:
    """A wish in people's words: `what` is `edition` (the item's in force), `procedure` or `both`; `part` are filters of `Wish`.

    Raises `Invalid`, and `ItemUnknown` for a code or an edition that is none.
    """
    item = catalogue.item_by_code(item_code) if item_code else None
    if item is None and (what != "procedure" or from_edition is not None):
        raise Invalid("换事项版本、按版本筛选，要写明是哪个事项。", fields={"item_code": "请填事项编码。"})
    if what != "procedure" and item is not None and item.current_id is None:
        raise Invalid("这个事项没有现行版本。", fields={"item_code": "请先发布新版本。"})
    older = catalogue.edition_of(item, from_edition).pk if item and from_edition is not None else None
    return Wish(
        item_id=item.pk if item else None, edition_id=item.current_id if item and what != "procedure" else None,
        procedure_version=procedure_version if what != "edition" else None, from_edition_id=older, **part,
    )  # fmt: skip


@transaction.atomic
def preview_move(*, actor: Actor, wish: Wish, at: datetime) -> MovePlan:
    """Look what would become of each running case; nothing is moved. The first batch at once, the worker goes on.

    Raises `NowhereToGo`, `NotAllowed`.
    """
    within, place = scope_to_move(actor)
    if wish.procedure_version is not None and not 2 <= wish.procedure_version <= NEWEST:
        raise NowhereToGo("没有这一版办理程序。", fields={"procedure_version": f"请选第 2 版到第 {NEWEST} 版。"})
    plan = MovePlan(
        item_id=wish.item_id, edition_id=wish.edition_id, procedure_version=wish.procedure_version,
        from_edition_id=wish.from_edition_id, department_id=wish.department_id, only_state=wish.only_state[:30],
        opened_from=wish.opened_from, opened_to=wish.opened_to, lengthen_law=wish.lengthen_law.strip()[:200], within=within,
        place=place, created_at=at, created_by=actor.name,
    )  # fmt: skip
    if plan.edition_id is None and plan.procedure_version is None:
        raise NowhereToGo(
            "请选择移到哪里。", fields={"procedure_version": "新版本的事项，或者新版办理程序，至少选一样。"}
        )
    _demand_in_force(plan)
    if wish.opened_from and wish.opened_to and wish.opened_from > wish.opened_to:
        raise Invalid("提交日期的先后反了。", fields={"opened_to": "请填不早于开始的日期。"})
    plan.save()
    audit.record(
        "cases.preview_move", actor=actor, target_kind="move_plan", target=str(plan.uid), facts={"to": plan.target}
    )
    if work_a_batch(plan.pk, at=at):
        outbox.publish(MovePlanDue(plan.pk))
    plan.refresh_from_db()
    return plan


@transaction.atomic
def apply_move(*, actor: Actor, plan: MovePlan, reason: str, at: datetime) -> MovePlan:
    """Confirm: the worker moves what the preview said would move. Raises `PlanNotReady`, `TargetNotInForce`, `Invalid`."""
    held = _held(plan, actor, State.READY, "确认移动")
    held.reason = _said(reason, "移动要写明理由，每一件的办理记录里都会写上。")
    _demand_in_force(held)
    if not held.cases.filter(state=Item.WAITING).exists():
        raise PlanNotReady("没有一件可以移动。", next_step="请看每一件保留原版的原因，或另选一部分。")
    held.state, held.started_at, held.started_by = State.APPLYING, at, actor.name
    held.save()
    audit.record(
        "cases.apply_move", actor=actor, target_kind="move_plan", target=str(held.uid), reason=held.reason,
        facts={"to": held.target},
    )  # fmt: skip
    outbox.publish(MovePlanDue(held.pk))
    return held


@transaction.atomic
def undo_move(*, actor: Actor, plan: MovePlan, reason: str, at: datetime) -> MovePlan:
    """Take the whole plan back, each case on which nothing was done since; the others stay, and say why."""
    held = _held(plan, actor, State.DONE, "移回")
    held.undo_reason = _said(reason, "移回要写明理由。")
    held.state, held.undone_at, held.undone_by = State.UNDOING, at, actor.name
    held.save()
    audit.record(
        "cases.undo_move", actor=actor, target_kind="move_plan", target=str(held.uid), reason=held.undo_reason,
        facts={"to": held.target},
    )  # fmt: skip
    outbox.publish(MovePlanDue(held.pk))
    return held


@transaction.atomic
def discard_move(*, actor: Actor, plan: MovePlan, at: datetime) -> MovePlan:
    """Put a preview aside; nothing has been moved. Raises `PlanNotReady`."""
    held = MovePlan.objects.select_for_update().get(pk=plan.pk)
    demand_plan(actor, held)
    if held.state not in (State.READY, State.PREVIEWING):
        raise PlanNotReady(f"这份方案{held.get_state_display()}，不能放弃。", next_step="已经移动的可以整份移回。")
    held.state = State.DISCARDED
    held.save(update_fields=["state"])
    audit.record("cases.discard_move", actor=actor, target_kind="move_plan", target=str(held.uid))
    return held


def work_a_batch(plan_id: int, *, at: datetime) -> bool:
    """Do the next batch in the open transaction; False when only a person can go on. Two workers never do the same one."""
    plan = MovePlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        return False
    match plan.state:
        case State.PREVIEWING:
            _look(plan, at)
        case State.APPLYING:
            _move(plan, at)
        case State.UNDOING:
            if not take_back(plan, STEPS, at):
                plan.state = State.TELLING_BACK
        case State.TELLING:
            if not tell_people(plan, back=False):
                plan.state, plan.finished_at = State.DONE, at
                outbox.publish(CasesMoved(plan.pk, False, at))
        case State.TELLING_BACK:
            if not tell_people(plan, back=True):
                plan.state, plan.back_at = State.UNDONE, at
                outbox.publish(CasesMoved(plan.pk, True, at))
        case _:
            return False
    plan.save()
    return plan.running


def work_through_move(plan: MovePlan, *, at: datetime) -> MovePlan:
    """Do all batches here and now, each in its own transaction: for commands. Never call it inside a transaction."""
    more = True
    while more:
        with transaction.atomic():
            more = work_a_batch(plan.pk, at=at)
    plan.refresh_from_db()
    return plan


# --- Who may


def demand_plan(actor: Actor, plan: MovePlan) -> None:
    """May they act on this plan: made in their own scope, or theirs is all. Raises `NotAllowed`."""
    within, place = scope_to_move(actor)
    if within != MovePlan.Within.ALL and (plan.within, plan.place) != (within, place):
        raise NotAllowed("这份方案不在您的范围内。", next_step="请由做方案的单位办理。")


def _held(plan: MovePlan, actor: Actor, state: str, verb: str) -> MovePlan:
    held = MovePlan.objects.select_for_update().get(pk=plan.pk)
    demand_plan(actor, held)
    if held.state != state:
        raise PlanNotReady(f"这份方案{held.get_state_display()}，不能{verb}。", next_step="请刷新页面，看最新情况。")
    return held


def _said(reason: str, why: str) -> str:
    words = reason.strip()[:300]
    if not words:
        raise Invalid(why, fields={"reason": "请写明理由。"})
    return words


def _demand_in_force(plan: MovePlan) -> None:
    if plan.edition is None:
        return
    if plan.item_id != plan.edition.item_id:
        raise NowhereToGo("这一版不是这个事项的。", fields={"edition": "请从事项页进入。"})
    if plan.edition.status != "published":
        raise TargetNotInForce(
            f"第 {plan.edition.number} 版现在{plan.edition.get_status_display()}，不是现行版本。",
            next_step="请按现行版本重新预览。",
        )


# --- The batches


def _look(plan: MovePlan, at: datetime) -> None:
    ids = fates.next_ids(plan, plan.cursor, LOOK_AT)
    found = fates.think_over(fates.goal_of(plan, at), ids, at)
    MovedCase.objects.bulk_create(
        [
            MovedCase(
                plan=plan, matter_id=each.asked.id, department_id=each.asked.department_id, fate=each.fate.kind,
                why=each.fate.why, old_edition_id=each.case.edition_id, old_version=each.asked.procedure_version,
                old_due_on=each.old_due_on, new_due_on=each.fate.new_due_on if each.fate.limits else each.old_due_on,
                materials=[line.name for line in each.fate.added],
                state=Item.WAITING if each.fate.kind in GOING else Item.KEPT,
            )
            for each in found
        ],
        batch_size=1000,
    )  # fmt: skip
    plan.looked += len(ids)
    plan.cursor = ids[-1] if ids else plan.cursor
    if len(ids) < LOOK_AT:
        plan.state = State.READY


_WAITING = (
    "select i.id, m.id from cases_movedcase i join matters_matter m on m.id = i.matter_id"
    " where i.plan_id = %s and i.state = 'waiting' and m.closed_at is null order by i.id limit %s for no key update of m"
)


def waiting(plan_id: int, limit: int, *, skip_locked: bool) -> dict[int, int]:
    """Matter → line of the next cases that wait, their matters locked; those in other hands are passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING + (" skip locked" if skip_locked else ""), [plan_id, limit])
        return {matter: item for item, matter in cursor.fetchall()}


def _move(plan: MovePlan, at: datetime) -> None:
    items = waiting(plan.pk, STEPS, skip_locked=True) or waiting(plan.pk, 1, skip_locked=False)
    if not items:
        plan.cases.filter(state=Item.WAITING, matter__closed_at__isnull=False).update(state=Item.CLOSED)
        if not plan.cases.filter(state=Item.WAITING).exists():
            plan.state = State.TELLING
        return
    held = {each.matter_id: each for each in MovedCase.objects.filter(pk__in=items.values())}
    goal = fates.goal_of(plan, at)
    due = {each.pk for each in population(plan).filter(pk__in=list(items)).only("pk")}
    found = {each.asked.id: each for each in fates.think_over(goal, list(items), at)}
    go: list[fates.Thought] = []
    for matter_id, line in held.items():
        each = found.get(matter_id)
        if each is None or matter_id not in due:
            _stays(line, "已经不在这份方案要移动的范围里。")
        elif each.fate.kind != line.fate or (each.fate.limits and each.fate.new_due_on != line.new_due_on):
            _stays(line, f"预览后情况有变：{each.fate.why}")
        else:
            go.append(each)
    _carry_out(plan, goal, go, held, at)


def _stays(line: MovedCase, why: str) -> None:
    MovedCase.objects.filter(pk=line.pk).update(state=Item.CHANGED, why=why[:LONGEST_WHY])


def _carry_out(
    plan: MovePlan, goal: fates.Goal, go: Sequence[fates.Thought], held: dict[int, MovedCase], at: datetime
) -> None:
    told = [
        Told(
            key=held[each.asked.id].pk, asked=each.asked, facts=_facts(plan, goal, each),
            row=each.other.row if each.other else None, mark=each.other.mark if each.other else None,
            version=each.version if each.version != each.asked.procedure_version else None,
        )
        for each in go
    ]  # fmt: skip
    taken = take_many(told, action=MOVE, at=at)
    moved = []
    for each in go:
        line = held[each.asked.id]
        if line.pk not in taken:  # its row is locked: only a step whose state the procedure does not know
            _stays(line, "这件刚刚有了新进展，没有移动。")
            continue
        line.before = _rewrite(goal.card, each) if goal.card and goal.card.id != each.case.edition_id else {}
        line.before["version"] = each.asked.procedure_version
        if each.other is not None:
            line.before["limits"] = each.other.back.text()
        line.state, line.seq, line.taken_at = Item.TAKEN, taken[line.pk], at
        moved.append(line)
        if each.asked.procedure_version < WITH_LIFE <= each.version:
            watch_expiry(each.case)
    MovedCase.objects.bulk_update(moved, ["before", "state", "seq", "taken_at"], batch_size=500)


def _facts(plan: MovePlan, goal: fates.Goal, each: fates.Thought) -> dict[str, Any]:
    """What the ledger keeps of the move: who ordered it, why, from where to where, what it did to the date."""
    said: dict[str, Any] = {
        "plan": str(plan.uid),
        "reason": f"{plan.reason}（移到{goal.numbers}）{each.fate.why}",
        "by": plan.started_by,
        "from_version": each.asked.procedure_version,
        "to_version": each.version,
        "old_due_on": each.old_due_on,
        "new_due_on": each.fate.new_due_on if each.fate.limits else each.old_due_on,
    }
    if goal.card is not None:
        said |= {"from_edition": each.case.edition_id, "to_edition": goal.card.id, "edition": goal.card.number}
    if each.fate.limits and plan.lengthen_law:
        said["law"] = plan.lengthen_law
    if each.fate.added:
        said["materials"] = [line.name for line in each.fate.added]
    return said


def _rewrite(card: EditionCard, each: fates.Thought) -> dict[str, Any]:
    """Pin edition and form, and bring the materials along; returns what the way back needs.

    What was handed in stays as it is. What the new edition no longer asks for need not be brought; nothing is added but what
    the fate says.
    """
    before: dict[str, Any] = {
        "edition": each.case.edition_id, "form_version": each.case.form_version, "lines": [], "added": [],
    }  # fmt: skip
    Case.objects.filter(pk=each.case.pk).update(edition=card.id, form_version=card.form_version)
    still: set[int] = set()
    last = max((line.order for line in each.lines), default=0)
    new: list[CaseMaterial] = []
    for wanted, required in each.wanted:
        line = fates.same_line(wanted, each.lines)
        if line is None:
            if required and each.fate.kind == Fates.MATERIALS:
                last += 1
                new.append(
                    CaseMaterial(
                        case=each.case, order=last, material_id=wanted.id, name=wanted.name, required=True,
                        state=CaseMaterial.State.MISSING,
                    )
                )  # fmt: skip
            continue
        still.add(line.pk)
        needed = required if line.state == "missing" and each.asked.state == "received" else line.required and required
        _keep(before, line, wanted.id, needed)
    for line in each.lines:
        if line.pk not in still and line.state == "missing" and line.required:
            _keep(before, line, line.material_id, False)
    CaseMaterial.objects.bulk_create(new)
    before["added"] = [line.pk for line in new]
    return before


def _keep(before: dict[str, Any], line: CaseMaterial, material_id: int, required: bool) -> None:
    if (line.material_id, line.required) == (material_id, required):
        return
    before["lines"].append([line.pk, line.material_id, line.required])
    CaseMaterial.objects.filter(pk=line.pk).update(material=material_id, required=required)
