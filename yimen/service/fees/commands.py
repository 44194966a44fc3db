"""`yimen reconcile-fees`: a month of money against the bank's files, each difference by its name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from yimen.ground.kit.commands import Answer, command
from yimen.ground.kit.refusals import Invalid


@command("reconcile-fees")
@click.option("--month", default="", help="哪个月，例如 2026-10；不写是本月。")
def reconcile_fees(month: str) -> Answer:
    """收费按月对账：逐日列出账面、银行和差异；还有没处理的差异时退出码为 1。"""
    from yimen.ground.kit import moments
    from yimen.ground.kit.money import Fen, say_yuan
    from yimen.ground.kit.periods import whole_month
    from yimen.ground.organisations import selectors as organisations
    from yimen.service.fees import services

    today = moments.day_of(moments.now())
    try:
        first = date.fromisoformat(f"{month}-01") if month else today
    except ValueError:
        raise Invalid(f"月份“{month[:20]}”看不懂。", next_step="请写成 2026-10。") from None
    span = whole_month(first)
    centre = organisations.main_centre()
    if centre is None:
        raise Invalid("还没有登记政务服务中心。", next_step="请先在机构里登记中心。")
    days = [span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1)]
    rows = services.days.month(centre, days)

    def yuan(fen: int) -> str:
        return say_yuan(Fen(fen)).removesuffix(" 元")

    lines = [f"{centre.name} {span.first:%Y-%m} 对账（元）"]
    open_left, data = 0, []
    for row in rows:
        if not (row.cash_fen or row.ours_fen or row.bank_fen or row.differences):
            continue
        lines.append(f"{row.day}  现金 {yuan(row.cash_fen)}  账面 {yuan(row.ours_fen)}  银行 {yuan(row.bank_fen)}")
        found: list[dict[str, Any]] = []
        for each in row.differences:
            open_left += each.closed_at is None
            state = f"已处理：{each.reason}" if each.closed_at else "未处理"
            lines.append(
                f"    {each.get_kind_display()} {each.serial}  我方 {yuan(each.ours_fen)}  对方 {yuan(each.bank_fen)}  {state}"
            )
            found.append({
                "kind": each.kind, "serial": each.serial, "ours_fen": each.ours_fen, "bank_fen": each.bank_fen,
                "closed": each.closed_at is not None, "reason": each.reason,
            })  # fmt: skip
        data.append({
            "day": row.day, "cash_fen": row.cash_fen, "ours_fen": row.ours_fen, "bank_fen": row.bank_fen, "differences": found,
        })  # fmt: skip
    whole = [sum(getattr(row, name) for row in rows) for name in ("cash_fen", "ours_fen", "bank_fen")]
    lines.append(
        f"合计  现金 {yuan(whole[0])}  账面 {yuan(whole[1])}  银行 {yuan(whole[2])}  差 {yuan(whole[1] - whole[2])}"
    )
    lines.append(f"差异 {sum(len(row.differences) for row in rows)} 个，未处理 {open_left} 个。")
    return Answer(plain="\n".join(lines), data={"days": data, "open": open_left}, failed=open_left > 0)
