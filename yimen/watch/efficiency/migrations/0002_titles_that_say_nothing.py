"""Complaints opened so far, and what supervision wrote of them, lose the title that names the accused (ADR 0034)."""

from typing import ClassVar

from django.db import migrations

QUIET = """
update supervision_alert a set text = left(replace(a.text, m.title, '效能投诉'), 500)
  from matters_matter m where a.about_id = m.id and m.procedure = 'complaint';
update matters_matter own set title = left(replace(own.title, m.title, '效能投诉'), 500)
  from supervision_alert a join matters_matter m on a.about_id = m.id
 where own.id = a.matter_id and m.procedure = 'complaint';
update matters_matter set title = '效能投诉' where procedure = 'complaint';
"""


class Migration(migrations.Migration):
    """One way: the titles are made of columns that stay."""

    dependencies: ClassVar = [
        ("efficiency", "0001_efficiency"),
        ("supervision", "0005_walls"),
        ("matters", "0011_closed_by_day"),
    ]
    operations: ClassVar = [migrations.RunSQL(QUIET, migrations.RunSQL.noop)]
