from django.db import migrations

SERIES = """
with old as (
    select series, last, regexp_match(series, '^(?:(opinion|hearing|supervision|supervision-card|coordination)|efficiency:([A-Z]+)):([0-9]{12}):([0-9]{4})$') as m
      from kit_serial
), one as (
    select 'place:' || coalesce(
               case m[1] when 'opinion' then 'YJ' when 'hearing' then 'TZ' when 'supervision' then 'JC'
                         when 'supervision-card' then 'P' when 'coordination' then 'XT' end,
               m[2] || '-') || ':' || left(m[3], 6) || ':' || m[4] as series, max(last) as last
      from old where m is not null group by 1
), gone as (
    delete from kit_serial using old where kit_serial.series = old.series and old.m is not null
)
insert into kit_serial (series, last) select series, last from one
"""


class Migration(migrations.Migration):
    """A county and its towns count together what bears the county's digits; until now each counted for itself."""

    dependencies = [("kit", "0001_initial")]

    operations = [migrations.RunSQL(SERIES, migrations.RunSQL.noop)]
