"""Gathering the facts for each kind of finding and raising what the rules in force say of them (R220–R225).

What happens to one case is judged when it happens (`handlers`), what a unit shows over time once a night. Every finding names
its rule's version and carries the facts it was judged by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity import selectors as people
from yimen.ground.kit.moments import day_of, local, say_moment
from yimen.ground.kit.refusals import NotFound
from yimen.ground.matters import selectors as reading
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.service.fees import selectors as fees
from yimen.service.residence import selectors as residence
from yimen.watch.supervision import rules
from yimen.watch.supervision.models import Alert, RuleVersion, Watermark
from yimen.watch.supervision.rules import findings
from yimen.watch.supervision.selectors.rules import newest_versions, rules_at
from yimen.watch.supervision.services.alerts import Found, detect

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter
    from yimen.service.cases.models import Case

DECIDING = ("grant", "grant_at_once", "refuse")
AT_RECEIPT = ("decline", "find_not_required")
MOST = 500
"""So many findings of one rule in one night; more of a kind is a matter of the rule and not of people."""


def _of(kind: rules.Kind, at: datetime, matter: Matter) -> list[RuleVersion]:
    """The versions of a kind that hold where a matter is."""
    return rules_at(at, kind.code, matter.department_id, matter.centre_id)


@dataclass(frozen=True, slots=True)
class _Everywhere:
    """The versions of a kind for every place; what is found at one place stands on the version that holds there."""

    newest: Sequence[RuleVersion]

    def there(self, department: int, centre: int | None) -> set[int]:
        """Which versions hold at a place."""
        return {each.pk for each in rules.chosen(self.newest, department, centre)}

    def of_unit(self, department: int) -> set[int]:
        """Which hold for a department as a whole, in the hall that serves it."""
        return self.there(department, organisations.hall_of_department(department).centre_id)

    def in_use(self) -> list[RuleVersion]:
        """All that may hold somewhere."""
        return [each for each in self.newest if each.in_use and not each.lifted]


def _everywhere(kind: rules.Kind, at: datetime) -> _Everywhere:
    return _Everywhere(newest_versions(at, kind=kind.code))


def person_of(uid: str, name: str) -> tuple[int, str] | None:
    """The account that took a step; None for the system and for whoever is no member of staff."""
    try:
        return people.account(UUID(uid)).pk, name
    except NotFound:
        return None


def _case_found(
    version: RuleVersion, matter: Matter, moment: str, text: str, evidence: Mapping[str, Any], at: datetime,
    person: tuple[int, str] | None,
) -> Alert | None:  # fmt: skip
    kind = rules.kind(version.kind)
    return detect(
        Found(
            key=f"{version.rule.code}:{matter.pk}:{moment}", text=text, level=version.level, violation=kind.violation,
            department_id=matter.department_id, since=at, about=matter, person=person, per=kind.per, version=version,
            evidence={"version": version.number, **evidence},
        ),
        at,
    )  # fmt: skip


# --- One case, when it happens


def look_at_decision(code: str, at: datetime) -> int:
    """A decision: was there a slip, a valid letter, a reason?"""
    case = cases.case_by_code(code)
    matter = case.matter
    step = reading.last_taken(matter.pk, DECIDING)
    if step is None:
        return 0
    who = person_of(step.actor_uid, step.actor_name)
    seq, on = str(step.seq), day_of(step.happened_at)
    found = []
    for version in _of(findings.NO_SLIP, at, matter):
        if not case.slip_number:
            text = f"“{matter.title}”已作出决定（{case.decision_number or '无文号'}），没有受理单。"
            found.append(_case_found(version, matter, seq, text, _step(step), at, who))
    for version in _of(findings.NO_LETTER, at, matter):
        number = str(step.facts.get("under", ""))
        standing = [number] if number and organisations.letter_stood(number, on) else []
        said = findings.outside_letter(number, standing) if who is not None else ""
        if said:
            found.append(_case_found(version, matter, seq, f"“{matter.title}”：{said}。", _step(step), at, who))
    if step.action == "refuse":
        found += _bare(matter, case.decision_reason, step, at, who)
    return sum(each is not None for each in found)


def look_at_not_accepted(code: str, at: datetime) -> int:
    """An application that was not accepted: was the reason said?"""
    case = cases.case_by_code(code)
    step = reading.last_taken(case.matter_id, AT_RECEIPT)
    if step is None:
        return 0
    who = person_of(step.actor_uid, step.actor_name)
    return sum(each is not None for each in _bare(case.matter, str(step.facts.get("reason", "")), step, at, who))


def _bare(
    matter: Matter, reason: str, step: reading.Taken, at: datetime, who: tuple[int, str] | None
) -> Iterator[Alert | None]:
    for version in _of(findings.BARE_REFUSAL, at, matter):
        said = findings.bare_refusal(reason, version.params["least_chars"], version.params["article"])
        if said:
            evidence = {**_step(step), "reason": reason}
            yield _case_found(version, matter, str(step.seq), f"“{matter.title}”：{said}。", evidence, at, who)


def look_at_correction(code: str, at: datetime) -> int:
    """A correction notice: how many are there by now?"""
    case = cases.case_by_code(code)
    times = _corrections(case)
    step = reading.last_taken(case.matter_id, ("request_correction", "request_review_correction"))
    if step is None:
        return 0
    who = person_of(step.actor_uid, step.actor_name)
    raised = 0
    for version in _of(findings.SECOND_CORRECTION, at, case.matter):
        if times >= version.params["times"]:
            text = f"“{case.matter.title}”已第 {times} 次告知补正；应当一次告知需要补正的全部内容。"
            evidence = {**_step(step), "times": times}
            raised += _case_found(version, case.matter, str(step.seq), text, evidence, at, who) is not None
    return raised


def _corrections(case: Case) -> int:
    asked = ("request_correction", "request_review_correction")
    return sum(step.action in asked for step in reading.timeline(case.matter))


def look_at_acceptance(code: str, at: datetime) -> int:
    """An acceptance: is the item cancelled, and is the same taken in elsewhere?"""
    case = cases.case_by_code(code)
    matter = case.matter
    step = reading.last_taken(matter.pk, ("accept", "deem_accepted"))
    who = person_of(step.actor_uid, step.actor_name) if step is not None else None
    raised = 0
    for version in _of(findings.CANCELLED_ITEM, at, matter):
        if case.item.status == "cancelled":
            text = f"事项“{case.item.name}”已取消，仍受理了“{matter.title}”。"
            raised += _case_found(version, matter, "accepted", text, {"item": case.item.code}, at, who) is not None
    for version in _of(findings.PARALLEL, at, matter):
        others = [
            each
            for each in reading.also_open(matter, at - timedelta(days=version.params["days"]))
            if (each.window_id, each.department_id) != (matter.window_id, matter.department_id)
        ]
        if others:
            where = "、".join(f"{each.window or each.department}（{each.code}）" for each in others[:3])
            text = f"同一申请人的同一事项另在{where}受理。"
            evidence = {"others": [each.code for each in others]}
            raised += _case_found(version, matter, "accepted", text, evidence, at, who) is not None
    return raised


def raise_attitude(
    *, mark: str, department_id: int, who: tuple[int, str] | None, of_unit: str, at: datetime
) -> Alert | None:
    """A complaint about somebody's manner was found true (R219). `mark` names the complaint to whoever gives it, and to nobody else.

    None where the rule is off, or the complaint has its alert.
    """
    centre = organisations.hall_of_department(department_id).centre_id
    for version in rules_at(at, findings.ATTITUDE.code, department_id, centre):
        text = f"有群众反映{of_unit}{who[1] if who else ''}服务态度差，经调查属实。"
        found = Found(
            key=f"{version.rule.code}:{mark}", text=text, level=version.level, violation=findings.ATTITUDE.violation,
            department_id=department_id, since=at, person=who, per="person" if who else "unit", version=version,
            evidence={"version": version.number, "said": "效能投诉经调查认定有效。"},
        )  # fmt: skip
        return detect(found, at)
    return None


def _step(step: reading.Taken) -> dict[str, Any]:
    return {"step": step.seq, "action": step.action, "by": step.actor_name, "at": step.happened_at.isoformat(),
            "under": str(step.facts.get("under", ""))}  # fmt: skip


# --- Once a night


def nightly(at: datetime) -> int:
    """Everything that is judged over time; returns how many alerts are new. Twice does no harm."""
    from yimen.watch.supervision.services.places import read_places
    from yimen.watch.supervision.services.results import judge_results, look_at_outside_decisions

    found = look_for_stalled(at) + look_through_steps(at) + look_at_units(at)
    return found + judge_results(at) + look_at_outside_decisions(at) + read_places(at)


def look_for_stalled(at: datetime) -> int:
    """Slips after which nothing was done for so many working days."""
    raised = 0
    everywhere = _everywhere(findings.STALLED, at)
    for version in everywhere.in_use():
        calendar, day = work_calendar(), day_of(at)
        for _ in range(version.params["workdays"]):
            day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
        cutoff = cases.start_of(day)
        for matter in reading.untouched_since(("accept", "deem_accepted"), cutoff, 0, MOST):
            if version.pk not in everywhere.there(matter.department_id, matter.centre_id):
                continue
            person = (matter.person_id, matter.person_name) if matter.person_id else None
            text = f"“{matter.title}”受理以后满 {version.params['workdays']} 个工作日没有任何步骤。"
            evidence = {"step": matter.last_seq, "cutoff": cutoff.isoformat()}
            raised += _case_found(version, matter, str(matter.last_seq), text, evidence, at, person) is not None
    return raised


@transaction.atomic
def look_through_steps(at: datetime) -> int:
    """Steps recorded since the last time: bunched within a minute, or long after they happened."""
    mark, _ = Watermark.objects.select_for_update().get_or_create(name="steps")
    upto, raised = reading.last_step(), 0
    if upto <= mark.step_id:
        return 0
    everywhere = _everywhere(findings.BUNCHED, at)
    for version in everywhere.in_use():
        for burst in reading.bursts(mark.step_id, upto, version.params["steps"])[:MOST]:
            (matter,) = reading.by_ids([burst.matter_id])
            person = person_of(burst.actor_uid, burst.actor_name)
            if person is None or version.pk not in everywhere.there(matter.department_id, matter.centre_id):
                continue
            minute = local(burst.minute)
            text = f"{burst.actor_name}在 {say_moment(minute)} 一分钟内记下 {burst.steps} 步，涉及 {burst.matters} 件。"
            evidence = {"steps": burst.steps, "matters": burst.matters, "minute": minute.isoformat()}
            raised += detect(
                Found(
                    key=f"{version.rule.code}:{burst.actor_uid}:{minute.isoformat()}", text=text, level=version.level,
                    violation=findings.BUNCHED.violation, department_id=matter.department_id, since=minute, about=matter,
                    person=person, version=version, evidence={"version": version.number, **evidence},
                ),
                at,
            ) is not None  # fmt: skip
    everywhere = _everywhere(findings.BACKDATED, at)
    for version in everywhere.in_use():
        for each in reading.backdated(mark.step_id, upto, timedelta(hours=version.params["hours"]))[:MOST]:
            (matter,) = reading.by_ids([each.matter_id])
            if version.pk not in everywhere.there(matter.department_id, matter.centre_id):
                continue
            hours = int((each.recorded_at - each.happened_at).total_seconds() // 3600)
            text = f"“{matter.title}”第 {each.seq} 步发生后 {hours} 小时才记录，依据：{reading.BASES.get(each.basis, each.basis)}。"
            evidence = {"step": each.seq, "happened_at": each.happened_at.isoformat(),
                        "recorded_at": each.recorded_at.isoformat(), "basis": each.basis}  # fmt: skip
            person = person_of(each.actor_uid, each.actor_name)
            raised += _case_found(version, matter, str(each.seq), text, evidence, at, person) is not None
    mark.step_id = upto
    mark.save(update_fields=["step_id"])
    return raised


def look_at_units(at: datetime) -> int:
    """Departments: what must be in the hall and is not, windows that only register, shells. One alert a rule and month."""
    today, raised = day_of(at), 0
    everywhere = _everywhere(findings.ABSENT_ITEM, at)
    for version in everywhere.in_use():
        items = {each.pk: each for each in residence.items_in_state("missing", today).select_related("department")}
        since = today - timedelta(days=version.params["days"])
        lacking: dict[int, list[str]] = {}
        for duty in residence.duties_of(list(items), today).values():
            if duty.status == "missing" and duty.since <= since:
                lacking.setdefault(items[duty.item_id].department_id or 0, []).append(items[duty.item_id].name)
        for department_id, names in lacking.items():
            if version.pk not in everywhere.of_unit(department_id):
                continue
            text = f"{len(names)} 个应当进驻的事项没有进驻：{'、'.join(sorted(names)[:3])}{'等' if len(names) > 3 else ''}。"
            raised += _unit_found(version, department_id, text, {"items": sorted(names)[:200]}, today, at)
    everywhere = _everywhere(findings.REGISTERS_ONLY, at)
    for version in everywhere.in_use():
        first = today - timedelta(days=version.params["days"])
        for department_id, (decided, signed) in cases.signed_at_window(first, today).items():
            if version.pk not in everywhere.of_unit(department_id):
                continue
            said = findings.registers_only(signed, decided, version.params["share"], version.params["least"])
            if said:
                evidence = {"decided": decided, "signed": signed, "first": first.isoformat()}
                raised += _unit_found(version, department_id, f"{said}。", evidence, today, at)
    everywhere = _everywhere(findings.SHELL, at)
    for version in everywhere.in_use():
        first = today - timedelta(days=version.params["days"])
        received = {each.id: each.received for each in cases.volumes("department", first, today)}
        for row in residence.concentration(today):
            if not row.must and not row.entered:
                continue  # nobody asks it to be here
            if version.pk not in everywhere.of_unit(row.id):
                continue
            cases_here = received.get(row.id, 0)
            said = findings.shell(row.entered, cases_here, version.params["items"], version.params["cases"])
            if said:
                evidence = {"entered": row.entered, "received": cases_here, "first": first.isoformat()}
                raised += _unit_found(version, row.id, f"{said}。", evidence, today, at)
    return raised + _look_at_fees(today, at)


def _look_at_fees(today: date, at: datetime) -> int:
    everywhere, raised = _everywhere(findings.FEES, at), 0
    versions = everywhere.in_use()
    differing: dict[int, list[str]] = {}
    for each in fees.differences(today) if versions else ():
        differing.setdefault(each.item.department_id or 0, []).append(each.item.name)
    for version in versions:
        workdays, calendar, day = version.params["refund_workdays"], work_calendar(), today
        for _ in range(workdays):
            day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
        waiting = fees.refunds_waiting(cases.start_of(day))
        for department_id in sorted({*differing, *waiting} - {0}):
            if version.pk not in everywhere.of_unit(department_id):
                continue
            items, refunds = differing.get(department_id, []), waiting.get(department_id, [])
            said = findings.fees(items, refunds, workdays)
            evidence = {"items": sorted(items)[:200], "refunds": refunds[:200]}
            raised += _unit_found(version, department_id, f"{said}。", evidence, today, at)
    return raised


def _unit_found(
    version: RuleVersion, department_id: int, text: str, evidence: Mapping[str, Any], today: date, at: datetime
) -> int:
    kind = rules.kind(version.kind)
    made = detect(
        Found(
            key=f"{version.rule.code}:{department_id}:{today:%Y-%m}", text=text, level=version.level,
            violation=kind.violation, department_id=department_id, since=at, per="unit", version=version,
            evidence={"version": version.number, **evidence},
        ),
        at,
    )  # fmt: skip
    return int(made is not None)
