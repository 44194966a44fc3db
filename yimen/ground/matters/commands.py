"""The verbs of `yimen` about deadlines and matters. Top imports stay light: `due` and `clock` answer at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from yimen.ground.calendar.rules import WorkCalendar, parse_day, shipped_calendar
from yimen.ground.kit.commands import Answer, command, database_if_serving, to_json, unreadable
from yimen.ground.kit.moments import say_date, say_moment
from yimen.ground.kit.refusals import Invalid, Refusal
from yimen.ground.matters import rules, scripts

ORIGINS = {"database": "数据库中的工作日历", "shipped": "随软件发布的工作日历"}


@command("due", needs_database=False, negative_numbers=True)
@click.argument("day", metavar="DATE")
@click.argument("n", metavar="N")
@click.option(
    "--unit",
    type=click.Choice(["workday", "calendar"]),
    default="workday",
    help="workday 工作日（默认），calendar 自然日。",
)
@click.option("--explain", is_flag=True, help="逐日说明哪些天计入、哪些天不计及依据。")
def due(day: str, n: str, unit: rules.Unit, explain: bool) -> Answer:
    """DATE（如 2026-09-24）起 N 日的期限到哪一天为止；起算当日不计。只输出日期。"""
    start, limit = parse_day(day), _whole_number(n)
    calendar = _calendar()
    derivation = rules.answer(start, limit, unit, calendar)
    data = {"start": start.isoformat(), "unit": unit} | scripts.as_json(derivation) | {"calendar": calendar.origin}
    if not explain:
        del data["derivation"]
        if derivation.provisional:
            click.echo("暂定：期限跨入放假通知尚未公布的年份，通知公布后重新计算。", err=True)
        return Answer(str(data["due_on"]), data)
    return Answer("\n".join([*told(derivation), f"日历：{ORIGINS[calendar.origin]}"]), data)


@command("clock", needs_database=False)
@click.argument("file", metavar="FILE")
def clock(file: str) -> Answer:
    """按 FILE 里的 JSON 脚本（- 为标准输入）计算期限，逐日说明；一个列表得到一个列表的答案。"""
    given = scripts.read_scripts(_read(file))
    calendar = _calendar()
    if not isinstance(given, list):
        answer = scripts.answer_script(given, calendar)
        return Answer(to_json(answer), answer)
    answers = [_answer_or_reason(script, calendar) for script in given]
    return Answer(to_json(answers), answers, failed=any("refused" in each for each in answers))


def _answer_or_reason(script: object, calendar: WorkCalendar) -> dict[str, Any]:
    try:
        return scripts.answer_script(script, calendar)
    except Refusal as refusal:
        return {"refused": refusal.message}


def told(derivation: rules.Derivation) -> list[str]:
    """A derivation in lines for people: the day of the start, each run of days with its reason, the due day."""
    if derivation.started_on is None:
        return ["计时尚未起算。"]
    unit = rules.UNITS[derivation.unit]
    lines = [f"{say_date(derivation.started_on)} 起算，当日不计（{rules.LAW_OF_FIRST_DAY}）"]
    for run in derivation.runs():
        span = say_date(run.first) if run.days == 1 else f"{say_date(run.first)} 至 {say_date(run.last)}"
        counted = f"计 {run.days} 日，累计 {run.number}" if run.counted else f"{run.days} 日不计"
        lines.append(f"{span} {run.why}：{counted}" + (f"（{run.law}）" if run.law else ""))
    lines.append(f"期限 {derivation.limit} {unit}，{_ending(derivation)}")
    return lines


def _ending(derivation: rules.Derivation) -> str:
    mark = "（暂定）" if derivation.provisional else ""
    due = f"{say_date(derivation.due_on)} 届满{mark}" if derivation.due_on else ""
    if derivation.finished_at is not None:
        verdict = "未超期" if derivation.on_time else "已超期"
        end = f"{say_moment(derivation.finished_at)} 办完，用 {derivation.counted}，{verdict}。"
        return f"{due}；{end}" if due else end
    return f"{due}。" if due else f"已用 {derivation.counted}，剩余 {derivation.remaining}。"


def _calendar() -> WorkCalendar:
    """The installation's calendar where its database serves now, else, said on standard error, the shipped one."""
    try:
        with database_if_serving() as serving:
            if serving:
                from yimen.ground.calendar.selectors import work_calendar

                return work_calendar()
    except Refusal as refusal:
        click.echo(f"{refusal.message}改用{ORIGINS['shipped']}。", err=True)
    except Exception as problem:
        # Django's own classes are not imported here: without a database this command must start at once.
        if type(problem).__name__ not in ("OperationalError", "ProgrammingError"):
            raise
        click.echo(f"数据库连不上或还没有工作日历，改用{ORIGINS['shipped']}。", err=True)
    return shipped_calendar()


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Invalid(f"天数“{text[:20]}”应为 0 或正整数。", next_step="例如：yimen due 2026-09-24 20")
    return int(text)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(scripts.SIZE_MAX + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(scripts.SIZE_MAX + 1)
    except (OSError, ValueError) as problem:
        raise Invalid(
            f"读不了文件 {file[:200]}：{unreadable(problem)}。", next_step="请核对路径和权限。", code="unreadable_file"
        ) from None


@command("explain")
@click.argument("code", metavar="CODE")
def explain(code: str) -> Answer:
    """办件 CODE 的期限是怎样算出来的：每个时钟，逐日计入或不计的理由和依据。"""
    from yimen.ground.kit.moments import now
    from yimen.ground.matters import selectors
    from yimen.ground.matters.api import durations_json

    matter = selectors.by_code(code)
    explanation = selectors.explain(matter)
    lines = [f"{matter.code} {matter.title}"]
    for account in explanation.clocks:
        lines.append("")
        unlimited = "" if account.limited or account.unreckoned else "没有法定或承诺时限，不计期限。"
        lines.append(f"【{account.label}时限】{unlimited}")
        if account.unreckoned:
            lines.append(f"{account.unreckoned}：以小时、月计的期限目前不自动计算，请经办人自行掌握。")
        for name, derivation in (("承诺", account.promised), ("法定", account.legal)):
            if derivation is None or (name == "法定" and derivation == account.promised):
                continue
            lines.append(
                f"{name}时限 {derivation.limit} {rules.UNITS[derivation.unit]}"
                + (f"（{account.law}）" if account.law else "")
            )
            lines += [f"  {line}" for line in told(derivation)]
    clocks = [
        {
            "clock": account.name,
            "law": account.law,
            "source": account.source,
            "promised": scripts.as_json(account.promised) if account.promised else None,
            "legal": scripts.as_json(account.legal) if account.legal else None,
            "current": account.current,
            "not_reckoned": account.unreckoned,
        }
        for account in explanation.clocks
    ]
    spent = explanation.durations(now())
    if spent is not None:
        said = "，".join(f"{label} {days} 个工作日" for label, days in spent.lines())
        lines += ["", f"【用时】{said}；日历上共 {spent.calendar_days} 天。"]
    data = {"code": matter.code, "title": matter.title, "due_on": matter.due_on, "clocks": clocks}
    return Answer("\n".join(lines), data | {"durations": durations_json(spent)})


@command("deadlines")
@click.argument("code", metavar="CODE")
def deadlines(code: str) -> Answer:
    """办件 CODE 曾经适用的每一个期限日期，和是哪一步、依据什么改变了它。"""
    from dataclasses import asdict

    from yimen.ground.matters import selectors
    from yimen.ground.matters.deadlines import deadline_history

    matter = selectors.by_code(code)
    changes = deadline_history(matter)
    lines = [f"{matter.code} {matter.title}"]
    for each in changes:
        due = f"到 {say_date(each.due_on)}" if each.due_on else "停止计时或已结束"
        note = "（当时的日历不同，这里按现行日历推算）" if each.by_calendar else ""
        law = f"（{each.law}）" if each.law else ""
        lines.append(f"{each.seq:>3}  {say_moment(each.at)}  {each.what}：{each.clock}{due}{note}　{each.why}{law}")
    return Answer(
        "\n".join(lines), {"code": matter.code, "due_on": matter.due_on, "changes": [asdict(each) for each in changes]}
    )


@command("status")
@click.argument("code", metavar="CODE")
def status(code: str) -> Answer:
    """办件 CODE 办到哪一步：状态、期限、每一步的人和时间。"""
    from yimen.ground.kit.moments import now
    from yimen.ground.matters import selectors

    matter = selectors.by_code(code)
    face = selectors.clock_face(matter, now())
    state = selectors.procedure_of(matter).state(matter.state)
    steps = selectors.timeline(matter)
    lines = [f"{matter.code} {matter.title}", f"{state.label}，{face.text}"]
    lines += [
        f"{step.seq:>3}  {say_moment(step.happened_at)}  {step.label}  {step.actor} {step.post}" for step in steps
    ]
    data = {
        "code": matter.code,
        "title": matter.title,
        "state": matter.state,
        "state_label": state.label,
        "version": matter.version,
        "clock": face.text,
        "due_on": matter.due_on,
        "legal_due_on": matter.legal_due_on,
        "stopped_since": matter.stopped_since,
        "closed_at": matter.closed_at,
        "outcome": matter.outcome,
        "steps": [
            {
                "seq": step.seq,
                "action": step.action,
                "label": step.label,
                "actor": step.actor,
                "post": step.post,
                "happened_at": step.happened_at,
                "recorded_at": step.recorded_at,
                "basis": step.basis,
            }
            for step in steps
        ],
    }
    return Answer("\n".join(lines), data)


@command("watch")
def watch() -> Answer:
    """巡查一遍到了时刻的办件：该提醒的提醒，期限届满的记入法定后果；平时每分钟自动进行。"""
    from yimen.ground.matters.watching import database_now, sweep_all

    done = sweep_all(database_now())
    said = f"看了 {done.looked} 件" + (f"，{done.failed} 件没有处理成，10 分钟后再看" if done.failed else "") + "。"
    return Answer(said, {"looked": done.looked, "failed": done.failed}, failed=bool(done.failed))


@command("effects")
def effects() -> Answer:
    """法定后果：依据、提前几天提醒、已经发生多少次。"""
    from yimen.ground.matters.effects import effects as in_force
    from yimen.ground.matters.models import EffectTaken

    rows = [
        {
            "code": each.effect.code, "label": each.effect.label, "law": each.effect.law, "text": each.effect.text,
            "in_use": each.in_use, "warn_workdays": list(each.warn_workdays),
            "came": EffectTaken.objects.filter(effect=each.effect.code).count(),
            "undone": EffectTaken.objects.filter(effect=each.effect.code, undone_at__isnull=False).count(),
        }
        for each in in_force()
    ]  # fmt: skip
    lines = [
        f"{row['label']}（{row['law']}）：{'启用' if row['in_use'] else '停用'}，"
        f"提前 {row['warn_workdays']} 个工作日提醒，已发生 {row['came']} 次，撤销 {row['undone']} 次"
        for row in rows
    ]
    return Answer("\n".join(lines), rows)


@command("digest")
@click.option("--now", "all_of_it", is_flag=True, help="连今天已封存的也一并公布，不等到零点")
def digest(all_of_it: bool) -> Answer:
    """公布账本摘要：截至昨日的全部封存；平时每天零点后自动进行。"""
    from yimen.ground.matters.proof import publishing
    from yimen.ground.matters.watching import database_now

    made = publishing.publish(database_now(), all_of_it=all_of_it)
    last = publishing.newest()
    if last is None:
        return Answer("还没有封存的步骤，没有可公布的摘要。", {"made": 0, "newest": None})
    head = (
        "".join(f"已公布第 {each.number} 号，{each.matters} 件 {each.steps} 步。\n" for each in made)
        or "没有新的要公布。\n"
    )
    said = f"{head}最近一号：\n{last.text}签名: {last.signature}"
    return Answer(
        said, {"made": len(made), "newest": {"number": last.number, "text": last.text, "signature": last.signature}}
    )


@command("history")
@click.argument("code", metavar="CODE")
def history(code: str) -> Answer:
    """办件 CODE 的历史文件（JSON），可以用核对器离线核对。"""
    from yimen.ground.kit.moments import now
    from yimen.ground.matters import selectors
    from yimen.ground.matters.proof.history import history_of

    found = history_of(selectors.by_code(code), now())
    return Answer(json.dumps(found, ensure_ascii=False, indent=1), found)


@command("verify-ledger")
def verify_ledger() -> Answer:
    """核验账本：每一步的链、次序、时间、封存和签名；指出被改动、删除、插入或倒签的那一行。"""
    from yimen.ground.matters import sealing
    from yimen.ground.matters.proof import publishing

    verdict = sealing.verify()
    verdict.faults += [sealing.Fault("digest", f"摘要第 {each.number} 号", each.says) for each in publishing.verify()]
    kind = "（演示账本）" if verdict.synthetic else ""
    head = f"已核验 {verdict.steps} 步、{verdict.seals} 封，待封 {verdict.unsealed} 步{kind}。"
    said = "账本完整。" if verdict.sound else f"发现 {len(verdict.faults)} 处不符："
    lines = [head, said, *(f"  {fault.row}：{fault.says}" for fault in verdict.faults)]
    data = {
        "steps": verdict.steps,
        "seals": verdict.seals,
        "unsealed": verdict.unsealed,
        "synthetic": verdict.synthetic,
        "sound": verdict.sound,
        "faults": [{"kind": fault.kind, "row": fault.row, "says": fault.says} for fault in verdict.faults],
    }
    return Answer("\n".join(lines), data, failed=not verdict.sound)
