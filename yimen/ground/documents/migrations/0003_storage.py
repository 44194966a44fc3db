"""Two indexes less on letters."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_issue")]
    operations = [sql_file(Path(__file__).resolve().parents[1] / "sql" / "0003_storage.sql")]
