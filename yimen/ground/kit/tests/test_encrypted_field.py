"""A column that is closed in the database and plain in Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from yimen.ground.kit import keyring
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.fields import EncryptedText, reencrypt


@pytest.fixture
def guests(db: None, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """A model and table of this test alone, unknown to the other apps."""
    settings.YIMEN_VAR = tmp_path
    with isolate_apps("yimen.ground.kit"):

        class Guest(models.Model):
            name = models.TextField()
            phone = EncryptedText(blank=True, null=True)  # type: ignore[misc]  # its values here may be None

            class Meta:
                app_label = "kit"
                db_table = "kit_test_guest"

            def __str__(self) -> str:
                return self.name

    with connection.schema_editor() as editor:
        editor.create_model(Guest)
    yield Guest
    with connection.cursor() as cursor:
        cursor.execute("drop table kit_test_guest")


def stored() -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute("select phone from kit_test_guest order by id")
        return [row[0] for row in cursor.fetchall()]


def test_closed_in_the_database_plain_in_python(guests: Any) -> None:
    guests.objects.create(name="李雷", phone="13812342671")
    guests.objects.bulk_create(
        [guests(name="a", phone=""), guests(name="b", phone=None), guests(name="c", phone="𠮷䶮")]
    )
    first, empty, none, rare = stored()
    assert first and first.startswith("sm4g:1:") and "13812342671" not in first
    assert (empty, none) == ("", None)
    assert rare and rare.startswith("sm4g:1:")
    assert list(guests.objects.order_by("id").values_list("phone", flat=True)) == ["13812342671", "", None, "𠮷䶮"]


def test_updates_of_every_kind_close_the_value(guests: Any) -> None:
    guest = guests.objects.create(name="李雷", phone="1")
    guest.phone = "2"
    guest.save()
    assert guests.objects.get().phone == "2"
    guests.objects.update(phone="3")
    assert guests.objects.get().phone == "3"
    guest.phone = "4"
    guests.objects.bulk_update([guest], ["phone"])
    assert guests.objects.get().phone == "4"
    assert all(value and value.startswith("sm4g:") for value in stored())


def test_searching_a_closed_column_is_refused_aloud(guests: Any) -> None:
    for lookup in ("phone", "phone__contains", "phone__in"):
        with pytest.raises(FieldError, match="blind index"):
            guests.objects.filter(**{lookup: ["1"]}).exists()
    assert not guests.objects.filter(phone__isnull=True).exists()


def test_a_changed_value_does_not_open(guests: Any) -> None:
    guests.objects.create(name="李雷", phone="1")
    with connection.cursor() as cursor:
        cursor.execute("update kit_test_guest set phone = left(phone, 20) || 'AAAA' || substr(phone, 25)")
    with pytest.raises(CryptoError):
        guests.objects.get()


def test_after_a_rotation_every_row_is_closed_anew_in_batches(guests: Any) -> None:
    guests.objects.bulk_create([guests(name=str(n), phone=str(n) if n else "") for n in range(8)])
    keyring.ring().rotate("field")
    assert list(reencrypt(guests, batch=3)) == [3, 3, 1]
    assert list(reencrypt(guests)) == []
    assert all(not value or value.startswith("sm4g:2:") for value in stored())
    assert [guest.phone for guest in guests.objects.order_by("id")] == ["", "1", "2", "3", "4", "5", "6", "7"]
