"""Tests with real commits get a database of their own, made from the migrated template."""

from __future__ import annotations

import re
import threading

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from conftest import CommittedDatabase


@pytest.mark.parametrize("turn", [1, 2])
def test_a_commit_is_seen_outside_and_gone_for_the_next_test(committed_db: CommittedDatabase, turn: int) -> None:
    assert not ContentType.objects.filter(app_label="left-behind").exists()
    with transaction.atomic():
        ContentType.objects.create(app_label="left-behind", model=f"turn{turn}")
    with psycopg.connect(committed_db.owner_url) as outside:
        row = outside.execute("select model from django_content_type where app_label = 'left-behind'").fetchone()
    assert row == (f"turn{turn}",)


@pytest.mark.commits
def test_threads_stand_on_the_same_database() -> None:
    seen: list[str] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select current_database()")
            seen.append(cursor.fetchone()[0])
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        assert cursor.fetchone()[0] == seen[0]
    assert re.search(r"_template_\d+$", seen[0])


@pytest.mark.django_db
def test_ordinary_tests_keep_the_usual_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        assert "template" not in cursor.fetchone()[0]
