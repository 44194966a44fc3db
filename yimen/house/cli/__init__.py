"""`yimen`: one command for people and for scripts. Verbs are loaded only when called, so that `due` starts at once."""

from __future__ import annotations

import importlib
import signal
import sys
import traceback
from types import FrameType
from typing import NoReturn

import click

from yimen.ground.kit.commands import Verb, provide_database, say_refusal
from yimen.ground.kit.refusals import Refusal

VERBS: dict[str, tuple[str, str]] = {
    "serve": ("yimen.house.cli.running:serve", "启动一门：数据库、网站、后台任务（make run 即此）"),
    "setup": ("yimen.house.cli.running:setup", "准备好一切但不对外服务：建库、迁移、静态文件、演示数据"),
    "worker": ("yimen.house.cli.running:worker", "只运行后台任务"),
    "migrate": ("yimen.house.cli.upkeep:migrate", "升级数据库结构，并重新授予运行角色权限"),
    "administrators": ("yimen.ground.organisations.commands:administrators", "为新装的系统开通三名管理员"),
    "accounts": ("yimen.ground.organisations.commands:accounts", "离岗、长期没有登录的账号：列出，或停用到期的"),
    "reorganise": ("yimen.ground.organisations.commands:reorganise", "看一个机构改革方案的影响，或实施它"),
    "demo": ("yimen.house.demo:command", "装入演示县"),
    "demo-reset": ("yimen.house.cli.running:demo_reset", "清除试用数据，重新装入演示县"),
    "doctor": ("yimen.house.cli.upkeep:doctor", "检查安装：哪里不对、怎样修好"),
    "backup": ("yimen.house.cli.upkeep:backup", "备份数据库、文件和密钥"),
    "restore": ("yimen.house.cli.upkeep:restore", "从备份恢复"),
    "restore-drill": ("yimen.house.cli.upkeep:restore_drill", "恢复演练：证明备份真的能恢复"),
    "operations": ("yimen.house.cli.upkeep:operations", "运行情况：什么要处理"),
    "due": ("yimen.ground.matters.commands:due", "某日起第 N 个工作日（或自然日）是哪一天"),
    "clock": ("yimen.ground.matters.commands:clock", "按 JSON 脚本计算期限，逐日说明"),
    "calendar": ("yimen.ground.matters.calendar_commands:calendar", "工作日历：导入放假通知、预览、实行、撤销"),
    "explain": ("yimen.ground.matters.commands:explain", "说明一件事的到期日是怎样算出来的"),
    "deadlines": ("yimen.ground.matters.commands:deadlines", "一件事有过的每个到期日，各因为什么变动"),
    "status": ("yimen.ground.matters.commands:status", "一件事现在到了哪一步"),
    "watch": ("yimen.ground.matters.commands:watch", "巡查到期的期限：预警、法定后果"),
    "effects": ("yimen.ground.matters.commands:effects", "法定后果：规则、发生过多少、撤销过多少"),
    "supervision": ("yimen.watch.supervision.commands:supervision", "电子监察：规则、巡查、核对看板件数"),
    "verify-certificate": (
        "yimen.service.certificates.commands:verify_certificate",
        "核验证照文件有没有被改动、现在是否有效",
    ),
    "issue-certificates": ("yimen.service.certificates.commands:issue_certificates", "批量制证，断了可以接着做"),
    "verify-ledger": ("yimen.ground.matters.commands:verify_ledger", "核验账本有没有被改动"),
    "digest": ("yimen.ground.matters.commands:digest", "公布账本的摘要"),
    "history": ("yimen.ground.matters.commands:history", "一件事的历史文件，供离线核对"),
    "import-items": ("yimen.service.catalogue.commands:import_items", "导入事项目录"),
    "figures": ("yimen.service.cases.commands:figures", "办件统计：收件、受理、办结、按时率"),
    "move-cases": ("yimen.service.cases.commands_moving:move_cases", "移动在办件：预览、确认、移回"),
    "recount": ("yimen.service.cases.commands:recount", "核对办件统计，补上漏记的，重建不符的"),
    "reconcile-fees": ("yimen.service.fees.commands:reconcile_fees", "收费按月对账：账面、银行、每个差异"),
    "simulate-bank": ("yimen.house.simulators.bank:simulate_bank", "模拟银行的扫码支付，可以要求它捣乱（试用和测试）"),
    "simulate-courier": (
        "yimen.house.simulators.courier:simulate_courier",
        "模拟快递公司，可以要求它捣乱（试用和测试）",
    ),
    "simulate-identity": (
        "yimen.house.simulators.identity:command",
        "模拟省统一身份认证，可以要求它说谎（试用和测试）",
    ),
    "simulate-department": (
        "yimen.house.simulators.department:command",
        "模拟部门专网的业务系统，可以要求它捣乱（试用和测试）",
    ),
    "simulate-messages": ("yimen.ground.notices.commands:simulator", "模拟短信和推送网关，故意出错，供试用和演练"),
    "drill": ("yimen.house.drilling.command:command", "快进演练整个中心：在一份副本里，来件、放假、法定后果"),
    "simulate": ("yimen.house.simulate:command", "按同样的规则生成任意数量的办件"),
    "manage": ("yimen.house.cli.upkeep:manage", "转给 Django 自己的管理命令"),
}
"""Each verb: where its click command is, and the line that `yimen --help` shows without loading it."""


class Verbs(Verb, click.Group):
    """The group of all verbs, in the order of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name][0].partition(":")
        try:
            found = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as missing:
            if not (missing.name or "").startswith("yimen."):
                raise
            raise Refusal(f"这个版本还没有 {cmd_name} 命令。") from missing
        except AttributeError as missing:
            raise Refusal(f"这个版本还没有 {cmd_name} 命令。") from missing
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}:{attribute} is not a click command")
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, line) for name, (_, line) in VERBS.items()])
        super().format_options(ctx, formatter)


@click.group(cls=Verbs, name="yimen", context_settings={"max_content_width": 110})
def verbs() -> None:
    """一门：政务服务中心软件。每个命令加 --help 看用法，加 --json 供程序读取。"""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one verb. Exit codes: 0 done, 1 refused or failed (the reason on standard error), 2 wrong usage.

    With `--json` every reason is an object `{"refused": {code, message, …}}` on standard output, wrong usage included.
    """
    from yimen.house.cli.database import provide, serving

    provide_database(provide, serving)
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # with `nohup` it is ignored, and stays so
        signal.signal(signal.SIGHUP, _end)
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        code = verbs.main(given, prog_name="yimen", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as wrong:
        say_refusal(_explain_usage(wrong), as_json=as_json)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Refusal as refusal:
        say_refusal(refusal, as_json=as_json)
        sys.exit(1)
    except Exception as unexpected:
        say_refusal(_explain_unexpected(unexpected), as_json=as_json)
        sys.exit(1)


def _end(number: int, frame: FrameType | None) -> None:
    """SIGTERM, or a terminal that closes, ends us through the `finally` blocks, so that an embedded server stops with us."""
    raise SystemExit(128 + number)


class WrongUsage(Refusal):
    """The words on the command line do not fit the verb."""

    code = "usage"


class NotConfigured(Refusal):
    """A setting in the environment is wrong."""

    code = "configuration"


class NoDatabase(Refusal):
    """The database cannot be reached."""

    code = "no_database"


class Unforeseen(Refusal):
    """A fault of ours."""

    code = "unforeseen"


def _explain_usage(wrong: click.UsageError) -> WrongUsage:
    """What was wrong with the words on the command line; click's own sentences are English."""
    match wrong:
        case click.NoSuchOption():
            what = f"没有这个选项：{wrong.option_name}"
        case click.MissingParameter():
            what = f"缺少参数：{_name_of(wrong.param)}"
        case click.BadParameter():
            what = f"参数 {_name_of(wrong.param)} 不能用：{_wanted(wrong)}"
        case _ if wrong.message.startswith("No such command"):
            what = f"没有这个命令：{wrong.message.split(chr(39))[1]}"
        case _ if wrong.message.startswith("Got unexpected extra"):
            what = f"多出的参数：{wrong.message.partition('(')[2].rstrip(')')}"
        case _:
            what = f"用法不对：{wrong.message}"
    path = wrong.ctx.command_path if wrong.ctx else "yimen"
    return WrongUsage(what, next_step=f"运行 {path} --help 看用法。")


def _name_of(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return ""
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name


def _wanted(wrong: click.BadParameter) -> str:
    match wrong.param.type if wrong.param else None:
        case click.IntRange(min=low, max=high):
            return f"须是 {low} 到 {high} 的整数" if high is not None else f"须是不小于 {low} 的整数"
        case click.Choice(choices=choices):
            return f"只能是 {'、'.join(str(choice) for choice in choices)}"
        case click.Path() | click.File():
            return "没有这个文件，或不能读取"
        case kind if kind is click.INT:
            return "须是整数"
    return wrong.message


def _explain_unexpected(unexpected: Exception) -> Refusal:
    """A database that cannot be reached has one plain line; anything else is a fault of ours and shows where."""
    kind = type(unexpected)
    if kind.__name__ == "ConfigError":
        return NotConfigured(str(unexpected))
    if kind.__name__ == "OperationalError":
        first = next(iter(str(unexpected).strip().splitlines()), "")
        return NoDatabase(
            f"连不上数据库：{first}", next_step="请检查 DATABASE_URL 与数据库是否在运行；yimen doctor 会逐项检查。"
        )
    traceback.print_exception(unexpected)
    return Unforeseen("没有完成：程序遇到没有预料到的情况，以上是它发生的位置，请交给维护人员。")
