"""The page that explains the interface stands by itself: nothing from elsewhere, every operation of the document on it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_every_operation_is_explained() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    document = Client().get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        assert path in page
        for operation in operations.values():
            assert operation["summary"] in page
            for given in operation.get("parameters", ()):
                assert f">{given['name']}</code>" in page


def test_it_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert re.findall(r"<script(?![^>]*src=)", page) == []
