"""A letter and the use of its seal in one statement."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("organisations", "0003_letterhead")]
    operations = [sql_file(Path(__file__).resolve().parents[1] / "sql" / "0002_issue.sql")]
