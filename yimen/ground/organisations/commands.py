"""`yimen administrators`: the three first accounts of a new installation. `yimen reorganise`: look at a plan, carry it out."""

from __future__ import annotations

import click

from yimen.ground.kit import moments
from yimen.ground.kit.commands import Answer, command

ROLES = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}


@command("administrators")
@click.option("--system", "system", nargs=2, required=True, metavar="姓名 登录名", help="系统管理员。")
@click.option("--security", "security", nargs=2, required=True, metavar="姓名 登录名", help="安全管理员。")
@click.option("--audit", "audit", nargs=2, required=True, metavar="姓名 登录名", help="审计管理员。")
def administrators(system: tuple[str, str], security: tuple[str, str], audit: tuple[str, str]) -> Answer:
    """为新装的系统开通系统、安全、审计三名管理员，各得一个一次性验证码；只能办一次。"""
    from yimen.ground.organisations.services import install_administrators

    codes = install_administrators(names={"system": system, "security": security, "audit": audit}, at=moments.now())
    lines = [f"{ROLES[role]}：登录名 {name}，一次性验证码 {code}" for role, (name, code) in codes.items()]
    lines.append("请当面交给本人，72 小时内在 /sign-in/code/ 设置密码。验证码不再显示。")
    return Answer(
        "\n".join(lines), [{"role": role, "sign_in_name": name, "code": code} for role, (name, code) in codes.items()]
    )


@command("accounts")
@click.option("--close-due", is_flag=True, help="停用到期的离岗、长期没有登录的账号，并发出提醒。")
def accounts(close_due: bool) -> Answer:
    """列出将要停用的账号；加 --close-due 时执行到期的提醒和停用（每天的任务也会做）。"""
    from yimen.ground.organisations import services
    from yimen.ground.organisations.selectors.closing import open_rows

    done = services.close_due(at=moments.now()).facts() if close_due else {}
    rows = [
        {
            "sign_in_name": row.account.sign_in_name,
            "name": row.account.name,
            "kind": row.kind,
            "since": row.since,
            "due_on": row.due_on,
            "closed_at": row.closed_at,
        }
        for row in open_rows().select_related("account").order_by("due_on", "pk")
    ]
    words = {"leaver": "没有岗位", "unused": "没有登录"}
    lines = [
        f"{row['name']}（{row['sign_in_name']}）：{row['since']} 起{words[str(row['kind'])]}，"
        + ("已停用" if row["closed_at"] else f"{row['due_on']} 停用")
        for row in rows
    ]
    if close_due:
        lines.append(
            f"新发现 {done['noticed']}，提醒 {done['warned']}，停用 {done['closed']}，撤销 {done['withdrawn']}。"
        )
    return Answer("\n".join(lines) or "没有要停用的账号。", {"accounts": rows, **({"done": done} if close_due else {})})


@command("reorganise")
@click.argument("plan", metavar="方案")
@click.option("--preview", "look", is_flag=True, help="按现在的情况重新计算影响（已有的批准随之作废）。")
@click.option("--apply", "carry", is_flag=True, help="实施已批准的方案，或接着做中断了的，做完才返回。")
def reorganise(plan: str, look: bool, carry: bool) -> Answer:
    """看一个机构改革方案的影响，或实施它。方案用文号或标识指明；拟定和批准在网页上办，由两个人。"""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.organisations import services

    at = moments.now()
    found = services.plan_named(plan)
    if look:
        services.preview_reorganisation(actor=SYSTEM, plan=found, at=at)
        found = services.plan_named(str(found.uid))
    if carry:
        if found.state == "approved":
            services.begin_reorganisation(actor=SYSTEM, plan=found, at=at)
        found = services.carry_on(found.uid, moments.now)
    lines = [f"{found.document}　{found.get_kind_display()}　{found.get_state_display()}"]
    lines += [f"{row['label']}：{row['count']} {row['unit']}" for row in found.preview]
    lines += [f"已划转{part['label']}：{part['moved']} 项" for part in found.progress.values() if part["moved"]]
    data = {
        "plan": str(found.uid),
        "document": found.document,
        "kind": found.kind,
        "state": found.state,
        "effective_on": found.effective_on,
        "preview": {row["name"]: row["count"] for row in found.preview},
        "moved": {name: part["moved"] for name, part in found.progress.items()},
    }
    return Answer("\n".join(lines), data, failed=carry and found.state not in ("applied", "undone"))
