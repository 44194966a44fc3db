"""Registering results that were given out, and holding them against the cases (R222): 有结果无办件."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.kit.text import clean_line
from yimen.ground.matters import selectors as reading
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.watch.supervision import policies
from yimen.watch.supervision.models import OutsideResult, ResultBatch, RuleVersion
from yimen.watch.supervision.rules import chosen
from yimen.watch.supervision.rules import results as rules
from yimen.watch.supervision.selectors.rules import newest_versions, rules_at
from yimen.watch.supervision.services.alerts import Found, detect
from yimen.watch.supervision.services.results_reading import ReadResults, read_file, read_rows

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

MOST_AGAIN = 5000
"""So many unmatched results are looked at in one night, the oldest first."""
SAID = {
    rules.MISSING: "在本系统找不到对应的办件。",
    rules.LATE: "对应的办件 {code} 是在出具以后才提交的。",
    rules.AHEAD: "对应的办件 {code} 还没有作出决定。",
}


class BatchOver(Conflict):
    """This file was entered or discarded before."""

    code = "batch_over"


class BadLines(Invalid):
    """Some lines of a call cannot be read; nothing was entered."""

    code = "bad_lines"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a preview: its number in the file, the result, what will become of it; `known` where it is registered already."""

    line: int
    result: rules.Result
    verdict: rules.Verdict
    known: bool = False


# --- Reading


@transaction.atomic
def read_results(
    *, actor: Actor, content: bytes, file_name: str, source: str, at: datetime, unit: Unit | None = None
) -> ResultBatch:
    """Read a file and keep what it says until somebody confirms it. Raises `NotAllowed`, `Invalid`, `UnreadableFile`."""
    policies.demand_results(actor, unit)
    return _keep(actor, read_file(content, file_name, unit, day_of(at)), file_name, source, at)


def _keep(actor: Actor, read: ReadResults, file_name: str, source: str, at: datetime) -> ResultBatch:
    source = clean_line(source, label="来源", limit=100)
    if not source:
        raise Invalid("请写明这些结果从哪里来。", fields={"source": "例如：市监局许可科台账"})
    units = {
        unit.pk: unit for unit in organisations.units().filter(pk__in={each.department_id for _, each in read.lines})
    }
    kept, problems = [], list(read.problems)
    for line, result in read.lines:
        if policies.reaches_results(actor, units[result.department_id]):
            kept.append({"line": line, **asdict(result), "decided_on": result.decided_on.isoformat()})
        else:
            why = f"{units[result.department_id].name}不在您的登记范围内"
            problems.append({"line": line, "why": why, "raw": result.number})
    if not kept and not problems:
        raise Invalid("这张表没有一行内容。", fields={"file": "这张表没有一行内容"})
    made = ResultBatch.objects.create(
        source=source, file_name=file_name[:200], lines=kept, problems=sorted(problems, key=lambda each: int(each["line"])),
        messages=read.messages, read_at=at, read_by=actor.name, read_by_uid=actor.uid,
    )  # fmt: skip
    audit.record(
        "supervision.read_results", actor=actor, target_kind="results", target=str(made.uid),
        facts={"lines": len(kept), "problems": len(problems), "source": source},
    )  # fmt: skip
    return made


def previewed(batch: ResultBatch, at: datetime) -> list[Line]:
    """The lines of a file with what each will be; asks the same few questions for one as for a thousand."""
    found = [(int(each["line"]), _of_json(each)) for each in batch.lines]
    known = _known([result for _, result in found])
    verdicts = judged([result for _, result in found], at)
    return [
        Line(line, result, verdict, (result.department_id, rules.plain(result.number)) in known)
        for (line, result), verdict in zip(found, verdicts, strict=True)
    ]


@transaction.atomic
def enter_results(*, actor: Actor, batch: ResultBatch, at: datetime) -> ResultBatch:
    """Enter what was read, each result once, and judge it at once. Raises `NotAllowed`, `BatchOver`."""
    held = _held(actor, batch)
    made = OutsideResult.objects.bulk_create(
        [_row(held, _of_json(each)) for each in held.lines], ignore_conflicts=True, batch_size=1000
    )
    held.state, held.entered_at = ResultBatch.State.ENTERED, at
    held.count = held.results.count()
    held.lines = []  # what stands in the register need not stand here again
    held.save(update_fields=["state", "entered_at", "count", "lines"])
    audit.record(
        "supervision.enter_results", actor=actor, target_kind="results", target=str(held.uid),
        facts={"lines": len(made), "new": held.count},
    )  # fmt: skip
    judge_results(at, batch=held)
    return held


@transaction.atomic
def discard_results(*, actor: Actor, batch: ResultBatch, at: datetime) -> ResultBatch:
    """Leave a file that was read; nothing of it is entered. Raises `NotAllowed`, `BatchOver`."""
    held = _held(actor, batch)
    held.state, held.lines = ResultBatch.State.DISCARDED, []
    held.save(update_fields=["state", "lines"])
    audit.record("supervision.discard_results", actor=actor, target_kind="results", target=str(held.uid), facts={})
    return held


@transaction.atomic
def register_results(
    *, actor: Actor, rows: Sequence[Mapping[str, str]], source: str, at: datetime, unit: Unit | None = None
) -> ResultBatch:
    """Results over the interface or from a form, at once: all of them or, with `BadLines` naming each, none."""
    policies.demand_results(actor, unit)
    read = read_rows([(number, row, "") for number, row in enumerate(rows, 1)], unit, day_of(at))
    batch = _keep(actor, read, "", source, at)
    if batch.problems:
        said = {f"line_{each['line']}": f"第 {each['line']} 行：{each['why']}" for each in batch.problems[:50]}
        first = "；".join(said.values())[:300]
        raise BadLines(f"有 {len(batch.problems)} 行不能登记，一行都没有登记。{first}", fields=said)
    return enter_results(actor=actor, batch=batch, at=at)


def _held(actor: Actor, batch: ResultBatch) -> ResultBatch:
    policies.demand_results(actor)
    held = ResultBatch.objects.select_for_update().get(pk=batch.pk)
    if held.state != ResultBatch.State.READ:
        raise BatchOver(f"这份文件{held.get_state_display()}。", next_step="请从登记清单查看，或另传一份。")
    return held


def _of_json(said: Mapping[str, Any]) -> rules.Result:
    names = ("number", "item_code", "item_name", "applicant", "department_id")
    return rules.Result(**{name: said[name] for name in names}, decided_on=date.fromisoformat(said["decided_on"]))


def _row(batch: ResultBatch, result: rules.Result) -> OutsideResult:
    return OutsideResult(
        batch=batch, department_id=result.department_id, number=result.number, number_key=rules.plain(result.number),
        item_code=result.item_code, item_name=result.item_name, applicant=result.applicant, decided_on=result.decided_on,
    )  # fmt: skip


def _known(found: Sequence[rules.Result]) -> set[tuple[int, str]]:
    rows = OutsideResult.objects.filter(number_key__in={rules.plain(each.number) for each in found})
    return set(rows.values_list("department_id", "number_key"))


# --- Judging


def judged(found: Sequence[rules.Result], at: datetime) -> list[rules.Verdict]:
    """What each result is by the cases as they stand now, by the first rule in force; four questions for all of them."""
    if not found:
        return []
    held = {each.department_id: rule_for(at, each.department_id) for each in found}
    days_of = {pk: int(version.params["days"]) if version is not None else 30 for pk, version in held.items()}
    days = max(days_of.values())
    by_number = {
        key: _candidate(each, "number")
        for key, each in cases.traced_by_number([rules.plain(one.number) for one in found]).items()
    }
    outside = cases.traced_by_outside_number([rules.plain(one.number) for one in found])
    by_number = {key: _candidate(each, "external") for key, each in outside.items()} | by_number
    first = min(each.decided_on for each in found) - timedelta(days=days)
    last = max(each.decided_on for each in found) + timedelta(days=days)
    others: dict[str, list[rules.Candidate]] = {}
    for each in cases.traced_by_applicant(sorted({rules.plain_name(one.applicant) for one in found}), first, last):
        others.setdefault(rules.plain_name(each.applicant), []).append(_candidate(each, "particulars"))
    ripe_before = {pk: _ripe_before(version, at) for pk, version in held.items()}
    return [
        rules.judge(
            one, by_number, others.get(rules.plain_name(one.applicant), ()), days_of[one.department_id],
            ripe=one.decided_on < ripe_before[one.department_id],
        )
        for one in found
    ]  # fmt: skip


def rule_for(at: datetime, department: int) -> RuleVersion | None:
    """The rule by which a department's results are judged; None where it is switched off."""
    centre = organisations.hall_of_department(department).centre_id
    return next(iter(rules_at(at, rules.OUTSIDE.code, department, centre)), None)


def _ripe_before(version: RuleVersion | None, at: datetime) -> date:
    calendar, day = work_calendar(), day_of(at)
    for _ in range(int(version.params["grace"]) if version is not None else 0):
        day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
    return day + timedelta(days=1) if version is not None and not version.params["grace"] else day


def _candidate(found: cases.Traced, by: str) -> rules.Candidate:
    return rules.Candidate(
        found.matter_id,
        found.code,
        found.item_code,
        found.item_name,
        found.applicant,
        found.opened_on,
        found.decided_on,
        by,
    )


@transaction.atomic
def judge_results(at: datetime, *, batch: ResultBatch | None = None) -> int:
    """Judge the results of a batch, or all that have no case yet; returns how many alerts are new."""
    rows = (
        OutsideResult.objects.filter(batch=batch)
        if batch is not None
        else OutsideResult.objects.exclude(state=rules.MATCHED)
    )
    locked = rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)
    found = list(
        OutsideResult.objects.filter(pk__in=list(locked[:MOST_AGAIN]))
        .select_related("department", "batch")
        .order_by("pk")
    )
    held = {pk: rule_for(at, pk) for pk in {each.department_id for each in found}}
    raised = 0
    asked = [
        rules.Result(each.number, each.item_code, each.item_name, each.applicant, each.decided_on, each.department_id)
        for each in found
    ]
    for each, verdict in zip(found, judged(asked, at), strict=True):
        each.state, each.how, each.matter_id, each.looked_at = verdict.state, verdict.how, verdict.matter_id, at
        version = held[each.department_id]
        if version is not None and verdict.state in rules.WRONG and each.alert_id is None:
            raised += _raise(each, verdict, version, at)
    OutsideResult.objects.bulk_update(found, ["state", "how", "matter", "looked_at", "alert"], batch_size=500)
    return raised


def _raise(found: OutsideResult, verdict: rules.Verdict, version: RuleVersion, at: datetime) -> int:
    about = reading.by_ids([verdict.matter_id])[0] if verdict.matter_id is not None else None
    text = f"{found.department.name}于{say_date(found.decided_on)}出具“{found.number}”（{found.item_name}）"
    evidence = {
        "version": version.number, "outcome": found.number, "applicant": found.applicant, "item_name": found.item_name,
        "decided_on": found.decided_on.isoformat(), "source": found.batch.source, "case": verdict.code,
        "compared": "决定文号、外部编号、申请人加事项加日期",
    }  # fmt: skip
    made = detect(
        Found(
            key=f"{version.rule.code}:{found.pk}", text=f"{text}，{SAID[verdict.state].format(code=verdict.code)}"[:500],
            level=version.level, violation=rules.OUTSIDE.violation, department_id=found.department_id, since=at,
            about=about, per="unit", version=version, evidence=evidence,
        ),
        at,
    )  # fmt: skip
    if made is not None:
        found.alert_id = made.pk
    return int(made is not None)


def look_at_outside_decisions(at: datetime) -> int:
    """Cases that another system has decided and we have not, so many working days after we heard."""
    raised = 0
    newest = newest_versions(at, kind=rules.EXTERNAL.code)
    for version in newest:
        if not version.in_use or version.lifted:
            continue
        calendar, day = work_calendar(), day_of(at)
        for _ in range(int(version.params["workdays"])):
            day = calendar.previous_workday_on_or_before(day - timedelta(days=1))
        for each in cases.decided_elsewhere_first(cases.start_of(day), 500):
            matter = each.case.matter
            if version not in chosen(newest, matter.department_id, matter.centre_id):
                continue
            text = f"“{matter.title}”在{each.system.name}已{'准予' if each.state == 'granted' else '不予'}，本系统还没有作出决定。"
            evidence = {"version": version.number, "outcome": each.number, "source": each.system.name,
                        "heard_at": each.heard_at.isoformat() if each.heard_at else ""}  # fmt: skip
            made = detect(
                Found(
                    key=f"{version.rule.code}:{each.pk}", text=text, level=version.level,
                    violation=rules.EXTERNAL.violation, department_id=matter.department_id, since=at, about=matter,
                    per="unit", version=version, evidence=evidence,
                ),
                at,
            )  # fmt: skip
            raised += int(made is not None)
    return raised
