"""The actor's query and the guards of posts, grants, roles, letters and seal uses."""

from pathlib import Path

from django.db import migrations

from yimen.ground.kit.migrations_sql import append_only, sql_file

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("kit", "0001_initial"),
        ("identity", "0001_initial"),
        ("organisations", "0001_initial"),
    ]
    operations = [
        sql_file(SQL / "0001_actor.sql"),
        sql_file(SQL / "0001_guards.sql"),
        append_only("organisations_sealuse"),
    ]
