"""The step of acceptance says under which authorisation letter it was taken."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_agents")]
    operations = [sql_file(Path(__file__).parents[1] / "sql" / "0008_accept_under.sql")]
