"""`yimen supervision …`: the rules, a look at everything that is due, the comparison of the board's counts."""

from __future__ import annotations

import click

from yimen.ground.kit.commands import Answer, command


@command("supervision")
@click.argument("what", type=click.Choice(["rules", "sweep", "recount"]))
@click.option("--mend", is_flag=True, help="件数不符的，按实际更正（只用于 recount）。")
def supervision(what: str, mend: bool) -> Answer:
    """电子监察：rules 列出规则，sweep 巡查一遍并做夜间判断，recount 核对看板件数。"""
    match what:
        case "rules":
            return _rules()
        case "sweep":
            return _sweep()
    return _recount(mend)


def _rules() -> Answer:
    from yimen.ground.kit.moments import now
    from yimen.watch.supervision.selectors import rule_list

    rows = [
        {
            "code": each.rule.code, "label": each.label, "kind": each.kind, "level": each.level, "version": each.number,
            "in_use": each.in_use, "params": each.params, "place": each.place.name if each.place is not None else "",
        }
        for each in rule_list(now())
    ]  # fmt: skip
    lines = [
        f"{row['code']:<20} 第 {row['version']} 版  {'启用' if row['in_use'] else '停用'}  {row['label']}"
        for row in rows
    ]
    return Answer("\n".join(lines), rows)


def _sweep() -> Answer:
    from yimen.ground.matters.services import database_now, fold_tallies, sweep_all
    from yimen.watch.supervision.services import nightly

    at = database_now()
    done = sweep_all(at)
    raised = nightly(at)
    fold_tallies()
    said = f"看了 {done.looked} 件，夜间规则新发预警 {raised} 条" + (
        f"，{done.failed} 件没有处理成" if done.failed else ""
    )
    return Answer(
        f"{said}。", {"looked": done.looked, "failed": done.failed, "raised": raised}, failed=bool(done.failed)
    )


def _recount(mend: bool) -> Answer:
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.kit.moments import now
    from yimen.watch.supervision.services import recount_board

    found = recount_board(actor=SYSTEM, at=now(), mend=mend)
    rows = [
        {"what": each.what, "light": each.light, "procedure": each.procedure, "department": each.department_id,
         "day": each.day, "said": each.said, "found": each.found}
        for each in found
    ]  # fmt: skip
    if not rows:
        return Answer("看板件数与实际一致。", rows)
    lines = [
        f"{row['what']} {row['light'] or '绿'} 部门 {row['department']}：看板 {row['said']}，实际 {row['found']}"
        for row in rows
    ]
    return Answer("\n".join([*lines, "已更正。" if mend else "加 --mend 更正。"]), rows, failed=not mend)
