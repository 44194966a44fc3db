"""Room on the pages of matters, and an index less."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0002_storage.sql")]
