"""A matter that is taken up again leaves the day's count of what was closed."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("matters", "0009_digests")]

    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0010_reopened.sql")]
