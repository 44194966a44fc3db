"""A county and its towns give out one row of numbers."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

import pytest
from django.db import connection

from yimen.ground.kit.models import Serial
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.numbering import place_number

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 31, 23, 59, tzinfo=CHINA)


def test_a_town_goes_on_where_its_county_stands() -> None:
    given = [place_number("YJ", division, AT) for division in ("519911000000", "519911100000", "519922000000")]
    assert given == ["YJ519911-2026-00001", "YJ519911-2026-00002", "YJ519922-2026-00001"]


def test_a_kind_and_a_year_count_for_themselves() -> None:
    place_number("JC", "519911000000", AT)
    assert place_number("JC-", "519911000000", AT) == "JC-519911-2026-00001"
    assert place_number("JC", "519911000000", AT.replace(year=2027)) == "JC519911-2027-00001"


def test_what_was_counted_apart_goes_on_together() -> None:
    held = {
        "opinion:519911000000:2026": 7, "opinion:519911100000:2026": 2, "efficiency:JC:519911000000:2026": 3,
        "supervision:519911000000:2026": 40, "supervision-card:519911000000:2026": 4, "letter:清卫受字:2026": 9,
    }  # fmt: skip
    Serial.objects.bulk_create(Serial(series=series, last=last) for series, last in held.items())
    with connection.cursor() as cursor:
        cursor.execute(import_module("yimen.ground.kit.migrations.0002_one_series_a_place").SERIES)
    assert dict(Serial.objects.values_list("series", "last")) == {
        "place:YJ:519911:2026": 7, "place:JC-:519911:2026": 3, "place:JC:519911:2026": 40, "place:P:519911:2026": 4,
        "letter:清卫受字:2026": 9,
    }  # fmt: skip
    assert place_number("YJ", "519911100000", AT) == "YJ519911-2026-00008"
