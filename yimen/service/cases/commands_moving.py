"""`yimen move-cases …`: look what becomes of running cases under a new version, move them, take them back."""

from __future__ import annotations

from typing import Any

import click

from yimen.ground.kit.commands import Answer, Verb, command
from yimen.ground.kit.moments import now, say_date


class Moves(Verb, click.Group):
    """The verbs of moving."""


@click.group("move-cases", cls=Moves)
def move_cases() -> None:
    """移动在办件：预览每一件的去向，确认移动，整份移回。"""


@command("preview")
@click.option("--item", default="", help="事项编码；给了就移到它的现行版本（除非只给 --only-procedure）。")
@click.option("--procedure", type=click.IntRange(2, 99), help="移到办理程序第几版。")
@click.option("--only-procedure", is_flag=True, help="只换办理程序，事项版本不变。")
@click.option("--from-edition", type=click.IntRange(1, 9999), help="只移第几版的。")
@click.option("--state", default="", help="只移这个状态的，例如 received、reviewing。")
@click.option("--lengthen-law", default="", help="法律规定在办件也延长的条文。")
def preview(
    item: str, procedure: int | None, only_procedure: bool, from_edition: int | None, state: str, lengthen_law: str
) -> Answer:
    """看每一件在办件会怎样，不移动。"""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.service.cases import services

    what = "procedure" if only_procedure or not item else "both" if procedure else "edition"
    wish = services.wish_for(
        what=what, item_code=item, procedure_version=procedure, from_edition=from_edition, only_state=state,
        lengthen_law=lengthen_law,
    )  # fmt: skip
    at = now()
    return _told(services.work_through_move(services.preview_move(actor=SYSTEM, wish=wish, at=at), at=at))


@command("apply")
@click.argument("which", metavar="UID")
@click.option("--reason", required=True, help="移动的理由，写进每一件的办理记录。")
def apply(which: str, reason: str) -> Answer:
    """确认一份预览过的方案，分批移动到完。"""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.service.cases import services

    plan = services.apply_move(actor=SYSTEM, plan=_plan(which), reason=reason, at=now())
    return _told(services.work_through_move(plan, at=now()))


@command("undo")
@click.argument("which", metavar="UID")
@click.option("--reason", required=True, help="移回的理由，写进每一件的办理记录。")
def undo(which: str, reason: str) -> Answer:
    """整份移回：移动以后没有办过别的步骤的件恢复原版本。"""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.service.cases import services

    plan = services.undo_move(actor=SYSTEM, plan=_plan(which), reason=reason, at=now())
    return _told(services.work_through_move(plan, at=now()))


@command("list")
def listing() -> Answer:
    """最近的移动方案，新的在前。"""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.service.cases import selectors_moving as moving

    rows = list(moving.plans(SYSTEM)[:50])
    lines = [f"{each.uid}  {each.get_state_display()}  {each.target}" for each in rows] or ["还没有移动过在办件。"]
    data = [{"uid": each.uid, "state": each.state, "target": each.target, "looked": each.looked} for each in rows]
    return Answer("\n".join(lines), {"plans": data})


for _verb in (preview, apply, undo, listing):
    move_cases.add_command(_verb)


def _plan(which: str) -> Any:
    from yimen.ground.identity.rules import SYSTEM
    from yimen.service.cases import selectors_moving as moving

    return moving.plan_by_uid(SYSTEM, which)


def _told(plan: Any) -> Answer:
    from yimen.service.cases import selectors_moving as moving

    fates = moving.by_fate(plan)
    lines = [f"移到{plan.target}：{plan.get_state_display()}，看过 {plan.looked} 件。标识 {plan.uid}"]
    for each in fates:
        done = f"，已移动 {each.taken}，没有移动 {each.changed}" if plan.started_at and each.moves else ""
        back = f"，已移回 {each.back}，不能移回 {each.stays}" if plan.undone_at and each.moves else ""
        lines.append(f"  {each.label}：{each.count} 件{done}{back}")
    rows = list(moving.cases_of(plan)[:1000])
    for row in rows[:50]:
        old, new = (say_date(day) if day else "—" for day in (row.old_due_on, row.new_due_on))
        lines.append(f"{row.matter.code}  {row.get_fate_display()}  {old} → {new}  {row.why}")
    if sum(each.count for each in fates) > 50:
        lines.append("……  --json 列出前 1000 件，页面上可导出全部。")
    data = {
        "uid": plan.uid,
        "target": plan.target,
        "state": plan.state,
        "looked": plan.looked,
        "fates": {each.code: {"count": each.count, "taken": each.taken, "back": each.back} for each in fates},
        "cases": [
            {"code": row.matter.code, "fate": row.fate, "why": row.why, "old_due_on": row.old_due_on,
             "new_due_on": row.new_due_on, "state": row.state, "back_why": row.back_why}
            for row in rows
        ],
    }  # fmt: skip
    return Answer("\n".join(lines), data)
