"""The judgement of some items instead of all, for the pages that show some."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file

SQL = Path(__file__).parents[1] / "sql"
FIRST = (SQL / "0001_must.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("residence", "0002_must_and_first_rows")]

    operations = [
        sql_file(
            SQL / "0003_must_of_some.sql",
            reverse="drop function residence_must(date, bigint[]); drop function residence_entered(date, bigint[]);" + FIRST,
        ),
    ]
