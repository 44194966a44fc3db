"""A department's letterhead and the use of a seal as functions, so that an act at the window takes fewer statements."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_functions")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0003_letterhead.sql")]
