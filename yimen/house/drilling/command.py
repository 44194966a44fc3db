"""`yimen drill`."""

from __future__ import annotations

from typing import Any

import click

from yimen.ground.kit.commands import Answer
from yimen.ground.kit.commands import command as verb

__all__ = ["command"]


@verb("drill")
@click.option("--days", default=30, show_default=True, type=int, help="演练多少天。")
@click.option(
    "--from", "since", default="", help="从哪天起（2026-09-21），从空的大厅开始；不写为从现在起，在办的接着办。"
)
@click.option(
    "--speed", default=0, show_default=True, type=int, help="最快是实际时间的多少倍（1440 即一分钟一天）；0 为尽快。"
)
@click.option("--arrivals", default=1.0, show_default=True, type=float, help="来件是历史的多少倍。")
@click.option("--cases", default=None, type=int, help="来件共约多少件，代替 --arrivals。")
@click.option("--staff", default=1.0, show_default=True, type=float, help="每天到岗的比例，例如 0.7。")
@click.option(
    "--absent", multiple=True, help="缺岗的窗口号、部门或岗位，可写日期：A03=2026-10-08..2026-10-09。可多次。"
)
@click.option("--closed", multiple=True, help="临时停办的日子：2026-10-12 或 2026-10-12..2026-10-14。可多次。")
@click.option("--missing", default=None, type=float, help="缺材料的比例，不写按历史。")
@click.option("--item", "items", multiple=True, help="只来这个名称的事项；可多次，不写为全部。")
@click.option("--consult", default=0.05, show_default=True, type=float, help="审查的办件中，向其他部门征求意见的比例。")
@click.option("--minutes", multiple=True, help="一件要几分钟：review=60。可多次。")
@click.option("--patience", default=30, show_default=True, type=int, help="窗口等候超过几分钟算溢出。")
@click.option(
    "--seed", default=1, show_default=True, type=int, help="随机种子；同样的种子、同样的数据，得到同样的结果。"
)
@click.option("--workers", default=3, show_default=True, type=int, help="几个进程同时巡查和派送。")
@click.option("--title", default="", help="记在列表里的名称。")
@click.option("--keep", is_flag=True, help="演练后留下副本数据库，供查看。")
def command(**given: Any) -> Answer:
    """在一份副本里快进演练整个中心：来件、窗口、审查、放假、法定后果，哪里会超期，哪里会溢出。不动原来的数据。

    结果存在“演练”页面，可以两次对比。副本用完即删；演练中不发短信、邮件，不与外部系统通信。
    """
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.kit import moments
    from yimen.house.drilling import telling
    from yimen.house.drilling.running import carry_out
    from yimen.watch.drills import rules
    from yimen.watch.drills.services import ask_drill, cancel_drill

    title, keep = given.pop("title"), given.pop("keep")
    parameters = rules.Parameters(
        **given
        | {
            "since": rules.read_day(given["since"], "since") if given["since"] else None,
            "items": tuple(given["items"]),
            "absent": rules.read_absences(given["absent"]),
            "closed": rules.read_spans(given["closed"]),
            "minutes": rules.read_minutes(given["minutes"]),
        }
    )
    run = ask_drill(actor=SYSTEM, parameters=parameters, at=moments.now(), title=title)
    try:
        done = carry_out(run, keep=keep, say=lambda line: click.echo(line, err=True))
    except BaseException:
        run.refresh_from_db()
        if run.state == "waiting":
            cancel_drill(actor=SYSTEM, drill=run, at=moments.now())
        raise
    return Answer(telling.summary(done), telling.as_data(done), failed=done.state != "done")
