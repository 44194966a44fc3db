"""`yimen figures` and `yimen recount`: the case report on the command line, and its sums made good."""

from __future__ import annotations

import click

from yimen.ground.kit.commands import Answer, command


@command("figures")
@click.option(
    "--period", default="this_month", help="this_month、last_month、this_quarter、last_quarter、this_year、last_year。"
)
@click.option("--first", default="", help="期间第一天，例如 2026-01-01。")
@click.option("--last", default="", help="期间最后一天。")
@click.option(
    "--by", type=click.Choice(["department", "kind", "channel", "month", "centre", "item"]), default="department",
    help="分组。",
)  # fmt: skip
def figures(period: str, first: str, last: str, by: str) -> Answer:
    """办件统计：一段时间里收件、受理、办结多少，按时率多少。"""
    from yimen.ground.kit.moments import day_of, now
    from yimen.ground.kit.periods import asked_period
    from yimen.ground.organisations.selectors import short_names
    from yimen.service.cases import reporting
    from yimen.service.cases.api_figures import counted
    from yimen.service.catalogue.selectors import item_names

    asked = asked_period({"period": period, "first": first, "last": last}, day_of(now()))
    grouping = next(each for each in reporting.BY if each == by)
    groups = reporting.table(asked, grouping, reporting.Place())
    total = reporting.whole(groups)
    numbers = [int(group.key) for group in groups if group.key.isdigit()]
    names = {"item": item_names}.get(by, short_names)(numbers) if by in ("department", "centre", "item") else {}
    lines = [f"{asked.said}"]
    for key, each in [*((group.key, group.numbers) for group in groups), ("合计", total)]:
        name = names.get(int(key), key) if key.isdigit() else key
        rate = "—" if each.on_time_rate is None else f"{each.on_time_rate:g}%"
        lines.append(
            f"  {name}：收件 {each.submitted}，受理 {each.accepted}，办结 {each.completed}，退办 {each.returned}，"
            f"撤回 {each.withdrawn}，按时办结率 {rate}"
        )
    data = {
        "first": asked.first,
        "last": asked.last,
        "by": by,
        "total": counted("", total),
        "groups": [counted(group.key, group.numbers) for group in groups],
    }
    return Answer("\n".join(lines), data)


@command("recount")
def recount() -> Answer:
    """核对办件统计：补上漏记的，重建与明细不符的。每天夜里自动做一次。"""
    from yimen.service.cases import counting

    done = counting.nightly()
    plain = f"补记 {done['facts']} 条。" + (
        f"有 {done['sums']} 处与明细不符，已重建。" if done["sums"] else "各数与明细一致。"
    )
    return Answer(plain, done)
