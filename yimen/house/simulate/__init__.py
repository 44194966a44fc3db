"""`yimen simulate`: any number of cases, made by the rules that real ones follow, written by COPY."""

from __future__ import annotations

import click

from yimen.ground.kit.commands import Answer
from yimen.ground.kit.commands import command as verb

__all__ = ["command"]


@verb("simulate", as_owner=True)
@click.option("--cases", required=True, type=click.IntRange(1, 20_000_000), help="生成多少件办件。")
@click.option("--seed", default=1, show_default=True, type=int, help="随机种子；同样的种子得到同样的办件。")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="办件截止到哪一天的 17:00；不写为现在。")
@click.option("--letters/--no-letters", default=None, help="是否同时写入文书；不写时两万件以内写入。")
def command(cases: int, seed: int, until: object, letters: bool | None) -> Answer:
    """按同样的规则生成任意数量的办件，账本有效。只用于空的或演示、模拟用的数据库。"""
    from yimen.house.simulate.entrance import simulate

    done = simulate(cases=cases, seed=seed, until=until, letters=letters, say=lambda line: click.echo(line, err=True))
    plain = (
        f"已生成 {done['cases']} 件办件（{done['closed']} 件已结束）、{done['steps']} 步、{done['rows']} 行，"
        f"用时 {done['seconds']} 秒，每秒 {done['rows_per_second']} 行。"
    )
    return Answer(plain=plain, data=done)
