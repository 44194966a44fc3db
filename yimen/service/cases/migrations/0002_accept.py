"""Acceptance in one statement."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("documents", "0002_issue"), ("matters", "0001_initial")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0002_accept.sql")]
