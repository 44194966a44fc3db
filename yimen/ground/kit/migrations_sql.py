"""SQL in migrations: functions kept in `sql/*.sql` files, and the guard of append-only tables."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations.operations.special import RunSQL


def sql_file(path: Path, *, reverse: str = RunSQL.noop) -> RunSQL:
    """Run one SQL file as a migration: `sql_file(Path(__file__).parents[1] / "sql" / "0001_functions.sql")`.

    A released file is never edited, since it is part of its migration; a change is a new file.
    """
    return RunSQL(path.read_text(encoding="utf-8"), reverse)


def append_only(table: str) -> RunSQL:
    """Let the database refuse UPDATE, DELETE and TRUNCATE of `table`, for every role, by trigger.

    A migration that uses it depends on `("kit", "0001_initial")`. The model says `append_only: ClassVar[bool] = True`,
    from which the runtime role's rights are derived. A refused statement raises `IntegrityError` (restrict_violation).
    """
    if not table.isidentifier():
        raise ValueError(f"not a table name: {table!r}")
    return RunSQL(
        f"create trigger {table}_no_change before update or delete on {table} "
        f"for each row execute function kit_refuse_change();\n"
        f"create trigger {table}_no_truncate before truncate on {table} "
        f"for each statement execute function kit_refuse_change();",
        f"drop trigger {table}_no_change on {table};\ndrop trigger {table}_no_truncate on {table};",
    )
