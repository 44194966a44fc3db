"""Running matters go to another department, many at once."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_storage")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0003_reassign.sql")]
