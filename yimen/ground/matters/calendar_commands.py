"""`yimen calendar …`: bring a holiday notice in, look at what it moves, apply it, take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from yimen.ground.kit.commands import Answer, Verb, command, unreadable
from yimen.ground.kit.moments import now, say_date
from yimen.ground.kit.refusals import Invalid, NotFound

LONGEST = 200_000


class Calendars(Verb, click.Group):
    """The verbs of the calendar."""


@click.group("calendar", cls=Calendars)
def calendar() -> None:
    """工作日历：导入放假通知，预览哪些期限会变，实行，撤销。"""


@command("import")
@click.argument("file", metavar="FILE")
@click.option("--year", type=click.IntRange(2000, 2190), help="年份；通知标题里写明的不用给。")
@click.option("--number", default="", help="文号；正文里写明的不用给。")
@click.option("--title", default="", help="标题；正文里写明的不用给。")
@click.option("--amends", is_flag=True, help="这是对已确认年份的调整，须给 --number 和 --reason。")
@click.option("--reason", default="", help="调整的原因。")
@click.option("--apply", "at_once", is_flag=True, help="预览之后就实行；不给则只预览，存为草稿。")
def import_notice(
    file: str, year: int | None, number: str, title: str, amends: bool, reason: str, at_once: bool
) -> Answer:
    """读 FILE（放假通知的正文，或 首日,末日,放假或上班,名称 的表），预览每一件期限会变的事。"""
    from yimen.ground.calendar import selectors as calendars
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.matters import services

    at = now()
    paper = services.Paper(_read(file), year, title, number, reason=reason, amends=amends)
    change = services.register_notice(actor=SYSTEM, paper=paper, at=at)
    found = services.work_through(services.preview_change(actor=SYSTEM, change=change, at=at), at=at)
    if at_once:
        services.apply_recalculation(actor=SYSTEM, recalculation=found, at=at)
        found = services.work_through(found, at=now())
    return _told(calendars.change_by_uid(str(change.uid)), found)


@command("apply")
@click.argument("which", metavar="UID")
def apply(which: str) -> Answer:
    """实行一次已登记的日历变更（UID 见 yimen calendar list）：先重新预览，再逐件重算。"""
    from yimen.ground.calendar import selectors as calendars
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.matters import services

    at, change = now(), _change(which)
    found = services.work_through(services.preview_change(actor=SYSTEM, change=change, at=at, reason="命令行"), at=at)
    services.apply_recalculation(actor=SYSTEM, recalculation=found, at=at)
    return _told(calendars.change_by_uid(which), services.work_through(found, at=now()))


@command("undo")
@click.argument("which", metavar="UID")
@click.option("--reason", required=True, help="撤销的原因，写进每一件事的办理记录。")
@click.option("--apply", "at_once", is_flag=True, help="预览之后就撤销；不给则只预览。")
def undo(which: str, reason: str, at_once: bool) -> Answer:
    """撤销一次已实行的日历变更：每一天恢复原样，每一件受影响的事再重算一步。"""
    from yimen.ground.calendar import selectors as calendars
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.matters import services

    at, change = now(), _change(which)
    if change.state != "applied":
        raise Invalid(f"这次变更现在是“{change.get_state_display()}”，没有什么可撤销。", code="nothing_to_undo")
    found = services.work_through(services.preview_change(actor=SYSTEM, change=change, at=at, reason=reason), at=at)
    if at_once:
        services.apply_recalculation(actor=SYSTEM, recalculation=found, at=at)
        found = services.work_through(found, at=now())
    return _told(calendars.change_by_uid(which), found)


@command("list")
def listing() -> Answer:
    """每一次日历变更，新的在前；以及今年、明年是否已经确认。"""
    from yimen.ground.calendar import selectors as calendars

    today = now().date()
    years = {year: calendars.year_confirmed(year) for year in (today.year, today.year + 1)}
    rows = list(calendars.changes()[:100])
    lines = [f"{year} 年：{'已确认' if sure else '暂定，放假通知还没有导入'}" for year, sure in years.items()]
    lines += [f"{each.uid}  {each.get_state_display()}  {each.title}（{each.document_number}）" for each in rows]
    data = {
        "confirmed": {str(year): sure for year, sure in years.items()},
        "version": calendars.calendar_version(),
        "changes": [
            {
                "uid": each.uid, "kind": each.kind, "year": each.year, "title": each.title, "number": each.document_number,
                "state": each.state, "applied_at": each.applied_at, "version": each.version_after,
            }
            for each in rows
        ],
    }  # fmt: skip
    return Answer("\n".join(lines), data)


for _verb in (import_notice, apply, undo, listing):
    calendar.add_command(_verb)


def _change(which: str) -> Any:
    from uuid import UUID

    from yimen.ground.calendar import selectors as calendars

    try:
        UUID(which)
    except ValueError:
        raise NotFound("没有这次日历变更。", next_step="运行 yimen calendar list 看标识。") from None
    return calendars.change_by_uid(which)


def _told(change: Any, found: Any) -> Answer:
    from yimen.ground.matters import calendar_selectors

    counts, departments = calendar_selectors.counts(found), calendar_selectors.by_department(found)
    items = list(calendar_selectors.moved(found)[:1000])
    done = (
        "已撤销"
        if change.state == "undone"
        else "已实行"
        if change.state == "applied" and not found.undo
        else "只是预览"
    )
    lines = [
        f"{change.title}（{change.document_number}）：{done}。标识 {change.uid}",
        f"看过在办 {found.looked} 件，日期改变 {counts.moved} 件，{'变为暂定' if found.undo else '不再暂定'} {counts.firmed} 件。",
        *(f"  {each.name}：{each.moved} 件改期，{each.firmed} 件只转确定" for each in departments),
    ]
    for item in items[:50]:
        old, new = (say_date(day) if day else "—" for day in (item.old_due_on, item.new_due_on))
        lines.append(f"{item.matter.code}  {old} → {new}  {item.why}")
    if counts.all > 50:
        lines.append(f"…… 共 {counts.all} 件；--json 列出前 1000 件，页面上可导出全部。")
    data = {
        "change": {"uid": change.uid, "title": change.title, "number": change.document_number, "state": change.state},
        "preview": {"state": found.state, "undo": found.undo, "looked": found.looked, "moved": counts.moved,
                    "firmed": counts.firmed, "taken": counts.taken},
        "departments": [{"name": each.name, "moved": each.moved, "firmed": each.firmed} for each in departments],
        "items": [
            {"code": item.matter.code, "kind": item.kind, "old_due_on": item.old_due_on, "new_due_on": item.new_due_on,
             "why": item.why, "state": item.state}
            for item in items
        ],
    }  # fmt: skip
    return Answer("\n".join(lines), data)


def _read(file: str) -> str:
    try:
        content = Path(file).read_bytes()[: LONGEST + 1]
    except (OSError, ValueError) as problem:
        raise Invalid(
            f"读不了文件 {file[:200]}：{unreadable(problem)}。", next_step="请核对路径和权限。", code="unreadable_file"
        ) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文件不是文字。", next_step="请另存为 UTF-8 或 GBK 的文本。", code="unreadable_file")
