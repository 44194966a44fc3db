"""Numbers without gaps: 清卫受字〔2026〕12号."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from yimen.ground.kit.moments import local
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


def place_number(prefix: str, division: str, at: datetime) -> str:
    """`YJ519911-2026-00012`: what it is, the county, the year, the number in the year. Raises as `next_number`.

    A county and its towns share their first six digits, so they share the series too: no two of them give one number.
    """
    place, year = division[:6], local(at).year
    return f"{prefix}{place}-{year}-{next_number(f'place:{prefix}:{place}:{year}'):05d}"


def letter_number(word: str, year: int, number: int) -> str:
    """The number of an official letter, GB/T 9704 7.2.5: agency word, year in hexagonal brackets, number unpadded."""
    return f"{word}〔{year}〕{number}号"
