"""Numbers without gaps: 清卫受字〔2026〕12号."""

from __future__ import annotations

from django.db import connection

from yimen.ground.kit.outbox import OutsideTransactionError


def next_number(series: str) -> int:
    """The next number of a series, starting at 1; the caller's rollback gives it back.

    The series stays locked until the caller's transaction ends, so take the number late. Raises
    `OutsideTransactionError` when no transaction is open: a number taken there would be lost with the next failure.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"number of {series} taken outside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("select kit_next_number(%s)", [series])
        (number,) = cursor.fetchone()
    return int(number)


def letter_number(word: str, year: int, number: int) -> str:
    """The number of an official letter, GB/T 9704 7.2.5: agency word, year in hexagonal brackets, number unpadded."""
    return f"{word}〔{year}〕{number}号"
