"""归并方案: drafted and filed by the department, reviewed by personnel, establishment and hall office, accepted on the spot or
returned; what acceptance brings about (R005).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations.services import appoint, create_post, end_post, mark_approval_section
from yimen.service.residence import events, policies, rules
from yimen.service.residence.models import (
    Adjustment,
    AdjustmentLine,
    Entry,
    Function,
    Plan,
    PlanFunction,
    PlanReview,
    PlanStaff,
)
from yimen.service.residence.services.texts import paragraph

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account
    from yimen.ground.organisations.models import Unit, Window

State = Plan.State
EDITABLE = (State.DRAFT, State.RETURNED)


class PlanNotOpen(Conflict):
    """The plan is in another state."""

    code = "plan_not_open"


class NotSeparated(Invalid):
    """Approval and supervision are not kept apart, or people may not be sent (R005, R263)."""

    code = "not_separated"


@dataclass(frozen=True, slots=True)
class SentPerson:
    """Somebody to be sent, as a form gives it."""

    account: Account
    duty: str
    permanent: bool
    enforcement: str
    qualification: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a plan says: sections, leader, functions by id with the section each goes to, windows, staff, words."""

    section: Unit
    leader: Account
    reason: str
    separation: str
    second_section: Unit | None = None
    whole_section: bool = True
    functions: Mapping[int, Unit] | None = None
    windows: Sequence[Window] = ()
    staff: Sequence[SentPerson] = ()


@transaction.atomic
def draft_plan(*, actor: Actor, department: Unit, contents: Contents, at: datetime) -> Plan:
    """Begin a department's plan; raises `Conflict` beside another that is not finished."""
    policies.must(actor, policies.APPLY, department)
    number = (Plan.objects.filter(department=department).aggregate(last=Max("number"))["last"] or 0) + 1
    plan = Plan(department=department, number=number, made_by=actor.name[:120], made_at=at)
    _write_head(plan, contents, at)
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError:
        raise Conflict("本部门还有一份归并方案没有办完。", next_step="请打开那一份继续，或先撤回它。") from None
    _write_rest(plan, contents)
    _note("residence.draft_plan", actor, plan)
    return plan


@transaction.atomic
def save_plan(*, actor: Actor, plan: Plan, contents: Contents, at: datetime) -> Plan:
    """Change a draft or a returned plan."""
    found = _locked(plan, *EDITABLE)
    policies.must(actor, policies.APPLY, found.department)
    _write_head(found, contents, at)
    found.save()
    _write_rest(found, contents)
    _note("residence.save_plan", actor, found)
    return found


@transaction.atomic
def file_plan(*, actor: Actor, plan: Plan, at: datetime) -> Plan:
    """File it for review. Raises `NotSeparated` with every fault: functions left behind, supervision in the approval section,
    people who may not be sent."""
    found = _locked(plan, *EDITABLE)
    policies.must(actor, policies.APPLY, found.department)
    faults = plan_faults(found)
    if faults:
        raise NotSeparated(f"还有 {len(faults)} 处不合要求：{faults[0]}。", next_step="请按方案页上的提示改好再报送。")
    found.state, found.round = State.FILED, found.round + 1
    found.filed_by, found.filed_uid, found.filed_at = actor.name[:120], actor.uid, at
    found.save(update_fields=["state", "round", "filed_by", "filed_uid", "filed_at"])
    _note("residence.file_plan", actor, found, round=found.round)
    return found


@transaction.atomic
def review_plan(*, actor: Actor, plan: Plan, body: str, passed: bool, opinion: str, at: datetime) -> Plan:
    """One body's word in this round. All three passed: to be accepted on the spot; one returned: back to the department.

    Nobody reviews what they filed themselves, nor speaks twice in a round.
    """
    found = _locked(plan, State.FILED)
    if body not in policies.BODIES:
        raise Invalid("没有这个审核机关。")
    policies.must(actor, policies.BODIES[body], found.department)
    if actor.uid == found.filed_uid:
        raise NotAllowed("不能审核自己报送的方案。", next_step="请由另一位同事审核。")
    try:
        with transaction.atomic():
            PlanReview.objects.create(
                plan=found, round=found.round, body=body, verdict="passed" if passed else "returned",
                opinion=tidy(opinion, "意见", 500, field="opinion"), reviewer=actor.name[:120], reviewer_uid=actor.uid,
                post=actor.post[:120], at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("本机关这一轮已经审核过。", next_step="请刷新页面再看。") from None
    heard = dict(PlanReview.objects.filter(plan=found, round=found.round).values_list("body", "verdict"))
    if not passed:
        found.state = State.RETURNED
    elif len(heard) == len(policies.BODIES) and set(heard.values()) == {"passed"}:
        found.state = State.REVIEWED
    found.save(update_fields=["state"])
    _note("residence.review_plan", actor, found, body=body, passed=passed)
    return found


@transaction.atomic
def return_plan(*, actor: Actor, plan: Plan, text: str, at: datetime) -> Plan:
    """Not accepted on the spot (验收不通过): back to the department with what is lacking."""
    found = _locked(plan, State.REVIEWED)
    policies.must(actor, policies.DECIDE, found.department)
    found.state, found.accepted_text = State.RETURNED, tidy(text, "验收意见", 500, field="text")
    found.save(update_fields=["state", "accepted_text"])
    _note("residence.return_plan", actor, found)
    return found


@transaction.atomic
def take_back_plan(*, actor: Actor, plan: Plan, at: datetime) -> Plan:
    """Take a plan back before it is accepted."""
    found = _locked(plan, State.DRAFT, State.FILED, State.REVIEWED, State.RETURNED)
    policies.must(actor, policies.APPLY, found.department)
    found.state = State.TAKEN_BACK
    found.save(update_fields=["state"])
    _note("residence.take_back_plan", actor, found)
    return found


@transaction.atomic
def accept_plan(*, actor: Actor, plan: Plan, text: str, at: datetime) -> Plan:
    """Accept on the spot (验收): the sections become approval-service sections, the leader chief representative, the functions
    move to their sections and, where the section sits in the hall whole, enter at the plan's windows."""
    found = _locked(plan, State.REVIEWED)
    policies.must(actor, policies.DECIDE, found.department)
    if found.leader_id == actor.account_id:
        raise NotAllowed("不能验收由自己任负责人的方案。", next_step="请由另一位同事验收。")
    if faults := plan_faults(found):
        raise NotSeparated(f"审核以后情况有变：{faults[0]}。", next_step="请退回部门改好再验收。")
    found.state, found.accepted_by, found.accepted_at = State.ACCEPTED, actor.name[:120], at
    found.accepted_text = tidy(text, "验收意见", 500, field="text")
    found.save(update_fields=["state", "accepted_by", "accepted_at", "accepted_text"])
    # The organisation changes by force of the plan, whoever may otherwise manage it; the audit names who accepted.
    by_plan = replace(actor, kind="system")
    for section in filter(None, (found.section, found.second_section)):
        if not section.approval_section:
            mark_approval_section(actor=by_plan, section=section, at=at)
    _make_chief(found, by_plan, at)
    moves = list(found.functions.all())
    for move in moves:
        Function.objects.filter(pk=move.function_id).update(section=move.to_section_id)
    if found.whole_section:
        _enter(found, [move.function_id for move in moves], actor, at)
    _note("residence.accept_plan", actor, found)
    outbox.publish(events.PlanAccepted(plan=found.uid, department=found.department.uid, at=at))
    return found


def plan_faults(plan: Plan) -> list[str]:
    """Everything that keeps a plan from being filed, in words; empty for one that may."""
    moved = {each.function_id: each.to_section_id for each in plan.functions.all()}
    standing = Function.objects.filter(department=plan.department_id, ended_on__isnull=True)
    functions = [rules.PlannedFunction(each.name, each.kind, moved.get(each.pk, each.section_id)) for each in standing]
    sections = [pk for pk in (plan.section_id, plan.second_section_id) if pk]
    faults = rules.separation_faults(functions, sections, explained=bool(plan.separation.strip()))
    if not moved:
        faults.insert(0, "没有写明归并哪些职能")
    staff = list(plan.staff.select_related("account"))
    if not staff:
        faults.append("没有写明派驻哪些人员")
    faults += rules.staff_faults(rules.Sent(each.account.name, each.permanent, each.enforcement) for each in staff)
    windows = list(plan.windows.all())
    if plan.whole_section and not windows:
        faults.append("整建制进驻，但没有写明窗口")
    faults += [f"{each}已经停用" for each in windows if each.closed_on is not None]
    return faults


def _write_head(plan: Plan, contents: Contents, at: datetime) -> None:
    department = plan.department
    sections = [contents.section, *([contents.second_section] if contents.second_section else [])]
    if any(each.kind != "section" or not each.path.startswith(department.path) for each in sections):
        raise Invalid("归并到的科室不是本部门的。", fields={"section": "请选择本部门的科室。"})
    if len({each.pk for each in sections}) < len(sections):
        raise Invalid("两个科室是同一个。", fields={"second_section": "请另选一个，或留空。"})
    if not organisations.staff_of(department, day_of(at)).filter(pk=contents.leader.pk).exists():
        raise Invalid("负责人不在本部门任职。", fields={"leader": "请选择本部门的人员。"})
    plan.section, plan.second_section = contents.section, contents.second_section
    plan.leader, plan.whole_section = contents.leader, contents.whole_section
    plan.reason = paragraph(contents.reason, "归并理由", 1000, field="reason")
    plan.separation = paragraph(contents.separation, "审批与监管如何分开", 1000, field="separation", needed=False)


def _write_rest(plan: Plan, contents: Contents) -> None:
    wanted = contents.functions or {}
    known = Function.objects.filter(pk__in=list(wanted), department=plan.department, ended_on__isnull=True)
    held = {each.pk: each for each in known}
    allowed = {plan.section_id, plan.second_section_id}
    if set(held) != set(wanted) or any(unit.pk not in allowed for unit in wanted.values()):
        raise Invalid("归并的职能或科室不对。", fields={"functions": "请重新选择本部门的职能和归并到的科室。"})
    plan.functions.all().delete()
    PlanFunction.objects.bulk_create(
        PlanFunction(plan=plan, function=held[pk], from_section_id=held[pk].section_id, to_section=unit)
        for pk, unit in wanted.items()
    )
    plan.windows.set(contents.windows)
    plan.staff.all().delete()
    PlanStaff.objects.bulk_create(_staff_rows(plan, contents.staff))


def _staff_rows(plan: Plan, staff: Sequence[SentPerson]) -> Iterable[PlanStaff]:
    if len({each.account.pk for each in staff}) < len(staff):
        raise Invalid("同一个人写了两遍。", fields={"staff": "拟派人员有重复。"})
    for each in staff:
        yield PlanStaff(
            plan=plan, account=each.account, duty=tidy(each.duty, "拟任岗位", 60, field="staff"),
            permanent=each.permanent, enforcement=tidy(each.enforcement, "执法资格证号", 60, field="staff", needed=False),
            qualification=tidy(each.qualification, "学历与业务资格", 300, field="staff"),
        )  # fmt: skip


def _make_chief(plan: Plan, by_plan: Actor, at: datetime) -> None:
    post = organisations.chief_post(plan.department)
    if post is not None and post.account_id == plan.leader_id:
        return
    if post is None:
        post = create_post(actor=by_plan, unit=plan.section, duty="chief", title="首席代表", at=at, main=False)
    elif post.account_id is not None:
        post = end_post(actor=by_plan, post=post, at=at, reason=f"归并方案验收，改由{plan.leader.name}任首席代表"[:200])
    appoint(actor=by_plan, post=post, account=plan.leader, at=at)


def _enter(plan: Plan, functions: Sequence[int], actor: Actor, at: datetime) -> None:
    """The functions enter at the plan's windows; those that stand in the hall already stay where a decision put them."""
    standing = set(
        Entry.objects.filter(to_on__isnull=True, function__in=functions).values_list("function_id", flat=True)
    )
    entering = [pk for pk in functions if pk not in standing]
    windows = list(plan.windows.select_for_update().order_by("pk"))
    if not entering or not windows:
        return
    day = day_of(at)
    made = Adjustment.objects.create(
        kind="enter", state="decided", department=plan.department, reason=f"{plan}验收通过"[:500],
        proposed_uid=plan.filed_uid or actor.uid, proposed_by=plan.filed_by, proposed_at=plan.filed_at or at,
        decided_by=actor.name[:120], decided_at=at, decision_text="科室整建制进驻大厅", effective_on=day,
    )  # fmt: skip
    made.windows.set(windows)
    AdjustmentLine.objects.bulk_create(AdjustmentLine(adjustment=made, function_id=pk) for pk in entering)
    Entry.objects.bulk_create(
        Entry(function_id=pk, window=window, from_on=day, entered_by=made) for pk in entering for window in windows
    )


def _locked(plan: Plan, *states: str) -> Plan:
    found = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if found.state not in states:
        raise PlanNotOpen(f"这份方案已经是“{found.get_state_display()}”。", next_step="请刷新页面再看。")
    return found


def _note(action: str, actor: Actor, plan: Plan, **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="plan", target=str(plan.uid), facts=facts)
