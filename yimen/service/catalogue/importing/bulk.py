"""Writing many rows at once: COPY, about ten times as fast as `bulk_create` (performance.md §3)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """So many fresh primary keys of a table, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(model: type[models.Model], rows: Sequence[models.Model]) -> int:
    """Insert unsaved instances, whose primary keys are set, by COPY inside the open transaction; returns how many."""
    if not rows:
        return 0
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    statement = f"copy {connection.ops.quote_name(model._meta.db_table)} ({columns}) from stdin"
    jsons = [isinstance(field, models.JSONField) for field in fields]
    names = [field.attname for field in fields]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for line in _lines(rows, names, jsons):
            copy.write_row(line)
    return len(rows)


def _lines(rows: Iterable[models.Model], names: list[str], jsons: list[bool]) -> Iterable[list[Any]]:
    for row in rows:
        yield [
            json.dumps(getattr(row, name), ensure_ascii=False) if is_json else getattr(row, name)
            for name, is_json in zip(names, jsons, strict=True)
        ]
