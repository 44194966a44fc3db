"""一条线 and the timeline: the course of a case in one row for the eye, and step by step, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yimen.ground.kit.moments import day_of, local, say_day, say_moment
from yimen.ground.matters.selectors import Shown
from yimen.service.cases.editions import EditionCard
from yimen.service.cases.models import Case
from yimen.service.cases.rules import IMMEDIATE
from yimen.service.cases.telling import in_one_line
from yimen.service.cases.views.staff.papers import Paper


@dataclass(frozen=True, slots=True)
class Link:
    """One station of the line; `kind` is "", now or ahead."""

    name: str
    said: str = ""
    sub: str = ""
    kind: str = ""


STATIONS = {
    "submit": "收件",
    "accept": "受理",
    "deem_accepted": "受理",
    "deem_renewed": "决定",
    "pass_review": "审查",
    "grant": "决定",
    "grant_at_once": "决定",
    "superior_granted": "决定",
    "superior_refused": "决定",
    "refuse": "决定",
    "deliver": "送达",
    "archive": "归档",
}
"""Steps that make a station of the line."""

ENDS = {
    "deem_abandoned": "视为放弃", "end_untolerated": "容缺终止", "decline": "不予受理", "find_not_required": "不需许可",
    "withdraw": "撤回",
}  # fmt: skip
STOPS = {
    "request_correction": "补正", "request_review_correction": "补正", "suspend": "特别程序", "report_up": "上级办理",
}  # fmt: skip
NOW = {
    "received": "受理", "reviewing": "审查", "deciding": "决定", "granted": "送达", "refused": "送达",
    "correction_requested": "补正", "correcting": "补正", "suspended": "特别程序",
    "with_superior": "上级办理",
}  # fmt: skip


def links(case: Case, steps: Sequence[Shown], edition: EditionCard, at: datetime) -> list[Link]:
    """From receipt to delivery: what is behind with who and when, what is now, what lies ahead.

    A station that this case does not pass (the section's review of an immediate one) is left out; a free one says so.
    """
    matter = case.matter
    stopped = NOW.get(matter.state) if matter.stopped_since else None
    found: list[Link] = []
    ended = False
    for step in steps:
        if name := STATIONS.get(step.action):
            found.append(
                Link(
                    name,
                    step.window or matter.get_channel_display() if step.action == "submit" else step.actor,
                    _day(step.happened_at, at),
                )
            )
        elif step.action == "undo_deemed":
            found = [link for link in found if link.name != "受理"]
        elif step.action == "undo_renewed":
            found = [link for link in found if link.name != "决定"]
        elif step.action == "undo_abandoned":
            found, ended = [link for link in found if link.name != "视为放弃"], False
        elif name := ENDS.get(step.action):
            found.append(Link(name, step.actor, _day(step.happened_at, at)))
            ended = True
        elif (name := STOPS.get(step.action)) and step is not _last_stop(steps, stopped):
            found.append(Link(name, "停表", _day(step.happened_at, at)))
    if ended or matter.state == "archived":
        return found
    passed = {link.name for link in found}
    now = NOW.get(matter.state, "")
    if stopped:
        since = day_of(matter.stopped_since) if matter.stopped_since else day_of(at)
        found.append(Link(stopped, "停表中", f"{say_day(since, day_of(at), weekday=False)} 起", "now"))
    at_once = case.kind == IMMEDIATE or "决定" in passed
    if at_once and now == "审查":
        now = "决定"
    ahead = [
        name for name in ("受理", "审查", "决定", "送达") if name not in passed and not (at_once and name == "审查")
    ]
    for name in ahead:
        kind = "now" if name == now and not stopped else "ahead"
        said = (matter.person_name or "待认领") if kind == "now" else ""
        if name == "送达" and not said:
            said = case.get_delivery_method_display()
        found.append(Link(name, said, _until(case, name, kind, at), kind))
    where = next((place for place, link in enumerate(found) if link.name == "送达"), len(found))
    if not any(link.name == "送达" and not link.kind for link in found):
        fee = "网上缴费暂未开通" if edition.edition.fee else "不收费"
        found.insert(where, Link("收费", fee, "", "ahead"))
    return found


def _last_stop(steps: Sequence[Shown], stopped: str | None) -> Shown | None:
    """The stop that still lasts; it is drawn as the present, not as the past."""
    if stopped is None:
        return None
    return next((step for step in reversed(steps) if step.action in STOPS), None)


def _until(case: Case, name: str, kind: str, at: datetime) -> str:
    due = case.matter.due_on
    if due is None:
        return "今天" if kind == "now" else ""
    clock_of = {"受理": "receipt", "审查": "", "决定": "handling", "送达": "delivery"}
    if case.matter.clock == clock_of.get(name):
        return f"{say_day(due, day_of(at), weekday=False)}前"
    return ""


def _day(moment: datetime, at: datetime) -> str:
    return say_day(day_of(moment), day_of(at), weekday=False)


def _moment(moment: datetime, at: datetime) -> str:
    return say_moment(moment, year=local(moment).year != local(at).year)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step in the timeline."""

    what: str
    when: str
    who: str
    note: str
    kind: str
    url: str
    link: str
    late: str


def entries(case: Case, steps: Sequence[Shown], papers: Sequence[Paper], at: datetime) -> list[Entry]:
    """Every step, newest first, with its letter where it issued one."""
    by_code = {paper.code: paper for paper in papers}
    shown: list[Entry] = []
    for place, step in enumerate(reversed(steps)):
        paper = next((by_code[code] for code in step.documents if code in by_code), None)
        stops = step.effect == "stop"
        shown.append(
            Entry(
                what=_what(step),
                when=_moment(step.happened_at, at),
                who=" ".join(part for part in (step.window, step.actor) if part),
                note=_note(step),
                kind="paused" if stops else "now" if place == 0 and case.matter.closed_at is None else "",
                url=paper.url if paper else "",
                link=paper.label if paper else "",
                late=step.said_late(_moment(step.recorded_at, at)),
            )
        )
    return shown


def _what(step: Shown) -> str:
    if step.action in ("report_up", "note_superior", "urge_superior"):
        return f"{step.label}：{step.facts.get('superior', '')}"
    if step.action in ("hand_to_system", "note_external"):
        return f"{step.label}：{step.facts.get('system', '')}"
    if procedure := step.facts.get("procedure"):
        return f"{step.label}：{procedure}"
    if step.action == "hand_over":
        return f"{step.label}给{step.facts.get('to', '')}"
    if step.action == "hand_across":
        way = "上级" if step.facts.get("way") == "up" else "下级"
        return f"移送{way}：{step.facts.get('to', '')}{step.facts.get('window', '')}"
    if step.action == "reassign":
        return f"{step.label}到{step.facts.get('to', '')}"
    return step.label


def _note(step: Shown) -> str:
    """The reason, what was asked for, and the authorisation letter that it was done under, in a line or two."""
    said = _said(step)
    said = said if len(said) <= 120 else f"{said[:118]}……"
    under = str(step.facts.get("under", ""))
    return f"{said}{'　' if said else ''}依据授权委托书 {under}" if under else said


def _said(step: Shown) -> str:
    said = str(step.facts.get("reason", ""))
    if step.action == "declare_green":
        return f"{step.facts.get('project', '')}　{said}"
    if step.action in ("note_superior", "note_external") and (number := step.facts.get("number")):
        return f"编号 {number}{'，' if said else ''}{said}"
    if step.action == "reassign":
        released = step.facts.get("released", "")
        undone = "（撤回）" if "undo" in step.facts else ""
        said = f"由{step.facts.get('from', '')}划转{undone}，依据 {step.facts.get('document', '')}，期限不变"
        return f"{said}；{released}不再经办，待认领" if released else said
    items = step.facts.get("items")
    if isinstance(items, list) and items:
        said = in_one_line([row for row in items if isinstance(row, dict)])
    return said
