"""Room on the pages of cases and their materials."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_accept")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0003_storage.sql")]
