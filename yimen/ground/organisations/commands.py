"""`yimen administrators`: the three first accounts of a new installation."""

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
