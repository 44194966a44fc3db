"""Put in the first table of synonyms; an installation edits its own."""

from django.db import migrations

from yimen.service.catalogue.rules.words import STARTING_SYNONYMS


def put_in(apps, schema_editor):
    synonym = apps.get_model("catalogue", "Synonym")
    synonym.objects.bulk_create(
        (synonym(word=word, expansions=list(meant)) for word, meant in STARTING_SYNONYMS.items()), ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_search_in_memory")]

    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
