"""Registers this module with Django."""

from __future__ import annotations

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """机构."""

    name = "yimen.ground.organisations"
    label = "organisations"
    verbose_name = "机构"
