"""Ledgers of demo, simulation and drill: marked as made up for good, and only then written in a time of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection

from yimen.ground.kit.refusals import Conflict

_running: ContextVar[bool] = ContextVar("yimen_fast_forward", default=False)


class LedgerIsReal(Conflict):
    """Real steps stand in this ledger; nothing may be made up in it."""

    code = "ledger_is_real"


def is_synthetic() -> bool:
    """Whether this ledger is marked as made up."""
    with connection.cursor() as cursor:
        cursor.execute("select synthetic from matters_ledgerhead where id = 1")
        return bool(cursor.fetchone()[0])


def mark_synthetic() -> None:
    """Mark an empty ledger as made up, for good; one that is marked already stays so. Raises `LedgerIsReal`."""
    if is_synthetic():
        return
    with connection.cursor() as cursor:
        cursor.execute("lock table matters_step in share row exclusive mode")
        cursor.execute("select exists (select 1 from matters_step)")
        if cursor.fetchone()[0]:
            raise LedgerIsReal(
                "账本里已有真实的办理步骤，不能在这里生成演示或模拟数据，没有动任何数据。",
                next_step="请新建一个空的数据库，改 DATABASE_URL 后再运行。",
            )
        cursor.execute("update matters_ledgerhead set synthetic = true where id = 1")


@contextmanager
def in_its_own_time() -> Iterator[None]:
    """Inside, each step is recorded at the moment it happened. Only a ledger marked as made up takes that: any other
    writes its own clock, and refuses the step as entered afterwards.
    """
    token = _running.set(True)
    try:
        yield
    finally:
        _running.reset(token)


def recorded(at: datetime, given: datetime | None) -> datetime | None:
    """The time of recording that a step brings: the one given, in fast-forward its own, else none."""
    return at if given is None and _running.get() else given


def written_at(at: datetime) -> datetime | None:
    """When a step that counts from another moment is written down: now in fast-forward, else the database says so itself."""
    return at if _running.get() else None
