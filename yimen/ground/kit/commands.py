"""How every verb of `yimen` speaks: Chinese help, `--json`, and a non-zero exit when it did not do what was asked.

    @command("due", needs_database=False)
    @click.argument("day")
    def due(day: str) -> Answer:
        '''某日起第 N 个工作日是哪一天。'''
        return Answer(plain="2026-10-29", data={"due_on": "2026-10-29"})

The function returns an `Answer`; it is printed plainly, or as JSON when `--json` was given. A `Refusal` becomes its
Chinese message on standard error (with `--json`: an object with `code` and `message` on standard output) and exit
code 1; wrong usage is exit code 2. Keep the module's top imports light: Django's models are imported inside the
function, where the database is there.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Protocol

import click

from yimen.ground.kit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found. `plain` is for people, `data` (JSON-able, dates allowed) for scripts.

    `failed` gives exit code 1 although there is something to say: `verify-ledger` that found a broken link.
    """

    plain: str
    data: object = None
    failed: bool = False


class DatabaseProvider(Protocol):
    """Gives a command its database and a ready Django for as long as it runs."""

    def __call__(self, *, as_owner: bool) -> AbstractContextManager[None]: ...


_provider: DatabaseProvider | None = None
_serving: Callable[[], bool] | None = None


def provide_database(provider: DatabaseProvider | None, serving: Callable[[], bool] | None = None) -> None:
    """Say how commands get their database; `house.cli` does so. Without it (in tests) Django is taken as ready.

    `serving` tells whether a database serves already, without starting one.
    """
    global _provider, _serving
    _provider, _serving = provider, serving


def database(*, as_owner: bool = False) -> AbstractContextManager[None]:
    """The database for a part of a command: the serving one is joined, else the embedded one started and stopped."""
    return _provider(as_owner=as_owner) if _provider else nullcontext()


@contextmanager
def database_if_serving() -> Iterator[bool]:
    """The database if one serves already, then True; else False, at once. For commands that can do without."""
    if _serving is None or not _serving():
        yield False
        return
    with database():
        yield True


def command(
    name: str, *, needs_database: bool = True, as_owner: bool = False, negative_numbers: bool = False
) -> Callable[[Callable[..., Answer | None]], click.Command]:
    """Make a function a verb of `yimen`; put click's own option and argument decorators below this one.

    The docstring is the help text (Chinese). `as_owner` connects as the role that may change structure and bulk-load.
    `negative_numbers` takes `-5` for an argument, so that the verb can say what is wrong with it.
    """

    def decorate(function: Callable[..., Answer | None]) -> click.Command:
        @wraps(function)
        def run(*args: Any, as_json: bool, **options: Any) -> None:
            try:
                with database(as_owner=as_owner) if needs_database else nullcontext():
                    answer = function(*args, **options)
            except Refusal as refusal:
                say_refusal(refusal, as_json=as_json)
                sys.exit(1)
            if answer is not None:
                click.echo(to_json(answer.data) if as_json else answer.plain)
                if answer.failed:
                    sys.exit(1)

        with_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")(run)
        settings = {"ignore_unknown_options": negative_numbers}
        return click.command(name, cls=Verb, context_settings=settings)(with_json)

    return decorate


def say_refusal(refusal: Refusal, *, as_json: bool) -> None:
    """Print why not, and what to do next."""
    if as_json:
        problem = {"code": refusal.code, "message": refusal.message, "next_step": refusal.next_step}
        click.echo(to_json({"refused": {**problem, "fields": refusal.fields}}))
        return
    click.echo(_writable(refusal.message), err=True)
    for field, why in refusal.fields.items():
        click.echo(_writable(f"  {field}：{why}"), err=True)
    if refusal.next_step:
        click.echo(_writable(refusal.next_step), err=True)


def unreadable(problem: OSError | ValueError) -> str:
    """Why a file cannot be read, in words a clerk knows."""
    match problem:
        case FileNotFoundError():
            return "没有这个文件"
        case IsADirectoryError():
            return "这是一个目录，不是文件"
        case PermissionError():
            return "没有读取的权限"
        case NotADirectoryError() | ValueError():
            return "路径不对"
        case OSError(errno=errno.ENAMETOOLONG):
            return "路径太长"
        case _:
            return "读取时中断"


def _writable(text: str) -> str:
    """Text that any terminal or file takes: bytes of the command line that are no UTF-8 are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def to_json(data: object) -> str:
    """JSON with readable Chinese; dates and moments in ISO form."""

    def plain(value: object) -> str:
        if isinstance(value, date | datetime):
            return value.isoformat()
        return str(value)

    return _writable(json.dumps(data, ensure_ascii=False, indent=2, default=plain))


class Verb(click.Command):
    """A command whose help is Chinese throughout."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这份说明。"
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for parameter in self.get_params(ctx) if (record := parameter.get_help_record(ctx))]
        with formatter.section("选项"):
            formatter.write_dl(records)
