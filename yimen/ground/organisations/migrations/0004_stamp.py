"""The organisation's stamp, by which a process sees whether what it read is still true (ADR 0010)."""

from pathlib import Path

from django.db import migrations, models

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("organisations", "0003_letterhead")]
    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False, default=1)),
                ("stamp", models.UUIDField("标记")),
            ],
            options={"verbose_name": "机构变动标记"},
        ),
        sql_file(Path(__file__).parents[1] / "sql" / "0004_stamp.sql"),
    ]
