"""The calendar's version with its triggers, the shipped days 2004–2027 and the default hours of business."""

from datetime import time
from pathlib import Path

from django.db import migrations

from yimen.ground.calendar import seed
from yimen.ground.kit.migrations_sql import sql_file

REVERSE = """
drop function calendar_changed() cascade;
delete from calendar_calendarversion;
drop sequence calendar_version_number;
"""


def load(apps, schema_editor):
    """Write the shipped calendar day by day. A later correction of the shipped data is a migration of its own."""
    notice_model = apps.get_model("calendar", "CalendarNotice")
    notices = {
        each.key: notice_model.objects.create(
            year=each.year,
            title=each.title,
            document_number=each.document_number,
            issued_on=each.issued_on,
            confirmed=each.confirmed,
        )
        for each in seed.notices()
    }
    day_model = apps.get_model("calendar", "CalendarDay")
    day_model.objects.bulk_create(
        [
            day_model(day=each.day, kind=each.kind, name=each.name, source=notices[each.notice])
            for each in seed.days()
        ],
        batch_size=5000,
    )
    hours = apps.get_model("calendar", "OfficeHours")
    hours.objects.bulk_create(
        hours(weekday=weekday, opens=opens, closes=closes)
        for weekday in range(5)
        for opens, closes in [(time(9), time(12)), (time(13, 30), time(17, 30))]
    )


def unload(apps, schema_editor):
    for model in ("CalendarDay", "CalendarNotice", "OfficeHours"):
        apps.get_model("calendar", model).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial")]

    operations = [
        sql_file(Path(__file__).parents[1] / "sql" / "0002_version.sql", reverse=REVERSE),
        migrations.RunPython(load, unload),
    ]
